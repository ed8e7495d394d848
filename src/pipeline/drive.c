/* SPDX-License-Identifier: Apache-2.0 */
#include "drive.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"
#include "drive_failure.h"
#include "file_slots.h"
#include "outcome.h"
#include "platform/clock.h"

/* EAGAIN is a temporary shortage: retry at once, then with pauses for about a second. */
enum { TRIES_AT_ONCE = 16, TRIES_MOST = 1000, RETRY_NS = 1000 * 1000 };

enum { PAGE_BYTES = 4096 };

uint64_t drive_direct_end(uint64_t file_bytes, uint64_t unit)
{
    return is_aligned(file_bytes, unit)
               ? UINT64_MAX
               : align_down(file_bytes, unit > PAGE_BYTES ? unit : PAGE_BYTES);
}

/* Direct and buffered writes must never share a page: the kernel would write the dirty cached page
 * back over data written directly. All transfers in an unaligned last page of a file are therefore
 * buffered, and all transfers of a shared file in which ranks meet within a page. */
static uint64_t direct_end_of(const struct task_piece *piece)
{
    const uint64_t share_end = piece->share.file_offset + piece->share.bytes;
    const uint64_t unit = piece->file->offset_alignment;
    uint64_t end = piece->position.file_bytes;
    if (piece->share.part_bytes && !is_aligned(piece->share.part_bytes, unit))
        return 0;
    return drive_direct_end(end < share_end ? share_end : end, unit);
}

static void set_files(struct drive *drive, int *fds)
{
    for (uint32_t i = 0; i < drive->task->piece_count; i++) {
        const struct task_piece *piece = &drive->task->pieces[i];
        drive->files[i] = (struct drive_file){
            .path = piece->path,
            .file = piece->file,
            .direct_end = direct_end_of(piece),
            .two_ways = piece->file->buffered_fd >= 0,
        };
        fds[i * FDS + FD_DIRECT] = piece->file->fd;
        fds[i * FDS + FD_BUFFERED] = piece->file->buffered_fd;
    }
}

int drive_open(struct drive *drive, const struct drive_setup *setup, struct failure *why)
{
    const uint32_t count = setup->task->files ? file_slots_count(setup) : setup->task->piece_count;
    int *fds = calloc(count, FDS * sizeof *fds);
    struct engine_setup engine = {
        .fds = fds,
        .depth = setup->depth,
        .memory = setup->arena ? setup->arena->memory : NULL,
        .memory_bytes = setup->arena ? setup->arena->bytes : 0,
        .buffer_bytes = setup->stride_bytes,
        .fds_change = setup->task->files,
        .mode = setup->mode,
    };
    *drive = (struct drive){
        .task = setup->task,
        .outcome = setup->outcome,
        .depth = setup->depth,
        .watch = setup->watch,
        .sync_each = setup->sync_each,
        .checks = setup->checks,
        .files = calloc(count, sizeof *drive->files),
    };
    int result = -ENOMEM;
    if (fds && drive->files && !(setup->task->files && file_slots_init(drive, setup, count))) {
        if (!setup->task->files)
            set_files(drive, fds);
        engine.fd_count = count * FDS - (fds[count * FDS - 1] < 0); /* the last may be missing */
        result = engine_open(&drive->engine, setup->engine, &engine, why);
    } else {
        failure_set(why, result, "not enough memory for %u files", count);
    }
    free(fds);
    setup->outcome->buffers_fixed = drive->engine.buffers_fixed;
    text_copy(setup->outcome->reason, sizeof setup->outcome->reason, drive->engine.reason);
    return result;
}

void drive_start(struct drive *drive, int64_t gate_ns)
{
    drive->gate_ns = gate_ns;
    drive_read_clock(drive);
}

void drive_read_clock(struct drive *drive)
{
    drive->now_ns = clock_now_ns() - drive->gate_ns;
}

void drive_close(struct drive *drive)
{
    engine_close(&drive->engine);
    file_slots_release(drive);
    free(drive->files);
    drive->files = NULL;
}

/* Returns how many bytes of the next transfer can be direct; 0 if none. */
static uint64_t direct_part(const struct drive_file *at, const struct buffer *buffer,
                            uint64_t offset, uint64_t part)
{
    const struct file *file = at->file;
    if (at->direct_refused || offset >= at->direct_end)
        return 0;
    if (part > at->direct_end - offset)
        part = at->direct_end - offset;
    bool fits = is_aligned(offset, file->offset_alignment) &&
                is_aligned(part, file->offset_alignment) &&
                is_aligned((uintptr_t)buffer->memory + buffer->moved, file->memory_alignment);
    return fits ? part : 0;
}

/* Sets the request to the next part that one descriptor can transfer. */
static void set_part(const struct drive *drive, struct buffer *buffer)
{
    const struct drive_file *at = &drive->files[buffer->file];
    uint64_t offset = buffer->offset - at->start + buffer->moved;
    uint64_t part = buffer->length - buffer->moved;
    uint32_t fd = buffer->file * FDS;
    if (at->two_ways) {
        uint64_t direct = direct_part(at, buffer, offset, part);
        fd += direct ? FD_DIRECT : FD_BUFFERED;
        part = direct ? direct : part;
        buffer->unaligned |= !direct && !at->direct_refused;
    }
    buffer->request.memory = buffer->memory + buffer->moved;
    buffer->request.offset = offset;
    buffer->request.length = part;
    buffer->request.file = fd;
}

