/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of engine.h: how engines wait. */
#include "contract.h"

static void depth_bounds_what_is_in_flight(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    const uint32_t depth = bench->engine.setup.depth;
    struct engine_request extra = {.memory = bench->memory, .length = 1, .direction = ENGINE_WRITE};
    struct engine_request *done[DEPTH];
    assert_int_equal(depth, bench->kind->traits.depth_max == 1 ? 1 : DEPTH);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < depth; i++) {
            bench->requests[i] = extra;
            assert_int_equal(submit(bench, &bench->requests[i]), 0);
        }
        assert_int_equal(submit(bench, &extra), -EAGAIN);
        assert_int_equal(reap(bench, done, 1, 1, -1), 1);
        assert_int_equal(submit(bench, &extra), 0);
        assert_int_equal(submit(bench, done[0]), -EAGAIN);
        assert_int_equal(reap(bench, done, DEPTH, depth, -1), depth);
        assert_int_equal(reap(bench, done, DEPTH, 0, 0), 0);
    }
    bench_close(bench);
}

static void impossible_depths_are_refused(void **state)
{
    const struct engine_kind *kind = *state;
    const uint32_t depths[] = {0, kind->traits.depth_max + 1, UINT32_MAX};
    const int fd = 0;
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        struct failure why = {0};
        struct engine engine;
        const struct engine_setup setup = {.fds = &fd, .fd_count = 1, .depth = depths[i]};
        assert_int_equal(engine_open(&engine, kind, &setup, &why), -EINVAL);
        assert_non_null(strstr(why.text, engine_name(kind->id)));
        assert_null(engine.kind);
        engine_close(&engine);
    }
}

static void the_greatest_depth_works(void **state)
{
    struct bench *bench = bench_open(state, 1);
    const uint32_t depth = bench->kind->traits.depth_max;
    struct engine_request *requests = calloc(depth, sizeof *requests);
    struct engine_request **done = calloc(depth, sizeof *done);
    engine_close(&bench->engine);
    use_engine(bench, &bench->fd, 1, depth);
    for (uint32_t i = 0; i < depth; i++) {
        requests[i] = (struct engine_request){
            .memory = bench->memory, .offset = i, .length = 1, .direction = ENGINE_WRITE};
        assert_int_equal(submit(bench, &requests[i]), 0);
    }
    uint32_t finished = 0;
    while (finished < depth) {
        const int reaped = reap(bench, done, depth, depth - finished, -1);
        assert_int_equal(reaped, depth - finished);
        for (int i = 0; i < reaped; i++)
            assert_int_equal(done[i]->result, 1);
        finished += (uint32_t)reaped;
    }
    free(requests);
    free(done);
    bench_close(bench);
}

static void reap_never_waits_for_what_is_not_in_flight(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_request *done[DEPTH];
    alarm(60);
    assert_int_equal(reap(bench, done, DEPTH, DEPTH, -1), 0);
    assert_int_equal(reap(bench, done, 0, 0, -1), 0);
    bench->requests[0] = (struct engine_request){.memory = bench->memory, .length = 4096};
    assert_int_equal(submit(bench, &bench->requests[0]), 0);
    assert_int_equal(reap(bench, done, 0, 5, -1), 0);
    assert_int_equal(reap(bench, done, DEPTH, DEPTH, -1), 1);
    alarm(0);
    bench_close(bench);
}

static void at_least_and_at_most_hold(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_request *done[DEPTH];
    if (bench->engine.setup.depth < 8) {
        print_message("note: nothing to choose from with a depth of one\n");
        bench_close(bench);
        return;
    }
    for (uint32_t i = 0; i < 8; i++) {
        bench->requests[i] = (struct engine_request){
            .memory = bench->memory, .offset = i, .length = 1, .direction = ENGINE_WRITE};
        assert_int_equal(submit(bench, &bench->requests[i]), 0);
    }
    assert_int_equal(reap(bench, done, 3, 3, -1), 3);
    const int some = reap(bench, done, 4, 2, -1);
    assert_true(some >= 2 && some <= 4);
    assert_int_equal(reap(bench, done, DEPTH, DEPTH, -1), 8 - 3 - some);
    bench_close(bench);
}

