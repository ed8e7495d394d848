/* SPDX-License-Identifier: Apache-2.0 */
/* The run as one loop: the next step, carried out, recorded. The schedule alone knows the order. */
#include "phases/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "metadata/objects.h"
#include "metadata/operation.h"
#include "phase.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "point_step.h"
#include "probe_step.h"
#include "verdict.h"
#include "warm_step.h"
#include "watchdog.h"

enum { POLL_NS = 50 * 1000 * 1000 };

/* The files that ranks have several of. */
static void keep_files(const struct geometry *geometry, struct record_phase *into)
{
    for (uint32_t rank = 0; rank < geometry->setup.shape.rank_count; rank++) {
        struct share share;
        geometry_share(geometry, rank, 0, &share);
        if (!share.cut_bytes)
            continue;
        into->data_files += (int64_t)geometry->setup.files_per_rank;
        if ((int64_t)share.cut_bytes > into->data_file_bytes)
            into->data_file_bytes = (int64_t)share.cut_bytes;
    }
}

/* The settings of a phase as far as they decide what its numbers mean. */
static void keep_settings(const struct prepared *prepared, const struct phase_kind *kind,
                          struct record_phase *into)
{
    const struct settings *settings = prepared->settings;
    const enum option_source seed = settings->source[OPTION_SEED];
    into->request_bytes = (int64_t)settings->buffer_size_bytes;
    into->depth_asked = (int64_t)prepared->depth_asked;
    into->depth = (int64_t)settings->depth;
    into->writers_each = (int64_t)settings->writers;
    into->producers_each = (int64_t)settings->producers;
    into->synced = settings->fsync != FSYNC_NEVER;
    into->pause_ns = settings->pause_ns;
    into->reducible = settings->compress_ratio > 1 || settings->dedup_ratio > 1;
    into->seed_source = seed == SOURCE_DEFAULT                                  ? SEED_DRAWN
                        : prepared->setup->stored.loaded && seed == SOURCE_FILE ? SEED_FROM_RESULT
                                                                                : SEED_GIVEN;
    into->direct_asked = settings->direct;
    text_copy(into->engine_asked, sizeof into->engine_asked, engine_name(settings->engine));
    text_copy(into->engine_used, sizeof into->engine_used, engine_name(prepared->engine->id));
    into->engine_cause = prepared->engine_cause;
    text_copy(into->engine_reason, sizeof into->engine_reason, prepared->engine_reason);
    into->discards = prepared->engine->id == ENGINE_NULL;
    if (kind->unit == UNIT_BYTE)
        return;
    into->request_bytes = (int64_t)settings->object_size_bytes;
    into->direct_asked = NEVER; /* O_DIRECT does not apply */
    if (objects_depth(settings) && !operation_kind_of(kind->id)->lists)
        return;
    into->depth = 1; /* plain system calls, also where another engine moves bytes */
    text_copy(into->engine_used, sizeof into->engine_used, engine_name(ENGINE_PWRITE));
    into->engine_cause = settings->engine == ENGINE_AUTO ? ENGINE_PLAIN_NAMES
                         : objects_depth(settings)       ? ENGINE_PLAIN_LISTS
                                                         : ENGINE_NO_CAUSE;
    into->engine_reason[0] = '\0';
}

static struct record_phase *add_phase(struct run *run, const struct step *step, struct failure *why)
{
    const struct prepared *prepared = run->setup->prepared[step->settings];
    const struct phase_kind *kind = &phase_kinds[step->phase];
    struct record_phase *into = record_add_phase(run->record);
    if (!into) {
        failure_set(why, -ENOMEM, "not enough memory for the results");
        return NULL;
    }
    keep_settings(prepared, kind, into);
    into->writes = kind->writes;
    into->reads = kind->reads;
    into->checks = phase_checks(kind, prepared->settings);
    into->loops = prepared->settings->loop && phase_can_loop(step->phase);
    if (kind->reads && kind->writes)
        into->read_fraction_ppm = (int64_t)prepared->settings->read_fraction_ppm;
    into->unit = (uint8_t)kind->unit;
    if (kind->unit == UNIT_BYTE)
        keep_files(&run->setup->prepared[step->dataset]->plan.geometry, into);
    into->open_ended = kind->unit == UNIT_BYTE
                           ? phase_makes(step->phase) && plan_open_ended(&prepared->plan)
                           : kind->writes && !prepared->settings->objects_per_rank;
    if (run->setup->options.section_count) {
        const struct section *section = &run->setup->options.sections[step->section];
        text_copy(into->section, sizeof into->section, section->name);
        text_copy(into->data, sizeof into->data, section->data);
    }
    phase_set_name(run, step, run->record->phase_count, into->name);
    into->position = step->position;
    text_copy(into->kind, sizeof into->kind, kind->name);
    into->repetition = step->repetition;
    into->status = RECORD_RUNNING;
    into->started_ns = clock_now_ns() - run->started_ns;
    into->started_utc_ns = clock_wall_ns();
    histogram_clear(&into->latency);
    record_modes_clear(&into->total.modes);
    return into;
}

/* A phase that cannot be run after what has happened. */
static void skip(struct run *run, const struct step *step, const char *reason, struct failure *why)
{
    struct record_phase *into = run->record ? add_phase(run, step, why) : NULL;
    if (!into)
        return;
    into->status = RECORD_SKIPPED;
    verdict_set_line(into, reason);
    keeper_save(run->keeper, why);
}

