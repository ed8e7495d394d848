/*
 * Where a target path leads: to something that is there, or to a new name in a folder that is.
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
    char *base;           /* the path itself, or the folder of a new name */
    struct status status; /* of 'base' */
};

/* -ENOENT, -ENOTDIR, -EACCES ... with what to do. Symlinks are followed. */
int target_find(const char *path, struct target_place *place, struct failure *why);

/* Accepts a zeroed one. */
void target_place_release(struct target_place *place);

#endif
