/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "kinds.h"
#include "platform/file.h"
#include "rwf.h"

/* Up to 'batch' requests that are contiguous in a file are sent in one pwritev or preadv. Requests
 * are in 'queue' until reap is called. */

enum { VECTORS_MAX = 1024, TRANSFER_MAX_BYTES = 0x7ffff000 };

struct batcher {
    uint32_t queued;
    uint32_t finished; /* at the front of 'queue' */
    struct iovec *vectors;
    struct engine_request *queue[];
};

static int available(struct failure *why)
{
    (void)why;
    return 0;
}

static int open_pwritev(struct engine *engine, const struct engine_setup *setup,
                        struct failure *why)
{
    struct batcher *batcher = calloc(1, sizeof *batcher + setup->depth * sizeof batcher->queue[0]);
    if (batcher)
        batcher->vectors = calloc(setup->depth, sizeof *batcher->vectors);
    if (!batcher || !batcher->vectors) {
        free(batcher);
        return failure_system(why, ENOMEM, "cannot open engine 'pwritev'");
    }
    engine->state = batcher;
    return 0;
}

static int submit(struct engine *engine, struct engine_request *request)
{
    struct batcher *batcher = engine->state;
    if (batcher->queued == engine->setup.depth)
        return -EAGAIN;
    if (request->file >= engine->setup.fd_count)
        return -EINVAL;
    batcher->queue[batcher->queued++] = request;
    return 0;
}

static bool comes_before(const struct engine_request *a, const struct engine_request *b)
{
    if (a->file != b->file)
        return a->file < b->file;
    if (a->direction != b->direction)
        return a->direction < b->direction;
    return a->offset < b->offset;
}

/* Sorts unfinished requests by file offset. An insertion sort, as they arrive nearly in order. */
static void sort_waiting(struct batcher *batcher)
{
    for (uint32_t i = batcher->finished + 1; i < batcher->queued; i++) {
        struct engine_request *moving = batcher->queue[i];
        uint32_t at = i;
        for (; at > batcher->finished && comes_before(moving, batcher->queue[at - 1]); at--)
            batcher->queue[at] = batcher->queue[at - 1];
        batcher->queue[at] = moving;
    }
}

/* Gathers the first waiting request and those that are contiguous with it. */
static uint32_t gather_run(const struct engine *engine, struct batcher *batcher)
{
    const struct engine_request *const *run =
        (const struct engine_request *const *)&batcher->queue[batcher->finished];
    const uint32_t waiting = batcher->queued - batcher->finished;
    const uint32_t batch = engine->setup.mode.batch ? engine->setup.mode.batch : 1;
    uint64_t bytes = 0;
    uint32_t count = 0;
    while (count < waiting && count < batch && count < VECTORS_MAX && bytes < TRANSFER_MAX_BYTES) {
        const struct engine_request *next = run[count];
        if (count > 0 && (next->file != run[0]->file || next->direction != run[0]->direction ||
                          next->offset != run[0]->offset + bytes))
            break;
        batcher->vectors[count++] = (struct iovec){
            .iov_base = next->memory,
            .iov_len = next->length < TRANSFER_MAX_BYTES ? next->length : TRANSFER_MAX_BYTES,
        };
        bytes += next->length;
    }
    return count;
}

/* Assigns the bytes that one call transferred to its requests, in order. Requests that it did not
 * reach stay in the queue. An error is that of the first request; surplus bytes, which the kernel
 * should never report, go to the last one, so that the caller detects them. */
static void assign_result(struct batcher *batcher, uint32_t count, ssize_t moved)
{
    struct engine_request **run = &batcher->queue[batcher->finished];
    if (moved <= 0) {
        run[0]->result = moved;
        batcher->finished++;
        return;
    }
    for (uint32_t i = 0; i < count && moved > 0; i++) {
        const size_t asked = batcher->vectors[i].iov_len;
        run[i]->result = (size_t)moved < asked ? moved : (ssize_t)asked;
        moved -= run[i]->result;
        batcher->finished++;
    }
    if (moved > 0)
        run[count - 1]->result += moved;
}

static void perform(struct engine *engine)
{
    struct batcher *batcher = engine->state;
    sort_waiting(batcher);
    while (batcher->finished < batcher->queued) {
        const uint32_t count = gather_run(engine, batcher);
        const struct engine_request *first = batcher->queue[batcher->finished];
        const int fd = engine->setup.fds[first->file];
        const int flags = rwf_flags(&engine->setup.mode);
        const ssize_t moved =
            first->direction == ENGINE_WRITE
                ? pwritev2(fd, batcher->vectors, (int)count, (off_t)first->offset, flags)
                : preadv2(fd, batcher->vectors, (int)count, (off_t)first->offset, flags);
        assign_result(batcher, count, moved < 0 ? -errno : moved);
    }
}

static int reap(struct engine *engine, struct engine_request **done, uint32_t max,
                uint32_t at_least, int64_t limit_ns)
{
    (void)limit_ns;
    struct batcher *batcher = engine->state;
    if (batcher->finished == 0 || batcher->finished < at_least)
        perform(engine);
    const uint32_t taken = batcher->finished < max ? batcher->finished : max;
    for (uint32_t i = 0; i < taken; i++)
        done[i] = batcher->queue[i];
    for (uint32_t i = taken; i < batcher->queued; i++)
        batcher->queue[i - taken] = batcher->queue[i];
    batcher->queued -= taken;
    batcher->finished -= taken;
    return (int)taken;
}

static int sync_pwritev(struct engine *engine, uint32_t files)
{
    return files_sync(engine->setup.fds, engine->setup.fd_count, files);
}

static void close_pwritev(struct engine *engine)
{
    struct batcher *batcher = engine->state;
    free(batcher->vectors);
    free(batcher);
}

const struct engine_kind engine_pwritev = {
    .id = ENGINE_PWRITEV,
    .traits = {.batches = true, .depth_max = VECTORS_MAX},
    .available = available,
    .open = open_pwritev,
    .submit = submit,
    .reap = reap,
    .sync = sync_pwritev,
    .close = close_pwritev,
};
