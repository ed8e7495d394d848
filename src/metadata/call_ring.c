/* SPDX-License-Identifier: Apache-2.0 */
#include "call_ring.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engines/uring_open.h"
#include "platform/clock.h"

enum { NS_PER_S = 1000000000, PAUSE_NS = 100000 };

struct call_ring {
    struct io_uring ring;
    bool has[CHAIN_CALLS];
};

/* What each call is to io_uring; those without a name are never sent through it. */
static const struct {
    int opcode;
    const char *name;
} calls[CHAIN_CALLS] = {
    [CHAIN_MAKE_FOLDER] = {IORING_OP_MKDIRAT, "mkdirat by plain calls"},
    [CHAIN_OPEN_FOLDER] = {IORING_OP_OPENAT, "openat by plain calls"},
    [CHAIN_OPEN] = {IORING_OP_OPENAT, "openat by plain calls"},
    [CHAIN_WRITE] = {IORING_OP_WRITE, "write by plain calls"},
    [CHAIN_READ] = {IORING_OP_READ, "read by plain calls"},
    [CHAIN_READ_END] = {IORING_OP_READ, "read by plain calls"},
    [CHAIN_SYNC] = {IORING_OP_FSYNC, "fsync by plain calls"},
    [CHAIN_CLOSE] = {IORING_OP_CLOSE, "close by plain calls"},
    [CHAIN_STAT] = {IORING_OP_STATX, "statx by plain calls"},
    [CHAIN_MAKE] = {IORING_OP_MKDIRAT, "mkdirat by plain calls"},
    [CHAIN_CHECK_NAME] = {IORING_OP_STATX, "statx by plain calls"},
    [CHAIN_RENAME] = {IORING_OP_RENAMEAT, "renameat by plain calls"},
    [CHAIN_REMOVE] = {IORING_OP_UNLINKAT, "unlinkat by plain calls"},
    [CHAIN_UNDO] = {IORING_OP_UNLINKAT, "unlinkat by plain calls"},
    [CHAIN_SYNC_FOLDER] = {IORING_OP_FSYNC, "fsync by plain calls"},
};

/* Finds out which calls the kernel has; without the list, none counts. */
static void probe(struct call_ring *ring, char reason[ENGINE_REASON])
{
    struct io_uring_probe *list = io_uring_get_probe_ring(&ring->ring);
    for (int i = 0; i < CHAIN_CALLS; i++) {
        if (!calls[i].name)
            continue;
        bool named = ring->has[i] = list && io_uring_opcode_supported(list, calls[i].opcode);
        for (int j = 0; j < i; j++)
            named |= calls[j].opcode == calls[i].opcode;
        if (!named)
            uring_add_reason(reason, calls[i].name, EOPNOTSUPP);
    }
    io_uring_free_probe(list);
}

int call_ring_open(struct call_ring **ring, uint32_t depth, char reason[ENGINE_REASON],
                   struct failure *why)
{
    const struct engine_mode mode = {0};
    struct call_ring *made = calloc(1, sizeof *made);
    *ring = NULL;
    if (!made)
        return failure_set(why, -ENOMEM, "not enough memory");
    if (uring_open(&made->ring, depth, &mode, reason, why)) {
        free(made);
        return why->code;
    }
    int error = io_uring_register_ring_fd(&made->ring);
    if (error < 0)
        uring_add_reason(reason, "ring not registered", -error);
    /* Calls on names are "bounded" work, of which the kernel allows few. It lowers both numbers to
     * the user's limit of processes. */
    unsigned workers[2] = {depth, depth};
    error = io_uring_register_iowq_max_workers(&made->ring, workers);
    if (error < 0)
        uring_add_reason(reason, "number of kernel threads not raised", -error);
    probe(made, reason);
    *ring = made;
    return 0;
}

bool call_ring_has(const struct call_ring *ring, enum chain_call call)
{
    return ring->has[call];
}

static off_t offset_of(const struct chain *chain)
{
    return (off_t)(chain->lane->operation.position.offset + chain->moved);
}

/* Returns the name whose attributes are read. */
static const char *name_of(const struct chain *chain)
{
    const struct operation *operation = &chain->lane->operation;
    return chain->call == CHAIN_STAT ? operation->name : operation->other;
}

