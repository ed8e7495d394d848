/* SPDX-License-Identifier: Apache-2.0 */
#include "target_place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "path_text.h"

static enum place_kind kind_of(const struct status *status)
{
    if (S_ISDIR(status->mode))
        return PLACE_FOLDER;
    if (S_ISREG(status->mode))
        return PLACE_FILE;
    if (S_ISBLK(status->mode))
        return PLACE_DEVICE;
    return status_is_null(status) ? PLACE_NULL : PLACE_OTHER;
}

/* 'path' does not exist: finds the directory to create it in. */
static int find_folder(const char *path, struct target_place *place, struct failure *why)
{
    char shown[PATH_TEXT], shown_folder[PATH_TEXT];
    struct status link;
    path_text(path, shown);
    if (status_of_path(path, false, &link) == 0)
        return failure_set(why, -ENOENT, "target '%s' is a dangling symlink", shown);
    if (path[0] == 0)
        return failure_set(why, -ENOENT,
                           "target '' is empty: name a directory, a file, a block device or "
                           "/dev/null");
    if (path[strlen(path) - 1] == '/')
        return failure_set(why, -ENOENT, "target '%s' does not exist: create the directory first",
                           shown);
    place->base = path_folder(path);
    if (!place->base)
        return failure_system(why, ENOMEM, "cannot inspect target '%s'", shown);
    const int error = status_of_path(place->base, true, &place->status);
    path_text(place->base, shown_folder);
    if (error == -ENOENT)
        return failure_set(
            why, -ENOENT,
            "cannot create target '%s': directory '%s' does not exist; create it first", shown,
            shown_folder);
    if (error)
        return failure_system(why, -error, "cannot inspect directory '%s' of target '%s'",
                              shown_folder, shown);
    if (!S_ISDIR(place->status.mode))
        return failure_set(why, -ENOTDIR, "cannot create target '%s': '%s' is not a directory",
                           shown, shown_folder);
    place->kind = PLACE_NEW;
    return 0;
}

int target_find(const char *path, struct target_place *place, struct failure *why)
{
    char shown[PATH_TEXT];
    *place = (struct target_place){0};
    int error = status_of_path(path, true, &place->status);
    if (error == -ENOENT) {
        error = find_folder(path, place, why);
    } else if (error) {
        failure_system(why, -error, "cannot inspect target '%s'", path_text(path, shown));
    } else {
        place->kind = kind_of(&place->status);
        place->base = strdup(path);
        if (!place->base)
            error =
                failure_system(why, ENOMEM, "cannot inspect target '%s'", path_text(path, shown));
    }
    if (error)
        target_place_release(place);
    return error;
}

void target_place_release(struct target_place *place)
{
    free(place->base);
    *place = (struct target_place){0};
}
