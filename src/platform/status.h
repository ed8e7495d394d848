/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statx, with the fields that the C library may not know yet; fstatat where statx is not available,
 * with mount and alignment unknown.
 */
#ifndef TIDEMILL_PLATFORM_STATUS_H
#define TIDEMILL_PLATFORM_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct status {
    mode_t mode;
    dev_t device;         /* that contains the file */
    dev_t special_device; /* of a device node: its device */
    uint64_t inode;
    uint64_t owner;
    int64_t size_bytes;
    int64_t block_bytes;
    int64_t allocated_bytes;
    bool encrypted;                  /* by the file system (fscrypt) */
    uint64_t mount_id;               /* as in mountinfo; 0 = unknown */
    int64_t direct_memory_alignment; /* STATX_DIOALIGN; 0 = refused, -1 = not reported */
    int64_t direct_offset_alignment;
};

/* Get the status; 0 or -errno. 'follow': of the target of a symlink. */
int status_of_path(const char *path, bool follow, struct status *status);
int status_of_fd(int fd, struct status *status);

/* The error with which statx is refused to this process; 0 = it is not. */
int status_refusal(void);

/* True for /dev/null. */
bool status_is_null(const struct status *status);

#endif
