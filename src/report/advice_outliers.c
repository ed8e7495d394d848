/* SPDX-License-Identifier: Apache-2.0 */
/* What is slow: rows whose rate is far below the median, by name, with what sets them apart. */
#include "warnings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "stats/describe.h"

/* Farther off than five robust standard deviations (1.4826 MAD), and than a tenth of the median. */
static const double deviations = 5 * 1.4826;
static const double least_share = 0.1;

static const int64_t long_gap_ns = 1000000000;

enum { LEAST_ROWS = 3, NAMED = 4, TIMES_THE_USUAL = 4, SHARE_WHOLE = 1 << 30 };

/* Shares may differ by design, and then rates do, so a row is slow only by both measures: its rate,
 * and its rate for what it is (a node: for each of its ranks) or had to do (others: per byte of the
 * share, where shares were done). */
enum measure { MEASURE_RATE, MEASURE_FOR_SHARE, MEASURES };

/* Nodes, ranks or writers of a phase; those that had nothing to do are left out. */
struct crowd {
    const char *what;
    const struct record_phase *phase;
    const struct record_row *rows;
    size_t count;
    size_t active;
    const int64_t *ranks; /* of each node; else NULL */
    int64_t median[MEASURES];
    int64_t limit[MEASURES];
};

static int64_t rate_of(const struct crowd *crowd, const struct record_row *row,
                       enum measure measure)
{
    int64_t rate = (int64_t)figures_row_rate(row, crowd->phase->unit);
    if (measure == MEASURE_RATE)
        return rate;
    if (crowd->ranks)
        return rate / crowd->ranks[row - crowd->rows];
    return crowd->phase->ended_by == END_SIZE
               ? (int64_t)figures_rate(SHARE_WHOLE, row->counters.end_ns)
               : rate;
}

static int find_limit(struct crowd *crowd, enum measure measure)
{
    size_t used = 0;
    int64_t *rates = calloc(2 * crowd->active, sizeof *rates);
    if (!rates)
        return -ENOMEM;
    for (size_t i = 0; i < crowd->count; i++)
        if (!record_row_idle(&crowd->rows[i]))
            rates[used++] = rate_of(crowd, &crowd->rows[i], measure);
    describe_sort(rates, used);
    int64_t median = crowd->median[measure] = describe_median(rates, used);
    int64_t mad = describe_deviation(rates, used, median, rates + used);
    double distance = deviations * (double)mad;
    if (distance < least_share * (double)median)
        distance = least_share * (double)median;
    crowd->limit[measure] = median - (int64_t)distance;
    free(rates);
    return 0;
}

static bool is_slow(const struct crowd *crowd, const struct record_row *row)
{
    bool slow = !record_row_idle(row);
    for (enum measure measure = 0; measure < MEASURES; measure++)
        slow = slow && rate_of(crowd, row, measure) < crowd->limit[measure];
    return slow;
}

static const struct record_target *target_of(const struct record *record, int64_t node)
{
    if (node < 0 || (size_t)node >= record->node_count)
        return NULL;
    for (size_t i = 0; i < record->target_count; i++)
        if (strcmp(record->targets[i].node, record->nodes[node].hostname) == 0)
            return &record->targets[i];
    return NULL;
}

static void add_difference(struct text *out, const char *what, const char *own, const char *other)
{
    if (strcmp(own, other) != 0)
        text_add(out, "%s%s is '%s' instead of '%s'", out->length ? ", " : "", what, own, other);
}

/* The first device below the targets of a node, NULL without. */
static const struct record_block_device *device_of(const struct record *record, const char *node)
{
    for (size_t i = 0; i < record->block_device_count; i++)
        if (strcmp(record->block_devices[i].node, node) == 0)
            return &record->block_devices[i];
    return NULL;
}

static void compare_devices(const struct record *record, const char *own, const char *other,
                            struct text *out)
{
    const struct record_block_device *device = device_of(record, own);
    const struct record_block_device *usual = device_of(record, other);
    if (!device || !usual)
        return;
    add_difference(out, "its device's model", device->model, usual->model);
    add_difference(out, "its scheduler", device->scheduler, usual->scheduler);
    add_difference(out, "its write cache", device->write_cache, usual->write_cache);
}

