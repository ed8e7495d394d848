/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a phase: prepare, agree, gate, work, gate, gather, agree. */
#include "phase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "observer.h"
#include "platform/clock.h"
#include "results.h"
#include "verdict.h"
#include "work_bytes.h"
#include "work_names.h"

/* How far off the common start is named: at least and, after late ones, at most. Of a short probe,
 * that would be a good part. */
enum {
    LEAST_SLACK_NS = 20 * 1000 * 1000,
    PROBE_SLACK_NS = 2 * 1000 * 1000,
    MOST_SLACK_NS = 1000 * 1000 * 1000
};

bool phase_checks(const struct phase_kind *kind, const struct settings *settings)
{
    return kind->checks || (kind->reads && settings->verify);
}

void phase_set_name(const struct run *run, const struct step *step, size_t number,
                    char name[RECORD_NAME])
{
    const struct options *options = &run->setup->options;
    snprintf(name, RECORD_NAME, "%02zu_%.32s", number,
             options->section_count ? options->sections[step->section].name
                                    : phase_kinds[step->phase].name);
}

/* In the live line. */
static const char *name_of(const struct options *options, const struct step *step)
{
    static const char *const probes[] = {
        [PROBE_DATA] = "probe: generator only",
        [PROBE_STORAGE] = "probe: storage only",
        [PROBE_BOTH] = "probe: generator and storage",
    };
    if (step->role == STEP_TRIAL)
        return step->stage == TUNE_FILL          ? "tune: files for reading"
               : phase_kinds[step->phase].writes ? "tune: write"
                                                 : "tune: read";
    if (step->role == STEP_PROBE)
        return phase_kinds[step->phase].reads && step->probe == PROBE_DATA ? "probe: checker only"
               : phase_kinds[step->phase].reads && step->probe == PROBE_BOTH
                   ? "probe: checker and storage"
                   : probes[step->probe];
    if (step->role == STEP_WARM_UP)
        return !phase_writes_bytes(step->phase) ? "warm-up: read"
               : phase_makes(step->phase)       ? "warm-up: write"
                                                : "warm-up: rewrite";
    return options->section_count ? options->sections[step->section].name
                                  : phase_kinds[step->phase].name;
}

void work_outcome_clear(struct work_outcome *outcome)
{
    *outcome = (struct work_outcome){0};
    counters_clear(&outcome->beside);
    histogram_clear(&outcome->latency);
    histogram_clear(&outcome->intended);
    histogram_clear(&outcome->files);
    for (int i = 0; i < WORK_PARTS; i++)
        histogram_clear(&outcome->parts[i]);
    timeline_clear(&outcome->timeline);
    slowest_clear(&outcome->slowest);
    for (int i = 0; i < HALVES; i++)
        timeline_clear(&outcome->halves[i].timeline);
}

int phase_init(struct phase *phase, struct run *run, const struct step *step, struct failure *why)
{
    const struct prepared *prepared = run->setup->prepared[step->settings];
    const struct settings *settings = prepared->settings;
    struct prepared *source = run->setup->prepared[step->dataset];
    const bool moves_bytes = phase_kinds[step->phase].unit == UNIT_BYTE;
    *phase = (struct phase){
        .run = run,
        .kind = &phase_kinds[step->phase],
        .prepared = prepared,
        .dataset = &source->dataset,
        .content = moves_bytes ? &source->content : &source->object_content,
        .name = name_of(&run->setup->options, step),
        .loops = settings->loop && (phase_can_loop(step->phase) || step->role == STEP_WARM_UP),
        .limits = {.deadline_ns = settings->time_ns,
                   .equalise = settings->equalise,
                   .tail_ns = settings->tail_max_ns,
                   .writer_rate =
                       divide_up(moves_bytes ? settings->rate_bytes : settings->operation_rate,
                                 settings->writers)},
        .point = step->point,
        .round = step->dataset == step->settings ? 0 : step->round,
        .ready =
            step->role == STEP_PROBE && step->probe == PROBE_DATA && phase_kinds[step->phase].reads,
        .number = run->carried_out++,
        .started_ns = clock_now_ns() - run->started_ns,
    };
    facts_init(&phase->facts, prepared->not_granted);
    rounds_clear(&phase->watch.steady.rounds);
    return moves_bytes ? work_bytes_init(phase, why) : work_names_init(phase, why);
}

