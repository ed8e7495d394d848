/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/schedule.h"

#include <errno.h>

enum { PROBES = PROBE_BOTH + 1 };

void schedule_init(struct schedule *schedule, const struct schedule_setup *setup)
{
    *schedule = (struct schedule){.setup = *setup, .repetition = 1};
}

/* Did an earlier item of the list have these settings and write too? Then they were probed. */
static bool was_probed(const struct schedule *schedule, const struct schedule_item *item)
{
    for (uint32_t i = 0; i < schedule->next; i++) {
        const struct schedule_item *earlier = &schedule->setup.items[i];
        if (earlier->settings == item->settings && phase_writes_bytes(earlier->phase))
            return true;
    }
    return false;
}

static bool is_probe_due(const struct schedule *schedule, const struct schedule_item *item)
{
    return schedule->setup.ceilings && schedule->repetition == 1 && schedule->probe < PROBES &&
           phase_writes_bytes(item->phase) && !was_probed(schedule, item);
}

/* A probe has no rate limit, and writes no longer than it must. */
static int hand_out_probe(struct schedule *schedule, const struct schedule_item *item,
                          struct step *step)
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
    if (schedule->probe == PROBE_STORAGE)
        settings->generate = GENERATE_ONCE;
    *step = (struct step){
        .phase = item->phase,
        .role = STEP_PROBE,
        .probe = (enum record_probe)schedule->probe++,
        .settings = pool->count - 1,
        .section = item->section,
        .dataset = pool->count - 1,
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
    *step = (struct step){
        .phase = schedule->setup.items[schedule->next].phase,
        .role = STEP_POINT,
        .settings = point,
        .dataset = point,
        .point = point,
        .repetition = schedule->repetition,
        .position = ++schedule->next,
        .last = schedule->next == schedule->setup.item_count,
        .pause_ns = schedule->setup.pool->items[point]->pause_ns,
    };
    return 1;
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
    if (is_probe_due(schedule, item))
        return hand_out_probe(schedule, item, step);
    *step = (struct step){
        .phase = item->phase,
        .role = STEP_PHASE,
        .settings = item->settings,
        .section = item->section,
        .dataset = item->dataset,
        .repetition = schedule->repetition,
        .position = ++schedule->next,
        .pause_ns = schedule->setup.pool->items[item->settings]->pause_ns,
    };
    schedule->probe = PROBE_DATA;
    return 1;
}
