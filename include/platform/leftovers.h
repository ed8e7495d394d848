/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a dead run left in its directory: checks them, and removes them by name. No symlink is
 * followed, and if the directory contains anything that the run did not create, nothing is removed.
 */
#ifndef TIDEMILL_PLATFORM_LEFTOVERS_H
#define TIDEMILL_PLATFORM_LEFTOVERS_H

#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "base/failure.h"

struct leftovers {
    const char *folder;
    bool (*own)(const char *name, void *context);        /* true if the run uses this file name */
    bool (*own_folder)(const char *name, void *context); /* likewise; NULL: none */
    const struct leftovers *inside; /* what such a directory may hold, and is removed with; NULL:
                                       it is checked and removed apart */
    bool folders_only;              /* leaves the files, and the directory if it holds any */
    void *context;
    uid_t owner;    /* of this process's files there; set by the functions below */
    bool force;     /* also if it cannot be determined whether a run is using a file */
    uint64_t files; /* number of files removed */
    uint64_t folders;
};

/* Checks that everything may be removed. 0 also if there is no such directory. -EEXIST for a file
 * that the run did not create, -EBUSY for a file that a run is using, -ENOLCK if that cannot be
 * determined, -EPERM for another user's directory. */
int leftovers_check(struct leftovers *leftovers, struct failure *why);

/* Removes the files, then the directory; a file that no longer exists is not an error. */
int leftovers_remove(struct leftovers *leftovers, struct failure *why);

#endif
