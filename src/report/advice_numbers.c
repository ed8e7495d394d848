/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings whether the numbers can be relied on: steadiness, common start, clocks, repetitions. */
#include "warnings.h"

#include "base/units.h"
#include "figures.h"

static const int64_t large_skew_ns = 5000000;
static const double large_share = 0.03;          /* of the phase */
static const int64_t wrong_wall_ns = 1000000000; /* NTP keeps far below */

/* A spread of more than this share of the median, in millionths, leaves no single rate. */
enum { REPETITIONS_FOR_INTERVAL = 6, WIDE_SPREAD_PPM = 300000 };

static bool is_unsteady(const struct record_phase *phase)
{
    return warning_counts(phase) && phase->steady == TRUTH_NO && phase->round_ns > 0;
}

void warn_not_steady(const struct record *record, struct text *out)
{
    if (warning_phases(record, is_unsteady, out))
        text_add(out, " had no steady window (five rounds within 20 %% of their mean, without a "
                      "trend): see the timeline, and run longer");
}

static bool starts_apart(const struct record_phase *phase)
{
    return warning_counts(phase) && phase->start_skew_ns > large_skew_ns &&
           (double)phase->start_skew_ns > large_share * (double)phase->duration_ns;
}

/* The rank that was last at work. */
static const struct record_row *latest(const struct record_phase *phase)
{
    const struct record_row *last = NULL;
    for (size_t i = 0; i < phase->rank_count; i++)
        if (phase->ranks[i].counters.first_ns != INT64_MAX &&
            (!last || phase->ranks[i].counters.started_ns > last->counters.started_ns))
            last = &phase->ranks[i];
    return last;
}

/* More ranks than cores, or cores that others used too. */
static void add_cause_of_skew(const struct record *record, int64_t number, struct text *out)
{
    const struct record_node *node = number >= 0 && (size_t)number < record->node_count
                                         ? &record->nodes[number]
                                         : &(const struct record_node){0};
    if (node->cpus > 0 && node->ranks > node->cpus)
        text_add(out, "use no more ranks than the %lld cores of %s", (long long)node->cpus,
                 node->hostname);
    else if (node->cpus > 0 && node->ranks * 1000 + node->load_thousandths > node->cpus * 1000)
        text_add(out,
                 "other processes used %s (load %.1f before the start, %lld cores); wait until it "
                 "is idle",
                 node->hostname, (double)node->load_thousandths / 1000, (long long)node->cpus);
    else
        text_add(out, "see what else ran on that node");
}

void warn_start_skew(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, starts_apart);
    const struct record_row *last = phase ? latest(phase) : NULL;
    if (!last)
        return;
    char skew[UNITS_TEXT];
    char share[FIGURES_TEXT];
    units_format_duration(phase->start_skew_ns, skew);
    figures_share(phase->start_skew_ns, phase->duration_ns, share);
    text_add(out, "in %s ranks started up to %s apart, %s of the phase (last: %s): ", phase->name,
             skew, share, last->name);
    add_cause_of_skew(record, last->node, out);
    text_add(out, ", and let the phase take longer");
}

/* The node whose wall clock is furthest from rank 0's. */
static const struct record_node *wrongest(const struct record *record)
{
    const struct record_node *node = NULL;
    int64_t worst_ns = wrong_wall_ns;
    for (size_t i = 0; i < record->node_count; i++) {
        int64_t error_ns = record->nodes[i].wall_error_ns;
        error_ns = error_ns < 0 ? -error_ns : error_ns;
        if (error_ns <= worst_ns)
            continue;
        worst_ns = error_ns;
        node = &record->nodes[i];
    }
    return node;
}

void warn_wall_clock(const struct record *record, struct text *out)
{
    const struct record_node *node = wrongest(record);
    if (!node)
        return;
    char error[UNITS_TEXT];
    bool behind = node->wall_error_ns < 0;
    units_format_duration(behind ? -node->wall_error_ns : node->wall_error_ns, error);
    text_add(out,
             "the wall clock of %s is %s %s that of rank 0: no number here depends on it, but logs "
             "will not match; let NTP or PTP set it",
             node->hostname, error, behind ? "behind" : "ahead of");
}

/* "2%", "0.5%" */
static void add_percent(int64_t ppm, struct text *out)
{
    int64_t parts = ppm % 10000;
    int digits = 4;
    while (parts && parts % 10 == 0) {
        parts /= 10;
        digits--;
    }
    text_add(out, "%lld", (long long)(ppm / 10000));
    if (parts)
        text_add(out, ".%0*lld", digits, (long long)parts);
    text_add(out, "%%");
}

/* Repetitions continue until the medians are known, up to a limit. */
void warn_not_sure_enough(const struct record *record, struct text *out)
{
    if (record->until_ppm <= 0 || record->status != RECORD_COMPLETE ||
        record_settled(record, (double)record->until_ppm / 1e6))
        return;
    text_add(out, "--repeat until=");
    add_percent(record->until_ppm, out);
    text_add(out,
             " was not reached in %lld repetitions, which are all that it tries: the medians are "
             "less certain; find what makes them differ, or let phases take longer",
             (long long)record->repetitions_most);
}

bool warning_wide(const struct record_summary *row)
{
    return row->count > 1 && row->spread_ppm > WIDE_SPREAD_PPM;
}

void warn_wide_spread(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->summary_count; i++) {
        const struct record_summary *row = &record->summary[i];
        char least[FIGURES_TEXT], most[FIGURES_TEXT], spread[FIGURES_TEXT];
        if (!warning_wide(row))
            continue;
        figures_amount_rate((double)row->least_per_s, row->unit, least);
        figures_rate_in((double)row->most_per_s, row->unit, most);
        figures_share(row->spread_ppm, 1000000, spread);
        text_add(out,
                 "the %lld repetitions of %s reached %s to %s, which differ by %s of the median: "
                 "quote the range, and find what changed between them (see runs)",
                 (long long)row->count, row->phase, least, most, spread);
        return;
    }
}

void warn_few_repetitions(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->summary_count; i++) {
        const struct record_summary *row = &record->summary[i];
        if (row->count < 2 || row->count >= REPETITIONS_FOR_INTERVAL)
            continue;
        text_add(out, "%lld repetitions are too few for a 95 %% interval; use --repeat %d or more",
                 (long long)row->count, REPETITIONS_FOR_INTERVAL);
        return;
    }
}
