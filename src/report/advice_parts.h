/*
 * The doubts, one function each, and what they share. Each looks at the record and adds a row when
 * it applies; 0 or -ENOMEM.
 */
#ifndef TIDEMILL_REPORT_ADVICE_PARTS_H
#define TIDEMILL_REPORT_ADVICE_PARTS_H

#include <stdbool.h>

#include "base/text.h"
#include "report/advice.h"

/* From so many nodes on, their spread tells which are outliers. */
enum { NODES_WITH_OUTLIERS = 6 };

/* Shorter phases are about starting: they say nothing of devices. */
enum { ADVICE_LEAST_NS = 1000000000 };

int consider_wrong_data(struct record *record);
int consider_sums(struct record *record);
int consider_checked_in_part(struct record *record);
int consider_mixed_direct(struct record *record);
int consider_memory_target(struct record *record);
int consider_no_sync(struct record *record);
int consider_cached_reads(struct record *record);
int consider_fallback_direct(struct record *record);
int consider_unknown_direct(struct record *record);
int consider_fallback_engine(struct record *record);
int consider_doubtful_direct(struct record *record);
int consider_unaligned_requests(struct record *record);
int consider_fits_in_memory(struct record *record);
int consider_generation(struct record *record);
int consider_processors(struct record *record);
int consider_held_above_device(struct record *record);
int consider_long_tail(struct record *record);
int consider_nodes(struct record *record);
int consider_unaligned_tail(struct record *record);
int consider_short_run(struct record *record);
int consider_outliers(struct record *record);
int consider_stalls(struct record *record);
int consider_placement(struct record *record);
int consider_binding(struct record *record);
int consider_full(struct record *record);
int consider_reduction(struct record *record);
int consider_limits(struct record *record);
int consider_other_load(struct record *record);
int consider_programs(struct record *record);
int consider_unsteady(struct record *record);
int consider_skew(struct record *record);
int consider_wall_clock(struct record *record);
int consider_repetitions(struct record *record);

/* Adds a doubt unless exactly that is there already, so that considering twice adds nothing. */
int advice_doubt(struct record *record, const char *code, enum record_severity severity,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A phase whose bytes went to storage; such a one that did not go past the page cache for sure. */
bool advice_counts(const struct record_phase *phase);
bool advice_buffered(const struct record_phase *phase);

/* Names of the phases for which 'applies' says so, "01_write, 02_read"; the caller releases. */
struct text advice_phases_where(const struct record *record,
                                bool (*applies)(const struct record_phase *));

/* The first such phase, or NULL. */
const struct record_phase *advice_first_where(const struct record *record,
                                              bool (*applies)(const struct record_phase *));

#endif