int chain_call_plainly(struct chain *chain)
{
    struct operation *operation = &chain->lane->operation;
    const char *const path = text_string(&chain->path);
    ssize_t result = 0;
    switch (chain->call) {
    case CHAIN_MAKE_FOLDER:
        result = mkdir(path, S_IRWXU);
        break;
    case CHAIN_OPEN_FOLDER:
        result = open(path, chain_open_flags(chain));
        break;
    case CHAIN_OPEN:
        result =
            openat(operation->folder, operation->name, chain_open_flags(chain), S_IRUSR | S_IWUSR);
        break;
    case CHAIN_WRITE:
        result = pwrite(chain->fd, operation->buffer + chain->moved, chain->bytes - chain->moved,
                        offset_of(chain));
        break;
    case CHAIN_READ:
        result = pread(chain->fd, operation->buffer + chain->moved, chain->bytes - chain->moved,
                       offset_of(chain));
        break;
    case CHAIN_READ_END:
        result = pread(chain->fd, operation->buffer, 1, offset_of(chain));
        break;
    case CHAIN_SYNC:
        result = fsync(chain->fd);
        break;
    case CHAIN_CLOSE:
        result = close(chain->fd);
        break;
    case CHAIN_STAT:
    case CHAIN_CHECK_NAME:
        result = statx(operation->folder, name_of(chain), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS,
                       &chain->facts);
        break;
    case CHAIN_MAKE:
        result = mkdirat(operation->folder, operation->name, S_IRWXU);
        break;
    case CHAIN_RENAME:
        result = renameat2(operation->folder, operation->name, operation->folder, operation->other,
                           chain_rename_flags(chain));
        break;
    case CHAIN_REMOVE:
    case CHAIN_UNDO:
        result = unlinkat(operation->folder, operation->name, chain_remove_flags(chain));
        break;
    case CHAIN_SYNC_FOLDER:
        result = fsync(operation->folder);
        break;
    case CHAIN_PLAIN:
        return operation_carry_out(chain->setup->kind, operation);
    case CHAIN_CALLS:
        break;
    }
    return result < 0 ? -errno : (int)result;
}

static void prepare(struct io_uring_sqe *entry, struct chain *chain)
{
    struct operation *operation = &chain->lane->operation;
    const char *const path = text_string(&chain->path);
    switch (chain->call) {
    case CHAIN_MAKE_FOLDER:
        io_uring_prep_mkdirat(entry, AT_FDCWD, path, S_IRWXU);
        break;
    case CHAIN_OPEN_FOLDER:
        io_uring_prep_openat(entry, AT_FDCWD, path, chain_open_flags(chain), 0);
        break;
    case CHAIN_OPEN:
        io_uring_prep_openat(entry, operation->folder, operation->name, chain_open_flags(chain),
                             S_IRUSR | S_IWUSR);
        break;
    case CHAIN_WRITE:
        io_uring_prep_write(entry, chain->fd, operation->buffer + chain->moved,
                            (unsigned)(chain->bytes - chain->moved), (uint64_t)offset_of(chain));
        break;
    case CHAIN_READ:
        io_uring_prep_read(entry, chain->fd, operation->buffer + chain->moved,
                           (unsigned)(chain->bytes - chain->moved), (uint64_t)offset_of(chain));
        break;
    case CHAIN_READ_END:
        io_uring_prep_read(entry, chain->fd, operation->buffer, 1, (uint64_t)offset_of(chain));
        break;
    case CHAIN_SYNC:
        io_uring_prep_fsync(entry, chain->fd, 0);
        break;
    case CHAIN_CLOSE:
        io_uring_prep_close(entry, chain->fd);
        break;
    case CHAIN_STAT:
    case CHAIN_CHECK_NAME:
        io_uring_prep_statx(entry, operation->folder, name_of(chain), AT_SYMLINK_NOFOLLOW,
                            STATX_BASIC_STATS, &chain->facts);
        break;
    case CHAIN_MAKE:
        io_uring_prep_mkdirat(entry, operation->folder, operation->name, S_IRWXU);
        break;
    case CHAIN_RENAME:
        io_uring_prep_renameat(entry, operation->folder, operation->name, operation->folder,
                               operation->other, chain_rename_flags(chain));
        break;
    case CHAIN_REMOVE:
    case CHAIN_UNDO:
        io_uring_prep_unlinkat(entry, operation->folder, operation->name,
                               chain_remove_flags(chain));
        break;
    case CHAIN_SYNC_FOLDER:
        io_uring_prep_fsync(entry, operation->folder, 0);
        break;
    case CHAIN_PLAIN:
    case CHAIN_CALLS:
        break;
    }
}

/* The ring has an entry for each chain, and each chain one call in flight. */
void call_ring_queue(struct call_ring *ring, struct chain *chain)
{
    struct io_uring_sqe *entry;
    while (!(entry = io_uring_get_sqe(&ring->ring)))
        io_uring_submit(&ring->ring);
    prepare(entry, chain);
    io_uring_sqe_set_data(entry, chain);
}

int call_ring_wait(struct call_ring *ring, int64_t limit_ns)
{
    struct io_uring_cqe *unused;
    struct __kernel_timespec limit = {.tv_sec = limit_ns / NS_PER_S,
                                      .tv_nsec = limit_ns % NS_PER_S};
    const int result = io_uring_submit_and_wait_timeout(&ring->ring, &unused, 1, &limit, NULL);
    switch (result) {
    case -EAGAIN:
    case -EBUSY: /* currently nothing can be sent */
        clock_sleep_ns(PAUSE_NS);
        return 0;
    case -ETIME:
    case -EINTR:
        return 0;
    default:
        return result < 0 ? result : 0;
    }
}

bool call_ring_take(struct call_ring *ring, struct chain **chain, int *result)
{
    struct io_uring_cqe *completion;
    if (io_uring_peek_cqe(&ring->ring, &completion))
        return false;
    *chain = io_uring_cqe_get_data(completion);
    *result = completion->res;
    io_uring_cqe_seen(&ring->ring, completion);
    return true;
}

void call_ring_close(struct call_ring *ring)
{
    io_uring_queue_exit(&ring->ring);
    free(ring);
}
