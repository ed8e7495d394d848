/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost of the hot loop per request, without storage and without data: two rings, stamps, engine
 * null, counters and histogram on one core (loop.core), and a complete I/O thread with its own
 * buffers, which writes (loop.io) or reads (loop.read), in random order, or in turns with seven
 * other writers, each turn of one and a half requests. Prints "name nanoseconds" for each
 * measurement; with a name as its argument, runs that one once, so that its instructions can be
 * counted.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"
#include "outcome.h"
#include "pipeline/pipeline.h"
#include "platform/clock.h"
#include "ring.h"

enum { REQUEST_BYTES = 4096, DEPTH = 32, REQUESTS = 1000000, ROUNDS = 11 };
enum { TURN_BYTES = 6144, TURN_REQUESTS = 2, WRITERS = 8 };

struct pattern {
    const char *name;
    struct mix mix;
    enum order order;
    bool interleaved;
};

static const struct pattern patterns[] = {
    {.name = "loop.io"},
    {.name = "loop.read", .mix.reads = MIX_ALL},
    {.name = "loop.random", .order = ORDER_RANDOM},
    {.name = "loop.mixed", .mix = {.reads = MIX_ALL / 10 * 7}, .order = ORDER_RANDOM},
    {.name = "loop.interleave", .interleaved = true},
    {.name = "loop.interleave-random", .order = ORDER_RANDOM, .interleaved = true},
};

static void give_up(const struct failure *why)
{
    fprintf(stderr, "loop: %s\n", why->text);
    exit(1);
}

struct core {
    struct file file;
    struct task_piece piece;
    struct task task;
    struct outcome outcome;
    struct histogram made;
    struct drive drive;
    struct ring full;
    struct ring empty;
    struct buffer buffers[DEPTH];
};

static void core_start(struct core *core, int fd)
{
    struct failure why = {0};
    core->file =
        (struct file){.fd = fd, .buffered_fd = -1, .memory_alignment = 1, .offset_alignment = 1};
    core->piece = (struct task_piece){.path = "/dev/null", .file = &core->file};
    core->task = (struct task){.pieces = &core->piece, .piece_count = 1};
    const struct drive_setup setup = {
        .engine = engine_kind_of(ENGINE_NULL),
        .task = &core->task,
        .outcome = &core->outcome,
        .depth = DEPTH,
    };
    outcome_clear(&core->outcome);
    if (drive_open(&core->drive, &setup, &why) || ring_init(&core->full, DEPTH) ||
        ring_init(&core->empty, DEPTH))
        give_up(&why);
    drive_start(&core->drive, clock_now_ns());
    for (uint32_t i = 0; i < DEPTH; i++) {
        core->buffers[i] = (struct buffer){.index = i, .length = REQUEST_BYTES};
        ring_put(&core->empty, i);
    }
}

static void core_end(struct core *core)
{
    drive_close(&core->drive);
    ring_release(&core->full);
    ring_release(&core->empty);
}

/* A data thread without data: moves buffers from one ring to the other. */
static void hand_over(struct core *core, uint64_t *made)
{
    uint32_t number;
    while (*made < REQUESTS && ring_take(&core->empty, &number)) {
        struct buffer *buffer = &core->buffers[number];
        buffer->offset = (*made)++ * REQUEST_BYTES;
        int64_t before_ns = clock_now_ns() - core->drive.gate_ns;
        buffer->state = BUFFER_FULL;
        buffer->ready_ns = clock_now_ns() - core->drive.gate_ns;
        histogram_record(&core->made, buffer->ready_ns - before_ns);
        ring_put(&core->full, number);
    }
}

static double core_round(int fd)
{
    static struct core core;
    struct buffer *done[DRIVE_BATCH];
    uint64_t made = 0;
    uint32_t number;
    core = (struct core){0};
    core_start(&core, fd);
    int64_t start_ns = clock_now_ns();
    while (core.outcome.counters.requests < REQUESTS) {
        hand_over(&core, &made);
        while (drive_in_flight(&core.drive) < DEPTH && ring_take(&core.full, &number)) {
            buffer_step(&core.buffers[number], BUFFER_FULL, BUFFER_IN_FLIGHT);
            drive_send(&core.drive, &core.buffers[number]);
            histogram_record(&core.outcome.queued,
                             core.buffers[number].sent_ns - core.buffers[number].ready_ns);
        }
        uint32_t count = drive_collect(&core.drive, done, 0);
        for (uint32_t i = 0; i < count; i++) {
            buffer_step(done[i], BUFFER_IN_FLIGHT, BUFFER_EMPTY);
            ring_put(&core.empty, done[i]->index);
        }
    }
    double each_ns = (double)(clock_now_ns() - start_ns) / REQUESTS;
    core_end(&core);
    return each_ns;
}

static struct share share_of(const struct pattern *pattern)
{
    struct share share = {
        .bytes = (uint64_t)REQUESTS * REQUEST_BYTES,
        .request_count = REQUESTS,
        .request_bytes = REQUEST_BYTES,
    };
    if (pattern->interleaved) {
        share.bytes = (uint64_t)REQUESTS / TURN_REQUESTS * TURN_BYTES;
        share.part_bytes = share.turn_bytes = TURN_BYTES;
        share.turn_requests = TURN_REQUESTS;
        share.period_bytes = (uint64_t)WRITERS * TURN_BYTES;
    }
    return share;
}

static double io_round(const struct pattern *pattern)
{
    struct failure why = {0};
    struct pipeline *pipeline = NULL;
    struct content content;
    struct file file = {.fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
                        .buffered_fd = -1,
                        .memory_alignment = 1,
                        .offset_alignment = 1};
    const struct task_piece piece = {
        .path = "/dev/null",
        .file = &file,
        .share = share_of(pattern),
    };
    const struct task task = {
        .pieces = &piece,
        .piece_count = 1,
        .sequence = {.count = REQUESTS, .order = pattern->order, .key = 1},
        .places = REQUESTS,
        .mix = pattern->mix,
    };
    const struct pipeline_setup setup = {
        .engine = engine_kind_of(ENGINE_NULL),
        .io_threads = 1,
        .depth = DEPTH,
        .buffers = 2 * DEPTH, /* enough for each direction of a mixed one */
        .buffer_bytes = REQUEST_BYTES,
        .content = &content,
        .tasks = &task,
    };
    if (content_init(&content, &(struct content_setup){.seed = 1}, NULL, &why) ||
        pipeline_open(&pipeline, &setup, &why))
        give_up(&why);
    pipeline_go_at(pipeline, clock_now_ns());
    while (!pipeline_wait(pipeline, 1000000000))
        ;
    const struct counters *counters = &pipeline_outcome(pipeline, 0)->counters;
    double each_ns = (double)(counters->last_ns - counters->first_ns) / REQUESTS;
    pipeline_close(pipeline);
    return each_ns;
}

int main(int argc, char **argv)
{
    enum { PATTERNS = sizeof patterns / sizeof *patterns };
    for (int i = 0; argc > 1 && i < PATTERNS; i++)
        if (strcmp(argv[1], patterns[i].name) == 0) {
            printf("%s %.1f\n", patterns[i].name, io_round(&patterns[i]));
            return 0;
        }
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    core_round(fd); /* warms up caches and clock frequency */
    for (int i = 0; i < ROUNDS; i++)
        printf("loop.core %.1f\n", core_round(fd));
    for (int i = 0; i < PATTERNS * ROUNDS; i++)
        printf("%s %.1f\n", patterns[i / ROUNDS].name, io_round(&patterns[i / ROUNDS]));
    close(fd);
    return 0;
}
