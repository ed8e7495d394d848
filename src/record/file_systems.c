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

enum record_target_difference record_compare_targets(const struct record_target *a,
                                                     const struct record_target *b)
{
    if (strcmp(a->file_system, b->file_system) != 0)
        return TARGETS_TYPE;
    if (strcmp(a->mount_point, b->mount_point) != 0)
        return TARGETS_MOUNT;
    return strcmp(a->source, b->source) != 0 ? TARGETS_SOURCE : TARGETS_ALIKE;
}

void record_classify_target(struct record_target *target)
{
    target->remote = is_remote(target->file_system);
    target->compresses =
        strstr(target->options, "compress") || strcmp(target->file_system, "zfs") == 0;
}
