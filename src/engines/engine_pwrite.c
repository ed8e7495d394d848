/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "finished.h"
#include "kinds.h"
#include "platform/file.h"
#include "rwf.h"

/* One pwrite or pread for each request, called in submit. */

enum { TRANSFER_MAX_BYTES = 0x7ffff000 }; /* the kernel's limit for one call */

static int available(struct failure *why)
{
    (void)why;
    return 0;
}

static int open_pwrite(struct engine *engine, const struct engine_setup *setup, struct failure *why)
{
    engine->state = finished_new(setup->depth);
    return engine->state ? 0 : failure_system(why, ENOMEM, "cannot open engine 'pwrite'");
}

/* pwrite and pread take no flags. */
static ssize_t move_with_flags(int fd, const struct engine_request *request, size_t bytes,
                               int flags)
{
    const struct iovec vector = {.iov_base = request->memory, .iov_len = bytes};
    const off_t offset = (off_t)request->offset;
    return request->direction == ENGINE_WRITE ? pwritev2(fd, &vector, 1, offset, flags)
                                              : preadv2(fd, &vector, 1, offset, flags);
}

static ssize_t move(int fd, const struct engine_request *request, size_t bytes, int flags)
{
    const off_t offset = (off_t)request->offset;
    if (flags)
        return move_with_flags(fd, request, bytes, flags);
    return request->direction == ENGINE_WRITE ? pwrite(fd, request->memory, bytes, offset)
                                              : pread(fd, request->memory, bytes, offset);
}

static int submit(struct engine *engine, struct engine_request *request)
{
    struct finished *queue = engine->state;
    if (finished_full(queue))
        return -EAGAIN;
    if (request->file >= engine->setup.fd_count)
        return -EINVAL;
    const size_t bytes =
        request->length < TRANSFER_MAX_BYTES ? (size_t)request->length : TRANSFER_MAX_BYTES;
    const ssize_t moved =
        move(engine->setup.fds[request->file], request, bytes, rwf_flags(&engine->setup.mode));
    request->result = moved < 0 ? -errno : moved;
    finished_put(queue, request);
    return 0;
}

static int reap(struct engine *engine, struct engine_request **done, uint32_t max,
                uint32_t at_least, int64_t limit_ns)
{
    (void)at_least;
    (void)limit_ns;
    return (int)finished_take(engine->state, done, max);
}

static int sync_pwrite(struct engine *engine, uint32_t files)
{
    return files_sync(engine->setup.fds, engine->setup.fd_count, files);
}

static void close_pwrite(struct engine *engine)
{
    free(engine->state);
}

const struct engine_kind engine_pwrite = {
    .id = ENGINE_PWRITE,
    .traits = {.depth_max = 1},
    .available = available,
    .open = open_pwrite,
    .submit = submit,
    .reap = reap,
    .sync = sync_pwrite,
    .close = close_pwrite,
};