static enum verdict run_phase(struct run *run, const struct step *step, struct failure *why)
{
    struct phase phase;
    struct failure failure = {0};
    struct agreement agreement;
    struct record_phase *into = run->record ? add_phase(run, step, &failure) : NULL;
    if (into)
        keeper_save(run->keeper, &failure);
    phase_init(&phase, run, step, &failure);
    enum verdict verdict = VERDICT_FAILED;
    if (cluster_agree(run->cluster, &failure, &agreement))
        verdict_decide(&phase, &agreement, 0, into);
    else
        verdict = phase_carry_out(&phase, into);
    phase_release(&phase);
    if (into) {
        into->status = verdict_status(verdict);
        if (run->listener.phase_ended)
            run->listener.phase_ended(run->listener.context, into, step->point);
        keeper_save(run->keeper, why);
    }
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM)
        run->interrupted = verdict;
    return verdict;
}

/* A signal that came between two steps, or before the first: no further one is begun. */
static void take_signal(struct run *run, enum verdict *verdict)
{
    enum verdict mine = VERDICT_FINE;
    int signal_number = interrupt_signal();
    if (signal_number)
        mine = signal_number == SIGINT ? VERDICT_SIGINT : VERDICT_SIGTERM;
    enum verdict all = (enum verdict)cluster_max(run->cluster, mine);
    if (all == VERDICT_FINE || run->interrupted)
        return;
    run->interrupted = all;
    watchdog_stopping(run, all == VERDICT_SIGINT ? SIGINT : SIGTERM);
    *verdict = verdict_merge(*verdict, all);
}

/* Rank 0 asks the schedule and broadcasts: 1 and a step, 0 at the end, -errno. */
static int next_step(struct run *run, struct schedule *schedule, struct step *step)
{
    struct {
        int result;
        struct step step;
    } next = {0};
    if (run->record)
        next.result = record_summarise(run->record);
    if (run->record && !next.result)
        next.result = schedule_next(schedule, run->record, &next.step);
    if (next.result >= 0 && run->setup->tune && tune_report(run->setup->tune, run->record))
        next.result = -ENOMEM;
    cluster_broadcast(run->cluster, &next, sizeof next);
    *step = next.step;
    return next.result;
}

/* A signal ends the pause of the rank that receives it. */
static void pause_before(const struct run *run, const struct step *step)
{
    const int64_t until_ns = clock_now_ns() + step->pause_ns;
    while (!run->interrupted && !interrupt_signal() && clock_now_ns() < until_ns) {
        const int64_t next_ns = clock_now_ns() + POLL_NS;
        clock_sleep_until_ns(next_ns < until_ns ? next_ns : until_ns);
    }
}

/* Skipped phases of the list are recorded as such; the points of a sweep and the
 * probes of a search that remain are not. */
static bool ends_sweep(const struct run *run, const struct step *step)
{
    return (step->role == STEP_POINT || step->role == STEP_TRIAL ||
            (step->role == STEP_WARM_UP && step->point)) &&
           (run->interrupted || run->stalled || run->disconnected);
}

static enum verdict carry_out_phase(struct run *run, const struct step *step, struct failure *why)
{
    const enum verdict verdict = run_phase(run, step, why);
    if (phase_makes(step->phase))
        run->setup->prepared[step->dataset]->dataset.failed = verdict == VERDICT_FAILED;
    return verdict;
}

static void carry_out(struct run *run, const struct step *step, enum verdict *verdict,
                      struct failure *why)
{
    pause_before(run, step);
    take_signal(run, verdict);
    if (step->role == STEP_PROBE) {
        if (*verdict == VERDICT_FINE)
            *verdict = probe_carry_out(run, step, why);
        return;
    }
    if (step->role == STEP_TRIAL) {
        if (!ends_sweep(run, step))
            *verdict = verdict_merge(*verdict, probe_carry_out(run, step, why));
        return;
    }
    if (step->role == STEP_WARM_UP) {
        *verdict = verdict_merge(*verdict, warm_up_carry_out(run, step, *verdict, why));
        return;
    }
    if (step->role == STEP_POINT) {
        if (!ends_sweep(run, step))
            *verdict = verdict_merge(*verdict, point_carry_out(run, step, why));
        return;
    }
    const char *reason = verdict_skip(run, step, *verdict);
    if (reason)
        skip(run, step, reason, why);
    else
        *verdict = verdict_merge(*verdict, carry_out_phase(run, step, why));
}

int run_steps(struct run *run, enum verdict *verdict, struct failure *why)
{
    struct schedule schedule;
    struct schedule_setup setup = {
        .items = run->setup->items,
        .item_count = run->setup->item_count,
        .ceilings = run->settings->ceilings,
        .point_count = run->setup->point_count,
        .seed = run->setup->pool.items[0]->seed,
        .tune = run->setup->tune,
        .pool = &run->setup->pool,
    };
    struct agreement agreement;
    struct step step;
    int result = repeat_parse(run->settings->repeat, &setup.repeat, why);
    *verdict = VERDICT_FINE;
    schedule_init(&schedule, &setup);
    while (!result && (result = next_step(run, &schedule, &step)) > 0) {
        carry_out(run, &step, verdict, why);
        result = cluster_agree(run->cluster, why, &agreement);
        if (result)
            failure_set(why, result, "%s", agreement.first.text);
        if (ends_sweep(run, &step))
            break;
    }
    arena_unmap(&run->reserve.whole);
    if (result < 0)
        failure_set(why, result, "not enough memory for the next step");
    return result;
}
