#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_text.h"
#include "platform/clock.h"
#include "platform/file.h"

/* Those who only look hold the file for a moment, and may do so at the same time. */
enum { LOOKS = 20, BETWEEN_LOOKS_NS = 25 * 1000 * 1000 };

static int try_lock(int fd, int kind)
{
    for (int look = 0;; look++) {
        if (flock(fd, kind | LOCK_NB) == 0)
            return 0;
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || look == LOOKS)
            return -errno;
        clock_sleep_ns(BETWEEN_LOOKS_NS);
    }
}

int file_claim(struct file *file, const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    if (try_lock(file->fd, LOCK_SH) != -EWOULDBLOCK)
        return 0;
    return failure_set(why, -EBUSY,
                       "cannot use '%s': somebody holds a lock on it; wait for that to end",
                       path_text(path, shown));
}

/* NFS takes flock for a lock on bytes, and gives one to hold alone only on what is open for
 * writing; closing a device after that would wake udev. */
static int open_to_ask(int folder, const char *name)
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
    const int fd = open_to_ask(folder, name);
    if (fd < 0 && errno == ENOENT)
        return 0; /* gone meanwhile */
    if (fd < 0)
        return failure_system(why, errno, "cannot open '%s'", path_text(name, shown));
    const int error = try_lock(fd, LOCK_EX);
    close(fd); /* the lock goes with it */
    *used = error == -EWOULDBLOCK;
    if (!error || *used || force)
        return 0;
    return failure_set(why, -ENOLCK,
                       "cannot tell whether another run is using '%s': asking for a lock on it "
                       "fails: %s; --force goes on",
                       path_text(name, shown), strerror(-error));
}

int target_refuse_used(const char *path, bool force, struct failure *why)
{
    char shown[PATH_TEXT];
    struct failure failure = {0};
    bool used;
    if (file_is_used(AT_FDCWD, path, force, &used, &failure) == -ENOLCK)
        return failure_set(why, failure.code, "%s", failure.text);
    if (!used) /* whoever opens to write what cannot be opened has the better message */
        return 0;
    return failure_set(why, -EBUSY,
                       "will not write to '%s': another run is using it (it holds a lock on it)",
                       path_text(path, shown));
}
