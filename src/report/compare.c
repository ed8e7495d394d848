/* SPDX-License-Identifier: Apache-2.0 */
#include "report/compare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "phase_settings.h"
#include "record/schema.h"
#include "stats/describe.h"

enum { LEAST_ROUNDS = 5 };

static const double percentiles[COMPARE_PERCENTILES] = {0.5, 0.99, 0.999};

static const struct record_phase *phase_at(const struct record *record, int64_t position,
                                           int64_t repetition)
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].position == position && record->phases[i].repetition == repetition)
            return &record->phases[i];
    return NULL;
}

/* Numbers of the completed repetitions of a phase, at most RATIO_MOST. */
static size_t of_repetitions(const struct record *record, int64_t position,
                             int64_t (*number)(const struct record_phase *phase, double argument),
                             double argument, int64_t *numbers)
{
    size_t count = 0;
    for (size_t i = 0; i < record->phase_count && count < RATIO_MOST; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (phase->position == position && phase->status == RECORD_COMPLETE)
            numbers[count++] = number(phase, argument);
    }
    return count;
}

static int64_t rate_of(const struct record_phase *phase, double ignored)
{
    (void)ignored;
    return schema_per_second(phase->amount, phase->duration_ns);
}

static int64_t latency_of(const struct record_phase *phase, double percentile)
{
    return histogram_supports(&phase->latency, percentile)
               ? histogram_percentile(&phase->latency, percentile)
               : 0;
}

/* Nanoseconds of CPU time per GiB or per million operations. */
static int64_t cpu_of(const struct record_phase *phase, double ignored)
{
    (void)ignored;
    const struct counters *total = &phase->total.counters;
    const double share = phase->unit == UNIT_BYTE ? 1073741824.0 : 1e6;
    const double cpu_ns = (double)counters_cpu_ns(total);
    return phase->amount > 0 ? (int64_t)(cpu_ns / (double)phase->amount * share) : 0;
}

/* The amounts of whole rounds while all ranks were at work, in bins of a second or more. */
static size_t rounds_of(const struct record_phase *phase, int64_t *amounts)
{
    const int64_t round_ns = phase->round_ns;
    size_t count = 0;
    for (size_t i = 0; i < phase->bin_count && round_ns > 0; i++) {
        const struct record_bin *bin = &phase->bins[i];
        const size_t round = (size_t)(bin->start_ns / round_ns);
        if (bin->node >= 0 || bin->width_ns > round_ns || round >= RATIO_MOST ||
            bin->start_ns + bin->width_ns > phase->active_ns / round_ns * round_ns)
            continue;
        for (; count <= round; count++)
            amounts[count] = 0;
        amounts[round] += schema_per_second(bin->amount, round_ns);
    }
    return count;
}

static double median_ratio(const struct record *before, const struct record *after,
                           int64_t position, int64_t (*number)(const struct record_phase *, double),
                           double argument)
{
    int64_t first[RATIO_MOST];
    int64_t second[RATIO_MOST];
    const size_t m = of_repetitions(before, position, number, argument, first);
    const size_t n = of_repetitions(after, position, number, argument, second);
    return ratio_estimate(first, m, second, n).value;
}

static void compare_rate(const struct record *before, const struct record *after,
                         struct compare_phase *phase)
{
    int64_t first[RATIO_MOST];
    int64_t second[RATIO_MOST];
    const int64_t position = phase->before->position;
    phase->before_count = of_repetitions(before, position, rate_of, 0, first);
    phase->after_count = of_repetitions(after, position, rate_of, 0, second);
    phase->rate = ratio_estimate(first, phase->before_count, second, phase->after_count);
    phase->basis = phase->rate.level_ppm ? COMPARE_REPETITIONS : COMPARE_NOTHING;
    if (phase->basis == COMPARE_REPETITIONS || phase->rate.value <= 0)
        return;
    const size_t m = rounds_of(phase->before, first);
    const size_t n = rounds_of(phase->after, second);
    const struct ratio rounds = ratio_estimate(first, m, second, n);
    if (m < LEAST_ROUNDS || n < LEAST_ROUNDS || !rounds.level_ppm)
        return;
    phase->basis = COMPARE_ROUNDS;
    phase->before_count = m;
    phase->after_count = n;
    phase->rate = rounds;
}

static enum compare_verdict judge(const struct compare_phase *phase, double tolerance)
{
    const struct ratio *rate = &phase->rate;
    if (rate->value <= 0 || phase->basis == COMPARE_NOTHING)
        return COMPARE_UNCLEAR;
    if (rate->high < 1 && rate->value < 1 - tolerance)
        return COMPARE_WORSE;
    if (rate->low > 1 && rate->value > 1 + tolerance)
        return COMPARE_BETTER;
    return rate->low < 1 - tolerance || rate->high > 1 + tolerance ? COMPARE_ALIKE : COMPARE_SAME;
}

static void compare_phase(const struct record *before, const struct record *after, double tolerance,
                          struct compare_phase *phase)
{
    const int64_t position = phase->before->position;
    compare_rate(before, after, phase);
    for (size_t i = 0; i < COMPARE_PERCENTILES; i++)
        phase->latency[i] = median_ratio(before, after, position, latency_of, percentiles[i]);
    phase->cpu = median_ratio(before, after, position, cpu_of, 0);
    phase->verdict = judge(phase, tolerance);
}

