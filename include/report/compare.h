/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the phases of two results: is the second one faster, slower, or the same, as far as
 * the spread of their repetitions shows? Pure: facts first, text from them.
 */
#ifndef TIDEMILL_REPORT_COMPARE_H
#define TIDEMILL_REPORT_COMPARE_H

#include <stdbool.h>

#include "base/text.h"
#include "options/options.h"
#include "options/phases.h"
#include "record/record.h"
#include "stats/ratio.h"

/* From the worst to the best, as far as a gate is concerned. */
enum compare_verdict {
    COMPARE_WORSE,   /* slower beyond interval and tolerance */
    COMPARE_UNCLEAR, /* nothing shows how much the rates vary by themselves */
    COMPARE_ALIKE,   /* no difference is shown, but the interval is wider than the tolerance */
    COMPARE_SAME,    /* within the tolerance */
    COMPARE_BETTER,  /* faster beyond interval and tolerance */
};

/* Where the interval comes from. */
enum compare_basis { COMPARE_REPETITIONS, COMPARE_ROUNDS, COMPARE_NOTHING };

enum { COMPARE_PERCENTILES = 3 }; /* p50, p99, p99.9 */

/* One phase of the list, over all its repetitions. Ratios are second / first, 0 = unknown. */
struct compare_phase {
    const struct record_phase *before; /* of the first repetition */
    const struct record_phase *after;
    struct ratio rate;
    enum compare_basis basis;
    size_t before_count; /* numbers that the interval is based on */
    size_t after_count;
    double latency[COMPARE_PERCENTILES];
    double cpu; /* CPU time of all threads per amount */
    enum compare_verdict verdict;
};

struct comparison {
    struct compare_phase phases[PHASES_MOST];
    size_t count;
    struct text unlike;           /* what makes the runs not comparable, "" if they are */
    bool options[OPTION_COUNT];   /* those of them that are options */
    bool other;                   /* something else, besides the numbers of nodes and ranks */
    enum compare_verdict verdict; /* the worst of all phases */
};

/* Compares; a difference of the medians up to 'tolerance' (0.05 = 5 %) counts as the same.
 * -ENOMEM. */
int compare_records(const struct record *before, const struct record *after, double tolerance,
                    struct comparison *comparison);
void comparison_release(struct comparison *comparison);

/* Prints the comparison: a line per phase, how it was reached, and what else differs. */
void compare_write(const struct record *before, const struct record *after,
                   const struct comparison *comparison, double tolerance, struct text *out);

/* The name of a verdict: "worse", "unclear", "~", "same", "better". */
const char *compare_verdict_name(enum compare_verdict verdict);

/* Returns the median rate of a phase over its repetitions. */
double compare_median_rate(const struct record *record, const struct record_phase *phase);

/* Returns the ranks of a run. */
int64_t compare_ranks(const struct record *record);

#endif
