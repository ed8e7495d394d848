/*
 * The hot loop's heart: one I/O thread's requests between the pipeline and its engine. Here, once
 * for all engines: stamping, short transfers, EINTR and EAGAIN (for about a second, then it is a
 * failure), unaligned tails beside O_DIRECT, a sync after each request, counting, the first
 * failure.
 *
 * Used by one thread. A buffer given to drive_send belongs to the engine until drive_collect hands
 * it back; one whose request failed is never handed back and stays IN_FLIGHT (a hole).
 */
#ifndef TIDEMILL_PIPELINE_DRIVE_H
#define TIDEMILL_PIPELINE_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "pipeline/pipeline.h"
#include "platform/memory.h"
#include "watch.h"

enum { DRIVE_BATCH = 64 };

struct drive_setup {
    const struct engine_kind *engine;
    struct engine_mode mode;
    const struct task *task;
    struct outcome *outcome; /* cleared */
    struct watch *watch;     /* where others see what is waited for; NULL: nobody looks */
    uint32_t depth;
    bool sync_each;            /* a write is done when it is durable */
    bool checks;               /* a file that ends too early is wrong data, not a failure */
    const struct arena *arena; /* that all buffers lie in; NULL: anywhere */
    uint64_t stride_bytes;     /* from one buffer in it to the next */
};

/* Written by drive.c alone. */
struct drive {
    struct engine engine;
    const struct task *task;
    struct outcome *outcome;
    uint32_t depth;
    uint32_t in_flight[ENGINE_DIRECTIONS];
    struct buffer *oldest; /* in flight, in the order of their first submission */
    struct buffer *newest;
    uint32_t written; /* a bit for each descriptor that took bytes since the last sync */
    struct watch *watch;
    bool sync_each;
    bool checks;
    uint64_t direct_end; /* from here on the file must go through the page cache */
    int64_t gate_ns;
    int64_t now_ns; /* since the gate, at the last look at the clock */
    bool broken;    /* the engine itself failed: nothing can be collected any more */
};

/* Opens the engine on the task's open file, and leaves in the outcome what the engine was not
 * granted. -errno leaves the drive closed. */
int drive_open(struct drive *drive, const struct drive_setup *setup, struct failure *why);

/* The clock of all stamps counts from 'gate_ns', an instant of clock_now_ns(). */
void drive_start(struct drive *drive, int64_t gate_ns);

/* Sets now_ns. */
void drive_read_clock(struct drive *drive);

/* Accepts a drive that was never opened. */
void drive_close(struct drive *drive);

static inline uint32_t drive_in_flight(const struct drive *drive)
{
    return drive->in_flight[ENGINE_WRITE] + drive->in_flight[ENGINE_READ];
}

/* Sends a buffer whose direction, place, offset and length are set; there must be room in the
 * depth. */
void drive_send(struct drive *drive, struct buffer *buffer);

/* Makes durable what was written; at once where nothing was. The caller tells of a failure: -errno.
 */
int drive_sync(struct drive *drive);

/* Collects requests that are finished into 'done' (room for DRIVE_BATCH); waits for at least one
 * completion, at most 'limit_ns'. May return 0. They are whole, but for those of a checked file
 * that ended before: there 'moved' is less than 'length'. */
uint32_t drive_collect(struct drive *drive, struct buffer **done, int64_t limit_ns);

#endif
