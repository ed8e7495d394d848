/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checked.h"
#include "engines/uring_open.h"
#include "kinds.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/host.h"
#include "platform/space.h"
#include "rwf.h"
#include "slices.h"

/* One ring for each I/O thread. submit fills an entry of the ring and sends some of them; reap
 * sends the rest and waits in the same system call. Kernel features are detected by trying them,
 * not by the kernel's version; engine->reason lists those that it refused. */

enum {
    TRANSFER_MAX_BYTES = 0x7ffff000, /* the kernel's limit for one request */
    SLICES_MAX = 16384,              /* the kernel's limit of fixed buffers */
    NS_PER_S = 1000000000,
    PAUSE_NS = 100000,
    /* Requests in one system call. More would save little, but leave the device idle: random reads
     * of 4 KiB at depth 32 were 17 % slower if only reap sent. */
    SEND_TOGETHER = 8,
    /* Limit of the kernel threads of one ring, which the kernel starts for requests that a file
     * system cannot handle asynchronously. */
    WORKERS_MAX = 64,
};

struct uring {
    struct io_uring ring;
    uint32_t in_flight; /* submitted and not yet returned by reap */
    bool files_registered;
    bool polls;         /* completions must be polled for */
    size_t slice_bytes; /* of the arena, for each fixed buffer of the kernel's */
};

static int available(struct failure *why)
{
    struct io_uring ring;
    char reason[ENGINE_REASON] = "";
    const struct engine_mode plain = {0};
    const int error = uring_open(&ring, 1, &plain, reason, why);
    if (error == 0)
        io_uring_queue_exit(&ring);
    return error;
}

/* Registers the arena as fixed buffers, in slices that do not split a buffer. 0 or -errno. */
static int register_buffers(struct uring *uring, const struct engine_setup *setup)
{
    const size_t slice = slice_bytes(setup->buffer_bytes);
    const size_t count = slice ? divide_up(setup->memory_bytes, slice) : 0;
    if (count == 0 || count > SLICES_MAX)
        return -E2BIG;
    uring->slice_bytes = slice;
    struct iovec *slices = calloc(count, sizeof *slices);
    if (!slices)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const size_t left = setup->memory_bytes - i * slice;
        slices[i] = (struct iovec){.iov_base = (char *)setup->memory + i * slice,
                                   .iov_len = left < slice ? left : slice};
    }
    const int error = io_uring_register_buffers(&uring->ring, slices, (unsigned)count);
    free(slices);
    return error;
}

/* Limits the kernel's unbounded workers; 0 keeps the kernel's limit of those for regular files. */
static int bound_workers(struct io_uring *ring, uint32_t depth)
{
    unsigned workers[2] = {0, depth < WORKERS_MAX ? depth : WORKERS_MAX};
    return io_uring_register_iowq_max_workers(ring, workers);
}

/* Registers files, ring and buffers; -errno only if something required is refused. */
static int register_all(struct engine *engine, struct uring *uring, struct failure *why)
{
    const struct engine_setup *setup = &engine->setup;
    int error =
        setup->fds_change ? 0 : io_uring_register_files(&uring->ring, setup->fds, setup->fd_count);
    uring->files_registered = !setup->fds_change && error == 0;
    if (error)
        uring_add_reason(engine->reason, "files not registered", -error);
    error = io_uring_register_ring_fd(&uring->ring);
    if (error < 0)
        uring_add_reason(engine->reason, "ring not registered", -error);
    error = bound_workers(&uring->ring, setup->depth);
    if (error < 0)
        uring_add_reason(engine->reason, "kernel threads not limited", -error);
    if (setup->mode.fixed_buffers == NEVER)
        return 0;
    error = register_buffers(uring, setup);
    engine->buffers_fixed = error == 0;
    if (error == -E2BIG && setup->mode.fixed_buffers == REQUIRE)
        return failure_set(why, error,
                           "the kernel cannot fix a buffer larger than 1 GiB: use a smaller "
                           "--buffer-size");
    if (error && setup->mode.fixed_buffers == REQUIRE)
        return failure_system(why, -error,
                              "cannot fix %zu bytes of buffers (ulimit -l is %lld bytes, for all "
                              "processes of the user together): raise it, or use fewer or smaller "
                              "buffers",
                              setup->memory_bytes, (long long)host_memlock_bytes());
    if (error)
        uring_add_reason(engine->reason,
                         error == -E2BIG ? "buffers not fixed (one is larger than 1 GiB)"
                                         : "buffers not fixed (limit ulimit -l)",
                         -error);
    return 0;
}

