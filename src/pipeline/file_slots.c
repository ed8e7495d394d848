/* SPDX-License-Identifier: Apache-2.0 */
#include "file_slots.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"
#include "outcome.h"
#include "plan/names.h"
#include "plan/pool.h"
#include "platform/clock.h"
#include "platform/space.h"

struct file_slot {
    struct file file;
    struct text path;
    uint32_t piece;
    uint64_t number; /* of the file, among those of its piece */
    uint64_t left;   /* requests that have not ended */
    uint32_t in_flight;
    int64_t opened_ns; /* the begin of open; 0: not in use */
    uint64_t turn;     /* the lower, the longer ago it was opened */
};

struct file_slots {
    uint32_t count;
    uint32_t last; /* the slot of the last request */
    uint64_t turns;
    bool in_order; /* a file is done with when another one is opened */
    bool sync;
    struct file_slot slots[];
};

uint32_t file_slots_count(const struct drive_setup *setup)
{
    return (uint32_t)pool_files(setup->depth);
}

int file_slots_init(struct drive *drive, const struct drive_setup *setup, uint32_t count)
{
    struct file_slots *slots = calloc(1, sizeof *slots + count * sizeof *slots->slots);
    if (!slots)
        return -ENOMEM;
    slots->count = count;
    slots->sync = setup->sync;
    slots->in_order = setup->task->mix.reads == MIX_ALL;
    drive->slots = slots;
    return 0;
}

void file_slots_release(struct drive *drive)
{
    for (uint32_t i = 0; drive->slots && i < drive->slots->count; i++)
        text_release(&drive->slots->slots[i].path);
    free(drive->slots);
    drive->slots = NULL;
}

static int sync_slot(struct drive *drive, uint32_t index)
{
    struct file_slot *slot = &drive->slots->slots[index];
    const uint32_t written = drive->files[index].written;
    const int fds[FDS] = {[FD_DIRECT] = slot->file.fd, [FD_BUFFERED] = slot->file.buffered_fd};
    drive->files[index].written = 0;
    drive->outcome->counters.syncs += __builtin_popcount(written);
    return files_sync(fds, FDS, written);
}

int file_slots_sync(struct drive *drive)
{
    int first = 0;
    for (uint32_t i = 0; i < drive->slots->count; i++) {
        const int error = drive->files[i].written ? sync_slot(drive, i) : 0;
        first = first ? first : error;
    }
    return first;
}

static void watch_slot(struct drive *drive, enum wait_kind what, const struct file_slot *slot,
                       int64_t since_ns)
{
    const uint64_t offset = slot->number * drive->task->pieces[slot->piece].share.cut_bytes;
    if (drive->watch && !drive->oldest) /* else the oldest request has waited for longer */
        watch_set(drive->watch, what, slot->piece, offset, since_ns);
}

static void close_slot(struct drive *drive, uint32_t index)
{
    struct file_slot *slot = &drive->slots->slots[index];
    struct outcome *outcome = drive->outcome;
    const char *path = text_string(&slot->path);
    char note[SPACE_TEXT];
    int64_t before_ns = clock_now_ns();
    if (drive->slots->sync && drive->files[index].written && !outcome->failure.code) {
        watch_slot(drive, WAIT_SYNC, slot, before_ns);
        const int error = sync_slot(drive, index);
        if (error)
            failure_system(&outcome->failure, -error, "cannot sync '%s'%s", path,
                           space_format_reason(path, -error, note));
        const int64_t synced_ns = clock_now_ns();
        outcome_count_sync(&outcome->counters, synced_ns - before_ns);
        before_ns = synced_ns;
    }
    watch_slot(drive, WAIT_CLOSE, slot, before_ns);
    file_close(&slot->file, path, &outcome->failure);
    const int64_t closed_ns = clock_now_ns();
    histogram_record(&outcome->closing, closed_ns - before_ns);
    histogram_record(&outcome->files, closed_ns - slot->opened_ns);
    drive_show_oldest(drive);
    slot->opened_ns = 0;
    drive->files[index] = (struct drive_file){0};
}

void file_slots_close(struct drive *drive)
{
    drive->slots->sync = false;
    for (uint32_t i = 0; i < drive->slots->count; i++)
        if (drive->slots->slots[i].opened_ns)
            close_slot(drive, i);
}

void file_slots_leave(struct drive *drive, const struct buffer *buffer)
{
    struct file_slot *slot = &drive->slots->slots[buffer->file];
    slot->in_flight--;
    slot->left -= slot->left > 0;
    if (!slot->left && !slot->in_flight)
        close_slot(drive, buffer->file);
}

static bool holds(const struct file_slot *slot, uint32_t piece, uint64_t number)
{
    return slot->opened_ns && slot->number == number && slot->piece == piece;
}

