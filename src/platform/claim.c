#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
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

bool file_is_used(int fd)
{
    const int error = try_lock(fd, LOCK_EX);
    if (error == 0)
        flock(fd, LOCK_UN);
    return error == -EWOULDBLOCK;
}

int target_refuse_used(const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return 0; /* whoever opens it to write has the better message */
    const bool used = file_is_used(fd);
    close(fd);
    if (!used)
        return 0;
    return failure_set(why, -EBUSY,
                       "will not write to '%s': another run is using it (it holds a lock on it)",
                       path_text(path, shown));
}
