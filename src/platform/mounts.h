/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mount table of this process (/proc/self/mountinfo), parsed once into plain text fields.
 */
#ifndef TIDEMILL_PLATFORM_MOUNTS_H
#define TIDEMILL_PLATFORM_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The fields of a line without octal escapes; all point into 'line'. */
struct mount {
    char *line;
    uint64_t id;
    dev_t device;     /* st_dev of files below it */
    const char *root; /* the mounted part of the file system: "/" except for bind mounts */
    const char *point;
    const char *options; /* of this mount */
    const char *type;    /* "ext4", "fuse.glusterfs" */
    const char *source;
    const char *super_options; /* of the file system */
};

struct mounts {
    struct mount *list;
    size_t count;
};

/* Reads 'path' (NULL: /proc/self/mountinfo). 0 or -errno; lines that cannot be parsed are
 * skipped. */
int mounts_read(struct mounts *mounts, const char *path);
void mounts_release(struct mounts *mounts);

/* Splits a line (malloc'ed; owned by 'mount' on success) into fields; false if it cannot be
 * parsed. */
bool mount_parse(struct mount *mount, char *line);

/* Returns the mount that contains a file: by its id, or (0: unknown) by the longest mount point
 * that 'real_path' starts with; of equal ones the last, which is on top. NULL if there is none. */
const struct mount *mounts_find(const struct mounts *mounts, uint64_t id, const char *real_path);

/* True if the mount or its file system is read-only. */
bool mount_read_only(const struct mount *mount);

#endif