/* Submits the next part; false if that failed. */
static inline bool send_part(struct drive *drive, struct buffer *buffer)
{
    set_part(drive, buffer);
    int result = drive->engine.kind->submit(&drive->engine, &buffer->request);
    if (!result)
        return true;
    drive_fail(drive, buffer, result);
    return false;
}

void drive_show_oldest(const struct drive *drive)
{
    const struct buffer *oldest = drive->oldest;
    if (!drive->watch)
        return;
    if (oldest)
        watch_set(drive->watch, oldest->request.direction == ENGINE_WRITE ? WAIT_WRITE : WAIT_READ,
                  oldest->piece, oldest->offset, drive->gate_ns + oldest->sent_ns);
    else
        watch_clear(drive->watch);
}

static void join_flight(struct drive *drive, struct buffer *buffer)
{
    buffer->newer = NULL;
    buffer->older = drive->newest;
    if (drive->newest)
        drive->newest->newer = buffer;
    drive->newest = buffer;
    drive->in_flight[buffer->request.direction]++;
    if (drive->oldest)
        return;
    drive->oldest = buffer;
    drive_show_oldest(drive);
}

static void leave_flight(struct drive *drive, struct buffer *buffer)
{
    drive->in_flight[buffer->request.direction]--;
    if (buffer->newer)
        buffer->newer->older = buffer->older;
    else
        drive->newest = buffer->older;
    if (buffer->older)
        buffer->older->newer = buffer->newer;
    else
        drive->oldest = buffer->newer;
}

void drive_send(struct drive *drive, struct buffer *buffer)
{
    buffer->moved = 0;
    buffer->file = buffer->piece;
    if (__builtin_expect(drive->slots != NULL, 0) && file_slots_enter(drive, buffer)) {
        drive_read_clock(drive);
        buffer->sent_ns = drive->now_ns;
        return;
    }
    buffer->tries = 0;
    buffer->unaligned = false;
    buffer->sent_ns = clock_now_ns() - drive->gate_ns;
    drive->now_ns = buffer->sent_ns;
    if (buffer->sent_ns < drive->outcome->counters.first_ns)
        drive->outcome->counters.first_ns = buffer->sent_ns;
    /* A synchronous engine may block in submit, so observers must see the request first. */
    join_flight(drive, buffer);
    if (!send_part(drive, buffer)) {
        leave_flight(drive, buffer);
        drive_show_oldest(drive);
    }
}

enum settled { SETTLED_DONE, SETTLED_FAILED, SETTLED_CONTINUES };

/* The kernel or the file system may not support RWF_DONTCACHE. Requests in flight at the first
 * refusal are refused too, so each of them is sent once more without the flag. */
static bool retry_cached(struct drive *drive, struct buffer *buffer)
{
    struct engine_mode *mode = &drive->engine.setup.mode;
    int64_t result = buffer->request.result;
    bool requested = mode->uncached || drive->outcome->uncached_refused;
    if (!requested || buffer->tries || (result != -EOPNOTSUPP && result != -EINVAL))
        return false;
    buffer->tries++;
    mode->uncached = false;
    drive->outcome->uncached_refused = true;
    return true;
}

static enum settled settle_error(struct drive *drive, struct buffer *buffer)
{
    int64_t result = buffer->request.result;
    if ((result == -EINTR || result == -EAGAIN) && buffer->tries < TRIES_MOST) {
        drive->outcome->counters.retries++;
        if (++buffer->tries > TRIES_AT_ONCE)
            clock_sleep_ns(RETRY_NS);
        return SETTLED_CONTINUES;
    }
    struct drive_file *at = &drive->files[buffer->file];
    if (result == -EINVAL && buffer->request.file % FDS == FD_DIRECT &&
        drive->task->may_fall_back && at->two_ways) {
        at->direct_refused = drive->outcome->direct_refused = true;
        return SETTLED_CONTINUES;
    }
    if (retry_cached(drive, buffer))
        return SETTLED_CONTINUES;
    drive_fail(drive, buffer, (int)result);
    return SETTLED_FAILED;
}