void phase_release(struct phase *phase)
{
    if (phase->work)
        phase->work->methods->close(phase->work);
    free(phase->outcome.threads);
    free(phase->watch.gauge);
    *phase = (struct phase){0};
}

/* Everything before the start gate. The same answer on all ranks. */
static int prepare(struct phase *phase, struct record_phase *into, struct agreement *agreement)
{
    struct cluster *cluster = phase->run->cluster;
    struct failure failure = {0};
    int result = phase->work->methods->prepare(phase->work, agreement);
    if (result)
        return result;
    phase->work->methods->open(phase->work, &failure);
    result = cluster_agree(cluster, &failure, agreement);
    if (result)
        return result;
    results_opened(phase, into, &failure);
    return cluster_agree(cluster, &failure, agreement);
}

const char *phase_device(const struct phase *phase)
{
    const struct prepared *prepared = phase->prepared;
    const char *device = NULL;
    for (uint32_t i = 0; i < prepared->settings->target_count; i++) {
        if (!geometry_node_uses(&prepared->plan.geometry, prepared->cluster->node, i))
            continue;
        if (device && strcmp(device, prepared->targets[i].device) != 0)
            return "";
        device = prepared->targets[i].device;
    }
    return device ? device : "";
}

/* All ranks begin at one instant, agreed in advance. If some were late for the last one, the next
 * is agreed earlier. */
static void start_together(struct phase *phase, struct record_phase *into)
{
    struct run *run = phase->run;
    const bool probe = phase->prepared->probe;
    if (run->slack_ns < LEAST_SLACK_NS)
        run->slack_ns = LEAST_SLACK_NS;
    cluster_compare_clocks(run->cluster, &clock_source_kernel, &phase->clocks.before);
    phase->clocks.start_ns =
        cluster_agree_start(run->cluster, &clock_source_kernel, &phase->clocks.before,
                            probe ? PROBE_SLACK_NS : run->slack_ns, &phase->clocks.slack_ns);
    if (into)
        into->common_start_ns = phase->clocks.start_ns - run->started_ns;
    facts_started(phase);
    if (run->cluster->leader)
        phase->watch.gauge = gauge_start(phase_device(phase), phase->clocks.start_ns);
    phase->work->methods->go_at(phase->work, phase->clocks.start_ns);
}

static void learn_from_start(struct run *run, const struct record_phase *into)
{
    if (into && into->ranks_late && run->slack_ns < MOST_SLACK_NS)
        run->slack_ns += run->slack_ns / 2;
}

enum verdict phase_carry_out(struct phase *phase, struct record_phase *into)
{
    struct run *run = phase->run;
    struct agreement agreement = {0};
    struct failure failure = {0};
    struct failure gathering = {0};
    if (prepare(phase, into, &agreement)) {
        run->disconnected |= verdict_is_disconnected(agreement.first.code);
        return verdict_decide(phase, &agreement, 0, into);
    }
    if (into && run->listener.phase_opened && !phase->prepared->probe && !phase->prepared->point)
        run->listener.phase_opened(run->listener.context, into);
    if (into)
        keeper_refresh(run->keeper);
    phase->watch.live.record = into;
    start_together(phase, into);
    observer_watch(phase);
    cluster_compare_clocks(run->cluster, &clock_source_kernel, &phase->clocks.after);
    if (!run->given_up)
        facts_ended(phase);
    phase->work->methods->join(phase->work, &phase->outcome);
    failure = phase->outcome.failure;
    failure_set(&failure, phase->watch.space.shortage.code, "%s", phase->watch.space.shortage.text);
    run->stalled |= cluster_max(run->cluster, run->given_up);
    run->disconnected |= cluster_max(run->cluster, verdict_is_disconnected(failure.code));
    uint64_t bad = cluster_sum(run->cluster, (uint64_t)phase->outcome.beside.bad_blocks);
    /* What was done is recorded even if something failed. */
    results_gather(phase, into, &gathering);
    if (gathering.code && !failure.code)
        failure = gathering;
    if (!phase->prepared->probe)
        learn_from_start(run, into);
    cluster_agree(run->cluster, &failure, &agreement);
    return verdict_decide(phase, &agreement, bad, into);
}
