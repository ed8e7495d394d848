/* SPDX-License-Identifier: Apache-2.0 */
#include "probe_step.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "phase.h"
#include "platform/clock.h"
#include "verdict.h"

enum { REMOVAL_NS = 2 * 1000 * 1000 * 1000 - 1 };

static void open_record(const struct run *run, const struct step *step, struct record_phase *into)
{
    const struct prepared *prepared = run->setup->prepared[step->settings];
    const enum engine_id engine = prepared->engine ? prepared->engine->id : ENGINE_AUTO;
    *into = (struct record_phase){
        .repetition = 1,
        .writes = 1,
        .discards = engine == ENGINE_NULL,
        .status = RECORD_RUNNING,
        .started_ns = clock_now_ns() - run->started_ns,
    };
    snprintf(into->name, sizeof into->name, "probe_%s", record_probe_name(step->probe));
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

static int add_row(struct run *run, const struct step *step, const struct record_phase *from,
                   enum verdict verdict, struct failure *why)
{
    struct record_ceiling row = {
        .bytes = from->amount,
        .requests = from->requests,
        .duration_ns = from->duration_ns,
        .ranks = from->ranks_total,
        .direct_in_effect = from->total.modes.direct_in_effect,
        .probe = step->probe,
        .ended_by = from->ended_by,
    };
    text_copy(row.direction, sizeof row.direction, from->kind);
    text_copy(row.engine, sizeof row.engine, from->engine_used);
    if (from->failure)
        text_copy(row.reason, sizeof row.reason, from->failure);
    else if (verdict != VERDICT_FINE)
        text_copy(row.reason, sizeof row.reason,
                  verdict == VERDICT_SIGINT ? "interrupted by SIGINT" : "interrupted by SIGTERM");
    if (record_add_ceiling(run->record, &row))
        return failure_set(why, -ENOMEM, "not enough memory for the results");
    return 0;
}

/* Rank 0. */
static void report_and_keep(struct run *run, const struct step *step, struct record_phase *into,
                            enum verdict verdict, struct failure *why)
{
    into->status = verdict_status(verdict);
    if (run->listener.phase_ended)
        run->listener.phase_ended(run->listener.context, into, step->point);
    if (!add_row(run, step, into, verdict, why))
        keeper_save(run->keeper, why);
    record_phase_release(into);
    free(into);
}

/* Its settings are prepared only now. */
static enum verdict measure(struct run *run, const struct step *step, struct record_phase *into,
                            struct failure *why)
{
    struct phase phase = {0};
    struct failure failure = {0};
    struct agreement agreement;
    enum verdict verdict = VERDICT_FAILED;
    setup_prepare_step(run->setup, step, &failure);
    if (step->settings >= run->setup->prepared_count) { /* not even its settings could be kept */
        failure_set(why, failure.code, "%s", failure.text);
        return verdict;
    }
    if (into)
        open_record(run, step, into);
    if (failure.code) {
        verdict_set_line(into, failure.text);
        return verdict;
    }
    phase_init(&phase, run, step, &failure);
    if (cluster_agree(run->cluster, &failure, &agreement))
        verdict_decide(&phase, &agreement, 0, into);
    else
        verdict = phase_carry_out(&phase, into);
    phase_release(&phase);
    return verdict;
}

enum verdict probe_carry_out(struct run *run, const struct step *step, struct failure *why)
{
    struct failure failure = {0};
    struct agreement agreement;
    struct record_phase *into = run->record ? calloc(1, sizeof *into) : NULL;
    if (run->record && !into)
        failure_set(&failure, -ENOMEM, "not enough memory for a probe");
    if (cluster_agree(run->cluster, &failure, &agreement)) {
        failure_set(why, agreement.first.code, "%s", agreement.first.text);
        return VERDICT_FAILED;
    }
    enum verdict verdict = measure(run, step, into, why);
    bool removed =
        step->settings >= run->setup->prepared_count || probe_remove_files(run, step, into);
    if (into)
        report_and_keep(run, step, into, verdict, why);
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM)
        return run->interrupted = verdict;
    return removed && !run->stalled ? VERDICT_FINE : VERDICT_FAILED;
}
