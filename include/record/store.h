/*
 * The record as an HDF5 file, and back. The only place that knows HDF5. Rank 0
 * only, and one thread at a time.
 *
 * The file at the final path is always complete: each save writes the whole record to a temporary
 * name in the same folder, syncs it, renames it over the path and syncs the folder.
 */
#ifndef TIDEMILL_RECORD_STORE_H
#define TIDEMILL_RECORD_STORE_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/text.h"
#include "record/record.h"

/* Checks before a run that 'path' can be written: refuses an existing file unless 'overwrite' and
 * it is a tidemill result; -errno with the reason. Leaves nothing behind. */
int store_check(const char *path, bool overwrite, struct failure *why);

/* Takes a path that nothing has yet, so that no other run takes the same: makes an empty file there
 * that the first save replaces. -EEXIST, without 'why' being set, when another was faster. */
int store_claim(const char *path, struct failure *why);

/* Takes a claim back that came to nothing. */
void store_unclaim(const char *path);

/* Writes the whole record to 'path' as said above. */
int store_save(const char *path, const struct record *record, struct failure *why);

/* Reads a result file; 'record' is zeroed by the caller. -EINVAL when it is not a tidemill result
 * or of a newer schema. */
int store_load(const char *path, struct record *record, struct failure *why);

/* Adds the HDF5 library that is there at run time: "HDF5 1.10.8". */
void store_library(struct text *out);

#endif
