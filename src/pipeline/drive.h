/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends the requests of one I/O thread to its engine. Handles for all engines: timestamps, short
 * transfers, EINTR and EAGAIN (a failure after about a second), unaligned tails with O_DIRECT, the
 * sync after each request, counters and the first failure.
 *
 * Used by one thread. A buffer passed to drive_send belongs to the engine until drive_collect
 * returns it; a buffer whose request failed is never returned and stays IN_FLIGHT (a hole).
 */
#ifndef TIDEMILL_PIPELINE_DRIVE_H
#define TIDEMILL_PIPELINE_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "pipeline/pipeline.h"
#include "platform/memory.h"
#include "watch.h"

/* The engine's descriptors come in pairs, one pair for each of the drive's files. */
enum { DRIVE_BATCH = 64, FD_DIRECT = 0, FD_BUFFERED = 1, FDS = 2 };

struct drive_setup {
    const struct engine_kind *engine;
    struct engine_mode mode;
    const struct task *task;
    struct outcome *outcome; /* cleared */
    struct watch *watch;     /* shows observers the current wait; may be NULL */
    uint32_t depth;
    bool sync;                 /* files that the drive opens are synced before it closes them */
    bool sync_each;            /* a write is complete when it is durable */
    bool checks;               /* a file that ends too early is wrong data, not a failure */
    const struct arena *arena; /* holds all buffers; may be NULL */
    uint64_t stride_bytes;     /* distance of buffers in the arena */
};

/* The file of a piece, or an open one of its files. */
struct drive_file {
    const struct file *file;
    const char *path;
    uint64_t start;      /* of the file among those of the piece */
    uint64_t direct_end; /* from this offset on, transfers must be buffered */
    uint32_t written;    /* of several: a bit for each descriptor, as drive->written */
    bool two_ways;       /* has a direct and a buffered descriptor */
    bool direct_refused;
};

/* Only drive.c writes the fields. */
struct drive {
    struct engine engine;
    const struct task *task;
    struct outcome *outcome;
    uint32_t depth;
    uint32_t in_flight[ENGINE_DIRECTIONS];
    struct buffer *oldest; /* in flight, in the order of their first submission */
    struct buffer *newest;
    uint32_t written; /* a bit for each descriptor written to since the last sync */
    struct watch *watch;
    bool sync_each;
    bool checks;
    struct drive_file *files; /* one for each piece of the task, or for each slot */
    struct file_slots *slots; /* of files that the drive opens and closes; NULL: none */
    int64_t gate_ns;
    int64_t now_ns;      /* since the gate, at the last reading of the clock */
    int64_t gap_from_ns; /* since when there was no completion that could have come */
    bool broken;         /* the engine itself failed: nothing more can be collected */
};

/* Opens the engine on the task's open files, and stores in the outcome what the kernel refused to
 * the engine. After -errno the drive is closed. */
int drive_open(struct drive *drive, const struct drive_setup *setup, struct failure *why);

/* Sets the zero of all timestamps to 'gate_ns' of clock_now_ns(). */
void drive_start(struct drive *drive, int64_t gate_ns);

/* Sets now_ns. */
void drive_read_clock(struct drive *drive);

/* Accepts a drive that was never opened. */
void drive_close(struct drive *drive);

static inline uint32_t drive_in_flight(const struct drive *drive)
{
    return drive->in_flight[ENGINE_WRITE] + drive->in_flight[ENGINE_READ];
}

/* Sends a buffer whose direction, piece, offset and length are set; fewer than 'depth' requests
 * must be in flight. */
void drive_send(struct drive *drive, struct buffer *buffer);

/* Shows observers since when the oldest request has been in flight. */
void drive_show_oldest(const struct drive *drive);

/* The first offset of a file from which on transfers must be buffered. */
uint64_t drive_direct_end(uint64_t file_bytes, uint64_t unit);

/* Syncs what was written since the last sync. -errno; the caller sets the failure. */
int drive_sync(struct drive *drive);

/* Waits up to 'limit_ns' for a completion, and stores at most DRIVE_BATCH complete buffers in
 * 'done'. Returns their number, which may be 0. 'moved' is less than 'length' only if 'checks' is
 * set and the file ended early. */
uint32_t drive_collect(struct drive *drive, struct buffer **done, int64_t limit_ns);

#endif
