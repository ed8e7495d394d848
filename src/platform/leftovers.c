/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "path_text.h"
#include "platform/file.h"

/* With root squash, files of root belong to another user. Returns whose files this process makes
 * next to the directory; 'otherwise' if it cannot make any. */
static uid_t owner_there(const char *path, uid_t otherwise)
{
    struct stat facts;
    struct text probe = {0};
    uid_t owner = otherwise;
    text_add(&probe, "%s.owner", path);
    const int fd =
        open(text_string(&probe), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) {
        if (fstat(fd, &facts) == 0)
            owner = facts.st_uid;
        close(fd);
        unlink(text_string(&probe));
    }
    text_release(&probe);
    return owner;
}

/* Opens the directory and keeps it open: renaming it meanwhile changes nothing. -ENOENT. */
static int open_folder(struct leftovers *leftovers, DIR **folder, struct failure *why)
{
    char shown[PATH_TEXT];
    struct stat facts;
    path_text(leftovers->folder, shown);
    const int fd = open(leftovers->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return -ENOENT;
    if (fd < 0)
        return failure_system(why, errno, "cannot open directory '%s'", shown);
    leftovers->owner = geteuid();
    const bool is_known = fstat(fd, &facts) == 0;
    if (is_known && facts.st_uid != leftovers->owner)
        leftovers->owner = owner_there(leftovers->folder, leftovers->owner);
    if (!is_known || facts.st_uid != leftovers->owner) {
        close(fd);
        return failure_set(why, -EPERM, "will not clean up '%s': it belongs to another user",
                           shown);
    }
    *folder = fdopendir(fd);
    if (*folder)
        return 0;
    close(fd);
    return failure_system(why, ENOMEM, "cannot open directory '%s'", shown);
}

static int check_used(const struct leftovers *leftovers, int folder, const char *name,
                      struct failure *why)
{
    char shown[PATH_TEXT], shown_name[PATH_TEXT];
    bool used;
    const int error = file_is_used(folder, name, leftovers->force, &used, why);
    if (error || !used)
        return error;
    return failure_set(why, -EBUSY,
                       "will not clean up '%s': a run is using '%s'; nothing was removed",
                       path_text(leftovers->folder, shown), path_text(name, shown_name));
}

/* Checks or removes a directory in the directory. */
static int act_inside(struct leftovers *leftovers, const char *name,
                      int (*act)(struct leftovers *, struct failure *), struct failure *why)
{
    struct leftovers inside = *leftovers->inside;
    struct text path = {0};
    int error = -ENOMEM;
    text_add(&path, "%s/%s", leftovers->folder, name);
    inside.folder = text_string(&path);
    inside.force = leftovers->force;
    if (path.failed)
        failure_set(why, error, "not enough memory");
    else
        error = act(&inside, why);
    leftovers->files += inside.files;
    leftovers->folders += inside.folders;
    text_release(&path);
    return error;
}

static bool is_own_folder(const struct leftovers *leftovers, const char *name)
{
    return leftovers->own_folder && leftovers->own_folder(name, leftovers->context);
}

static int check_entry(struct leftovers *leftovers, int folder, const char *name,
                       struct failure *why)
{
    char shown[PATH_TEXT], shown_name[PATH_TEXT];
    struct stat facts;
    path_text(leftovers->folder, shown);
    path_text(name, shown_name);
    if (fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW))
        return errno == ENOENT ? 0 : failure_system(why, errno, "cannot inspect '%s'", shown_name);
    if (S_ISDIR(facts.st_mode) && facts.st_uid == leftovers->owner &&
        is_own_folder(leftovers, name)) {
        if (!leftovers->inside)
            return 0;
        const int error = check_used(leftovers, folder, name, why);
        return error ? error : act_inside(leftovers, name, leftovers_check, why);
    }
    const bool own = leftovers->own(name, leftovers->context) || file_is_hidden_leftover(name);
    if (!own || !S_ISREG(facts.st_mode) || facts.st_uid != leftovers->owner)
        return failure_set(
            why, -EEXIST,
            "will not clean up '%s': that run did not create '%s' in it; nothing was "
            "removed",
            shown, shown_name);
    return check_used(leftovers, folder, name, why);
}

static int remove_entry(struct leftovers *leftovers, int folder, const char *name,
                        struct failure *why)
{
    char shown[PATH_TEXT];
    if (unlinkat(folder, name, 0) == 0) {
        leftovers->files++;
        return 0;
    }
    if (errno == ENOENT)
        return 0;
    return failure_system(why, errno, "cannot remove '%s'", path_text(name, shown));
}

static bool is_directory(int folder, const char *name)
{
    struct stat facts;
    return fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(facts.st_mode);
}

static bool is_dot(const char *name)
{
    return !strcmp(name, ".") || !strcmp(name, "..");
}

int leftovers_check(struct leftovers *leftovers, struct failure *why)
{
    DIR *folder;
    int error = open_folder(leftovers, &folder, why);
    if (error)
        return error == -ENOENT ? 0 : error;
    const struct dirent *entry;
    while (error == 0 && (entry = readdir(folder)))
        if (!is_dot(entry->d_name))
            error = check_entry(leftovers, dirfd(folder), entry->d_name, why);
    closedir(folder);
    return error;
}

int leftovers_remove(struct leftovers *leftovers, struct failure *why)
{
    static const int64_t open_files_ns = INT64_C(5) * 1000 * 1000 * 1000;
    DIR *folder;
    int error = open_folder(leftovers, &folder, why);
    if (error)
        return error == -ENOENT ? 0 : error;
    const struct dirent *entry;
    while (error == 0 && (entry = readdir(folder)))
        if (is_dot(entry->d_name))
            continue;
        else if (file_is_hidden_leftover(entry->d_name)) /* does nothing while it is open */
            unlinkat(dirfd(folder), entry->d_name, 0);
        else if (leftovers->inside && is_own_folder(leftovers, entry->d_name) &&
                 is_directory(dirfd(folder), entry->d_name))
            error = act_inside(leftovers, entry->d_name, leftovers_remove, why);
        else if (leftovers->own(entry->d_name, leftovers->context))
            error = leftovers->folders_only
                        ? 0
                        : remove_entry(leftovers, dirfd(folder), entry->d_name, why);
    closedir(folder);
    if (error)
        return error;
    if (leftovers->folders_only)
        directory_remove_if_empty(leftovers->folder);
    else
        error = directory_remove(leftovers->folder, open_files_ns, why);
    leftovers->folders += !path_exists(leftovers->folder);
    return error;
}