static void compare_places(const struct record *record, int64_t own, int64_t other,
                           struct text *out)
{
    const struct record_target *target = target_of(record, own);
    const struct record_target *usual = target_of(record, other);
    if (target && usual) {
        add_difference(out, "its device", target->device, usual->device);
        add_difference(out, "its file system", target->file_system, usual->file_system);
        add_difference(out, "its mount", target->options, usual->options);
    }
    if (own < 0 || other < 0 || (size_t)own >= record->node_count ||
        (size_t)other >= record->node_count)
        return;
    compare_devices(record, record->nodes[own].hostname, record->nodes[other].hostname, out);
    add_difference(out, "its CPU", record->nodes[own].cpu, record->nodes[other].cpu);
    add_difference(out, "its kernel", record->nodes[own].kernel, record->nodes[other].kernel);
    add_difference(out, "its set of cores", record->nodes[own].allowed_cpus,
                   record->nodes[other].allowed_cpus);
}

/* What a slow row has that one of the usual rate has not. */
static void set_apart(const struct record *record, const struct crowd *crowd,
                      const struct record_row *slow, struct text *out)
{
    const struct record_row *usual = NULL;
    for (size_t i = 0; i < crowd->count && !usual; i++)
        if (!record_row_idle(&crowd->rows[i]) && !is_slow(crowd, &crowd->rows[i]) &&
            rate_of(crowd, &crowd->rows[i], MEASURE_RATE) >= crowd->median[MEASURE_RATE])
            usual = &crowd->rows[i];
    if (!usual)
        return;
    add_difference(out, "O_DIRECT",
                   record_truth_name((enum record_truth)slow->modes.direct_in_effect),
                   record_truth_name((enum record_truth)usual->modes.direct_in_effect));
    if (slow->node != usual->node)
        compare_places(record, slow->node, usual->node, out);
    if (slow->counters.retries > usual->counters.retries)
        text_add(out, "%s%lld transfers were repeated", out->length ? ", " : "",
                 (long long)slow->counters.retries);
}

/* Adds the line if some row of the crowd is slow. */
static void add_slow(const struct record *record, const struct record_phase *phase,
                     const struct crowd *crowd, struct text *out)
{
    struct text names = {0};
    struct text apart = {0};
    size_t slow = 0;
    char rate[FIGURES_TEXT];
    for (size_t i = 0; i < crowd->count; i++) {
        const struct record_row *row = &crowd->rows[i];
        if (!is_slow(crowd, row) || slow++ >= NAMED)
            continue;
        if (slow == 1)
            set_apart(record, crowd, row, &apart);
        figures_rate_in((double)rate_of(crowd, row, MEASURE_RATE), crowd->phase->unit, rate);
        text_add(&names, "%s%s with %s", names.length ? ", " : "", row->name, rate);
    }
    figures_rate_in((double)crowd->median[MEASURE_RATE], crowd->phase->unit, rate);
    if (slow)
        text_add(out, "in %s %zu of %zu %ss %s far slower than the median of %s: %s%s; %s%s",
                 phase->name, slow, crowd->active, crowd->what, slow == 1 ? "was" : "were", rate,
                 text_string(&names), slow > NAMED ? " ..." : "",
                 apart.length ? "the first differs: "
                              : "see its slowest requests with -v, and what else ran there",
                 apart.length ? text_string(&apart) : "");
    out->failed |= names.failed || apart.failed;
    text_release(&names);
    text_release(&apart);
}

enum crowd_kind { CROWD_NODES, CROWD_RANKS, CROWD_WRITERS, CROWD_KINDS };

static struct crowd crowd_of(const struct record_phase *phase, enum crowd_kind kind)
{
    switch (kind) {
    case CROWD_NODES:
        return (struct crowd){.what = "node", .rows = phase->nodes, .count = phase->node_count};
    case CROWD_RANKS:
        return (struct crowd){.what = "rank", .rows = phase->ranks, .count = phase->rank_count};
    default:
        return (struct crowd){
            .what = "I/O thread", .rows = phase->writers, .count = phase->writer_count};
    }
}

