/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/tune.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/checked.h"
#include "base/units.h"

enum {
    PROBES_USUAL = 200, /* of a phase, by which the length of a probe is chosen */
    PROBE_MOST_NS = 2000000000 - 1,
    OVERHEAD_NS = 100 * 1000 * 1000, /* of a probe, until it is known */
    IDLE_MOST = 3,                   /* such probes in a row */
    FILL_PROBES = 8,                 /* files for reading take as long as 8 probes */
    WRITING_PARTS = 3,
    WRITING_OF = 5,
    BYTES_UNIT = 1 << 20,
};

/* Writing, whose probes take longer, has more than half; reading has what writing leaves. */
static int64_t share_of(const struct tune *tune, int64_t budget)
{
    return tune->at + 1 < tune->setup.phase_count ? budget / WRITING_OF * WRITING_PARTS : budget;
}

static uint32_t least_probes(const struct tune *tune)
{
    uint32_t probes = 0;
    for (uint32_t i = 0; i < tune->setup.phase_count; i++)
        probes += search_probes_least(&tune->passes[i].space.search);
    return probes / SEARCH_ROUNDS_LEAST * 2;
}

static int check_budget(const struct tune *tune, struct failure *why)
{
    const uint32_t probes = least_probes(tune);
    const int64_t least_ns = probes * (int64_t)TUNE_PROBE_LEAST_NS;
    const uint64_t least_bytes = (uint64_t)probes * BYTES_UNIT;
    char given[UNITS_TEXT];
    char least[UNITS_TEXT];
    if (!probes)
        return failure_set(
            why, -EINVAL,
            "tune (--auto) has nothing to find: every option that it varies is given "
            "or has one possible value");
    if (tune->setup.budget_ns < least_ns) {
        units_format_duration(tune->setup.budget_ns, given);
        return failure_set(why, -EINVAL,
                           "--budget %s is too short for two probes of each of %u candidates: use "
                           "at least %" PRId64 "s, or give more options",
                           given, probes / 2, (int64_t)divide_up((uint64_t)least_ns, 1000000000));
    }
    if (!tune->setup.budget_bytes || tune->setup.budget_bytes >= least_bytes)
        return 0;
    units_format_exact_size(tune->setup.budget_bytes, given);
    units_format_exact_size(least_bytes, least);
    return failure_set(why, -EINVAL,
                       "--budget-size %s is too small for two probes of each of %u candidates: use "
                       "at least %s, or give more options",
                       given, probes / 2, least);
}

int tune_init(struct tune *tune, const struct tune_setup *setup, struct failure *why)
{
    const int64_t probe_ns =
        setup->budget_ns / (PROBES_USUAL * (int64_t)setup->phase_count) - OVERHEAD_NS / 2;
    memset(tune, 0, sizeof *tune);
    tune->setup = *setup;
    tune->probe_ns = probe_ns < TUNE_PROBE_LEAST_NS ? TUNE_PROBE_LEAST_NS
                     : probe_ns > PROBE_MOST_NS     ? PROBE_MOST_NS
                                                    : probe_ns;
    for (uint32_t i = 0; i < setup->phase_count; i++) {
        struct tune_pass *pass = &tune->passes[i];
        struct tune_limits limits = setup->limits;
        pass->phase = setup->phases[i];
        limits.reads = !phase_writes_bytes(pass->phase);
        tune_space_init(&pass->space, &limits);
        search_init(&pass->search, &pass->space.search);
    }
    return check_budget(tune, why);
}

/* The data set of a probe has at most its part of --budget-size. */
static void limit_size(const struct tune *tune, struct settings *settings)
{
    const uint64_t most =
        tune->setup.budget_bytes / PROBES_USUAL / BYTES_UNIT * BYTES_UNIT + BYTES_UNIT;
    if (!tune->setup.budget_bytes || (settings->size_bytes && settings->size_bytes <= most))
        return;
    settings->size_per_rank_bytes = settings->size_per_node_bytes = 0;
    settings->size_bytes = most;
    settings->source[OPTION_SIZE] = SOURCE_COMMAND_LINE;
    settings->source[OPTION_SIZE_PER_RANK] = settings->source[OPTION_SIZE_PER_NODE] =
        SOURCE_DEFAULT;
}