static int open_uring(struct engine *engine, const struct engine_setup *setup, struct failure *why)
{
    struct uring *uring = calloc(1, sizeof *uring);
    if (!uring)
        return failure_system(why, ENOMEM, "cannot open engine 'uring'");
    uring->polls = setup->mode.iopoll;
    int error = uring_open(&uring->ring, setup->depth, &setup->mode, engine->reason, why);
    if (error) {
        free(uring);
        return error;
    }
    error = register_all(engine, uring, why);
    if (error) {
        io_uring_queue_exit(&uring->ring);
        free(uring);
        return error;
    }
    engine->state = uring;
    return 0;
}

/* The ring has an entry for each request of the depth, but with SQPOLL a request can complete
 * before the kernel's thread releases its entry. */
static struct io_uring_sqe *next_entry(struct uring *uring)
{
    struct io_uring_sqe *entry;
    while (!(entry = io_uring_get_sqe(&uring->ring))) {
        if (!(uring->ring.flags & IORING_SETUP_SQPOLL))
            return NULL;
        io_uring_submit(&uring->ring); /* wakes the thread; a signal may end the wait early */
        const int error = io_uring_sqring_wait(&uring->ring);
        if (error < 0 && error != -EINTR)
            return NULL;
    }
    return entry;
}

static int submit(struct engine *engine, struct engine_request *request)
{
    struct uring *uring = engine->state;
    if (uring->in_flight == engine->setup.depth)
        return -EAGAIN;
    if (request->file >= engine->setup.fd_count)
        return -EINVAL;
    struct io_uring_sqe *entry = next_entry(uring);
    if (!entry)
        return -EAGAIN;
    const int fd = uring->files_registered ? (int)request->file : engine->setup.fds[request->file];
    const unsigned bytes =
        request->length < TRANSFER_MAX_BYTES ? (unsigned)request->length : TRANSFER_MAX_BYTES;
    const int slice =
        engine->buffers_fixed
            ? slice_of(uring->slice_bytes, engine->setup.memory_bytes,
                       (uintptr_t)request->memory - (uintptr_t)engine->setup.memory, bytes)
            : -1;
    const bool writes = request->direction == ENGINE_WRITE;
    if (slice >= 0)
        io_uring_prep_rw(writes ? IORING_OP_WRITE_FIXED : IORING_OP_READ_FIXED, entry, fd,
                         request->memory, bytes, request->offset);
    else
        io_uring_prep_rw(writes ? IORING_OP_WRITE : IORING_OP_READ, entry, fd, request->memory,
                         bytes, request->offset);
    if (slice >= 0)
        entry->buf_index = (uint16_t)slice;
    if (uring->files_registered)
        entry->flags |= IOSQE_FIXED_FILE;
    entry->rw_flags = rwf_flags(&engine->setup.mode);
    io_uring_sqe_set_data(entry, request);
    uring->in_flight++;
    /* entries that the kernel does not accept now are sent in reap */
    if (io_uring_sq_ready(&uring->ring) >= SEND_TOGETHER)
        io_uring_submit(&uring->ring);
    return 0;
}

/* Requests that need a kernel thread are cancelled if the limit of threads refuses it. */
static void move_plainly(struct engine *engine, struct engine_request *request)
{
    const int fd = engine->setup.fds[request->file];
    const off_t offset = (off_t)request->offset;
    const ssize_t moved = request->direction == ENGINE_WRITE
                              ? pwrite(fd, request->memory, request->length, offset)
                              : pread(fd, request->memory, request->length, offset);
    request->result = moved < 0 ? -errno : moved;
    if (strstr(engine->reason, "plain calls"))
        return;
    char note[SPACE_TEXT];
    const size_t used = strlen(engine->reason);
    snprintf(engine->reason + used, ENGINE_REASON - used, "%splain calls%s", used ? "; " : "",
             space_format_reason("", ECANCELED, note));
}