/* A slot that is not in use; else the one of which no request is in flight for the longest time,
 * which is closed: its file will be opened again if more of its requests come. There is one, as
 * fewer requests are in flight than there are slots. */
static uint32_t free_slot(struct drive *drive)
{
    const struct file_slots *slots = drive->slots;
    uint32_t oldest = UINT32_MAX;
    for (uint32_t i = 0; i < slots->count; i++) {
        const struct file_slot *slot = &slots->slots[i];
        if (!slot->opened_ns)
            return i;
        if (!slot->in_flight && (oldest == UINT32_MAX || slot->turn < slots->slots[oldest].turn))
            oldest = i;
    }
    close_slot(drive, oldest);
    return oldest;
}

static int preallocate(struct drive *drive, const struct file_slot *slot, uint64_t bytes)
{
    if (file_preallocate(&slot->file, text_string(&slot->path), bytes, &drive->outcome->failure))
        return drive->outcome->failure.code;
    drive->outcome->counters.preallocated_bytes += (int64_t)bytes;
    return 0;
}

/* Requests that wait to be sent together are sent before, as opening may take long. */
static int open_slot(struct drive *drive, uint32_t index)
{
    struct file_slot *slot = &drive->slots->slots[index];
    const struct task_piece *piece = &drive->task->pieces[slot->piece];
    const struct task_files *files = drive->task->files;
    const uint64_t bytes = share_file_bytes(&piece->share, slot->number);
    const uint64_t unit = piece->like->offset_alignment;
    const uint64_t direct_end = drive_direct_end(bytes, unit);
    const bool two_ways = direct_end != UINT64_MAX || piece->like->in_effect != TRUTH_YES ||
                          !is_aligned(piece->share.request_bytes, unit);
    text_clear(&slot->path);
    plan_print_file(piece->path, slot->number, &slot->path);
    if (slot->path.failed)
        return failure_set(&drive->outcome->failure, -ENOMEM, "not enough memory");
    if (drive_in_flight(drive))
        drive->engine.kind->reap(&drive->engine, NULL, 0, 0, 0);
    slot->opened_ns = clock_now_ns();
    watch_slot(drive, WAIT_OPEN, slot, slot->opened_ns);
    int result = file_open_like(&slot->file, piece->like, text_string(&slot->path), files->access,
                                two_ways, &drive->outcome->failure);
    histogram_record(&drive->outcome->opening, clock_now_ns() - slot->opened_ns);
    if (!result && files->drop_cache)
        file_drop_cache(&slot->file);
    if (!result && files->preallocate)
        result = preallocate(drive, slot, bytes);
    drive_show_oldest(drive);
    drive->files[index] = (struct drive_file){
        .file = &slot->file,
        .path = text_string(&slot->path),
        .start = slot->number * piece->share.cut_bytes,
        .direct_end = direct_end,
        .two_ways = slot->file.buffered_fd >= 0,
    };
    engine_set_fd(&drive->engine, index * FDS + FD_DIRECT, slot->file.fd);
    engine_set_fd(&drive->engine, index * FDS + FD_BUFFERED, slot->file.buffered_fd);
    if (result) {
        drive->outcome->counters.failed_requests++;
        file_close(&slot->file, text_string(&slot->path), NULL);
        slot->opened_ns = 0;
    }
    return result;
}

static int open_file(struct drive *drive, uint32_t piece, uint64_t number)
{
    struct file_slots *slots = drive->slots;
    struct file_slot *last = &slots->slots[slots->last];
    const struct share *share = &drive->task->pieces[piece].share;
    if (slots->in_order && last->opened_ns) {
        last->left = last->in_flight;
        if (!last->in_flight)
            close_slot(drive, slots->last);
    }
    slots->last = free_slot(drive);
    struct file_slot *slot = &slots->slots[slots->last];
    slot->piece = piece;
    slot->number = number;
    slot->left = divide_up(share_file_bytes(share, number), share->request_bytes);
    slot->in_flight = 0;
    slot->turn = slots->turns++;
    return open_slot(drive, slots->last);
}

int file_slots_enter(struct drive *drive, struct buffer *buffer)
{
    struct file_slots *slots = drive->slots;
    const struct task_piece *piece = &drive->task->pieces[buffer->piece];
    const uint64_t number = share_file_at(&piece->share, buffer->offset);
    if (!holds(&slots->slots[slots->last], buffer->piece, number)) {
        uint32_t found = 0;
        while (found < slots->count && !holds(&slots->slots[found], buffer->piece, number))
            found++;
        if (found < slots->count)
            slots->last = found;
        else if (open_file(drive, buffer->piece, number))
            return drive->outcome->failure.code;
    }
    buffer->file = slots->last;
    slots->slots[slots->last].in_flight++;
    return 0;
}
