#include "ceilings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "phase.h"
#include "platform/clock.h"
#include "verdict.h"

enum { REMOVAL_NS = 2 * 1000 * 1000 * 1000 - 1 };

/* No rewrite counts so far: storage that looks for equal blocks finds none of a probe's later on.
 */
static const uint64_t first_generation = UINT64_C(1) << 32;

struct probe_kind {
    enum record_probe probe;
    const char *live_name; /* for the live line */
    enum generate generate;
    bool stores;
};

static const struct probe_kind kinds[] = {
    {PROBE_DATA, "probe: data alone", GENERATE_EACH, false},
    {PROBE_STORAGE, "probe: storage alone", GENERATE_ONCE, true},
    {PROBE_BOTH, "probe: data into storage", GENERATE_EACH, true},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* On the heap: threads that wait for storage may hold on to it. */
struct probe {
    const struct probe_kind *kind;
    struct plan plan; /* the run's, but for the names of files; owns nothing */
    struct dataset dataset;
    struct record_phase into; /* rank 0: all that was measured, of which a row is kept */
};

static void set_phase(const struct probe *probe, struct phase *phase)
{
    int64_t time_ns = phase->limits.deadline_ns;
    phase->name = probe->kind->live_name;
    phase->generate = probe->kind->generate;
    if (!probe->kind->stores)
        phase->engine = engine_kind_of(ENGINE_NULL);
    phase->limits = (struct limits){
        .deadline_ns = time_ns && time_ns < PLAN_PROBE_NS ? time_ns : PLAN_PROBE_NS,
    };
    phase->until_steady = false;
    phase->probe = true;
}

static void open_record(const struct run *run, const struct probe *probe, struct record_phase *into)
{
    *into = (struct record_phase){
        .repetition = 1,
        .writes = 1,
        .discards = !probe->kind->stores || run->engine->id == ENGINE_NULL,
        .status = RECORD_RUNNING,
        .started_ns = clock_now_ns() - run->started_ns,
    };
    snprintf(into->name, sizeof into->name, "probe_%s", record_probe_name(probe->kind->probe));
    text_copy(into->kind, sizeof into->kind, phase_kinds[PHASE_WRITE].name);
    text_copy(into->engine_used, sizeof into->engine_used,
              engine_name(probe->kind->stores ? run->engine->id : ENGINE_NULL));
    histogram_clear(&into->latency);
}

/* Whatever --keep says; the folder is the run's. False where some are left. */
static bool remove_files(struct run *run, struct probe *probe, struct record_phase *into)
{
    struct failure failure = {0};
    struct agreement agreement;
    char line[FAILURE_TEXT + RECORD_LINE];
    if (run->stalled)
        run->given_up |= dataset_remove_within(&probe->dataset, REMOVAL_NS, &failure) != 0;
    else
        dataset_remove(&probe->dataset, &failure);
    if (!cluster_agree(run->cluster, &failure, &agreement))
        return true;
    agreement_line(run->cluster, &agreement, line, sizeof line);
    verdict_keep(into, line);
    return false;
}

static int keep_row(struct run *run, const struct probe *probe, enum verdict verdict,
                    struct failure *why)
{
    const struct record_phase *from = &probe->into;
    struct record_ceiling row = {
        .bytes = from->bytes,
        .requests = from->requests,
        .duration_ns = from->duration_ns,
        .ranks = from->ranks_total,
        .direct_in_effect = from->direct_in_effect,
        .probe = probe->kind->probe,
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
static void tell_and_keep(struct run *run, struct probe *probe, enum verdict verdict,
                          struct failure *why)
{
    probe->into.status = verdict_status(verdict);
    if (run->listener.phase_ended)
        run->listener.phase_ended(run->listener.context, &probe->into);
    if (!keep_row(run, probe, verdict, why))
        keeper_save(run->keeper, why);
    record_phase_release(&probe->into);
}

/* What the run must know of it. */
static enum verdict measure_one(struct run *run, struct probe *probe, struct failure *why)
{
    struct phase phase;
    struct failure failure = {0};
    struct agreement agreement;
    struct record_phase *into = run->record ? &probe->into : NULL;
    enum verdict verdict = VERDICT_FAILED;
    if (into)
        open_record(run, probe, into);
    phase_init(&phase, run, PHASE_WRITE, &probe->dataset, &failure);
    set_phase(probe, &phase);
    if (cluster_agree(run->cluster, &failure, &agreement))
        verdict_judge(&phase, &agreement, 0, into);
    else
        verdict = phase_carry_out(&phase, into);
    phase_release(&phase);
    bool removed = remove_files(run, probe, into);
    if (into)
        tell_and_keep(run, probe, verdict, why);
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM)
        return run->interrupted = verdict;
    return removed && !run->stalled ? VERDICT_FINE : VERDICT_FAILED;
}

static enum verdict carry_out(struct run *run, uint32_t number, struct failure *why)
{
    struct probe *probe = calloc(1, sizeof *probe);
    struct failure failure = {0};
    struct agreement agreement;
    enum verdict verdict = VERDICT_FAILED;
    if (!probe) {
        failure_set(&failure, -ENOMEM, "not enough memory for a probe");
    } else {
        probe->kind = &kinds[number];
        probe->plan = *run->plan;
        probe->plan.probe = true;
        dataset_init(&probe->dataset, run->cluster, &probe->plan, &failure);
        probe->dataset.generation = first_generation + number;
        probe->dataset.lookout = run->dataset->lookout;
    }
    if (cluster_agree(run->cluster, &failure, &agreement))
        failure_set(why, agreement.first.code, "%s", agreement.first.text);
    else
        verdict = measure_one(run, probe, why);
    if (probe && !run->given_up) {
        dataset_release(&probe->dataset);
        free(probe);
    }
    return verdict;
}

int ceilings_measure(struct run *run, enum verdict *verdict, struct failure *why)
{
    struct agreement agreement;
    for (uint32_t number = 0; number < KINDS && *verdict == VERDICT_FINE; number++) {
        *verdict = verdict_merge(*verdict, carry_out(run, number, why));
        if (cluster_agree(run->cluster, why, &agreement))
            return failure_set(why, agreement.first.code, "%s", agreement.first.text);
    }
    return 0;
}
