/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Newer than the headers of some supported systems; the layout is that of the kernel. */
enum {
    MASK_MNT_ID = 0x1000,
    MASK_DIOALIGN = 0x2000,
    ATTRIBUTE_ENCRYPTED = 0x800,
    BLOCK_BYTES = 512,
    WORD_MNT_ID = 0x90 / 4,
    WORD_DIO_MEMORY = 0x98 / 4,
    WORD_DIO_OFFSET = 0x9c / 4,
};

union reply {
    struct statx named;
    uint32_t words[64];
};
_Static_assert(sizeof(struct statx) == 256, "the kernel's layout");

static int call_fstatat(int folder, const char *path, int flags, struct status *status)
{
    struct stat fields;
    if (fstatat(folder, path, &fields, flags))
        return -errno;
    *status = (struct status){
        .mode = fields.st_mode,
        .device = fields.st_dev,
        .special_device = fields.st_rdev,
        .inode = fields.st_ino,
        .owner = fields.st_uid,
        .size_bytes = fields.st_size,
        .block_bytes = fields.st_blksize,
        .allocated_bytes = fields.st_blocks * BLOCK_BYTES,
        .direct_memory_alignment = -1,
        .direct_offset_alignment = -1,
    };
    return 0;
}

static bool is_refusal(int error)
{
    return error == EPERM || error == ENOSYS;
}

/* The seccomp filters of old container runtimes refuse calls that they do not know with EPERM,
 * which statx itself never returns. */
static int call_statx(int folder, const char *path, int flags, struct status *status)
{
    union reply reply = {0};
    if (statx(folder, path, flags, STATX_BASIC_STATS | MASK_MNT_ID | MASK_DIOALIGN, &reply.named))
        return is_refusal(errno) ? call_fstatat(folder, path, flags, status) : -errno;
    const struct statx *fields = &reply.named;
    *status = (struct status){
        .mode = fields->stx_mode,
        .device = makedev(fields->stx_dev_major, fields->stx_dev_minor),
        .special_device = makedev(fields->stx_rdev_major, fields->stx_rdev_minor),
        .inode = fields->stx_ino,
        .owner = fields->stx_uid,
        .size_bytes = (int64_t)fields->stx_size,
        .block_bytes = fields->stx_blksize,
        .allocated_bytes = (int64_t)fields->stx_blocks * BLOCK_BYTES,
        .encrypted = fields->stx_attributes & ATTRIBUTE_ENCRYPTED,
        .direct_memory_alignment = -1,
        .direct_offset_alignment = -1,
    };
    if (fields->stx_mask & MASK_MNT_ID)
        status->mount_id = reply.words[WORD_MNT_ID] | (uint64_t)reply.words[WORD_MNT_ID + 1] << 32;
    if (fields->stx_mask & MASK_DIOALIGN) {
        status->direct_memory_alignment = reply.words[WORD_DIO_MEMORY];
        status->direct_offset_alignment = reply.words[WORD_DIO_OFFSET];
    }
    return 0;
}

int status_of_path(const char *path, bool follow, struct status *status)
{
    return call_statx(AT_FDCWD, path, follow ? 0 : AT_SYMLINK_NOFOLLOW, status);
}

int status_of_fd(int fd, struct status *status)
{
    return call_statx(fd, "", AT_EMPTY_PATH, status);
}

int status_refusal(void)
{
    union reply reply;
    return statx(AT_FDCWD, "/", 0, 0, &reply.named) && is_refusal(errno) ? errno : 0;
}

bool status_is_null(const struct status *status)
{
    return S_ISCHR(status->mode) && status->special_device == makedev(1, 3);
}
