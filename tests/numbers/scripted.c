/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A clock and engines that replace platform/clock.c and the engines 'null' and 'pwrite'. In the
 * whole program, time passes only as scripted here, so all numbers of the result are known in
 * advance (scripted_check.py).
 *
 * Each writer has its own clock, which begins at the common start and advances when the writer
 * sleeps and while its storage works; the clock of all other threads never advances. Request i of a
 * writer takes 20 ms on even ranks and 40 ms on odd ones, five times as long if i is 49 modulo 50,
 * and 800 ms more on rank 1 if i is 120. The environment variable SCRIPTED_STOP is a rank whose
 * request 60 takes three seconds more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "finished.h"
#include "kinds.h"
#include "platform/clock.h"

enum { MS = 1000 * 1000, BASE_S = 1000, SECOND_NS = 1000000000 };

static _Thread_local int64_t thread_ns; /* 0: the clock does not advance */

int64_t clock_now_ns(void)
{
    return thread_ns ? thread_ns : (int64_t)BASE_S * SECOND_NS;
}

int64_t clock_wall_ns(void)
{
    return 0;
}

int64_t clock_thread_cpu_ns(void)
{
    return 0;
}

/* Each writer calls this first in a phase. Rounded up, as some wake up a little early and would
 * then spin until the start. */
void clock_sleep_until_ns(int64_t until_ns)
{
    thread_ns = (until_ns + MS - 1) / MS * MS;
}

void clock_sleep_ns(int64_t duration_ns)
{
    const struct timespec nap = {.tv_nsec = MS / 10};
    if (thread_ns) {
        thread_ns += duration_ns;
        return;
    }
    nanosleep(&nap, NULL);
}

void clock_utc(char out[CLOCK_TEXT])
{
    strcpy(out, "2001-01-01T00:00:00Z");
}

void clock_utc_compact(char out[CLOCK_TEXT])
{
    strcpy(out, "20010101T000000Z");
}

struct script {
    struct finished *queue;
    int64_t done;
};

static int64_t rank_of_process(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    return rank ? strtol(rank, NULL, 10) : 0;
}

static int64_t time_of(int64_t rank, int64_t request)
{
    int64_t time_ns = (rank % 2 ? 40 : 20) * (int64_t)MS;
    if (request % 50 == 49)
        time_ns *= 5;
    if (rank == 1 && request == 120)
        time_ns += 800 * (int64_t)MS;
    const char *stopped = getenv("SCRIPTED_STOP");
    if (stopped && rank == strtol(stopped, NULL, 10) && request == 60)
        time_ns += 3000 * (int64_t)MS;
    return time_ns;
}

static int available(struct failure *why)
{
    (void)why;
    return 0;
}

static int open_script(struct engine *engine, const struct engine_setup *setup, struct failure *why)
{
    struct script *script = calloc(1, sizeof *script);
    engine->state = script;
    if (!script || !(script->queue = finished_new(setup->depth)))
        return failure_system(why, ENOMEM, "cannot open the scripted engine");
    return 0;
}

static int submit(struct engine *engine, struct engine_request *request)
{
    struct script *script = engine->state;
    if (finished_full(script->queue))
        return -EAGAIN;
    request->result = (int64_t)request->length;
    finished_put(script->queue, request);
    return 0;
}

/* Completes requests one at a time, in the order of submission. */
static int reap(struct engine *engine, struct engine_request **done, uint32_t max,
                uint32_t at_least, int64_t limit_ns)
{
    struct script *script = engine->state;
    (void)max;
    (void)limit_ns;
    if (!at_least || !finished_take(script->queue, done, 1))
        return 0;
    thread_ns += time_of(rank_of_process(), script->done++);
    return 1;
}

static int sync_script(struct engine *engine, uint32_t files)
{
    (void)engine;
    (void)files;
    return 0;
}

static void close_script(struct engine *engine)
{
    struct script *script = engine->state;
    if (script)
        free(script->queue);
    free(script);
}

/* Takes what is written to it; nothing can be read back. */
const struct engine_kind engine_null = {
    .id = ENGINE_NULL,
    .traits = {.asynchronous = true, .depth_max = ENGINE_DEPTH_MAX},
    .available = available,
    .open = open_script,
    .submit = submit,
    .reap = reap,
    .sync = sync_script,
    .close = close_script,
};

const struct engine_kind engine_pwrite = {
    .id = ENGINE_PWRITE,
    .traits = {.asynchronous = true, .depth_max = ENGINE_DEPTH_MAX},
    .available = available,
    .open = open_script,
    .submit = submit,
    .reap = reap,
    .sync = sync_script,
    .close = close_script,
};