/* -1 without memory. */
static int64_t add_settings(struct tune *tune, const struct tune_pass *pass,
                            const struct candidate *candidate, int64_t time_ns)
{
    struct settings_pool *pool = tune->setup.pool;
    struct settings *settings = settings_pool_add(pool, pool->items[0]);
    if (!settings)
        return -1;
    tune_space_apply(&pass->space, candidate, settings);
    if (!settings->time_ns || settings->time_ns > time_ns)
        settings->time_ns = time_ns;
    settings->source[OPTION_TIME] = SOURCE_COMMAND_LINE;
    settings->until_steady = false;
    settings->loop |= phase_can_loop(pass->phase) && !phase_writes_bytes(pass->phase);
    limit_size(tune, settings);
    return pool->count - 1;
}

static int64_t settings_of(struct tune *tune, struct tune_pass *pass,
                           const struct candidate *candidate)
{
    for (uint32_t i = 0; i < pass->known_count; i++)
        if (!memcmp(&pass->known[i].candidate, candidate, sizeof *candidate))
            return pass->known[i].settings;
    const int64_t settings = add_settings(tune, pass, candidate, tune->probe_ns);
    if (settings >= 0 && pass->known_count < TUNE_KNOWN_MOST) {
        pass->known[pass->known_count].candidate = *candidate;
        pass->known[pass->known_count++].settings = (uint32_t)settings;
    }
    return settings;
}

/* How many probes fit what is left of time and bytes, if they take what the others took. */
static uint32_t affordable(const struct tune *tune, const struct record *record)
{
    const struct tune_pass *pass = &tune->passes[tune->at];
    int64_t spent_ns = 0;
    int64_t bytes = 0;
    int64_t own_ns = 0;
    int64_t own_bytes = 0;
    int64_t count = 0;
    for (size_t i = 0; i < record->tune_count; i++) {
        spent_ns += record->tune[i].spent_ns;
        bytes += record->tune[i].bytes;
        if (i < pass->first || record->tune[i].stage == TUNE_FILL)
            continue;
        own_ns += record->tune[i].spent_ns;
        own_bytes += record->tune[i].bytes;
        count++;
    }
    const int64_t each_ns = count ? own_ns / count : tune->probe_ns + OVERHEAD_NS;
    const int64_t left_ns = share_of(tune, tune->setup.budget_ns) - spent_ns;
    int64_t probes = left_ns > 0 ? left_ns / (each_ns > 0 ? each_ns : 1) : 0;
    if (tune->setup.budget_bytes) {
        const int64_t left = share_of(tune, (int64_t)tune->setup.budget_bytes) - bytes;
        const int64_t each = count && own_bytes > count ? own_bytes / count : BYTES_UNIT;
        if (left / each < probes)
            probes = left > 0 ? left / each : 0;
    }
    return probes < UINT32_MAX ? (uint32_t)probes : UINT32_MAX;
}

/* A queue that takes longer to empty than a probe only makes the probe longer. Twice what is in
 * flight now can be tried nevertheless: storage may take that long for any request. */
static void limit_in_flight(struct tune *tune, const struct record *record)
{
    struct tune_pass *pass = &tune->passes[tune->at];
    int64_t fastest = 0;
    for (size_t i = pass->first; i < record->tune_count; i++)
        if (record->tune[i].stage != TUNE_FILL && record->tune[i].per_s > fastest)
            fastest = record->tune[i].per_s;
    const double seconds = (double)tune->probe_ns / 1e9;
    const uint64_t bytes = (uint64_t)(seconds * (double)fastest / tune->setup.ranks);
    const uint64_t now = tune_space_in_flight(&pass->space, &pass->search.best);
    pass->space.in_flight_most = larger(bytes, fastest ? 2 * now : now);
}

