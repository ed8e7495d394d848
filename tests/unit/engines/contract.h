/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One contract, run over every engine that there is: an engine on one open file, the loop that a
 * caller of engines has, and the table of tests.
 */
#ifndef TIDEMILL_TESTS_CONTRACT_H
#define TIDEMILL_TESTS_CONTRACT_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../platform/scratch.h"
#include "engines/engine.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/thread.h"
#include "property.h"
#include "unit.h"

/* The arena ends within the used memory, so that some requests are in it and others are not. */
enum {
    FILE_BYTES = 1 << 20,
    ARENA_BYTES = FILE_BYTES + FILE_BYTES / 2,
    BLOCKS = 300,
    DEPTH = 16,
    WAIT_NS = 30000000
};

/* One engine on one open file, with memory to transfer from and to. */
struct bench {
    const struct engine_kind *kind;
    bool stores; /* false: the null engine */
    enum preference fixed_buffers;
    uint32_t batch;
    struct engine engine;
    char path[SCRATCH_PATH];
    int fd;
    char *memory;
    struct engine_request requests[BLOCKS];
};

static char folder[SCRATCH_PATH];

static inline void use_engine(struct bench *bench, const int *fds, uint32_t count, uint32_t depth)
{
    struct failure why = {0};
    const struct engine_setup setup = {
        .fds = fds,
        .fd_count = count,
        .depth = depth < bench->kind->traits.depth_max ? depth : bench->kind->traits.depth_max,
        .memory = bench->memory,
        .memory_bytes = ARENA_BYTES,
        .mode = {.fixed_buffers = bench->fixed_buffers, .batch = bench->batch},
    };
    const int error = engine_open(&bench->engine, bench->kind, &setup, &why);
    if (error)
        print_message("%s\n", why.text);
    assert_int_equal(error, 0);
}

static inline struct bench *bench_open(void **state, uint32_t depth)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct failure why = {0};
    bench->kind = *state;
    bench->fixed_buffers = NEVER;
    bench->stores = bench->kind->id != ENGINE_NULL;
    if (bench->kind->available(&why)) {
        free(bench);
        skip_because("engine is not available here: %s", why.text);
    }
    bench->memory = calloc(2, FILE_BYTES);
    scratch_file(bench->path, folder, engine_name(bench->kind->id));
    bench->fd = open(bench->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(bench->fd >= 0);
    use_engine(bench, &bench->fd, 1, depth);
    if (bench->engine.reason[0])
        print_message("note: %s\n", bench->engine.reason);
    return bench;
}

static inline void bench_close(struct bench *bench)
{
    engine_close(&bench->engine);
    assert_null(bench->engine.kind);
    close(bench->fd);
    unlink(bench->path);
    free(bench->memory);
    free(bench);
}

static inline int submit(struct bench *bench, struct engine_request *request)
{
    request->result = INT64_MIN;
    return bench->kind->submit(&bench->engine, request);
}

static inline int reap(struct bench *bench, struct engine_request **done, uint32_t max,
                       uint32_t at_least, int64_t limit_ns)
{
    return bench->kind->reap(&bench->engine, done, max, at_least, limit_ns);
}

/* One request from submit to result. */
static inline int64_t transfer(struct bench *bench, enum engine_direction direction, void *memory,
                               uint64_t offset, uint64_t length)
{
    struct engine_request *done = NULL;
    struct engine_request request = {
        .memory = memory, .offset = offset, .length = length, .direction = direction};
    assert_int_equal(submit(bench, &request), 0);
    assert_int_equal(reap(bench, &done, 1, 1, -1), 1);
    assert_ptr_equal(done, &request);
    return request.result;
}

/* Keeps up to the engine's depth of the requests in flight until all are done; interrupted and
 * short ones continue, as in the loop above the engines. Returns the bytes transferred. */
static inline int64_t run_all(struct bench *bench, struct property *property, uint32_t count)
{
    const uint32_t depth = bench->engine.setup.depth;
    struct engine_request *done[DEPTH];
    uint32_t sent = 0, finished = 0;
    int64_t bytes = 0;

    while (finished < count) {
        while (sent < count && sent - finished < depth)
            assert_int_equal(submit(bench, &bench->requests[sent++]), 0);
        const uint32_t flying = sent - finished;
        const uint32_t at_least = (uint32_t)property_below(property, flying + 1);
        const uint32_t max = at_least + (uint32_t)property_below(property, DEPTH - at_least + 1);
        const int reaped = reap(bench, done, max, at_least, -1);
        assert_true(reaped >= (int)at_least && reaped <= (int)max && reaped <= (int)flying);
        for (int i = 0; i < reaped; i++) {
            struct engine_request *request = done[i];
            if (request->result == -EINTR)
                request->result = 0;
            assert_true(request->result >= 0);
            bytes += request->result;
            if (request->result == (int64_t)request->length) {
                finished++;
                continue;
            }
            request->memory = (char *)request->memory + request->result;
            request->offset += (uint64_t)request->result;
            request->length -= (uint64_t)request->result;
            assert_int_equal(submit(bench, request), 0);
        }
    }
    return bytes;
}

