/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs that are too long to complete, for tests of early ends.
 */
#ifndef TIDEMILL_TESTS_ENDING_H
#define TIDEMILL_TESTS_ENDING_H

#include "rig.h"

enum { MANY_BYTES = 1 << 30, REQUEST = 4096 };

static inline const struct engine_kind *async_engine(void)
{
    const struct engine_kind *uring = engine_kind_of(ENGINE_URING);
    return uring->available(NULL) ? engine_kind_of(ENGINE_PWRITE) : uring;
}

static inline struct pipeline_setup setup_for(const struct engine_kind *engine)
{
    return (struct pipeline_setup){
        .engine = engine,
        .data_threads = 2,
        .depth = engine->traits.depth_max < 8 ? engine->traits.depth_max : 8,
        .buffers = 24,
    };
}

static inline void start(struct rig *rig, struct pipeline_setup *setup)
{
    struct failure failure = {0};
    rig_tasks(rig, NEVER);
    if (rig_open(rig, setup, &failure))
        fail_msg("%s", failure.text);
    pipeline_go_at(rig->pipeline, clock_now_ns());
}

/* Some requests are missing; those that are reported as acknowledged are in the files. */
static inline void check_part(struct rig *rig)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rig->io_threads; i++) {
        rig_check_counts(rig, i);
        sum += rig->acknowledged[i].bytes;
    }
    assert_true(sum < rig->geometry.setup.total_bytes);
    assert_int_equal(pipeline_bytes(rig->pipeline), sum);
    rig_check_files(rig);
}

#endif
