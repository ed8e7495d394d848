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

/* Opens the directory and keeps it open: renaming it meanwhile changes nothing. -ENOENT. */
static int open_folder(const struct leftovers *leftovers, DIR **folder, struct failure *why)
{
    char shown[PATH_TEXT];
    struct stat facts;
    path_text(leftovers->folder, shown);
    const int fd = open(leftovers->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return -ENOENT;
    if (fd < 0)
        return failure_system(why, errno, "cannot open directory '%s'", shown);
    if (fstat(fd, &facts) || facts.st_uid != geteuid()) {
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
    if (S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() && is_own_folder(leftovers, name)) {
        if (!leftovers->inside)
            return 0;
        const int error = check_used(leftovers, folder, name, why);
        return error ? error : act_inside(leftovers, name, leftovers_check, why);
    }
    if (!leftovers->own(name, leftovers->context) || !S_ISREG(facts.st_mode) ||
        facts.st_uid != geteuid())
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
    DIR *folder;
    char shown[PATH_TEXT];
    int error = open_folder(leftovers, &folder, why);
    if (error)
        return error == -ENOENT ? 0 : error;
    const struct dirent *entry;
    while (error == 0 && (entry = readdir(folder)))
        if (is_dot(entry->d_name))
            continue;
        else if (leftovers->own(entry->d_name, leftovers->context))
            error = remove_entry(leftovers, dirfd(folder), entry->d_name, why);
        else if (leftovers->inside && is_own_folder(leftovers, entry->d_name))
            error = act_inside(leftovers, entry->d_name, leftovers_remove, why);
    closedir(folder);
    if (error)
        return error;
    if (rmdir(leftovers->folder) == 0)
        leftovers->folders++;
    else if (errno != ENOENT)
        return failure_system(why, errno, "cannot remove directory '%s'",
                              path_text(leftovers->folder, shown));
    return 0;
}
