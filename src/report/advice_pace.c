/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about the pace: what held it back, how even it was, how long it was measured. */
#include "warnings.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "bottleneck.h"
#include "cached.h"
#include "figures.h"
#include "run_targets.h"
#include "stats/describe.h"
#include "summary_parts.h"

static const int64_t second_ns = 1000000000;
static const int64_t short_run_ns = 10000000000;
static const int64_t tail_least_ns = 20000000; /* a few turns of a scheduler */
static const int64_t good_run_ns = 15000000000;
static const double gib = 1073741824.0;
static const double tail_limit = 0.05;
static const double slow_limit = 0.8; /* of the median node's rate */

enum { NAMED_NODES = 4 };

/* GiB, a power of two, for at least 15 s at 'rate' bytes per second; for less, but still 10 s,
 * where the targets have no space for that. */
static uint64_t gib_for(const struct record *record, double rate)
{
    double free_bytes = targets_free_bytes(record);
    double least = rate * (double)short_run_ns * 1e-9;
    uint64_t needed = 1;
    while ((double)needed * gib < rate * (double)good_run_ns * 1e-9 && needed < UINT64_C(1) << 20)
        needed *= 2;
    while (needed > 1 && (double)needed * gib > free_bytes && (double)needed / 2 * gib >= least)
        needed /= 2;
    return needed;
}

static bool has_space_for(const struct record *record, const struct record_phase *phase,
                          int64_t time_ns)
{
    double rate = figures_rate(phase->amount, phase->duration_ns);
    return bottleneck_reading(phase) || rate * (double)time_ns * 1e-9 <= targets_free_bytes(record);
}

/* What --time ended takes more of it, not more data. */
static void add_time(const struct record *record, const struct record_phase *phase,
                     struct text *out)
{
    char time[UNITS_TEXT];
    int64_t needed_ns = has_space_for(record, phase, good_run_ns) ? good_run_ns : short_run_ns;
    units_format_duration(phase->duration_ns, time);
    text_add(out, "%s took %s, too short to quote: give it --time %llds", phase->name, time,
             (long long)(needed_ns / second_ns));
}

/* What all phases would take together with this much data, in ns. */
static double time_for(const struct record *record, double bytes)
{
    double all_ns = 0;
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (warning_counts_bytes(phase))
            all_ns += bytes / figures_rate(phase->amount, phase->duration_ns) * 1e9;
    }
    return all_ns;
}

/* Was some phase held back by the user's own limit? Then its rate is not that of the storage. */
static bool was_paced(const struct record *record)
{
    return warning_phase(record, warning_paced);
}

static void add_size(const struct record *record, const struct record_phase *phase,
                     struct text *out)
{
    char time[UNITS_TEXT];
    char needed_time[UNITS_TEXT];
    uint64_t needed = gib_for(record, figures_rate(phase->amount, phase->duration_ns));
    units_format_duration(phase->duration_ns, time);
    units_format_duration((int64_t)time_for(record, (double)needed * gib), needed_time);
    text_add(out, "%s took %s, too short to quote", phase->name, time);
    if (phase->unit == UNIT_OPERATION)
        text_add(out, ": use more objects, or --time");
    else if (was_paced(record))
        text_add(out, ": move more data than --rate lets pass in 10 s");
    else if ((double)needed * gib > targets_free_bytes(record))
        text_add(out,
                 ", and the target has no space for the %llu GiB that it takes: name one with more "
                 "space, or give --repeat",
                 (unsigned long long)needed);
    else
        text_add(out, ": --size %lluGiB%s takes about %s", (unsigned long long)needed,
                 summary_had_time(record) ? " without --time" : "", needed_time);
}

bool warning_short(const struct record_phase *phase)
{
    return warning_counts(phase) && phase->status == RECORD_COMPLETE &&
           phase->duration_ns < short_run_ns && phase->steady != TRUTH_YES;
}

void warn_short_run(const struct record *record, struct text *out)
{
    const struct record_phase *shortest = NULL;
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (warning_short(phase) && !cached_mostly(phase) &&
            (!shortest || phase->duration_ns < shortest->duration_ns))
            shortest = phase;
    }
    if (!shortest || targets_in_memory(record))
        return;
    if (shortest->ended_by == END_TIME && has_space_for(record, shortest, short_run_ns))
        add_time(record, shortest, out);
    else
        add_size(record, shortest, out);
}

static bool is_limited_by_producers(const struct record_phase *phase)
{
    return phase->amount > 0 && bottleneck_within(phase) == BOTTLENECK_PRODUCERS;
}

static bool is_limited_by_checking(const struct record_phase *phase)
{
    return is_limited_by_producers(phase) && bottleneck_reading(phase);
}

static bool is_limited_by_generation(const struct record_phase *phase)
{
    return is_limited_by_producers(phase) && !bottleneck_reading(phase) && !phase->discards;
}

static void waited_share(const struct record_phase *phase, char share[FIGURES_TEXT])
{
    const struct counters *counters = &phase->total.counters;
    figures_share(counters->writer_waited_ns, counters->writer_time_ns, share);
}

