/* What is known of file systems by their type, as the kernel names it. */
#include "record/environment.h"

#include <stdbool.h>
#include <string.h>

static const char *const remote[] = {
    "nfs",        "nfs4",           "lustre",         "beegfs", "ceph",
    "fuse.ceph",  "fuse.ceph-fuse", "fuse.glusterfs", "cifs",   "smb3",
    "fuse.sshfs", "pvfs2",          "wekafs",         "panfs",
};

static bool is_remote(const char *type)
{
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if (strcmp(type, remote[i]) == 0)
            return true;
    return false;
}

void record_classify_target(struct record_target *target)
{
    target->remote = is_remote(target->file_system);
    target->compresses =
        strstr(target->options, "compress") || strcmp(target->file_system, "zfs") == 0;
}
