/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost of observing: all ranks fill buffers and discard them, alternately with the observer
 * (its polls, its messages and, on rank 0, a line once a second) and with a main thread that sleeps
 * until the end. CPU time is the bottleneck, so any time that the observer uses lengthens the run.
 * Runs under mpirun; prints for each run "with" or "without", the seconds from the common start to
 * the end of the last rank, and the seconds of CPU time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "observer.h"
#include "options/options.h"
#include "platform/clock.h"
#include "platform/host.h"
#include "work_bytes.h"

enum { PAIRS = 5, DEPTH = 4, REQUEST_BYTES = 1 << 20, START_NS = 200 * 1000 * 1000 };
enum { LINE_NS = 1000 * 1000 * 1000 };

static const uint64_t bytes_of_all = UINT64_C(64) << 30;

/* The state that all runs share. */
struct rig {
    struct cluster cluster;
    struct run_settings run_settings;
    struct settings settings;
    struct prepared prepared;
    struct content content;
    struct part part;
    FILE *sink;
    int64_t printed_ns;
};

static void give_up(const struct failure *why)
{
    fprintf(stderr, "observer: %s\n", why->text);
    exit(1);
}

/* Prints a live line as often as the program does. */
static void print_line(void *context, const struct progress *progress)
{
    struct rig *rig = context;
    if (progress->elapsed_ns - rig->printed_ns < LINE_NS)
        return;
    rig->printed_ns = progress->elapsed_ns;
    fprintf(rig->sink, "\r%s  %llu\033[K", progress->phase, (unsigned long long)progress->amount);
    fflush(rig->sink);
}

static struct pipeline *open_work(const struct rig *rig, const struct task *task)
{
    struct failure why = {0};
    struct pipeline *pipeline = NULL;
    const struct pipeline_setup setup = {
        .makes = true,
        .engine = engine_kind_of(ENGINE_NULL),
        .io_threads = 1,
        .data_threads = 1,
        .depth = DEPTH,
        .buffers = DEPTH,
        .buffer_bytes = REQUEST_BYTES,
        .content = &rig->content,
        .tasks = task,
    };
    if (pipeline_open(&pipeline, &setup, &why))
        give_up(&why);
    return pipeline;
}

static void without_observer(struct rig *rig, struct pipeline *pipeline)
{
    while (!pipeline_wait(pipeline, INT64_MAX / 2))
        ;
    cluster_gate_sleeping(&rig->cluster);
}

static void with_observer(struct rig *rig, struct pipeline *pipeline, uint32_t number)
{
    struct run run = {
        .cluster = &rig->cluster,
        .settings = &rig->run_settings,
        .listener = {.context = rig, .progress = print_line},
    };
    struct dataset dataset = {.parts = &rig->part, .part_count = 1};
    struct phase phase = {
        .run = &run,
        .kind = &phase_kinds[PHASE_WRITE],
        .prepared = &rig->prepared,
        .dataset = &dataset,
        .number = number,
        .planned = bytes_of_all,
    };
    struct failure why = {0};
    if (work_bytes_init(&phase, &why))
        give_up(&why);
    rig->printed_ns = 0;
    work_bytes_of(&phase)->pipeline = pipeline;
    observer_watch(&phase);
    work_bytes_of(&phase)->pipeline = NULL;
    phase_release(&phase);
}

/* Returns the CPU time of this process so far. */
static int64_t used_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Measures one run of all ranks, from the common start to the end of the last rank. */
struct cost {
    double elapsed_s;
    double processor_s;
};

static struct cost measure(struct rig *rig, bool observed, uint32_t number)
{
    struct file file = {.fd = -1, .buffered_fd = -1, .memory_alignment = 1, .offset_alignment = 1};
    uint64_t requests = bytes_of_all / REQUEST_BYTES / rig->cluster.shape.rank_count;
    const struct task_piece piece = {
        .path = "/dev/null",
        .file = &file,
        .share = {.bytes = requests * REQUEST_BYTES,
                  .request_count = requests,
                  .request_bytes = REQUEST_BYTES},
        .position = {.file_bytes = requests * REQUEST_BYTES},
    };
    const struct task task = {.pieces = &piece, .piece_count = 1, .places = requests};
    struct pipeline *pipeline = open_work(rig, &task);
    uint64_t now_ns = (uint64_t)clock_now_ns();
    int64_t before_us = used_us();
    pipeline_go_at(pipeline, (int64_t)cluster_max(&rig->cluster, now_ns) + START_NS);
    if (observed)
        with_observer(rig, pipeline, number);
    else
        without_observer(rig, pipeline);
    int64_t after_us = used_us();
    int64_t end_ns = pipeline_outcome(pipeline, 0)->counters.end_ns;
    pipeline_close(pipeline);
    end_ns = (int64_t)cluster_max(&rig->cluster, (uint64_t)end_ns);
    uint64_t used = cluster_sum(&rig->cluster, (uint64_t)(after_us - before_us));
    return (struct cost){.elapsed_s = (double)end_ns / 1e9, .processor_s = (double)used / 1e6};
}

int main(void)
{
    static struct rig rig;
    struct failure why = {0};
    struct host_identity identity;
    static char path[] = "/dev/null";
    if (host_identify(&identity, &why) || cluster_open(&rig.cluster, &identity, &why) ||
        content_init(&rig.content, &(struct content_setup){.seed = 1}, NULL, &why))
        give_up(&why);
    rig.sink = fopen("/dev/null", "w");
    rig.part.path = path;
    rig.prepared.settings = &rig.settings;
    measure(&rig, true, 0); /* warms up caches and clock frequency */
    for (uint32_t run = 1; run <= 2 * PAIRS; run++) {
        bool second = run % 2 == 0;
        bool observed = second == ((run - 1) / 2 % 2 == 0); /* which goes first alternates */
        struct cost cost = measure(&rig, observed, run);
        if (rig.cluster.rank == 0)
            printf("%s %.4f %.4f\n", observed ? "with" : "without", cost.elapsed_s,
                   cost.processor_s);
        fflush(stdout);
    }
    if (rig.sink)
        fclose(rig.sink);
    cluster_close(&rig.cluster);
    return 0;
}