static void consider_crowd(const struct record *record, const struct record_phase *phase,
                           enum crowd_kind kind, struct text *out)
{
    struct crowd crowd = crowd_of(phase, kind);
    crowd.active = record_rows_active(crowd.rows, crowd.count);
    if (crowd.active < LEAST_ROWS || (kind == CROWD_NODES && crowd.active < NODES_WITH_OUTLIERS))
        return;
    crowd.phase = phase;
    int64_t *ranks = kind == CROWD_NODES ? warning_ranks(phase) : NULL;
    crowd.ranks = ranks;
    if ((kind == CROWD_NODES && !ranks) || find_limit(&crowd, MEASURE_RATE) ||
        find_limit(&crowd, MEASURE_FOR_SHARE))
        out->failed = true;
    else
        add_slow(record, phase, &crowd, out);
    free(ranks);
}

/* Names the first phase with slow nodes, else with slow ranks, else with slow I/O threads, if that
 * is this kind. */
static void warn_slow(const struct record *record, enum crowd_kind wanted, struct text *out)
{
    for (size_t i = 0; i < record->phase_count; i++)
        for (enum crowd_kind kind = 0; kind < CROWD_KINDS && warning_counts(&record->phases[i]) &&
                                       !warning_slow_target(&record->phases[i]);
             kind++) {
            consider_crowd(record, &record->phases[i], kind, out);
            if (out->failed || (out->length && kind == wanted))
                return;
            if (out->length) {
                text_clear(out);
                return;
            }
        }
}

void warn_slow_node(const struct record *record, struct text *out)
{
    warn_slow(record, CROWD_NODES, out);
}

void warn_slow_rank(const struct record *record, struct text *out)
{
    warn_slow(record, CROWD_RANKS, out);
}

void warn_slow_writer(const struct record *record, struct text *out)
{
    warn_slow(record, CROWD_WRITERS, out);
}

/* Ranks that went without a completion for long while most did not: stopped, swapped out, or left
 * alone by the storage. A fixed rate hides it from their own rate. */
static int64_t usual_gap(const struct record_phase *phase)
{
    int64_t *gaps = calloc(phase->rank_count, sizeof *gaps);
    if (!gaps)
        return -ENOMEM;
    size_t used = 0;
    for (size_t i = 0; i < phase->rank_count; i++)
        if (!record_row_idle(&phase->ranks[i]))
            gaps[used++] = phase->ranks[i].counters.longest_gap_ns;
    describe_sort(gaps, used);
    int64_t usual_ns = describe_median(gaps, used);
    free(gaps);
    return usual_ns;
}

/* Adds the line if some rank of the phase stalled. */
static void add_stalled(const struct record_phase *phase, int64_t usual_ns, struct text *out)
{
    struct text names = {0};
    char gap[UNITS_TEXT];
    size_t active = record_rows_active(phase->ranks, phase->rank_count);
    size_t count = 0;
    for (size_t i = 0; i < phase->rank_count; i++) {
        int64_t own_ns = phase->ranks[i].counters.longest_gap_ns;
        if (record_row_idle(&phase->ranks[i]) || own_ns < long_gap_ns ||
            own_ns < usual_ns * TIMES_THE_USUAL || count++ >= NAMED)
            continue;
        units_format_duration(own_ns, gap);
        text_add(&names, "%s%s for %s", names.length ? ", " : "", phase->ranks[i].name, gap);
    }
    units_format_duration(usual_ns, gap);
    if (count)
        text_add(out,
                 "in %s %zu of %zu ranks had no request answered for long (%s%s), where the usual "
                 "rank waited %s at most: see what stopped them",
                 phase->name, count, active, text_string(&names), count > NAMED ? " ..." : "", gap);
    out->failed |= names.failed;
    text_release(&names);
}

void warn_stalled_rank(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->phase_count && !out->length && !out->failed; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (!warning_counts(phase) || record_rows_active(phase->ranks, phase->rank_count) < 2)
            continue;
        int64_t usual_ns = usual_gap(phase);
        if (usual_ns < 0)
            out->failed = true;
        else
            add_stalled(phase, usual_ns, out);
    }
}
