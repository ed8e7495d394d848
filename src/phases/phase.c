/* The life of a phase: prepare, agree, gate, work, gate, gather, agree. */
#include "phase.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"
#include "observer.h"
#include "platform/clock.h"
#include "results.h"
#include "verdict.h"

/* How long an idle thread looks before it sleeps, when each thread can have a processor. */
enum { SPIN_NS = 20 * 1000 };

/* How far off the common start is named: at least and, after late ones, at most. */
enum { LEAST_SLACK_NS = 20 * 1000 * 1000, MOST_SLACK_NS = 1000 * 1000 * 1000 };

bool phase_checks(const struct phase_kind *kind, const struct options *options)
{
    return kind->checks || (kind->reads && options->common.verify);
}

static enum pipeline_job job_of(const struct phase_kind *kind, const struct options *options)
{
    if (kind->writes)
        return options->common.generate == GENERATE_ONCE ? PIPELINE_WRITE_READY : PIPELINE_WRITE;
    return phase_checks(kind, options) ? PIPELINE_CHECK : PIPELINE_READ;
}

int phase_init(struct phase *phase, struct run *run, enum phase_id id, struct dataset *dataset,
               struct failure *why)
{
    const struct phase_kind *kind = &phase_kinds[id];
    const struct options *options = run->options;
    uint32_t writers = dataset->part_count;
    *phase = (struct phase){
        .run = run,
        .kind = kind,
        .dataset = dataset,
        .name = kind->name,
        .job = job_of(kind, options),
        .engine = run->engine,
        .limits = {.deadline_ns = options->common.time_ns,
                   .writer_rate = divide_up(options->common.rate_bytes, writers)},
        .until_steady = options->common.until_steady,
        .number = run->carried_out++,
        .tasks = calloc(writers, sizeof *phase->tasks),
        .started_ns = clock_now_ns() - run->started_ns,
    };
    facts_init(&phase->facts, run->not_granted);
    rounds_clear(&phase->watch.steady.rounds);
    if (!phase->tasks)
        return failure_set(why, -ENOMEM, "not enough memory for %u writers", writers);
    return opened_init(&phase->opened, writers, why);
}

int phase_prepare(struct phase *phase, struct agreement *agreement)
{
    return phase->kind->writes ? phase_write_prepare(phase, agreement)
                               : phase_read_prepare(phase, agreement);
}

void phase_release(struct phase *phase)
{
    bool lost = phase->pipeline && pipeline_abandoned(phase->pipeline);
    pipeline_close(phase->pipeline);
    opened_release(&phase->opened, lost);
    if (!lost) /* threads that wait for storage may come back to them */
        free(phase->tasks);
    free(phase->watch.gauge);
    *phase = (struct phase){0};
}

int phase_open_file(struct phase *phase, uint32_t writer, enum file_access access,
                    struct failure *why)
{
    const struct options *options = phase->run->options;
    const struct opened_how how = {
        .direct = options->common.uncached ? NEVER : options->common.direct,
        .request_bytes = options->common.buffer_size_bytes,
        .random = options->common.order == ORDER_RANDOM,
        .lookout = phase->run->lookout,
    };
    return opened_add(&phase->opened, writer, access, &how, why);
}

void phase_set_tasks(struct phase *phase)
{
    const struct run *run = phase->run;
    for (uint32_t i = 0; i < phase->opened.count; i++) {
        const struct share *share = &phase->opened.parts[i].share;
        phase->tasks[i] = (struct task){
            .path = phase->opened.parts[i].path,
            .file = share->bytes ? &phase->opened.files[i] : NULL,
            .share = *share,
            .sequence = {.order = run->options->common.order,
                         .key = sequence_key(run->options->common.seed, share->file,
                                             share->file_offset)},
            .position = {.file = share->file,
                         .base_bytes = share->file_base,
                         .generation = phase->dataset->generation,
                         .file_bytes = geometry_file_bytes(&run->plan->geometry, share)},
            .only = phase->kind->writes ? NULL : &phase->opened.readable[i],
            .may_fall_back = run->options->common.direct == PREFER,
        };
    }
}

static int open_pipeline(struct phase *phase, struct failure *why)
{
    const struct options *options = phase->run->options;
    struct pipeline_setup setup = {
        .job = phase->job,
        .engine = phase->engine,
        .io_threads = phase->opened.count,
        .data_threads = (uint32_t)options->common.producers,
        .depth = (uint32_t)options->common.depth,
        .buffers = (uint32_t)options->common.buffer_count,
        .buffer_bytes = options->common.buffer_size_bytes,
        .content = phase->run->content,
        .tasks = phase->tasks,
        .limits = phase->limits,
        .mode = phase->run->mode,
        .sync = phase->kind->writes && options->common.fsync != FSYNC_NEVER,
        .sync_each = options->common.fsync == FSYNC_EACH,
        .huge_pages = options->common.huge_pages,
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
    for (uint32_t i = 0; i < phase->opened.count; i++) {
        const struct outcome *outcome = pipeline_outcome(phase->pipeline, i);
        if (phase->kind->writes)
            phase->dataset->parts[i].acknowledged = outcome->acknowledged;
        if (outcome->failure.code)
            failure_set(why, outcome->failure.code, "%s", outcome->failure.text);
    }
    if (phase->watch.space.shortage.code)
        failure_set(why, phase->watch.space.shortage.code, "%s", phase->watch.space.shortage.text);
    phase->run->stalled |= cluster_max(phase->run->cluster, phase->run->given_up);
}

/* All ranks begin at one instant, named beforehand. Where some were late for the last one, the next
 * is named earlier. */
static void start_together(struct phase *phase)
{
    struct run *run = phase->run;
    if (run->slack_ns < LEAST_SLACK_NS)
        run->slack_ns = LEAST_SLACK_NS;
    cluster_compare_clocks(run->cluster, &clock_source_kernel, &phase->clocks.before);
    phase->clocks.start_ns =
        cluster_start_at(run->cluster, &clock_source_kernel, &phase->clocks.before, run->slack_ns,
                         &phase->clocks.slack_ns);
    facts_started(phase);
    if (run->cluster->leader)
        phase->watch.gauge = gauge_start(run->device, phase->clocks.start_ns);
    pipeline_go_at(phase->pipeline, phase->clocks.start_ns);
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
    cluster_compare_clocks(run->cluster, &clock_source_kernel, &phase->clocks.after);
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
