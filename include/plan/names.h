/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of a run's files in its directory, by which they are recognised. Pure.
 */
#ifndef TIDEMILL_PLAN_NAMES_H
#define TIDEMILL_PLAN_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"

/* Whose files they are: names of probes and points, as of --ceilings, have the prefix "probe-", of
 * warm-ups "warm-up-". */
enum file_use { FILES_OF_RUN, FILES_OF_PROBE, FILES_OF_WARM_UP, FILE_USES };

extern const char *const plan_file_prefixes[FILE_USES];

/* Returns true if a run of this shape can have created a file of this name: "r7" of 8 ranks,
 * "r7.w0", "shared", and those of probes and warm-ups. */
bool plan_has_file_name(enum layout layout, uint64_t ranks, uint64_t writers, const char *name);

/* Prints the path of a file of a share that is in several, in their directory 'folder'. */
void plan_print_file(const char *folder, uint64_t file, struct text *out);

/* Returns true for the name of such a file. */
bool plan_has_cut_name(const char *name);

/* Returns what follows a number below 'limit' as names hold it, without a sign or leading zeros;
 * NULL if there is none. */
const char *plan_skip_number(const char *text, uint64_t limit);

/* ... and gets the number. Hot path. */
const char *plan_read_number(const char *text, uint64_t limit, uint64_t *number);

/* Prints the directory that a run makes in a directory target. */
void plan_print_folder(const char *target, const char *run_id, struct text *out);

#endif
