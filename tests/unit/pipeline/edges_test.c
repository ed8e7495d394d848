/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes that an observer sees at an edge equal those of the timelines at the end. */
#include "unit.h"

#include "ending.h"
#include "fake_engine.h"
#include "stats/edges.h"
#include "timed.h"

#include "platform/clock.h"

enum { EDGE = 3, IO_THREADS = 3, BEFORE_NS = 60 * 1000 * 1000, NAP_NS = 1000 * 1000 };

static uint64_t bytes_before(const struct rig *rig, uint64_t edge)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < rig->io_threads; i++) {
        for (int direction = 0; direction < ENGINE_DIRECTIONS; direction++) {
            const struct timeline *timeline =
                &pipeline_outcome(rig->pipeline, i)->timeline[direction];
            bytes += (uint64_t)rig_bytes(timeline, edge << ROUND_SHIFT >> timeline->shift);
        }
    }
    return bytes;
}

/* Sets the start so far in the past that the next edge is BEFORE_NS away. */
static void start_shortly_before(struct rig *rig, struct pipeline_setup *setup, uint64_t edge)
{
    struct failure failure = {0};
    rig_tasks(rig, NEVER);
    assert_int_equal(rig_open(rig, setup, &failure), 0);
    pipeline_go_at(rig->pipeline, clock_now_ns() + BEFORE_NS - (int64_t)(edge << ROUND_SHIFT));
}

static void check_edge(enum job job, const struct engine_kind *engine, bool paced)
{
    struct rig rig;
    uint64_t seen = 0;
    uint64_t earlier;
    struct pipeline_setup setup = setup_for(engine);
    rig_start(&rig, LAYOUT_RANK, IO_THREADS, MANY_BYTES, REQUEST);
    if (job_is_reading(job))
        rig_run(&rig, &setup, NEVER);
    rig.job = job;
    if (paced) /* the requests of the time that has passed already are due at once */
        setup.limits.writer_rate = MANY_BYTES / IO_THREADS / 4;
    start_shortly_before(&rig, &setup, EDGE);
    while (pipeline_edges(rig.pipeline) < EDGE && !pipeline_wait(rig.pipeline, NAP_NS))
        ;
    bool known = pipeline_edges(rig.pipeline) >= EDGE && pipeline_edge(rig.pipeline, EDGE, &seen) &&
                 pipeline_edge(rig.pipeline, EDGE - 1, &earlier);
    if (known)
        assert_int_equal(earlier, 0); /* no thread had started yet */
    pipeline_stop(rig.pipeline);
    rig_wait(&rig);
    if (paced)
        assert_true(known);
    if (known)
        assert_int_equal(seen, bytes_before(&rig, EDGE));
    assert_int_equal(pipeline_edges(rig.pipeline), 0); /* all have ended */
    rig_end(&rig);
}

static void edges_are_exact(void **state)
{
    (void)state;
    static struct fake fake;
    fake_start(&fake);
    fake.shuffle = true;
    fake.hold = 1;
    check_edge(JOB_WRITE, &fake.kind, true);
    check_edge(JOB_WRITE_READY, engine_kind_of(ENGINE_NULL), true);
    check_edge(JOB_WRITE, engine_kind_of(ENGINE_PWRITE), true);
    check_edge(JOB_CHECK, engine_kind_of(ENGINE_PWRITE), true);
    check_edge(JOB_WRITE, engine_kind_of(ENGINE_NULL), false);
}

/* A pipeline without requests passes each edge at its time. */
static void edges_pass_without_requests(void **state)
{
    (void)state;
    struct rig rig;
    uint64_t bytes = 1;
    struct pipeline_setup setup = setup_for(engine_kind_of(ENGINE_NULL));
    rig_start(&rig, LAYOUT_RANK, 1, REQUEST, REQUEST);
    rig_tasks(&rig, NEVER);
    struct task with_work = rig.tasks[0];
    rig.tasks[0] = (struct task){0};
    assert_int_equal(rig_open(&rig, &setup, NULL), 0);
    pipeline_go_at(rig.pipeline, clock_now_ns() - (INT64_C(7) << ROUND_SHIFT));
    assert_true(pipeline_edges(rig.pipeline) >= 7);
    assert_true(pipeline_edge(rig.pipeline, 7, &bytes));
    assert_int_equal(bytes, 0);
    rig_wait(&rig);
    rig.tasks[0] = with_work;
    rig_end(&rig);
}

/* Even if many edges are passed at once, only the last EDGES_KEPT stay known. */
static void old_edges_are_unknown(void **state)
{
    (void)state;
    struct edges edges = {0};
    uint64_t bytes = 0;
    edges_pass(&edges, (INT64_C(1) << ROUND_SHIFT) - 1, 5);
    assert_int_equal(edges.passed, 0);
    edges_pass(&edges, INT64_C(1) << ROUND_SHIFT, 7);
    edges_pass(&edges, (INT64_C(1) << ROUND_SHIFT) + 9, 8);
    assert_int_equal(edges.passed, 1);
    assert_true(edges_read(&edges, 1, &bytes));
    assert_int_equal(bytes, 7);
    edges_pass(&edges, INT64_C(40) << ROUND_SHIFT, 11);
    assert_int_equal(edges.passed, 40);
    assert_false(edges_read(&edges, 1, &bytes));
    assert_false(edges_read(&edges, 40 - EDGES_KEPT, &bytes));
    assert_true(edges_read(&edges, 40 - EDGES_KEPT + 2, &bytes));
    assert_int_equal(bytes, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(edges_are_exact),
        timed_test(edges_pass_without_requests),
        timed_test(old_edges_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
