/* SPDX-License-Identifier: Apache-2.0 */
#include "warm_step.h"

#include <errno.h>

#include "phase.h"
#include "platform/clock.h"
#include "probe_step.h"
#include "side_step.h"

/* Will the phase that follows be skipped? */
static bool is_idle(const struct run *run, const struct step *step, enum verdict so_far)
{
    struct step follows = *step;
    follows.phase = step->warmed_phase;
    follows.dataset = step->warmed_dataset;
    return verdict_skip(run, &follows, so_far) != NULL;
}

static bool has_data(const struct run *run, const struct step *step)
{
    return phase_makes(step->phase) || !run->setup->prepared[step->dataset]->dataset.failed;
}

static void open_record(const struct run *run, const struct step *step, struct record_phase *into)
{
    const struct prepared *prepared = run->setup->prepared[step->settings];
    const struct phase_kind *kind = &phase_kinds[step->phase];
    *into = (struct record_phase){
        .repetition = step->repetition,
        .writes = kind->writes,
        .reads = kind->reads,
        .checks = phase_checks(kind, prepared->settings),
        .discards = prepared->engine && prepared->engine->id == ENGINE_NULL,
        .status = RECORD_RUNNING,
        .started_ns = clock_now_ns() - run->started_ns,
    };
    text_copy(into->name, sizeof into->name, "warm_up");
    text_copy(into->kind, sizeof into->kind, kind->name);
    histogram_clear(&into->latency);
    record_modes_clear(&into->total.modes);
}

static int add_row(struct run *run, const struct step *step, struct record_phase *from,
                   enum verdict verdict)
{
    const struct step follows = {.phase = step->warmed_phase, .section = step->section};
    struct record_warm_up row = {
        .repetition = step->repetition,
        .point = step->point,
        .own = phase_writes_bytes(step->phase) ? TRUTH_YES : TRUTH_NO,
        .time_ns = run->setup->pool.items[step->settings]->time_ns,
        .bytes = from->amount,
        .requests = from->requests,
        .duration_ns = from->duration_ns,
        .ended_by = from->ended_by,
        .direct_in_effect = from->total.modes.direct_in_effect,
    };
    text_copy(row.kind, sizeof row.kind, from->kind);
    if (step->point)
        text_copy(row.phase, sizeof row.phase, phase_kinds[step->warmed_phase].name);
    else
        phase_set_name(run, &follows, run->record->phase_count + 1, row.phase);
    side_step_reason(from, verdict, row.reason, sizeof row.reason);
    return record_add_warm_up(run->record, &row);
}

enum verdict warm_up_carry_out(struct run *run, const struct step *step, enum verdict so_far,
                               struct failure *why)
{
    if (is_idle(run, step, so_far) || !has_data(run, step))
        return VERDICT_FINE;
    struct record_phase *into;
    if (side_step_begin(run, "a warm-up", &into, why))
        return VERDICT_FAILED;
    enum verdict verdict = side_step_measure(run, step, open_record, into, why);
    const bool own = phase_writes_bytes(step->phase) && step->dataset < run->setup->prepared_count;
    if (own)
        run->setup->prepared[step->dataset]->dataset.failed = verdict != VERDICT_FINE;
    const bool removes = own && (step->last || verdict != VERDICT_FINE);
    if (removes && !probe_remove_files(run, step, into))
        verdict = verdict_merge(verdict, VERDICT_FAILED);
    if (into)
        side_step_keep(run, step, add_row, into, verdict, why);
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM)
        run->interrupted = verdict;
    return verdict;
}
