/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folder part of a path, malloc'ed: "." where there is none. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static const char temporary_ending[] = ".tmp.";

static char *temporary_name(const char *path)
{
    char *name;
    return asprintf(&name, "%s%s%ld", path, temporary_ending, (long)gettid()) < 0 ? NULL : name;
}

/* Waits for a process that checks whether the file is left over. Not possible on some file systems.
 */
static void lock_temporary(int fd)
{
    while (flock(fd, LOCK_EX) && errno == EINTR)
        ;
}

/* Returns an open file that is locked until it is closed, so that no other process removes it. The
 * name contains the thread's number, as two may write at the same time; a file of this name is left
 * over from a dead process that had the same number. */
static int create_temporary(const char *temporary)
{
    for (;;) {
        struct stat facts;
        unlink(temporary);
        int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd < 0)
            return -1;
        lock_temporary(fd);
        if (fstat(fd, &facts) || facts.st_nlink)
            return fd;
        close(fd); /* removed before it was locked */
    }
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

/* Gives the file a name that nothing has yet: -EEXIST. Some file systems have no hard links, some
 * cannot rename without replacing, and those without either get an empty file first. */
static int take_name(const char *temporary, const char *path)
{
    struct stat facts;
    const int error = link(temporary, path) == 0 ? 0 : errno;
    /* NFS may repeat a link that it has made, and report that it exists */
    if (!error || (!stat(temporary, &facts) && facts.st_nlink == 2)) {
        unlink(temporary);
        return 0;
    }
    if (error == EEXIST)
        return -EEXIST;
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EEXIST)
        return -EEXIST;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    close(fd);
    return rename(temporary, path) < 0 ? -errno : 0;
}

static int replace(const char *temporary, const char *path)
{
    return rename(temporary, path) < 0 ? -errno : 0;
}

static int put(const char *path, const void *bytes, size_t length,
               int (*name)(const char *temporary, const char *path), struct failure *why)
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
    if (!result)
        result = name(temporary, path);
    if (close(fd) < 0 && !result)
        result = -errno;
    if (result)
        unlink(temporary);
    else
        result = sync_folder(folder);
out:
    if (result && result != -EEXIST)
        failure_system(why, -result, "cannot write the result '%s'", path);
    free(folder);
    free(temporary);
    return result;
}

int place_file(const char *path, const void *bytes, size_t length, struct failure *why)
{
    return put(path, bytes, length, replace, why);
}

int place_new_file(const char *path, const void *bytes, size_t length, struct failure *why)
{
    return put(path, bytes, length, take_name, why);
}

bool place_exists(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Is 'name' that of a temporary file for a file with the name 'base'? */
static bool is_temporary(const char *name, const char *base)
{
    const size_t length = strlen(base);
    if (strncmp(name, base, length) ||
        strncmp(name + length, temporary_ending, sizeof temporary_ending - 1))
        return false;
    const char *number = name + length + sizeof temporary_ending - 1;
    return *number && !number[strspn(number, "0123456789")];
}

/* A process that is alive holds a lock on its temporary file. */
static void remove_unlocked(int folder, const char *name)
{
    struct stat facts;
    int fd = openat(folder, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (!fstat(fd, &facts) && S_ISREG(facts.st_mode) && facts.st_uid == geteuid() &&
        !flock(fd, LOCK_EX | LOCK_NB))
        unlinkat(folder, name, 0);
    close(fd);
}

void place_remove_temporaries(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = folder_of(path);
    DIR *folder = name ? opendir(name) : NULL;
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        if (is_temporary(entry->d_name, slash ? slash + 1 : path))
            remove_unlocked(dirfd(folder), entry->d_name);
    if (folder)
        closedir(folder);
    free(name);
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

    struct stat facts;
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
        return failure_set(why, -EINVAL,
                           "cannot write the result '%s': it is not a regular file; name another "
                           "with --result",
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