static void add_unlike(struct text *unlike, const char *what)
{
    if (!strstr(text_string(unlike), what))
        text_add(unlike, "%s%s", unlike->length ? ", " : "", what);
}

static void add_other(struct comparison *comparison, const char *what)
{
    add_unlike(&comparison->unlike, what);
    comparison->other = true;
}

/* Options that decide what the numbers mean; a drawn seed differs each time, and the targets may be
 * what is compared. */
static void compare_settings(const struct settings *before, const struct settings *after,
                             struct comparison *comparison)
{
    struct text one = {0};
    struct text other = {0};
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        if (id == OPTION_SEED || !options_per_section(id) ||
            !(options_flagged(id, SETS_CONTENT) || options_flagged(id, SETS_PLACE) ||
              options_flagged(id, SETS_SEQUENCE) || options_flagged(id, SHOWN) ||
              options_flagged(id, SHOWN_CHANGED)))
            continue;
        text_clear(&one);
        text_clear(&other);
        settings_print_value(before, id, &one);
        settings_print_value(after, id, &other);
        if (strcmp(text_string(&one), text_string(&other)) != 0) {
            char line[512];
            snprintf(line, sizeof line, "--%s (%.200s, %.200s)", options_name(id),
                     one.length ? text_string(&one) : "not set",
                     other.length ? text_string(&other) : "not set");
            add_unlike(&comparison->unlike, line);
            comparison->options[id] = true;
        }
    }
    comparison->unlike.failed |= one.failed || other.failed;
    text_release(&one);
    text_release(&other);
}

static void compare_options(const struct options *before, const struct options *after,
                            const struct compare_phase *phase, struct comparison *comparison)
{
    struct settings one;
    struct settings other;
    const bool known = phase_settings(before, phase->before, &one);
    if (!phase_settings(after, phase->after, &other) || !known)
        add_other(comparison, "options that cannot be read");
    else
        compare_settings(&one, &other, comparison);
    settings_release(&one);
    settings_release(&other);
}

int64_t compare_ranks(const struct record *record)
{
    int64_t ranks = 0;
    for (size_t i = 0; i < record->node_count; i++)
        ranks += record->nodes[i].ranks;
    return ranks;
}

static void compare_scale(const struct record *before, const struct record *after,
                          struct comparison *comparison)
{
    struct text *unlike = &comparison->unlike;
    char line[128];
    if (before->node_count != after->node_count) {
        snprintf(line, sizeof line, "nodes (%zu, %zu)", before->node_count, after->node_count);
        add_unlike(unlike, line);
    }
    if (compare_ranks(before) != compare_ranks(after)) {
        snprintf(line, sizeof line, "ranks (%lld, %lld)", (long long)compare_ranks(before),
                 (long long)compare_ranks(after));
        add_unlike(unlike, line);
    }
    if (before->status != RECORD_COMPLETE || after->status != RECORD_COMPLETE)
        add_other(comparison, before->status != RECORD_COMPLETE ? "the first run is not complete"
                                                                : "the second run is not complete");
}

/* Phases that are in one list only, or of another kind there, are not compared. */
static void pair_phases(const struct record *before, const struct record *after,
                        struct comparison *comparison)
{
    for (int64_t position = 1; comparison->count < PHASES_MOST; position++) {
        const struct record_phase *one = phase_at(before, position, 1);
        const struct record_phase *other = phase_at(after, position, 1);
        if (!one && !other)
            return;
        if (one && other && !strcmp(one->kind, other->kind) &&
            !strcmp(one->section, other->section))
            comparison->phases[comparison->count++] =
                (struct compare_phase){.before = one, .after = other};
        else
            add_other(comparison, "the list of phases");
    }
}

/* The verdicts are listed from the worst to the best. */
static enum compare_verdict worst_of(const struct comparison *comparison)
{
    enum compare_verdict worst = comparison->count ? COMPARE_BETTER : COMPARE_UNCLEAR;
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->phases[i].verdict < worst)
            worst = comparison->phases[i].verdict;
    return worst;
}

int compare_records(const struct record *before, const struct record *after, double tolerance,
                    struct comparison *comparison)
{
    struct options one;
    struct options other;
    *comparison = (struct comparison){0};
    compare_scale(before, after, comparison);
    pair_phases(before, after, comparison);
    bool known = phase_settings_open(before, &one);
    known &= phase_settings_open(after, &other);
    for (size_t i = 0; i < comparison->count; i++) {
        compare_phase(before, after, tolerance, &comparison->phases[i]);
        if (known)
            compare_options(&one, &other, &comparison->phases[i], comparison);
    }
    options_release(&one);
    options_release(&other);
    comparison->verdict = worst_of(comparison);
    return comparison->unlike.failed ? -ENOMEM : 0;
}

void comparison_release(struct comparison *comparison)
{
    text_release(&comparison->unlike);
    *comparison = (struct comparison){0};
}
