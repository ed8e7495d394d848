/*
 * What the kernel says about a file: statx, with the fields that the C library may not know yet.
 */
#ifndef TIDEMILL_PLATFORM_STATUS_H
#define TIDEMILL_PLATFORM_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct status {
    mode_t mode;
    dev_t device;         /* that holds the file */
    dev_t special_device; /* that a device node stands for */
    uint64_t inode;
    uint64_t owner;
    int64_t size_bytes;
    int64_t block_bytes;
    uint64_t mount_id;               /* as in mountinfo; 0 = not told */
    int64_t direct_memory_alignment; /* STATX_DIOALIGN; 0 = refused, -1 = not told */
    int64_t direct_offset_alignment;
};

/* 0 or -errno. 'follow': a symlink stands for what it points at. */
int status_of_path(const char *path, bool follow, struct status *status);
int status_of_fd(int fd, struct status *status);

/* Is it /dev/null? */
bool status_is_null(const struct status *status);

#endif
