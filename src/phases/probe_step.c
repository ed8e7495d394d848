/* SPDX-License-Identifier: Apache-2.0 */
#include "probe_step.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "phase.h"
#include "platform/clock.h"
#include "side_step.h"

static const int64_t save_every_ns = 5000000000;

enum { REMOVAL_NS = 2 * 1000 * 1000 * 1000 - 1 };

static void open_record(const struct run *run, const struct step *step, struct record_phase *into)
{
    const struct prepared *prepared = run->setup->prepared[step->settings];
    const enum engine_id engine = prepared->engine ? prepared->engine->id : ENGINE_AUTO;
    *into = (struct record_phase){
        .repetition = 1,
        .writes = phase_kinds[step->phase].writes,
        .reads = phase_kinds[step->phase].reads,
        .discards = engine == ENGINE_NULL,
        .status = RECORD_RUNNING,
        .started_ns = clock_now_ns() - run->started_ns,
    };
    if (step->role == STEP_PROBE)
        snprintf(into->name, sizeof into->name, "probe_%s", record_probe_name(step->probe));
    else
        snprintf(into->name, sizeof into->name, "tune_%s", phase_kinds[step->phase].name);
    text_copy(into->kind, sizeof into->kind, phase_kinds[step->phase].name);
    text_copy(into->engine_used, sizeof into->engine_used, engine_name(engine));
    histogram_clear(&into->latency);
}

bool probe_remove_files(struct run *run, const struct step *step, struct record_phase *into)
{
    struct dataset *dataset = &run->setup->prepared[step->dataset]->dataset;
    struct failure failure = {0};
    struct agreement agreement;
    char line[FAILURE_TEXT + RECORD_LINE];
    if (!dataset->cluster) /* preparing it failed before */
        return true;
    if (run->stalled)
        run->given_up |= dataset_remove_within(dataset, REMOVAL_NS, &failure) != 0;
    else
        dataset_remove(dataset, &failure);
    if (!cluster_agree(run->cluster, &failure, &agreement))
        return true;
    agreement_format(run->cluster, &agreement, line, sizeof line);
    verdict_set_line(into, line);
    return false;
}

static int add_trial(struct run *run, const struct step *step, const struct record_phase *from,
                     enum verdict verdict)
{
    struct text settings = {0};
    struct record_tune row = {
        .stage = (uint8_t)step->stage,
        .bytes = from->amount,
        .requests = from->requests,
        .duration_ns = from->duration_ns,
        .started_ns = from->started_ns,
        .spent_ns = clock_now_ns() - run->started_ns - from->started_ns,
        .direct_in_effect = from->total.modes.direct_in_effect,
    };
    text_copy(row.phase, sizeof row.phase, from->kind);
    if (step->option < OPTION_COUNT)
        text_copy(row.option, sizeof row.option, options_name(step->option));
    tune_print_settings(run->setup->tune, run->setup->pool.items[step->settings], &settings);
    text_copy(row.settings, sizeof row.settings, text_string(&settings));
    text_release(&settings);
    side_step_reason(from, verdict, row.reason, sizeof row.reason);
    return record_add_tune(run->record, &row);
}

static int add_row(struct run *run, const struct step *step, const struct record_phase *from,
                   enum verdict verdict)
{
    struct record_ceiling row = {
        .bytes = from->amount,
        .requests = from->requests,
        .duration_ns = from->duration_ns,
        .ranks = from->ranks_total,
        .direct_in_effect = from->total.modes.direct_in_effect,
        .probe = step->probe,
        .ended_by = from->ended_by,
        .round = step->round,
    };
    text_copy(row.direction, sizeof row.direction,
              phase_kinds[run->setup->items[step->position - 1].phase].name);
    if (run->setup->options.section_count)
        text_copy(row.section, sizeof row.section,
                  run->setup->options.sections[step->section].name);
    text_copy(row.engine, sizeof row.engine, from->engine_used);
    side_step_reason(from, verdict, row.reason, sizeof row.reason);
    return record_add_ceiling(run->record, &row);
}

/* Most trials are too short for a live line of their own. */
static void show_trial(const struct run *run, const struct step *step,
                       const struct record_phase *from)
{
    char name[64];
    const struct progress progress = {
        .phase = name, .amount = (uint64_t)from->amount, .elapsed_ns = from->duration_ns};
    snprintf(name, sizeof name, "tune: %s%s%s", phase_kinds[step->phase].name,
             step->option < OPTION_COUNT ? ", --" : "",
             step->option < OPTION_COUNT ? options_name(step->option) : "");
    if (run->listener.progress)
        run->listener.progress(run->listener.context, &progress);
}

/* Saving takes longer than a short probe on a busy disk. */
static bool is_save_due(struct run *run, const struct step *step)
{
    const int64_t now_ns = clock_now_ns();
    if (step->role == STEP_PROBE && step->round == SCHEDULE_ROUNDS)
        return true;
    if (run->saved_ns && now_ns - run->saved_ns < save_every_ns)
        return false;
    run->saved_ns = now_ns;
    return true;
}

/* Rank 0. */
static void report_and_keep(struct run *run, const struct step *step, struct record_phase *into,
                            enum verdict verdict, struct failure *why)
{
    const bool trial = step->role == STEP_TRIAL;
    into->status = verdict_status(verdict);
    if (run->listener.phase_ended && (!trial || run->stalled))
        run->listener.phase_ended(run->listener.context, into, step->point);
    if (trial && run->listener.trial_ended && !run->stalled)
        run->listener.trial_ended(run->listener.context, into);
    if (trial)
        show_trial(run, step, into);
    if (trial ? add_trial(run, step, into, verdict) : add_row(run, step, into, verdict))
        failure_set(why, -ENOMEM, "not enough memory for the results");
    else if (is_save_due(run, step))
        keeper_save(run->keeper, why);
    record_phase_release(into);
    free(into);
}

enum verdict probe_carry_out(struct run *run, const struct step *step, struct failure *why)
{
    struct record_phase *into;
    if (side_step_begin(run, "a probe", &into, why))
        return VERDICT_FAILED;
    enum verdict verdict = side_step_measure(run, step, open_record, into, why);
    bool removed = (step->role == STEP_TRIAL ? !step->last : step->dataset != step->settings) ||
                   step->settings >= run->setup->prepared_count ||
                   probe_remove_files(run, step, into);
    if (into)
        report_and_keep(run, step, into, verdict, why);
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM)
        return run->interrupted = verdict;
    if (step->role == STEP_PROBE && verdict == VERDICT_WRONG_DATA)
        return run->stalled ? VERDICT_FAILED : verdict;
    return removed && !run->stalled ? VERDICT_FINE : VERDICT_FAILED;
}