/* Counts a complete request, or the bytes of a read before the end of its file. */
static void count_done(struct drive *drive, const struct buffer *buffer)
{
    struct outcome *outcome = drive->outcome;
    const enum engine_direction direction = buffer->request.direction;
    int64_t latency_ns = drive->now_ns - buffer->sent_ns;
    outcome->counters.bytes += (int64_t)buffer->moved;
    outcome->bytes[direction] += (int64_t)buffer->moved;
    int64_t gap_ns = drive->now_ns - drive->gap_from_ns;
    if (gap_ns > outcome->counters.longest_gap_ns)
        outcome->counters.longest_gap_ns = gap_ns;
    outcome->counters.last_ns = drive->gap_from_ns = drive->now_ns;
    if (buffer->moved < buffer->length) { /* a data thread reports the missing bytes */
        timeline_record_part(&outcome->timeline[direction], drive->now_ns, (int64_t)buffer->moved);
        return;
    }
    outcome->counters.requests++;
    outcome->counters.unaligned_requests += buffer->unaligned;
    histogram_record(&outcome->latency[direction], latency_ns);
    if (buffer->due_ns)
        histogram_record(&outcome->intended, drive->now_ns - buffer->due_ns);
    timeline_record(&outcome->timeline[direction], drive->now_ns, (int64_t)buffer->length,
                    latency_ns);
    slowest_record(&outcome->slowest, latency_ns, buffer->sent_ns, buffer->piece, buffer->offset,
                   buffer->length);
}

static inline void mark_written(struct drive *drive, const struct buffer *buffer)
{
    if (__builtin_expect(drive->slots != NULL, 0))
        drive->files[buffer->file].written |= 1u << buffer->request.file % FDS;
    else
        drive->written |= 1u << buffer->request.file;
}

static enum settled settle(struct drive *drive, struct buffer *buffer)
{
    int64_t result = buffer->request.result;
    if (result < 0)
        return settle_error(drive, buffer);
    if (drive->checks && drive_past_end(drive, buffer, result))
        return SETTLED_DONE;
    if (result == 0 || (uint64_t)result > buffer->request.length) {
        drive_fail_amount(drive, buffer, result);
        return SETTLED_FAILED;
    }
    struct counters *counters = &drive->outcome->counters;
    buffer->moved += (uint64_t)result;
    if (buffer->request.direction == ENGINE_WRITE)
        mark_written(drive, buffer);
    if (buffer->request.file % FDS == FD_BUFFERED)
        counters->buffered_bytes += result;
    if ((uint64_t)result < buffer->request.length)
        counters->short_transfers++;
    return buffer->moved < buffer->length ? SETTLED_CONTINUES : SETTLED_DONE;
}

int drive_sync(struct drive *drive)
{
    uint32_t files = drive->written;
    if (drive->slots)
        return file_slots_sync(drive);
    if (!files)
        return 0;
    drive->written = 0;
    drive->outcome->counters.syncs += __builtin_popcount(files);
    return drive->engine.kind->sync(&drive->engine, files);
}

static bool sync_now(struct drive *drive)
{
    int64_t before_ns = drive->now_ns;
    if (drive->watch && !drive->oldest) /* else the oldest request has waited for longer */
        watch_set(drive->watch, WAIT_SYNC, 0, 0, drive->gate_ns + before_ns);
    int result = drive_sync(drive);
    drive_show_oldest(drive);
    drive->now_ns = clock_now_ns() - drive->gate_ns;
    outcome_count_sync(&drive->outcome->counters, drive->now_ns - before_ns);
    if (result)
        failure_system(&drive->outcome->failure, -result, "cannot sync '%s'",
                       drive->task->pieces[0].path);
    return !result;
}

/* Moves reads, which need no sync, before writes, and returns their number. */
static uint32_t put_reads_first(struct buffer **done, uint32_t count)
{
    uint32_t reads = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct buffer *buffer = done[i];
        if (buffer->request.direction == ENGINE_WRITE)
            continue;
        done[i] = done[reads];
        done[reads++] = buffer;
    }
    return reads;
}

uint32_t drive_collect(struct drive *drive, struct buffer **done, int64_t limit_ns)
{
    struct engine_request *reaped[DRIVE_BATCH];
    int count = drive->engine.kind->reap(&drive->engine, reaped, DRIVE_BATCH, 1, limit_ns);
    drive->now_ns = clock_now_ns() - drive->gate_ns;
    if (count < 0) {
        drive->broken = true;
        failure_system(&drive->outcome->failure, -count, "engine '%s' failed on '%s'",
                       engine_name(drive->engine.kind->id), drive->task->pieces[0].path);
        return 0;
    }
    uint32_t whole = 0;
    const struct buffer *oldest = drive->oldest;
    for (int i = 0; i < count; i++) {
        struct buffer *buffer = (struct buffer *)reaped[i];
        enum settled settled = settle(drive, buffer);
        if (settled == SETTLED_CONTINUES && send_part(drive, buffer))
            continue;
        leave_flight(drive, buffer);
        if (settled == SETTLED_DONE)
            done[whole++] = buffer;
        else if (drive->slots)
            file_slots_leave(drive, buffer);
    }
    if (drive->oldest != oldest)
        drive_show_oldest(drive);
    uint32_t durable = drive->sync_each ? put_reads_first(done, whole) : whole;
    for (uint32_t i = 0; i < whole; i++) {
        if (i == durable && !sync_now(drive))
            return durable;
        count_done(drive, done[i]);
    }
    for (uint32_t i = 0; drive->slots && i < whole; i++)
        file_slots_leave(drive, done[i]);
    return whole;
}
