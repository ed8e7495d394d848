/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a file in place whole: written under a temporary name in the same folder, synced, renamed
 * over the path, the folder synced. After any failure the temporary file is gone and what was at
 * the path is untouched. Knows nothing of what the bytes mean.
 */
#ifndef TIDEMILL_RECORD_PLACE_H
#define TIDEMILL_RECORD_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

/* Could a file be put there? Tries the temporary name and leaves nothing behind. -EISDIR, -ENOENT,
 * -EACCES ... */
int place_check(const char *path, struct failure *why);

/* Is anything there, be it a dangling link? */
bool place_exists(const char *path);

int place_file(const char *path, const void *bytes, size_t length, struct failure *why);

/* The same where nothing is yet: of several processes that try, one succeeds and the others get
 * -EEXIST, without 'why' being set. */
int place_new_file(const char *path, const void *bytes, size_t length, struct failure *why);

/* Removes the temporary files that dead processes left next to the file. */
void place_remove_temporaries(const char *path);

#endif
