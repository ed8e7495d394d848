/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "direct.h"
#include "path_text.h"
#include "platform/space.h"
#include "status.h"

static const struct file closed_file = {
    .fd = -1,
    .buffered_fd = -1,
    .opened = TRUTH_NO,
    .in_effect = TRUTH_NO,
    .memory_alignment = 1,
    .offset_alignment = 1,
};

static const int open_flags[] = {
    [FILE_CREATE] = O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
    [FILE_MAKE] = O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
    [FILE_OPEN] = O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
    [FILE_OPEN_BOTH] = O_RDWR | O_NOFOLLOW | O_CLOEXEC,
    [FILE_OPEN_READ] = O_RDONLY | O_CLOEXEC,
};

static int open_failure(struct failure *why, int error, const char *path, enum file_access access)
{
    char shown[PATH_TEXT];
    char note[SPACE_TEXT];
    const char *verb = access <= FILE_MAKE ? "create" : "open";
    path_text(path, shown);
    switch (error) {
    case EEXIST:
        return failure_set(why, -error, "'%s' already exists: remove it, or use --overwrite",
                           shown);
    case ELOOP:
        return failure_set(why, -error, "cannot %s '%s': it is a symlink; name its target", verb,
                           shown);
    case EMFILE:
    case ENFILE:
        return failure_system(why, error, "cannot %s '%s' (raise ulimit -n, or use fewer writers)",
                              verb, shown);
    default:
        return failure_system(why, error, "cannot %s '%s'%s", verb, shown,
                              space_format_reason(path, error, note));
    }
}

/* open(2) would block on a FIFO, and would open a directory as if it were a file. */
static int check_kind(const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    struct status status;
    const int error = status_of_path(path, true, &status);
    if (error || S_ISREG(status.mode) || S_ISBLK(status.mode) || status_is_null(&status))
        return 0; /* open reports a missing file */
    return failure_set(why, S_ISDIR(status.mode) ? -EISDIR : -EINVAL,
                       "cannot open '%s': it is neither a file nor a block device",
                       path_text(path, shown));
}

static const int create_flags[] = {
    [FILE_CREATE] = O_CREAT | O_EXCL,
    [FILE_MAKE] = O_CREAT,
    [FILE_OPEN_READ] = 0,
};

static int open_buffered(const char *path, enum file_access access, struct failure *why)
{
    if (access != FILE_CREATE) {
        const int error = check_kind(path, why);
        if (error)
            return error;
    }
    const int fd = open(path, open_flags[access] | create_flags[access], 0600);
    return fd >= 0 ? fd : open_failure(why, errno, path, access);
}

/* Opens the file behind 'fd' again with O_DIRECT. If that is refused, returns -errno in '*refused';
 * else the descriptor or -errno, -ESTALE if another file has replaced it. */
static int open_direct(const char *path, enum file_access access, int fd, int *refused)
{
    struct status first, second;
    const int direct = open(path, open_flags[access] | O_DIRECT);
    if (direct < 0 && (errno == EMFILE || errno == ENFILE))
        return -errno;
    if (direct < 0)
        return *refused = -errno;
    int error = status_of_fd(fd, &first);
    if (error == 0)
        error = status_of_fd(direct, &second);
    if (error == 0 && (first.device != second.device || first.inode != second.inode))
        error = -ESTALE;
    if (error == 0)
        return direct;
    close(direct);
    return error;
}

/* The file system refused O_DIRECT, or a second open: the file stays buffered. */
static int without_direct(struct file *file, const char *path, enum file_access access,
                          enum preference direct, int refused, struct failure *why)
{
    char shown[PATH_TEXT];
    file->in_effect = TRUTH_NO;
    if (direct != REQUIRE)
        return 0;
    return failure_set(
        why, refused,
        "direct I/O is required, but not possible: '%s' was %s, but opening it again "
        "with O_DIRECT was refused: %s; use --direct prefer",
        path_text(path, shown), access == FILE_CREATE ? "created" : "opened",
        strerrordesc_np(-refused));
}

static int refuse_buffered(const struct file *file, const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    return failure_set(why, -EINVAL,
                       "direct I/O is required but not possible on '%s': %s; use "
                       "--direct prefer",
                       path_text(path, shown), file->reason);
}

