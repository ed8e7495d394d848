/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drive of one I/O thread over a scripted engine, without a pipeline; no data are transferred.
 */
#ifndef TIDEMILL_TESTS_STAND_H
#define TIDEMILL_TESTS_STAND_H

#include <stdlib.h>
#include <string.h>

#include "fake_engine.h"

#include "drive.h"
#include "outcome.h"

enum { PLACES = 64, DEPTH = 8, REQUEST = 8192, SOME_FD = 1000 };

struct stand {
    struct fake fake;
    struct file file;
    struct task_piece piece;
    struct task task;
    struct outcome outcome;
    struct drive_setup setup;
    struct drive drive;
    struct buffer buffers[PLACES];
    uint32_t sent;
    uint32_t done;
};

static _Alignas(4096) unsigned char stand_memory[REQUEST];

static inline struct stand *stand_new(enum engine_direction direction, uint64_t request,
                                      uint64_t bytes, uint32_t unit)
{
    struct stand *stand =
        aligned_alloc(BUFFER_LINE, (sizeof *stand + BUFFER_LINE - 1) / BUFFER_LINE * BUFFER_LINE);
    memset(stand, 0, sizeof *stand);
    fake_start(&stand->fake);
    stand->fake.keep_log = true;
    stand->fake.drop = true;
    stand->file = (struct file){
        .fd = SOME_FD,
        .buffered_fd = unit > 1 ? SOME_FD + 1 : -1,
        .memory_alignment = unit < 4096 ? unit : 4096,
        .offset_alignment = unit,
    };
    stand->piece = (struct task_piece){
        .path = "/some/file",
        .file = &stand->file,
        .share = {.bytes = bytes,
                  .request_bytes = request,
                  .request_count = (bytes + request - 1) / request},
        .position.file_bytes = bytes,
    };
    stand->task = (struct task){
        .pieces = &stand->piece,
        .piece_count = 1,
        .mix.reads = direction == ENGINE_READ ? MIX_ALL : 0,
        .may_fall_back = true,
    };
    stand->setup = (struct drive_setup){
        .engine = &stand->fake.kind,
        .task = &stand->task,
        .outcome = &stand->outcome,
        .depth = DEPTH,
    };
    outcome_clear(&stand->outcome);
    return stand;
}

static inline void stand_open(struct stand *stand)
{
    assert_int_equal(drive_open(&stand->drive, &stand->setup, NULL), 0);
    drive_start(&stand->drive, clock_now_ns());
}

static inline void stand_send(struct stand *stand)
{
    struct buffer *buffer = &stand->buffers[stand->sent];
    struct extent extent = share_extent(&stand->piece.share, stand->sent);
    *buffer = (struct buffer){
        .request.direction = task_direction(&stand->task, stand->sent),
        .memory = stand_memory,
        .state = BUFFER_IN_FLIGHT,
        .place = stand->sent++,
        .offset = extent.offset,
        .length = extent.length,
    };
    drive_send(&stand->drive, buffer);
}

static inline void stand_collect(struct stand *stand)
{
    struct buffer *done[DRIVE_BATCH];
    uint32_t count = drive_collect(&stand->drive, done, 1000000);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(done[i]->state, BUFFER_IN_FLIGHT);
        assert_int_equal(done[i]->moved, done[i]->length);
        buffer_step(done[i], BUFFER_IN_FLIGHT, BUFFER_EMPTY);
    }
    stand->done += count;
}

/* Sends the whole share, up to the first failure. */
static inline void stand_run(struct stand *stand)
{
    const struct failure *failure = &stand->outcome.failure;
    stand_open(stand);
    while (drive_in_flight(&stand->drive) ||
           (stand->sent < stand->piece.share.request_count && !failure->code)) {
        while (drive_in_flight(&stand->drive) < DEPTH && !failure->code &&
               stand->sent < stand->piece.share.request_count)
            stand_send(stand);
        if (drive_in_flight(&stand->drive))
            stand_collect(stand);
        if (stand->drive.broken)
            break;
    }
    drive_close(&stand->drive);
}

static inline void assert_all_done(const struct stand *stand)
{
    const struct counters *counters = &stand->outcome.counters;
    assert_int_equal(stand->outcome.failure.code, 0);
    assert_int_equal(counters->bytes, stand->piece.share.bytes);
    assert_int_equal(counters->requests, stand->piece.share.request_count);
    assert_int_equal(stand->outcome.latency[ENGINE_WRITE].total +
                         stand->outcome.latency[ENGINE_READ].total,
                     stand->piece.share.request_count);
    assert_int_equal(stand->outcome.bytes[ENGINE_WRITE] + stand->outcome.bytes[ENGINE_READ],
                     counters->bytes);
    assert_int_equal(stand->done, stand->piece.share.request_count);
    assert_int_equal(counters->failed_requests, 0);
    assert_true(counters->first_ns >= 0 && counters->last_ns >= counters->first_ns);
}

#endif