/* Takes requests from the completion ring, without a system call. */
static uint32_t take(struct engine *engine, struct engine_request **done, uint32_t max)
{
    struct uring *uring = engine->state;
    const struct engine_mode *mode = &engine->setup.mode;
    struct io_uring_cqe *completion;
    unsigned head;
    uint32_t taken = 0;
    io_uring_for_each_cqe(&uring->ring, head, completion)
    {
        if (taken == max)
            break;
        done[taken] = io_uring_cqe_get_data(completion);
        done[taken]->result = completion->res;
        taken++;
    }
    io_uring_cq_advance(&uring->ring, taken);
    uring->in_flight -= taken;
    for (uint32_t i = 0; mode->plain_calls && !mode->uncached && i < taken; i++)
        if (__builtin_expect(done[i]->result == -ECANCELED, 0))
            move_plainly(engine, done[i]);
    return taken;
}

/* Returns true if a system call is needed to send entries or to receive ready completions. */
static bool needs_call(struct uring *uring)
{
    const unsigned flags = IO_URING_READ_ONCE(*uring->ring.sq.kflags);
    return uring->polls || io_uring_sq_ready(&uring->ring) > 0 ||
           (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

/* One system call: sends, and waits for 'wanted' completions for at most 'limit_ns' (< 0: no
 * limit). An interrupted call, or one for which the kernel had no memory, also returns 0: the
 * caller checks the completions and the clock. */
static int enter(struct uring *uring, uint32_t wanted, int64_t limit_ns)
{
    struct io_uring_cqe *unused;
    struct __kernel_timespec limit = {.tv_sec = limit_ns / NS_PER_S,
                                      .tv_nsec = limit_ns % NS_PER_S};
    int result;
    /* With IOPOLL the kernel ignores the time limit of a wait; with nothing wanted it polls once,
     * and the caller checks the clock. */
    if (wanted == 0 || limit_ns == 0 || uring->polls)
        result = io_uring_submit_and_get_events(&uring->ring);
    else
        result = io_uring_submit_and_wait_timeout(&uring->ring, &unused, wanted,
                                                  limit_ns < 0 ? NULL : &limit, NULL);
    switch (result) {
    case -EAGAIN:
    case -EBUSY:
        /* currently nothing can be sent */
        if (wanted > 0 && limit_ns != 0)
            clock_sleep_ns(PAUSE_NS);
        return 0;
    case -ETIME:
    case -EINTR:
        return 0;
    default:
        return result < 0 ? result : 0;
    }
}

static int reap(struct engine *engine, struct engine_request **done, uint32_t max,
                uint32_t at_least, int64_t limit_ns)
{
    struct uring *uring = engine->state;
    const uint32_t most = uring->in_flight < max ? uring->in_flight : max;
    const uint32_t enough = at_least < most ? at_least : most;
    uint32_t taken = take(engine, done, most);
    int error = 0;

    if (taken >= enough) {
        if (needs_call(uring)) {
            error = enter(uring, 0, 0);
            taken += take(engine, done + taken, most - taken);
        }
        return taken > 0 || error == 0 ? (int)taken : error;
    }
    const int64_t start_ns = limit_ns > 0 ? clock_now_ns() : 0;
    for (int64_t left_ns = limit_ns; error == 0;) {
        error = enter(uring, enough - taken, left_ns);
        taken += take(engine, done + taken, most - taken);
        if (taken >= enough || limit_ns == 0)
            break;
        if (limit_ns > 0) {
            left_ns = limit_ns - (clock_now_ns() - start_ns);
            if (left_ns <= 0)
                break;
        }
    }
    return taken > 0 || error == 0 ? (int)taken : error;
}

static int sync_uring(struct engine *engine, uint32_t files)
{
    return files_sync(engine->setup.fds, engine->setup.fd_count, files);
}

static void close_uring(struct engine *engine)
{
    struct uring *uring = engine->state;
    struct engine_request *late[16];
    /* the kernel may still write to the memory of requests in flight */
    while (uring->in_flight > 0 && reap(engine, late, 16, 1, -1) >= 0)
        ;
    /* The kernel destroys a ring after close has returned; the files must be released before. */
    if (uring->files_registered)
        io_uring_unregister_files(&uring->ring);
    /* so must the memory that counts against the user's limit */
    if (engine->buffers_fixed)
        io_uring_unregister_buffers(&uring->ring);
    io_uring_queue_exit(&uring->ring);
    free(uring);
}

const struct engine_kind engine_uring = {
    .id = ENGINE_URING,
    .traits = {.asynchronous = true, .rings = true, .depth_max = ENGINE_DEPTH_MAX},
    .available = available,
    .open = open_uring,
    .submit = submit,
    .reap = reap,
    .sync = sync_uring,
    .close = close_uring,
};
