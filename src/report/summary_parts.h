/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the summary_*.c files share: the style, lines with a label, and the parts of a summary.
 */
#ifndef TIDEMILL_REPORT_SUMMARY_PARTS_H
#define TIDEMILL_REPORT_SUMMARY_PARTS_H

#include "report/summary.h"
#include "table.h"

enum { SUMMARY_LABEL = 10 };

enum paint { PAINT_BOLD, PAINT_GOOD, PAINT_WARNING, PAINT_BAD, PAINT_DIM, PAINT_OFF };

/* Starts and ends a colour; "" without colours. */
const char *paint_on(const struct summary_style *style, enum paint paint);
const char *paint_off(const struct summary_style *style);

/* Adds at most 'most' letters of a string, without its middle if it has more. */
void summary_shorten(const char *bytes, size_t length, size_t most, struct text *out);

/* Adds "  label     words": broken at spaces to PAGE_WIDTH and aligned; control characters are
 * escaped, and words that are longer than a line lose their middle. */
void summary_line(struct text *out, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void summary_text(struct text *out, enum paint paint, const struct summary_style *style,
                  const char *label, const char *words);

/* "" for one, else "s". */
const char *summary_plural(int64_t count);

/* What was run and how it ended. */
void summary_head(const struct record *record, const struct summary_style *style, struct text *out);

/* The reason of a failed phase in a few words, "No space left on device" or "3 failures: removed by
 * another process"; "" if it is longer. */
void summary_reason(const struct record_phase *phase, struct text *out);

/* "quote": which rates may be quoted, if not all of them. */
void summary_quote(const struct record *record, struct text *out);

/* What was requested: layout, order, request size, threads, mode, data. */
void summary_workload(const struct record *record, const struct summary_style *style,
                      struct text *out);

/* One row for each phase, or for all repetitions of one; below it the reasons of failures. */
void summary_table(const struct record *record, const struct summary_style *style,
                   struct text *out);

/* Fills a table with its header and a row for each phase of this unit, or for all repetitions of
 * one; the caller releases it. False if there are none. */
bool summary_phase_rows(const struct record *record, enum amount_unit unit, struct table *table);
bool summary_repetition_rows(const struct record *record, enum amount_unit unit,
                             struct table *table);

/* The repetition of a phase whose rate is the median of all; the phase itself without repetitions.
 */
const struct record_phase *summary_median(const struct record *record,
                                          const struct record_phase *phase);

/* How the repetitions of each phase differ. */
void summary_repetitions(const struct record *record, const struct summary_style *style,
                         struct text *out);

/* "runs": the rate of each repetition of a phase in order, so that a trend shows. */
void summary_each(const struct record *record, const struct record_phase *phase, struct text *out);

/* "time", "rate", "latency" ... of one phase, without its mode if the head has shown that. */
void summary_phase(const struct record *record, const struct record_phase *phase, bool with_mode,
                   const struct summary_style *style, struct text *out);

/* The same without the phase's name and the tables of its nodes, ranks and threads. */
void summary_phase_lines(const struct record *record, const struct record_phase *phase,
                         bool with_mode, const struct summary_style *style, struct text *out);

/* "p50 1.00 ms, p99 2.00 ms, max 3.00 ms": those that the number of requests carries. */
void summary_percentiles(const struct histogram *histogram, struct text *out);

/* "passes" of a phase that starts over. */
void summary_passes(const struct record_phase *phase, struct text *out);

/* "read" and "write" of a mixed phase. */
void summary_halves(const struct record_phase *phase, struct text *out);

/* "mode", "engine" and "degraded" of a phase. */
void summary_mode(const struct record_phase *phase, const struct summary_style *style,
                  struct text *out);

/* "cache": what the page cache had to do with the phase. */
void summary_cache(const struct record *record, const struct record_phase *phase, struct text *out);

/* "in flight", "CPU", "device" and "network" of a phase. */
void summary_load(const struct record_phase *phase, const struct summary_style *style,
                  struct text *out);

/* "failed": operations that failed, by their error. */
void summary_error_reason(const struct record_phase *phase, struct text *out);
void summary_errors(const struct record_phase *phase, const struct summary_style *style,
                    struct text *out);

/* "warm-up": what was done before the phase; nothing without. */
void summary_warm_up(const struct record *record, const struct record_phase *phase,
                     struct text *out);

/* What could be reached at most, and how much of it was. */
void summary_ceilings(const struct record *record, const struct record_phase *phase,
                      struct text *out);

/* How even the ranks and nodes of a phase were; and the tables of nodes, ranks and threads. */
void summary_balance(const struct record_phase *phase, struct text *out);

/* What tune and --auto found; nothing without. */
void summary_tune(const struct record *record, const struct summary_style *style, struct text *out);

/* The same in parts: the lines of one phase; a table of its choices, with a header if 'titled',
 * which the caller releases; and what was not measured. */
void summary_tune_lines(const struct record *record, const struct record_tune_result *result,
                        struct text *out);
void summary_tune_rows(const struct record *record, const struct record_tune_result *result,
                       bool titled, struct table *table);
void summary_tune_rest(const struct record *record, struct text *out);

/* The points of a sweep; nothing without. */
void summary_sweep(const struct record *record, const struct summary_style *style,
                   struct text *out);

/* Fills a table with its header and the points by --sort; the caller releases it. False without
 * memory. */
bool summary_sweep_rows(const struct record *record, struct table *table);

/* Where the queue grows, and what is not known or not measured: a line for each. */
void summary_sweep_remarks(const struct record *record, struct text *out);

/* "deadline": the rate when the time of --equalise was over. */
void summary_deadline(const struct record_phase *phase, struct text *out);

/* "files": with --files-per-rank, how many there are, and what opening and closing them took. */
void summary_files(const struct record_phase *phase, struct text *out);

/* "source": which node's data each node used, where there are several. */
void summary_readers(const struct record *record, const struct record_phase *phase,
                     struct text *out);

/* The phases and means of preset 'pfs'; nothing without. */
void summary_pfs(const struct record *record, const struct summary_style *style, struct text *out);

/* The generations of preset 'checkpoint'; nothing without. */
void summary_checkpoints(const struct record *record, const struct summary_style *style,
                         struct text *out);

/* A line for each target, where several were used. */
void summary_targets(const struct record_phase *phase, struct text *out);
void summary_rows(const struct record_phase *phase, const struct summary_style *style,
                  struct text *out);

/* Fills a table with its header and rows: all, in their order, up to 'most'; of more the median and
 * as many from both ends, by rate. The caller releases it. */
void summary_row_table(const struct record_row *rows, size_t count, enum amount_unit unit,
                       const char *what, size_t most, struct table *table);

/* Was --time given? False with sections, as each may have its own. */
bool summary_had_time(const struct record *record);

#endif
