#include "phase.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"
#include "platform/clock.h"

static enum pipeline_job job_of(const struct phase_kind *kind, const struct options *options)
{
    if (kind->writes)
        return options->generate == GENERATE_ONCE ? PIPELINE_WRITE_READY : PIPELINE_WRITE;
    return kind->checks || options->verify ? PIPELINE_CHECK : PIPELINE_READ;
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
        .limits = {.deadline_ns = options->time_ns,
                   .writer_rate = divide_up(options->rate_bytes, writers)},
        .until_steady = options->until_steady,
        .number = run->carried_out++,
        .writers = writers,
        .parts = calloc(writers, sizeof *phase->parts),
        .readable = calloc(writers, sizeof *phase->readable),
        .files = calloc(writers, sizeof *phase->files),
        .opened = calloc(writers, sizeof *phase->opened),
        .tasks = calloc(writers, sizeof *phase->tasks),
        .opens_ns = calloc(writers, sizeof *phase->opens_ns),
        .started_ns = clock_now_ns() - run->started_ns,
    };
    if (!phase->parts || !phase->readable || !phase->files || !phase->opened || !phase->tasks ||
        !phase->opens_ns)
        return failure_set(why, -ENOMEM, "not enough memory for %u writers", writers);
    facts_init(&phase->facts, run->not_granted);
    rounds_clear(&phase->rounds);
    for (uint32_t i = 0; i < writers; i++)
        phase->files[i].fd = phase->files[i].buffered_fd = -1;
    return 0;
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
    for (uint32_t i = 0; i < phase->writers && phase->files && phase->parts && !lost; i++) {
        file_close(&phase->files[i], phase->parts[i].path, NULL);
        free(phase->parts[i].path);
    }
    free(phase->parts);
    free(phase->opened);
    free(phase->opens_ns);
    free(phase->gauge);
    if (!lost) { /* threads that wait for storage may come back to them */
        free(phase->readable);
        free(phase->files);
        free(phase->tasks);
    }
    *phase = (struct phase){0};
}

int phase_open_file(struct phase *phase, uint32_t writer, enum file_access access,
                    struct failure *why)
{
    const struct options *options = phase->run->options;
    int64_t before_ns = clock_now_ns();
    lookout_begin(phase->run->lookout, "opening", phase->parts[writer].path);
    int result = file_open(&phase->files[writer], phase->parts[writer].path, access,
                           options->uncached ? DIRECT_NEVER : (enum direct_wish)options->direct,
                           options->buffer_size_bytes, why);
    phase->opens_ns[writer] = clock_now_ns() - before_ns;
    phase->open_ns += phase->opens_ns[writer];
    phase->opened[writer] = phase->files[writer];
    if (!result && options->order == ORDER_RANDOM)
        file_expect_random(&phase->files[writer]);
    if (!result)
        result = file_claim(&phase->files[writer], phase->parts[writer].path, why);
    lookout_end(phase->run->lookout);
    return result;
}

void phase_set_tasks(struct phase *phase)
{
    const struct run *run = phase->run;
    for (uint32_t i = 0; i < phase->writers; i++) {
        const struct share *share = &phase->parts[i].share;
        phase->tasks[i] = (struct task){
            .path = phase->parts[i].path,
            .file = share->bytes ? &phase->files[i] : NULL,
            .share = *share,
            .sequence = {.order = (enum order)run->options->order,
                         .key = sequence_key(run->options->seed, share->file, share->file_offset)},
            .position = {.file = share->file,
                         .base_bytes = share->file_base,
                         .generation = phase->dataset->generation,
                         .file_bytes = geometry_file_bytes(&run->plan->geometry, share)},
            .only = phase->kind->writes ? NULL : &phase->readable[i],
            .may_fall_back = run->options->direct == OPTION_DIRECT_PREFER,
        };
    }
}
