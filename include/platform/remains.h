/*
 * What a dead run left in its folder: looked at, and removed by name. Nothing is ever removed
 * recursively, no symlink is followed, and one foreign thing in the folder is enough to leave all
 * of it alone.
 */
#ifndef TIDEMILL_PLATFORM_REMAINS_H
#define TIDEMILL_PLATFORM_REMAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

struct remains {
    const char *folder;
    bool (*own)(const char *name, void *context); /* is this a name that the run gives? */
    void *context;
    bool force;     /* also where nobody can tell whether a run is using a file */
    uint64_t files; /* removed */
    uint64_t folders;
};

/* May all of it be removed? 0 also when there is no such folder. -EEXIST for what the run did not
 * make, -EBUSY for a file that a run is using, -ENOLCK where that cannot be told, -EPERM for
 * somebody else's folder. */
int remains_check(struct remains *remains, struct failure *why);

/* Removes the files, then the folder; what is gone already is no failure. */
int remains_remove(struct remains *remains, struct failure *why);

#endif