/* The start is that of a fast device. On a slower one each probe would take long with it. */
static void fit_start(struct tune *tune, struct tune_pass *pass, const struct record_tune *row)
{
    const double seconds = 2 * (double)tune->probe_ns / 1e9;
    if (pass->probed || row->per_s <= 0)
        return;
    pass->probed = true;
    if (!tune_space_lower_start(&pass->space,
                                (uint64_t)(seconds * (double)row->per_s / tune->setup.ranks)))
        return;
    search_init(&pass->search, &pass->space.search);
    pass->search.probes = 1;
}

/* What the last step has measured. A probe whose threads got no CPU before it was over is repeated.
 */
static void take_rows(struct tune *tune, const struct record *record)
{
    for (; tune->seen < record->tune_count; tune->seen++) {
        const struct record_tune *row = &record->tune[tune->seen];
        if (row->stage == TUNE_FILL)
            tune->filled = !row->reason[0] && row->bytes > 0;
        else if (row->per_s > 0 || row->reason[0] || ++tune->idle > IDLE_MOST) {
            search_add(&tune->passes[tune->at].search, (double)row->per_s);
            fit_start(tune, &tune->passes[tune->at], row);
            tune->idle = 0;
        }
    }
}

static void set_step(const struct tune *tune, int64_t settings, struct step *step)
{
    static const enum record_tune_stage stages[] = {
        [SEARCH_AXES] = TUNE_COMPARE, [SEARCH_PAIRS] = TUNE_PAIR, [SEARCH_KNEE] = TUNE_KNEE};
    const struct tune_pass *pass = &tune->passes[tune->at];
    const bool writes = phase_writes_bytes(pass->phase);
    *step = (struct step){
        .phase = pass->phase,
        .role = STEP_TRIAL,
        .stage = stages[pass->search.stage],
        .option = pass->search.stage == SEARCH_PAIRS
                      ? OPTION_COUNT
                      : (uint32_t)pass->space.axes[pass->search.step.axis].id,
        .settings = (uint32_t)settings,
        .dataset = writes ? (uint32_t)settings : tune->dataset,
        .repetition = 1,
        .position = 1,
        .last = writes,
    };
}

/* Writes what the probes of a reading phase read, with the settled settings. */
static int fill(struct tune *tune, struct step *step)
{
    const struct tune_pass *writing = &tune->passes[0];
    const int64_t settings =
        add_settings(tune, writing, &writing->search.best, FILL_PROBES * tune->probe_ns);
    if (settings < 0)
        return -ENOMEM;
    tune->dataset = (uint32_t)settings;
    *step = (struct step){
        .phase = writing->phase,
        .role = STEP_TRIAL,
        .stage = TUNE_FILL,
        .option = OPTION_COUNT,
        .settings = tune->dataset,
        .dataset = tune->dataset,
        .repetition = 1,
        .position = 1,
    };
    return 1;
}

int tune_next(struct tune *tune, const struct record *record, struct step *step)
{
    take_rows(tune, record);
    for (; tune->at < tune->setup.phase_count; tune->at++) {
        struct tune_pass *pass = &tune->passes[tune->at];
        if (!phase_writes_bytes(pass->phase) && !tune->filled) {
            if (tune->dataset)
                return 0; /* there is nothing to read */
            pass->first = record->tune_count;
            return fill(tune, step);
        }
        limit_in_flight(tune, record);
        const struct candidate *candidate = search_next(&pass->search, affordable(tune, record));
        if (!candidate)
            continue;
        const int64_t settings = settings_of(tune, pass, candidate);
        if (settings < 0)
            return -ENOMEM;
        set_step(tune, settings, step);
        return 1;
    }
    return 0;
}
