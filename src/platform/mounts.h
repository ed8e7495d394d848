/*
 * The mount table of this process (/proc/self/mountinfo), parsed once into plain text fields.
 */
#ifndef TIDEMILL_PLATFORM_MOUNTS_H
#define TIDEMILL_PLATFORM_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Fields of one line, octal escapes undone; all point into 'line'. */
struct mount {
    char *line;
    uint64_t id;
    dev_t device;     /* what st_dev says below it */
    const char *root; /* the part of the file system that is mounted: "/" but for bind mounts */
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

/* Reads 'path' (NULL: /proc/self/mountinfo). 0 or -errno; lines that make no sense are left out. */
int mounts_read(struct mounts *mounts, const char *path);
void mounts_release(struct mounts *mounts);

/* Cuts a line (malloc'ed, taken over on success) into fields. */
bool mount_parse(struct mount *mount, char *line);

/* The mount that a file lies in: by its number, or (0: not told) the longest mount point that
 * 'real_path' begins with, the last of equals being on top. NULL when there is none. */
const struct mount *mounts_find(const struct mounts *mounts, uint64_t id, const char *real_path);

/* Is the mount or its file system read-only? */
bool mount_read_only(const struct mount *mount);

#endif
