/* SPDX-License-Identifier: Apache-2.0 */
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

/* Writes the first result to a path that nothing has yet, whole from the first moment, so that no
 * other run takes the same path. -EEXIST, without 'why' being set, if another run was faster. */
int store_claim(const char *path, const struct record *record, struct failure *why);

/* Removes a result of a run that changed nothing. */
void store_discard(const char *path);

/* Removes the temporary files that killed runs left next to the result. */
void store_remove_temporaries(const char *path);

/* The first 'phase_count' phases of a record, made into HDF5 once and for all: with them a save
 * costs what is new. A zeroed one holds none. */
struct store_finished {
    void *image;
    size_t length;
    size_t phase_count;
};

/* Adds the phases of 'record' up to 'phase_count'; those that it holds are not read again.
 * After a failure it holds what it held. */
int store_finish(struct store_finished *finished, const struct record *record, size_t phase_count,
                 struct failure *why);

/* Gives the memory back and zeroes it. */
void store_finished_release(struct store_finished *finished);

/* Writes the whole record to 'path' as described above; 'finished' may be NULL. */
int store_save(const char *path, const struct record *record, const struct store_finished *finished,
               struct failure *why);

/* Reads a result file; 'record' is zeroed by the caller. -EINVAL when it is not a tidemill result
 * or of a newer schema. */
int store_load(const char *path, struct record *record, struct failure *why);

/* Adds the HDF5 library present at run time: "HDF5 1.10.8". */
void store_print_library(struct text *out);

#endif
