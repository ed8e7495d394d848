/* SPDX-License-Identifier: Apache-2.0 */
#include "point_step.h"

#include <errno.h>

#include "phase.h"
#include "platform/clock.h"
#include "probe_step.h"
#include "side_step.h"

static void open_record(const struct run *run, const struct step *step, struct record_phase *into)
{
    const struct prepared *prepared = run->setup->prepared[step->settings];
    const struct phase_kind *kind = &phase_kinds[step->phase];
    *into = (struct record_phase){
        .repetition = step->repetition,
        .position = step->position,
        .writes = kind->writes,
        .reads = kind->reads,
        .checks = phase_checks(kind, prepared->settings),
        .discards = prepared->engine->id == ENGINE_NULL,
        .request_bytes = (int64_t)prepared->settings->buffer_size_bytes,
        .direct_asked = prepared->settings->direct,
        .status = RECORD_RUNNING,
        .started_ns = clock_now_ns() - run->started_ns,
    };
    text_copy(into->name, sizeof into->name, kind->name);
    text_copy(into->kind, sizeof into->kind, kind->name);
    text_copy(into->engine_used, sizeof into->engine_used, engine_name(prepared->engine->id));
    histogram_clear(&into->latency);
    record_modes_clear(&into->total.modes);
}

/* With a rate, latency counts from the instants that it sets. */
static int add_row(struct run *run, const struct step *step, struct record_phase *from,
                   enum verdict verdict)
{
    const struct settings *settings = run->setup->prepared[step->settings]->settings;
    const struct shape *shape = &run->setup->prepared[step->settings]->plan.setup.shape;
    struct record_latency latency;
    struct sweep_scale scale;
    struct text name = {0};
    setup_scale_of(run->setup, step->point, &scale);
    record_total(from);
    record_latency_of(from->intended.total ? &from->intended : &from->latency, &latency);
    struct record_sweep_run row = {
        .point = step->point,
        .repetition = step->repetition,
        .scale = scale.count,
        .base_point = scale.crowd ? scale.base + 1 : 0,
        .seed = (int64_t)settings->seed,
        .bytes = from->amount,
        .requests = from->requests,
        .duration_ns = from->duration_ns,
        .offered_per_s = (int64_t)settings->rate_bytes * shape_count_ranks(shape),
        .p50_ns = latency.p50_ns,
        .p99_ns = latency.p99_ns,
        .cpu_ns = counters_cpu_ns(&from->total.counters),
        .direct_in_effect = from->total.modes.direct_in_effect,
    };
    side_step_reason(from, verdict, row.reason, sizeof row.reason);
    setup_print_point(run->setup, step->point, &name);
    text_copy(row.settings, sizeof row.settings, text_string(&name));
    text_copy(row.phase, sizeof row.phase, from->kind);
    const int result = name.failed ? -ENOMEM : record_add_sweep_run(run->record, &row);
    text_release(&name);
    return result;
}

enum verdict point_carry_out(struct run *run, const struct step *step, struct failure *why)
{
    struct record_phase *into;
    if (side_step_begin(run, "a point of the sweep", &into, why))
        return VERDICT_FAILED;
    enum verdict verdict = side_step_measure(run, step, open_record, into, why);
    const bool removes = step->last || verdict != VERDICT_FINE;
    const bool removed = !removes || probe_remove_files(run, step, into);
    if (into)
        side_step_keep(run, step, add_row, into, verdict, why);
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM)
        run->interrupted = verdict;
    return removed ? verdict : verdict_merge(verdict, VERDICT_FAILED);
}