/* Opens a direct descriptor in addition to the buffered one, if possible and preferred. */
static int add_direct(struct file *file, const char *path, enum file_access access,
                      enum preference direct, uint64_t request_bytes, struct failure *why)
{
    struct direct_facts facts;
    int refused = 0;
    int error = direct_detect(file->fd, access != FILE_OPEN_READ, &facts);
    if (error)
        return open_failure(why, -error, path, access);
    file->cause = direct_cause(&facts, request_bytes);
    file->in_effect = direct_evaluate(&facts, request_bytes, file->cause, file->reason);
    if (file->in_effect == TRUTH_NO && direct == REQUIRE)
        return refuse_buffered(file, path, why);
    if (!direct_fits(&facts, request_bytes))
        return 0;
    const int fd = open_direct(path, access, file->fd, &refused);
    if (fd >= 0) {
        file->buffered_fd = file->fd;
        file->fd = fd;
        file->opened = TRUTH_YES;
        file->memory_alignment = direct_alignment(&facts, facts.memory_alignment);
        file->offset_alignment = direct_alignment(&facts, facts.offset_alignment);
        return 0;
    }
    if (!refused)
        return open_failure(why, -fd, path, FILE_OPEN);
    if (file->in_effect != TRUTH_NO) {
        file->cause = DIRECT_OPEN_REFUSED;
        snprintf(file->reason, sizeof file->reason, "%s refuses O_DIRECT: %s", facts.file_system,
                 strerrordesc_np(-refused));
    }
    return without_direct(file, path, access, direct, refused, why);
}

int file_open(struct file *file, const char *path, enum file_access access, enum preference direct,
              uint64_t request_bytes, struct failure *why)
{
    *file = closed_file;
    const int fd = open_buffered(path, access, why);
    if (fd < 0)
        return fd;
    file->fd = fd;
    if (direct == NEVER)
        return 0;
    const int error = add_direct(file, path, access, direct, request_bytes, why);
    if (error == 0)
        return 0;
    file_close(file, path, NULL);
    if (access == FILE_CREATE)
        unlink(path);
    return error;
}

int file_open_like(struct file *file, const struct file *like, const char *path,
                   enum file_access access, bool two_ways, struct failure *why)
{
    const int flags = open_flags[access];
    const int direct = like->opened == TRUTH_YES ? O_DIRECT : 0;
    *file = *like;
    file->fd = file->buffered_fd = -1;
    file->lock_fd = 0;
    file->fd = open(path, flags | create_flags[access] | direct, 0600);
    if (file->fd >= 0 && direct && two_ways)
        file->buffered_fd = open(path, flags);
    if (file->fd >= 0 && (!direct || !two_ways || file->buffered_fd >= 0))
        return 0;
    const int error = errno;
    file_close(file, path, NULL);
    return open_failure(why, error, path, access);
}

static int sync_fd(int fd)
{
    struct status status;
    while (fsync(fd))
        if (errno == EINVAL && status_of_fd(fd, &status) == 0 && S_ISCHR(status.mode))
            return 0;
        else if (errno != EINTR)
            return -errno;
    return 0;
}

/* Both descriptors refer to one file, but readahead is a property of each descriptor. */
void file_advise_random(const struct file *file)
{
    posix_fadvise(file->fd, 0, 0, POSIX_FADV_RANDOM);
    if (file->buffered_fd >= 0)
        posix_fadvise(file->buffered_fd, 0, 0, POSIX_FADV_RANDOM);
}

int file_drop_cache(const struct file *file)
{
    return -posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
}

void file_drop_cache_of(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

int file_preallocate(const struct file *file, const char *path, uint64_t bytes, struct failure *why)
{
    char shown[PATH_TEXT];
    int error = 0;
    while (fallocate(file->fd, 0, 0, (off_t)bytes)) {
        error = errno;
        if (error != EINTR)
            break;
    }
    if (error == 0 || error == EINTR)
        return 0;
    if (error == EOPNOTSUPP || error == ENOSYS || error == ENODEV || error == ESPIPE)
        return -EOPNOTSUPP;
    return failure_system(why, error, "cannot preallocate %llu bytes for '%s'",
                          (unsigned long long)bytes, path_text(path, shown));
}

int64_t file_bytes(const struct file *file)
{
    struct stat status;
    return fstat(file->fd, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
}

int files_sync(const int *fds, uint32_t count, uint32_t which)
{
    int first = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!(which >> i & 1))
            continue;
        const int error = sync_fd(fds[i]);
        first = first ? first : error;
    }
    return first;
}

int file_close(struct file *file, const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    char note[SPACE_TEXT];
    int error = 0;
    if (file->fd >= 0 && close(file->fd))
        error = errno;
    if (file->buffered_fd >= 0 && close(file->buffered_fd) && !error)
        error = errno;
    if (file->lock_fd > 0)
        close(file->lock_fd);
    *file = closed_file;
    /* After EINTR the descriptor is closed, and the data are as safe as without it. */
    if (error == 0 || error == EINTR)
        return 0;
    return failure_system(why, error, "cannot close '%s'%s", path_text(path, shown),
                          space_format_reason(path, error, note));
}