/* Cuts the file into blocks of random length, in random order, each the same place in memory. */
static inline void plan_blocks(struct bench *bench, struct property *property, char *memory,
                               enum engine_direction direction)
{
    uint64_t cuts[BLOCKS + 1] = {[BLOCKS] = FILE_BYTES};
    for (int i = 1; i < BLOCKS; i++) {
        uint64_t cut = property_below(property, FILE_BYTES);
        int at = i;
        for (; at > 1 && cuts[at - 1] > cut; at--)
            cuts[at] = cuts[at - 1];
        cuts[at] = cut;
    }
    for (int i = 0; i < BLOCKS; i++)
        bench->requests[i] = (struct engine_request){
            .memory = memory + cuts[i],
            .offset = cuts[i],
            .length = cuts[i + 1] - cuts[i],
            .direction = direction,
        };
    for (int i = BLOCKS - 1; i > 0; i--) {
        const uint64_t other = property_below(property, (uint64_t)i + 1);
        const struct engine_request swap = bench->requests[i];
        bench->requests[i] = bench->requests[other];
        bench->requests[other] = swap;
    }
}

static inline void write_and_read_random_blocks(struct bench *bench)
{
    struct property property = property_start("random_blocks");
    char *written = bench->memory, *back = bench->memory + FILE_BYTES;
    struct stat status;

    for (int i = 0; i < FILE_BYTES; i++)
        written[i] = (char)property_next(&property);
    plan_blocks(bench, &property, written, ENGINE_WRITE);
    assert_int_equal(run_all(bench, &property, BLOCKS), FILE_BYTES);
    assert_int_equal(bench->kind->sync(&bench->engine, UINT32_MAX), 0);
    assert_int_equal(fstat(bench->fd, &status), 0);
    assert_int_equal(status.st_size, bench->stores ? FILE_BYTES : 0);
    memset(back, 0x55, FILE_BYTES);
    plan_blocks(bench, &property, back, ENGINE_READ);
    assert_int_equal(run_all(bench, &property, BLOCKS), FILE_BYTES);
    if (bench->stores)
        assert_memory_equal(written, back, FILE_BYTES);
    else
        for (int i = 0; i < FILE_BYTES; i++)
            assert_int_equal(back[i], 0x55);
}

static inline void ignore_signal(int number)
{
    (void)number;
}

/* A thousand interruptions a second that restart no call. */
static inline timer_t storm_start(void)
{
    const struct sigaction action = {.sa_handler = ignore_signal};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    const struct itimerspec often = {{0, 1000000}, {0, 1000000}};
    timer_t timer;
    sigaction(SIGRTMIN, &action, NULL);
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    assert_int_equal(timer_settime(timer, 0, &often, NULL), 0);
    return timer;
}

struct contract {
    const char *name;
    CMUnitTestFunction function;
};

#define CONTRACT(function)                                                                         \
    {                                                                                              \
#function, function                                                                        \
    }

enum { CONTRACTS_MOST = 16 };

/* Each test with each engine; 'extra' is one more without, or NULL. */
static inline int contract_run(const char *group, const struct contract *contract, size_t contracts,
                               CMUnitTestFunction extra)
{
    static char names[CONTRACTS_MOST * ENGINE_COUNT][96];
    struct CMUnitTest tests[CONTRACTS_MOST * ENGINE_COUNT + 1] = {
        {.name = "apart from any engine", .test_func = extra}};
    size_t count = extra != NULL;
    if (contracts > CONTRACTS_MOST || !scratch_make(folder, NULL))
        return 1;
    for (enum engine_id id = ENGINE_AUTO + 1; id < ENGINE_COUNT; id++)
        for (size_t j = 0; j < contracts; j++) {
            union {
                const void *kind;
                void *state;
            } given = {.kind = engine_kind_of(id)};
            snprintf(names[count - 1 + !extra], sizeof names[0], "%s: %s", engine_name(id),
                     contract[j].name);
            tests[count] = (struct CMUnitTest){.name = names[count - 1 + !extra],
                                               .test_func = contract[j].function,
                                               .initial_state = given.state};
            count++;
        }
    const int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    scratch_remove(folder);
    return failed;
}

#endif