static void fill_pipe(void *argument)
{
    const int *end = argument;
    clock_sleep_ns(WAIT_NS);
    if (write(*end, "late", 4) != 4)
        abort();
}

/* Requests that wait, which files on this machine never do: reading from an empty pipe. */
static void the_time_limit_of_reap_holds(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_request *done[1];
    struct thread filler;
    int ends[2];
    if (!bench->kind->traits.asynchronous) {
        print_message("note: what was submitted is finished, reap has nothing to wait for\n");
        bench_close(bench);
        return;
    }
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    engine_close(&bench->engine);
    use_engine(bench, ends, 1, DEPTH);
    struct engine_request request = {
        .memory = bench->memory, .length = 4, .direction = ENGINE_READ};
    assert_int_equal(submit(bench, &request), 0);
    assert_int_equal(reap(bench, done, 1, 0, -1), 0);
    assert_int_equal(reap(bench, done, 1, 1, 0), 0);
    int64_t start_ns = clock_now_ns();
    assert_int_equal(reap(bench, done, 1, 1, WAIT_NS), 0);
    assert_true(clock_now_ns() - start_ns >= WAIT_NS);
    const timer_t timer = storm_start();
    start_ns = clock_now_ns();
    assert_int_equal(reap(bench, done, 1, 1, WAIT_NS), 0);
    assert_true(clock_now_ns() - start_ns >= WAIT_NS);
    /* Without a limit it waits until the end, through all signals. */
    assert_int_equal(thread_start(&filler, "filler", fill_pipe, &ends[1], NULL), 0);
    assert_int_equal(reap(bench, done, 1, 1, -1), 1);
    thread_join(&filler);
    timer_delete(timer);
    assert_int_equal(request.result, 4);
    assert_memory_equal(bench->memory, "late", 4);
    close(ends[0]);
    close(ends[1]);
    bench_close(bench);
}

static void close_waits_for_what_is_in_flight(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_request *done[1];
    struct thread filler;
    int ends[2];
    if (!bench->kind->traits.asynchronous) {
        bench->requests[0] = (struct engine_request){.memory = bench->memory, .length = 1};
        assert_int_equal(submit(bench, &bench->requests[0]), 0);
        bench_close(bench);
        return;
    }
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    engine_close(&bench->engine);
    use_engine(bench, ends, 1, DEPTH);
    struct engine_request requests[2] = {
        {.memory = bench->memory, .length = 4, .direction = ENGINE_READ},
        {.memory = bench->memory + 4, .length = 4, .direction = ENGINE_READ}};
    assert_int_equal(submit(bench, &requests[0]), 0);
    assert_int_equal(reap(bench, done, 1, 0, 0), 0);
    assert_int_equal(submit(bench, &requests[1]), 0); /* not even sent */
    assert_int_equal(thread_start(&filler, "filler", fill_pipe, &ends[1], NULL), 0);
    assert_int_equal(write(ends[1], "soon", 4), 4);
    engine_close(&bench->engine);
    thread_join(&filler);
    assert_int_equal(requests[0].result, 4);
    assert_int_equal(requests[1].result, 4);
    close(ends[0]);
    close(ends[1]);
    bench_close(bench);
}

static const struct contract contract[] = {
    CONTRACT(depth_bounds_what_is_in_flight),
    CONTRACT(impossible_depths_are_refused),
    CONTRACT(the_greatest_depth_works),
    CONTRACT(reap_never_waits_for_what_is_not_in_flight),
    CONTRACT(at_least_and_at_most_hold),
    CONTRACT(the_time_limit_of_reap_holds),
    CONTRACT(close_waits_for_what_is_in_flight),
};

int main(void)
{
    return contract_run("how engines wait", contract, sizeof contract / sizeof *contract, NULL);
}
