#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Folder part of a path, malloc'ed: "." where there is none. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static char *temporary_name(const char *path)
{
    char *name;
    return asprintf(&name, "%s.tmp.%ld", path, (long)gettid()) < 0 ? NULL : name;
}

/* The name holds the thread's number: two may put the same file in place. A file of this name is
 * left from a dead process with our number and may be removed. */
static int create_temporary(const char *temporary)
{
    unlink(temporary);
    return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
}

static int write_whole(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        bytes += written;
        length -= (size_t)written;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

/* Some file systems refuse to sync a directory; the rename is done anyway. */
static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int result = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return result == -EINVAL || result == -ENOTSUP || result == -EROFS ? 0 : result;
}

int place_file(const char *path, const void *bytes, size_t length, struct failure *why)
{
    int result = 0;
    char *temporary = temporary_name(path);
    char *folder = folder_of(path);
    int fd = -1;
    if (!temporary || !folder) {
        result = -ENOMEM;
        goto out;
    }
    fd = create_temporary(temporary);
    if (fd < 0) {
        result = -errno;
        goto out;
    }
    result = write_whole(fd, bytes, length);
    if (close(fd) < 0 && !result)
        result = -errno;
    if (!result && rename(temporary, path) < 0)
        result = -errno;
    if (result)
        unlink(temporary);
    else
        result = sync_folder(folder);
out:
    if (result)
        failure_system(why, -result, "cannot write the result '%s'", path);
    free(folder);
    free(temporary);
    return result;
}

bool place_exists(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void place_unclaim(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool empty = fd >= 0 && lseek(fd, 0, SEEK_END) == 0;
    if (fd >= 0)
        close(fd);
    if (empty)
        unlink(path);
}

int place_claim(const char *path, struct failure *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST)
        return -EEXIST;
    if (fd < 0)
        return failure_system(why, errno, "cannot write the result '%s'", path);
    close(fd);
    return 0;
}

static bool is_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

int place_check(const char *path, struct failure *why)
{
    size_t length = strlen(path);
    if (length == 0)
        return failure_set(why, -EINVAL, "the path of the result is empty; name a file");
    if (path[length - 1] == '/' || is_folder(path))
        return failure_set(why, -EISDIR,
                           "cannot write the result '%s': it is a directory; name a file in it",
                           path);

    int result = 0;
    int fd = -1;
    char *temporary = temporary_name(path);
    char *folder = folder_of(path);
    if (!temporary || !folder) {
        result = failure_system(why, ENOMEM, "cannot check the result '%s'", path);
        goto out;
    }
    fd = create_temporary(temporary);
    int error = errno;
    if (fd >= 0) {
        close(fd);
        unlink(temporary);
    } else if (error == ENOENT && !is_folder(folder)) { /* /proc reports that too */
        result = failure_set(
            why, -ENOENT,
            "cannot write the result '%s': the directory '%s' does not exist; create it first",
            path, folder);
    } else {
        result = failure_system(why, error, "cannot write the result '%s' into the directory '%s'",
                                path, folder);
    }
out:
    free(folder);
    free(temporary);
    return result;
}
