/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/schedule.h"

#include <errno.h>

void schedule_init(struct schedule *schedule, const struct schedule_setup *setup)
{
    *schedule = (struct schedule){.setup = *setup, .repetition = 1};
}

/* Did an earlier item of the list have these settings and the same kind? Then they were probed. */
static bool was_probed(const struct schedule *schedule, const struct schedule_item *item)
{
    for (uint32_t i = 0; i < schedule->next; i++) {
        const struct schedule_item *earlier = &schedule->setup.items[i];
        if (earlier->settings == item->settings && earlier->phase == item->phase)
            return true;
    }
    return false;
}

static bool checks(const struct schedule *schedule, const struct schedule_item *item)
{
    return phase_kinds[item->phase].checks ||
           (phase_kinds[item->phase].reads && schedule->setup.pool->items[item->settings]->verify);
}

/* Data that are read and not checked are limited by storage alone. */
static bool has_probe(const struct schedule *schedule, const struct schedule_item *item, int probe)
{
    return probe == PROBE_STORAGE || phase_writes_bytes(item->phase) || checks(schedule, item);
}

/* What could not be measured is not tried again. */
static bool has_failed(const struct record *record, size_t first, int probe)
{
    for (size_t i = first; i < record->ceiling_count; i++)
        if (record->ceilings[i].probe == (enum record_probe)probe && record->ceilings[i].reason[0])
            return true;
    return false;
}

/* Moves on to the next probe before an item of the list; false if there is none. */
static bool find_probe(struct schedule *schedule, const struct schedule_item *item,
                       const struct record *record)
{
    if (!schedule->setup.ceilings || schedule->repetition > 1 || !phase_has_ceilings(item->phase) ||
        was_probed(schedule, item))
        return false;
    if (!schedule->round && !schedule->probe)
        schedule->first_ceiling = record->ceiling_count;
    for (; schedule->round < SCHEDULE_ROUNDS; schedule->round++, schedule->probe = 0)
        for (; schedule->probe < SCHEDULE_PROBES; schedule->probe++)
            if (has_probe(schedule, item, schedule->probe) &&
                !has_failed(record, schedule->first_ceiling, schedule->probe))
                return true;
    return false;
}

/* A probe has no rate limit, and lasts no longer than it must. */
static int add_settings(struct schedule *schedule, const struct schedule_item *item)
{
    struct settings_pool *pool = schedule->setup.pool;
    struct settings *settings = settings_pool_add(pool, pool->items[item->settings]);
    if (!settings)
        return -ENOMEM;
    if (!settings->time_ns || settings->time_ns > SCHEDULE_PROBE_NS)
        settings->time_ns = SCHEDULE_PROBE_NS;
    settings->rate_bytes = 0;
    settings->until_steady = settings->equalise = false;
    if (schedule->probe == PROBE_DATA)
        settings->engine = ENGINE_NULL;
    if (phase_writes_bytes(item->phase))
        settings->files_per_rank = 1;
    if (schedule->probe == PROBE_STORAGE && phase_writes_bytes(item->phase))
        settings->generate = GENERATE_ONCE;
    if (!phase_writes_bytes(item->phase))
        settings->verify = schedule->probe != PROBE_STORAGE;
    schedule->probe_settings[schedule->probe] = pool->count - 1;
    return 0;
}

/* A writing probe writes files of its own; a reading one reads those of the run. */
static int hand_out_probe(struct schedule *schedule, const struct schedule_item *item,
                          struct step *step)
{
    const bool writes = phase_writes_bytes(item->phase);
    if (!schedule->round && add_settings(schedule, item))
        return -ENOMEM;
    const uint32_t settings = schedule->probe_settings[schedule->probe];
    *step = (struct step){
        .phase = writes ? item->phase : PHASE_READ,
        .role = STEP_PROBE,
        .probe = (enum record_probe)schedule->probe++,
        .round = schedule->round + 1,
        .settings = settings,
        .section = item->section,
        .dataset = writes ? settings : item->dataset,
        .repetition = schedule->repetition,
        .position = schedule->next + 1,
    };
    return 1;
}

static bool found_wrong_data(const struct record_phase *phase)
{
    for (size_t i = 0; i < phase->node_count; i++)
        if (phase->nodes[i].counters.bad_blocks)
            return true;
    return false;
}

/* Another repetition is of use only while everything works; wrong data end nothing. */
static bool all_went_well(const struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].status != RECORD_COMPLETE && !found_wrong_data(&record->phases[i]))
            return false;
    for (size_t i = 0; i < record->warm_up_count; i++)
        if (record->warm_ups[i].reason[0])
            return false;
    return true;
}

