/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_text.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/space.h"
#include "status.h"

int directory_create(const char *path, mode_t mode, struct failure *why)
{
    char shown[PATH_TEXT];
    char note[SPACE_TEXT];
    if (TEMP_FAILURE_RETRY(mkdir(path, mode)) == 0)
        return 0;
    const int error = errno;
    if (error == EEXIST)
        return -EEXIST;
    return failure_system(why, error, "cannot create directory '%s'%s", path_text(path, shown),
                          space_format_reason(path, error, note));
}

int file_remove(const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return failure_system(why, errno, "cannot remove '%s'", path_text(path, shown));
}

bool file_is_hidden_leftover(const char *name)
{
    return strncmp(name, ".fuse_hidden", 12) == 0 || strncmp(name, ".nfs", 4) == 0;
}

/* Finds what is left in a directory; true if it is nothing but removed files that are still open.
 */
static bool holds_open_files(const char *path, char name[PATH_TEXT])
{
    bool hidden = false, others = false;
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        const bool is_hidden = file_is_hidden_leftover(entry->d_name);
        others |= !is_hidden;
        hidden |= is_hidden;
        path_text(entry->d_name, name);
    }
    if (folder)
        closedir(folder);
    return hidden && !others;
}

int directory_remove(const char *path, int64_t wait_ns, struct failure *why)
{
    enum { POLL_NS = 20 * 1000 * 1000 };
    char shown[PATH_TEXT], name[PATH_TEXT] = "";
    const int64_t until_ns = clock_now_ns() + wait_ns;
    for (;;) {
        if (TEMP_FAILURE_RETRY(rmdir(path)) == 0 || errno == ENOENT)
            return 0;
        const int error = errno;
        path_text(path, shown);
        const bool is_full = error == ENOTEMPTY || error == EEXIST;
        const bool open = is_full && holds_open_files(path, name);
        if (open && clock_now_ns() < until_ns) {
            clock_sleep_ns(POLL_NS);
            continue;
        }
        if (open)
            return failure_set(why, -EBUSY,
                               "cannot remove directory '%s' yet: it holds '%s', which is a "
                               "removed file that a process still has open; use --cleanup and the "
                               "result when that process has ended",
                               shown, name);
        if (is_full && name[0])
            return failure_set(why, -error,
                               "cannot remove directory '%s': it holds '%s', which another process "
                               "may have created; move it away, then use --cleanup and the result",
                               shown, name);
        return failure_system(why, error, "cannot remove directory '%s'", shown);
    }
}

void directory_remove_if_empty(const char *path)
{
    rmdir(path);
}

bool path_exists(const char *path)
{
    struct status status;
    const int result = status_of_path(path, false, &status);
    return result != -ENOENT && result != -ENOTDIR;
}
