/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_text.h"
#include "platform/clock.h"
#include "platform/file.h"

/* Processes that only check a lock hold it for a moment, and several may check at the same time. */
enum { TRIES = 20, PAUSE_NS = 25 * 1000 * 1000 };

static int try_lock(int fd, int kind)
{
    for (int tries = 0;; tries++) {
        if (flock(fd, kind | LOCK_NB) == 0)
            return 0;
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || tries == TRIES)
            return -errno;
        clock_sleep_ns(PAUSE_NS);
    }
}

/* NFS implements flock by byte-range locks, and grants a shared one only on a file that is open for
 * reading. */
static int claim_for_reading(struct file *file)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file->fd);
    const int fd = open(link, O_RDONLY | O_CLOEXEC);
    const int error = fd > 0 ? try_lock(fd, LOCK_SH) : 0;
    if (fd > 0 && error == 0)
        file->lock_fd = fd;
    else if (fd >= 0)
        close(fd);
    return error;
}

int file_claim(struct file *file, const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    int error = try_lock(file->fd, LOCK_SH);
    if (error == -EBADF)
        error = claim_for_reading(file);
    if (error != -EWOULDBLOCK)
        return 0;
    return failure_set(
        why, -EBUSY,
        "cannot use '%s': another process holds a lock on it; wait until it has finished",
        path_text(path, shown));
}

int file_claim_folder(struct file *file, const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    path_text(path, shown);
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return failure_system(why, errno, "cannot open directory '%s'", shown);
    if (try_lock(fd, LOCK_SH) != -EWOULDBLOCK) {
        file->lock_fd = fd;
        return 0;
    }
    close(fd);
    return failure_set(
        why, -EBUSY,
        "cannot use '%s': another process holds a lock on it; wait until it has finished", shown);
}

/* ... and an exclusive one only on a file that is open for writing; but closing a block device
 * after that would wake udev. */
static int open_for_lock(int folder, const char *name)
{
    const int flags = O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
    struct stat facts;
    if (fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode)) {
        const int fd = openat(folder, name, O_RDWR | flags);
        if (fd >= 0)
            return fd;
    }
    return openat(folder, name, O_RDONLY | flags);
}

int file_is_used(int folder, const char *name, bool force, bool *used, struct failure *why)
{
    char shown[PATH_TEXT];
    *used = false;
    const int fd = open_for_lock(folder, name);
    if (fd < 0 && errno == ENOENT)
        return 0; /* it has been removed */
    if (fd < 0)
        return failure_system(why, errno, "cannot open '%s'", path_text(name, shown));
    const int error = try_lock(fd, LOCK_EX);
    close(fd); /* this also releases the lock */
    *used = error == -EWOULDBLOCK;
    if (!error || *used || force)
        return 0;
    return failure_set(why, -ENOLCK,
                       "cannot check whether another run is using '%s': locking it failed: %s; "
                       "--force skips this check",
                       path_text(name, shown), strerror(-error));
}

int target_refuse_used(const char *path, bool force, struct failure *why)
{
    char shown[PATH_TEXT];
    struct failure failure = {0};
    bool used;
    if (file_is_used(AT_FDCWD, path, force, &used, &failure) == -ENOLCK)
        return failure_set(why, failure.code, "%s", failure.text);
    if (!used) /* if it cannot be opened, opening it for writing gives the better message */
        return 0;
    return failure_set(why, -EBUSY,
                       "will not write to '%s': another run is using it (it is locked)",
                       path_text(path, shown));
}