static bool is_another_due(const struct schedule *schedule, const struct record *record)
{
    const struct repeat *repeat = &schedule->setup.repeat;
    if (schedule->repetition >= repeat->count || !all_went_well(record))
        return false;
    return repeat->until <= 0 || !record_settled(record, repeat->until);
}

static uint64_t mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

/* Ranks the points of a repetition by a hash: the one that 'before' others precede. */
static uint32_t point_at(const struct schedule *schedule, uint32_t before)
{
    const uint64_t base = mix(schedule->setup.seed + schedule->repetition);
    for (uint32_t i = 0; i < schedule->setup.point_count; i++) {
        uint32_t fewer = 0;
        for (uint32_t j = 0; j < schedule->setup.point_count; j++)
            fewer += mix(base + j) < mix(base + i); /* mix maps different numbers to different */
        if (fewer == before)
            return i + 1;
    }
    return 0;
}

static bool is_warm_up_due(const struct schedule *schedule, const struct step *step)
{
    return !schedule->warm && phase_kinds[step->phase].unit == UNIT_BYTE &&
           schedule->setup.pool->items[step->settings]->warm_up_ns;
}

/* What writes gets a data set of its own. Where the phase writes in place, that data set must first
 * be written, for as long at most. */
static int hand_out_warm_up(struct schedule *schedule, const struct step *next, struct step *step)
{
    struct settings_pool *pool = schedule->setup.pool;
    const bool in_place = phase_kinds[next->phase].updates;
    const bool fills = in_place && !schedule->filled;
    struct settings *settings =
        settings_pool_add(pool, pool->items[fills ? next->dataset : next->settings]);
    if (!settings)
        return -ENOMEM;
    settings->time_ns = pool->items[next->settings]->warm_up_ns;
    settings->loop = !fills;
    settings->until_steady = settings->equalise = false;
    *step = *next;
    step->role = STEP_WARM_UP;
    step->warmed_phase = next->phase;
    step->warmed_dataset = next->dataset;
    step->settings = pool->count - 1;
    step->phase = fills ? PHASE_WRITE : next->phase;
    if (phase_makes(step->phase))
        step->dataset = step->settings;
    else if (in_place)
        step->dataset = schedule->filled;
    step->last = phase_writes_bytes(next->phase) && !fills;
    if (in_place && !fills)
        step->pause_ns = 0;
    schedule->filled = fills ? step->settings : 0;
    schedule->warm = !fills;
    return 1;
}

/* The phase or its warm-up, which the pause then precedes. */
static int hand_out(struct schedule *schedule, struct step *next, struct step *step)
{
    const struct settings *settings = schedule->setup.pool->items[next->settings];
    next->pause_ns = schedule->warm ? 0 : settings->pause_ns;
    if (is_warm_up_due(schedule, next))
        return hand_out_warm_up(schedule, next, step);
    *step = *next;
    schedule->next++;
    schedule->warm = false;
    return 1;
}

/* Each repetition measures each point once, so that a drift of the device affects all alike. */
static int hand_out_point(struct schedule *schedule, struct step *step)
{
    if (schedule->next == schedule->setup.item_count) {
        schedule->next = 0;
        schedule->point++;
    }
    if (schedule->point == schedule->setup.point_count) {
        if (schedule->repetition >= schedule->setup.repeat.count)
            return 0;
        schedule->point = 0;
        schedule->repetition++;
    }
    const uint32_t point = point_at(schedule, schedule->point);
    struct step next = {
        .phase = schedule->setup.items[schedule->next].phase,
        .role = STEP_POINT,
        .settings = point,
        .dataset = point,
        .point = point,
        .repetition = schedule->repetition,
        .position = schedule->next + 1,
        .last = schedule->next + 1 == schedule->setup.item_count,
    };
    return hand_out(schedule, &next, step);
}

int schedule_next(struct schedule *schedule, const struct record *record, struct step *step)
{
    if (schedule->setup.tune)
        return tune_next(schedule->setup.tune, record, step);
    if (schedule->setup.point_count)
        return hand_out_point(schedule, step);
    if (schedule->next == schedule->setup.item_count) {
        if (!is_another_due(schedule, record))
            return 0;
        schedule->next = 0;
        schedule->repetition++;
    }
    const struct schedule_item *item = &schedule->setup.items[schedule->next];
    if (find_probe(schedule, item, record))
        return hand_out_probe(schedule, item, step);
    struct step next = {
        .phase = item->phase,
        .role = STEP_PHASE,
        .settings = item->settings,
        .section = item->section,
        .dataset = item->dataset,
        .repetition = schedule->repetition,
        .position = schedule->next + 1,
    };
    const int result = hand_out(schedule, &next, step);
    if (step->role == STEP_PHASE) {
        schedule->round = 0;
        schedule->probe = 0;
    }
    return result;
}
