/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The warnings of warnings.def, one function each, and what they share. Pure: each reads the
 * record only.
 */
#ifndef TIDEMILL_REPORT_WARNINGS_H
#define TIDEMILL_REPORT_WARNINGS_H

#include <stdbool.h>

#include "base/text.h"
#include "report/advice.h"

/* From this number of nodes on, their spread shows which are outliers. */
enum { NODES_WITH_OUTLIERS = 6 };

/* Shorter phases are dominated by their start and show nothing about devices. */
enum { WARNING_LEAST_NS = 1000000000 };

#define WARNING(name, code, severity)                                                              \
    void warn_##name(const struct record *record, struct text *out);
#include "warnings.def"
#undef WARNING

/* A phase that storage did work for; one that counts it in bytes; one of these that used the page
 * cache for sure, at least in part; one that the user's rate limit held back. */
bool warning_counts(const struct record_phase *phase);
bool warning_counts_bytes(const struct record_phase *phase);
bool warning_buffered(const struct record_phase *phase);
bool warning_paced(const struct record_phase *phase);

/* Was a phase synced through the page cache, and the sync did nothing? */
bool warning_unsynced(const struct record *record, const struct record_phase *phase);

/* Do repetitions differ too much for a single rate? Is a phase so short that start-up counts? */
bool warning_wide(const struct record_summary *row);
bool warning_short(const struct record_phase *phase);

/* Returns the --interleave of a phase; 0 without. */
uint64_t warning_interleave(const struct record *record, const struct record_phase *phase);

/* The slowest target of a phase, if it is far slower than the others for what its ranks are; else
 * NULL. It then explains slow nodes, ranks and I/O threads. */
const struct record_used_target *warning_slow_target(const struct record_phase *phase);

/* Ranks of each node that had something to do, malloc'ed; 1 where a record has no rows of ranks.
 * NULL without memory. */
int64_t *warning_ranks(const struct record_phase *phase);

/* True for containers on one kernel, and for a node itself. */
bool warning_same_kernel(const struct record_node *a, const struct record_node *b);

/* For each node of a record the first one on its kernel, malloc'ed; NULL without memory. */
size_t *warning_kernels(const struct record *record);

/* The first phase for which 'applies' returns true, or NULL. */
const struct record_phase *warning_phase(const struct record *record,
                                         bool (*applies)(const struct record_phase *));

/* The same among those that no limit from outside held back. */
const struct record_phase *warning_free_phase(const struct record *record,
                                              bool (*applies)(const struct record_phase *));

/* The first again; adds the names of all of them, "01_write, 02_read". */
const struct record_phase *warning_phases(const struct record *record,
                                          bool (*applies)(const struct record_phase *),
                                          struct text *out);

#endif
