/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resolves a target path: an existing file, directory or device, or a new name in an existing
 * directory.
 */
#ifndef TIDEMILL_PLATFORM_TARGET_PLACE_H
#define TIDEMILL_PLATFORM_TARGET_PLACE_H

#include "base/failure.h"
#include "status.h"

enum place_kind {
    PLACE_FOLDER,
    PLACE_FILE,
    PLACE_NEW, /* a name that does not exist yet */
    PLACE_DEVICE,
    PLACE_NULL,
    PLACE_OTHER, /* FIFO, socket, another character device */
};

struct target_place {
    enum place_kind kind;
    char *base;           /* the path itself, or the directory of a new name */
    struct status status; /* of 'base' */
};

/* Resolves 'path'; symlinks are followed. -ENOENT, -ENOTDIR, -EACCES ... with what to do. */
int target_find(const char *path, struct target_place *place, struct failure *why);

/* Frees 'base'; accepts a zeroed struct. */
void target_place_release(struct target_place *place);

#endif
