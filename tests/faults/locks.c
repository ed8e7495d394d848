/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LD_PRELOAD library: locks of other file systems, for files whose path begins with FAULT_PATH.
 * FAULT_LOCKS selects them:
 *
 *   nfs    an exclusive lock needs a file that is open for writing and a shared one a file that is
 *          open for reading, as on NFSv4 (EBADF)
 *   none   no locks (ENOSYS)
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static bool touched(int fd)
{
    char link[64];
    char path[PATH_MAX];
    const char *begin = getenv("FAULT_PATH");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!begin || length < 0)
        return false;
    path[length] = '\0';
    return !strncmp(path, begin, strlen(begin));
}

int flock(int fd, int operation)
{
    const char *locks = getenv("FAULT_LOCKS");
    int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
    if (!real || !locks)
        abort();
    if (!touched(fd))
        return real(fd, operation);
    if (!strcmp(locks, "none")) {
        errno = ENOSYS;
        return -1;
    }
    int lacking = operation & LOCK_EX ? O_RDONLY : O_WRONLY;
    if (!(operation & LOCK_UN) && (fcntl(fd, F_GETFL) & O_ACCMODE) == lacking) {
        errno = EBADF;
        return -1;
    }
    return real(fd, operation);
}
