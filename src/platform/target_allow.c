/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "device.h"
#include "mounts.h"
#include "path_text.h"
#include "platform/target.h"
#include "target_place.h"

/* File systems without user files. */
static const int64_t pseudo[] = {
    PROC_SUPER_MAGIC,          SYSFS_MAGIC,        CGROUP_SUPER_MAGIC,
    CGROUP2_SUPER_MAGIC,       DEBUGFS_MAGIC,      TRACEFS_MAGIC,
    SECURITYFS_MAGIC,          DEVPTS_SUPER_MAGIC, 0x6165676c /* pstore */,
    0xde5e81e4 /* efivarfs */,
};

static int refuse_file_system(const char *base, const char *shown, struct failure *why)
{
    struct statfs facts;
    if (statfs(base, &facts))
        return failure_system(why, errno, "cannot inspect target '%s'", shown);
    for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++)
        if (facts.f_type == pseudo[i])
            return failure_set(
                why, -EPERM,
                "will not write to '%s': it is in a file system of the kernel, not on "
                "storage",
                shown);
    if (facts.f_flags & ST_RDONLY)
        return failure_set(why, -EROFS, "cannot write to '%s': its file system is read-only",
                           shown);
    return 0;
}

static int refuse_folder(const struct target_place *place, const char *shown, struct failure *why)
{
    char folder[PATH_TEXT];
    struct status root;
    if (place->kind == PLACE_FOLDER && status_of_path("/", true, &root) == 0 &&
        root.device == place->status.device && root.inode == place->status.inode)
        return failure_set(why, -EPERM,
                           "will not write to '%s', the root directory: name a directory below it",
                           shown);
    const int error = refuse_file_system(place->base, shown, why);
    if (error)
        return error;
    if (faccessat(AT_FDCWD, place->base, W_OK | X_OK, AT_EACCESS))
        return failure_system(why, errno, "cannot create files in '%s'",
                              path_text(place->base, folder));
    return 0;
}

static int refuse_file(const struct target_place *place, bool overwrite, const char *shown,
                       struct failure *why)
{
    if (!overwrite)
        return failure_set(
            why, -EEXIST,
            "will not write to '%s': it already exists; --overwrite overwrites it in "
            "place",
            shown);
    const int error = refuse_file_system(place->base, shown, why);
    if (error)
        return error;
    if (faccessat(AT_FDCWD, place->base, W_OK, AT_EACCESS))
        return failure_system(why, errno, "cannot write to '%s'", shown);
    return 0;
}

static int refuse_device(const struct target_place *place, bool overwrite, bool allowed,
                         const char *shown, struct failure *why)
{
    struct mounts mounts;
    const dev_t number = place->status.special_device;
    if (!allowed)
        return failure_set(why, -EPERM,
                           "will not write to '%s': it is a block device; --allow-block-device "
                           "overwrites its contents",
                           shown);
    if (faccessat(AT_FDCWD, place->base, R_OK | W_OK, AT_EACCESS))
        return failure_system(why, errno, "cannot write to '%s'", shown);
    int error = mounts_read(&mounts, NULL);
    if (error)
        return failure_system(why, -error, "cannot check whether '%s' is mounted", shown);
    error = device_refuse_used(place->base, number, &mounts, why);
    mounts_release(&mounts);
    if (error == 0 && !overwrite)
        error = device_refuse_signature(place->base, number, why);
    return error;
}

/* Another user may have put a symlink in the place of a file or device; but sites use symlinks to
 * directories as names for their scratch space. */
static int refuse_symlink(const char *path, const struct target_place *place, const char *shown,
                          struct failure *why)
{
    struct status status;
    char real[PATH_MAX], shown_real[PATH_TEXT];
    if (place->kind == PLACE_FOLDER || place->kind == PLACE_NEW ||
        status_of_path(path, false, &status) || !S_ISLNK(status.mode))
        return 0;
    return failure_set(why, -ELOOP, "will not write to '%s': it is a symlink; name '%s' itself",
                       shown, realpath(path, real) ? path_text(real, shown_real) : "its target");
}

int target_allow(const char *path, bool overwrite, bool allow_block_device, struct failure *why)
{
    struct target_place place;
    char shown[PATH_TEXT];

    path_text(path, shown);
    int error = target_find(path, &place, why);
    if (error)
        return error;
    error = refuse_symlink(path, &place, shown, why);
    if (error)
        goto out;
    switch (place.kind) {
    case PLACE_FOLDER:
    case PLACE_NEW:
        error = refuse_folder(&place, shown, why);
        break;
    case PLACE_FILE:
        error = refuse_file(&place, overwrite, shown, why);
        break;
    case PLACE_DEVICE:
        error = refuse_device(&place, overwrite, allow_block_device, shown, why);
        break;
    case PLACE_NULL:
        break;
    case PLACE_OTHER:
        error = failure_set(why, -EINVAL,
                            "will not write to '%s': it is a FIFO, a socket or a character device; "
                            "name a directory, a file, a block device or /dev/null",
                            shown);
        break;
    }
out:
    target_place_release(&place);
    return error;
}
