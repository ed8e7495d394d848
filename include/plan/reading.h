/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a rank's part of a data set with another request size, order and number of I/O threads
 * than it was written with. Pure arithmetic over the written geometry and what storage acknowledged
 * of it; memory in proportion to threads, never to requests.
 *
 * What may have been acknowledged is a list of stretches, each contiguous in one file. The reader
 * cuts each stretch into requests (the last one may be short), numbers them all and deals them
 * evenly to its threads; where a rank has several files, by whole files, and no request is in two
 * of them. The turns of an interleaved file are one stretch, whose requests end with the adjacent
 * turns of the rank's writers. A reader that has the writers' request size, order and number of
 * threads instead goes through their shares, as they did.
 *
 * Always true: no byte belongs to two requests, and a request may be read only where every writing
 * request that it touches was acknowledged.
 */
#ifndef TIDEMILL_PLAN_READING_H
#define TIDEMILL_PLAN_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "plan/acknowledged.h"
#include "plan/geometry.h"
#include "plan/rewrites.h"
#include "plan/sequence.h"

struct reading_setup {
    const struct geometry *written;
    enum order written_order;
    uint64_t seed; /* of the keys of random orders */
    uint32_t rank; /* whose part is read */
    /* One for each of that rank's writing threads. */
    const struct acknowledged *acknowledged;
    const struct rewrites *rewrites; /* likewise; NULL: nothing was rewritten */
    uint64_t request_bytes;
    uint32_t threads;
    enum order order;
    uint64_t epoch; /* random: each has another order of the files, if there are several; 0: that of
                       the writers */
};

/* Requests that follow each other in one file. */
struct piece {
    struct share share;     /* request_bytes are the reader's */
    uint32_t rank;          /* together with 'writer' the name of the file, as plan_path wants it */
    uint32_t writer;        /* the first writing thread with a share in it */
    uint64_t first_request; /* counted over all pieces of the same thread */
};

struct reading {
    struct reading_setup setup;
    struct share *shares;    /* of the writing threads */
    struct piece *stretches; /* 'first_request' counted over all stretches */
    uint32_t stretch_count;
    uint64_t request_count; /* of all stretches */
    bool same;              /* as the writers: thread i has the share of writing thread i */
    bool anew;              /* whole files, in the order of this epoch */
    bool whole;             /* every request of the stretches may be read */
};

/* Borrows what the setup points to. -ENOMEM. */
int reading_init(struct reading *reading, const struct reading_setup *setup, struct failure *why);
void reading_release(struct reading *reading);

/* What one thread has to read, besides its pieces. */
struct reading_part {
    uint32_t piece_count;
    struct sequence sequence; /* the order in which it goes through the requests of all pieces */
    uint64_t places;          /* beyond these of its sequence there is nothing to read */
};

/* The part of one thread; 'pieces' has stretch_count entries, and is set in the order of the
 * data set. */
void reading_assign(const struct reading *reading, uint32_t thread, struct piece *pieces,
                    struct reading_part *dealt);

/* Was every writing request acknowledged that touches these bytes of the data set? */
bool reading_covers(const struct reading *reading, uint64_t start, uint64_t length);

/* Sets the generations that the content at 'start' of the data set may have. Returns for how many
 * bytes, at most 'length', this is so. Only with 'rewrites'. */
uint64_t reading_generations(const struct reading *reading, uint64_t start, uint64_t length,
                             struct generations *generations);

/* May a thread read its request at 'place', which is 'extent' of a file that begins at 'file_base'?
 */
static inline bool reading_may_read(const struct reading *reading, uint32_t thread, uint64_t place,
                                    uint64_t file_base, struct extent extent)
{
    if (reading->whole)
        return true;
    if (reading->same)
        return acknowledged_has(&reading->setup.acknowledged[thread], place);
    return reading_covers(reading, file_base + extent.offset, extent.length);
}

struct amount {
    uint64_t requests;
    uint64_t bytes;
};

/* How much all threads together may read. Takes time in proportion to the holes; and to what was
 * acknowledged of shares that were written partly, not in sequence, and are read in another way;
 * and to the turns that only some writers of a rank have written. */
void reading_count(const struct reading *reading, struct amount *amount);

/* The same for the order random-repeat where not every request may be read. Takes time in
 * proportion to the requests. -ENOMEM. */
int reading_count_drawn(const struct reading *reading, struct amount *amount, struct failure *why);

#endif
