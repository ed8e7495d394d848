/* One phase from its files to its numbers: prepare, agree, gate, run, gate, gather, agree. */
#include "phase.h"

#include "observer.h"
#include "results.h"
#include "verdict.h"

/* How long an idle thread looks before it sleeps, when each thread can have a processor. */
enum { SPIN_NS = 20 * 1000 };

/* How far off the common start is named: at least and, after late ones, at most. */
enum { LEAST_SLACK_NS = 20 * 1000 * 1000, MOST_SLACK_NS = 1000 * 1000 * 1000 };

static int open_pipeline(struct phase *phase, struct failure *why)
{
    const struct options *options = phase->run->options;
    struct pipeline_setup setup = {
        .job = phase->job,
        .engine = phase->engine,
        .io_threads = phase->writers,
        .data_threads = (uint32_t)options->producers,
        .depth = (uint32_t)options->depth,
        .buffers = (uint32_t)options->buffer_count,
        .buffer_bytes = options->buffer_size_bytes,
        .content = phase->run->content,
        .tasks = phase->tasks,
        .limits = phase->limits,
        .mode = phase->run->mode,
        .sync = phase->kind->writes && options->fsync != FSYNC_NEVER,
        .sync_each = options->fsync == FSYNC_EACH,
        .huge_pages = (enum huge_wish)options->huge_pages,
        .numa = phase->run->numa,
        .place = phase->run->cluster->local_rank,
        .spin_ns = phase->run->roomy ? SPIN_NS : 0,
    };
    return pipeline_open(&phase->pipeline, &setup, why);
}

/* Everything before the start gate. The same answer on all ranks. */
static int prepare(struct phase *phase, struct record_phase *into, struct agreement *agreement)
{
    struct cluster *cluster = phase->run->cluster;
    struct failure failure = {0};
    int result = phase_prepare(phase, agreement);
    if (result)
        return result;
    open_pipeline(phase, &failure);
    result = cluster_agree(cluster, &failure, agreement);
    if (result)
        return result;
    facts_opened(phase);
    results_opened(phase, into, &failure);
    return cluster_agree(cluster, &failure, agreement);
}

/* What a writer's outcome leaves behind for later phases and for the verdict. */
static void settle(struct phase *phase, struct failure *why)
{
    for (uint32_t i = 0; i < phase->writers; i++) {
        const struct outcome *outcome = pipeline_outcome(phase->pipeline, i);
        if (phase->kind->writes)
            phase->dataset->parts[i].acknowledged = outcome->acknowledged;
        if (outcome->failure.code)
            failure_set(why, outcome->failure.code, "%s", outcome->failure.text);
    }
    if (phase->shortage.code)
        failure_set(why, phase->shortage.code, "%s", phase->shortage.text);
    phase->run->stalled |= cluster_max(phase->run->cluster, phase->run->given_up);
}

/* All ranks begin at one instant, named beforehand. Where some were late for the last one, the next
 * is named earlier. */
static void start_together(struct phase *phase)
{
    struct run *run = phase->run;
    if (run->slack_ns < LEAST_SLACK_NS)
        run->slack_ns = LEAST_SLACK_NS;
    cluster_compare_clocks(run->cluster, &clock_source_kernel, &phase->before);
    phase->start_ns = cluster_start_at(run->cluster, &clock_source_kernel, &phase->before,
                                       run->slack_ns, &phase->slack_ns);
    facts_started(phase);
    if (run->cluster->leader)
        phase->gauge = gauge_start(run->device, phase->start_ns);
    pipeline_go_at(phase->pipeline, phase->start_ns);
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
    if (prepare(phase, into, &agreement))
        return verdict_judge(phase, &agreement, 0, into);
    if (into && run->listener.phase_opened && !phase->probe)
        run->listener.phase_opened(run->listener.context, into);
    start_together(phase);
    observer_watch(phase);
    cluster_compare_clocks(run->cluster, &clock_source_kernel, &phase->after);
    if (!run->given_up)
        facts_ended(phase);
    settle(phase, &failure);
    uint64_t bad =
        cluster_sum(run->cluster, (uint64_t)pipeline_data_counters(phase->pipeline)->bad_blocks);
    /* What was done is told also where something failed. */
    results_gather(phase, into, &gathering);
    if (gathering.code && !failure.code)
        failure = gathering;
    learn_from_start(run, into);
    cluster_agree(run->cluster, &failure, &agreement);
    return verdict_judge(phase, &agreement, bad, into);
}