void warn_generation(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_free_phase(record, is_limited_by_generation);
    char waited[FIGURES_TEXT];
    if (!phase)
        return;
    waited_share(phase, waited);
    text_add(out,
             "in %s generating the data was the limit (I/O threads waited %s of the time): storage "
             "can do more; raise --producers, or see its ceiling with --generate once",
             phase->name, waited);
}

void warn_checking(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_free_phase(record, is_limited_by_checking);
    char waited[FIGURES_TEXT];
    if (!phase)
        return;
    waited_share(phase, waited);
    text_add(out,
             "in %s checking the data was the limit (I/O threads waited %s of the time): storage "
             "can do more; raise --producers, or read without --verify",
             phase->name, waited);
}

static bool has_tail(const struct record_phase *phase)
{
    return warning_counts(phase) && phase->status != RECORD_FAILED && phase->ranks_total > 1 &&
           phase->equalised == EQUALISED_NO && phase->end_skew_ns >= tail_least_ns &&
           (double)phase->end_skew_ns > tail_limit * (double)phase->duration_ns;
}

void warn_long_tail(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, has_tail);
    char share[FIGURES_TEXT];
    if (!phase)
        return;
    figures_share(phase->end_skew_ns, phase->duration_ns, share);
    text_add(out,
             "in %s some ranks had finished while others still worked for %s of the time, so the "
             "slowest ranks set the rate: compare them with -v, or end all together with --time",
             phase->name, share);
}

static bool is_capped(const struct record_phase *phase)
{
    return phase->equalised == EQUALISED_CAPPED;
}

void warn_tail_capped(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, is_capped);
    if (!phase)
        return;
    text_add(out,
             "--tail-max ended %s before %lld of %lld I/O threads had done as much as the fastest "
             "one, so their shares differ: give it more time, or compare the ranks with -v",
             phase->name, (long long)phase->total.counters.threads_behind,
             (long long)(phase->writers_each * phase->ranks_total));
}

/* Of a node as a whole, and of each of its ranks that had something to do. */
struct pace {
    double whole;
    double each;
};

static struct pace pace_of(const struct record_phase *phase, const int64_t *ranks, size_t node)
{
    double rate = figures_row_rate(&phase->nodes[node], phase->unit);
    return (struct pace){rate, rate / (double)ranks[node]};
}

/* Medians over the nodes that had something to do; false when there is no memory for them. */
static bool find_medians(const struct record_phase *phase, const int64_t *ranks,
                         struct pace *median)
{
    size_t used = 0;
    int64_t *rates = calloc(2 * phase->node_count, sizeof *rates);
    if (!rates)
        return false;
    for (size_t i = 0; i < phase->node_count; i++) {
        if (record_row_idle(&phase->nodes[i]))
            continue;
        struct pace pace = pace_of(phase, ranks, i);
        rates[phase->node_count + used] = (int64_t)pace.each;
        rates[used++] = (int64_t)pace.whole;
    }
    describe_sort(rates, used);
    describe_sort(rates + phase->node_count, used);
    median->whole = (double)describe_median(rates, used);
    median->each = (double)describe_median(rates + phase->node_count, used);
    free(rates);
    return true;
}

/* Adds the line if some node of the phase is slow, as a whole and for its number of ranks. */
static void add_slow_nodes(const struct record_phase *phase, struct text *out)
{
    struct pace median = {0};
    struct text names = {0};
    size_t slow = 0;
    char rate[FIGURES_TEXT];
    int64_t *ranks = warning_ranks(phase);
    const bool known = ranks && find_medians(phase, ranks, &median);
    out->failed |= !known;
    for (size_t i = 0; known && i < phase->node_count; i++) {
        const struct record_row *node = &phase->nodes[i];
        struct pace own = pace_of(phase, ranks, i);
        if (record_row_idle(node) || own.whole >= slow_limit * median.whole ||
            own.each >= slow_limit * median.each || slow++ >= NAMED_NODES)
            continue;
        figures_rate_in(own.whole, phase->unit, rate);
        text_add(&names, "%s%s with %s", names.length ? ", " : "", node->name, rate);
    }
    figures_rate_in(median.whole, phase->unit, rate);
    if (slow > 0)
        text_add(out,
                 "in %s %zu of %zu nodes stayed below 80 %% of the median of %s (%s): "
                 "check their links and mounts, or leave them out",
                 phase->name, slow, record_rows_active(phase->nodes, phase->node_count), rate,
                 text_string(&names));
    out->failed |= names.failed;
    text_release(&names);
    free(ranks);
}

/* Of a few nodes none is the usual one; more are compared in advice_outliers.c. */
void warn_nodes_disagree(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->phase_count && !out->length; i++) {
        const struct record_phase *phase = &record->phases[i];
        size_t active = record_rows_active(phase->nodes, phase->node_count);
        if (warning_counts(phase) && active > 1 && active < NODES_WITH_OUTLIERS &&
            !warning_slow_target(phase))
            add_slow_nodes(phase, out);
    }
}
