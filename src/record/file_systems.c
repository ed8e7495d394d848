/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of file systems by their type, as the kernel names it. */
#include "record/environment.h"

#include <stdbool.h>
#include <string.h>

static const char *const remote[] = {
    "nfs",        "nfs4",           "lustre",         "beegfs", "ceph",
    "fuse.ceph",  "fuse.ceph-fuse", "fuse.glusterfs", "cifs",   "smb3",
    "fuse.sshfs", "pvfs2",          "wekafs",         "panfs",
};

/* Local types with caches that the page cache of the node does not show; so are all of FUSE. */
static const char *const own_caches[] = {"zfs",    "gpfs", "9p",       "virtiofs",  "vboxsf",
                                         "prl_fs", "afs",  "orangefs", "glusterfs", "vastnfs"};

static bool is_in(const char *const list[], size_t count, const char *type)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(type, list[i]) == 0)
            return true;
    return false;
}

/* "volatile", or on newer kernels "fsync=volatile". */
static bool has_volatile(const char *options)
{
    static const char word[] = "volatile";
    const size_t length = sizeof word - 1;
    for (const char *at = options; (at = strstr(at, word)); at += length)
        if (at > options && strchr(",=", at[-1]) && strchr(",", at[length]))
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
    const char *type = target->file_system;
    target->remote = is_in(remote, sizeof remote / sizeof *remote, type);
    target->hidden_caches = target->remote || strncmp(type, "fuse", 4) == 0 ||
                            is_in(own_caches, sizeof own_caches / sizeof *own_caches, type);
    target->ignores_sync = strcmp(type, "overlay") == 0 && has_volatile(target->options);
    target->compresses =
        strstr(target->options, "compress") || strcmp(target->file_system, "zfs") == 0;
}
