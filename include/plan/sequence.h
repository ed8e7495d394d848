/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which a writer goes through its share: a permutation of 0 .. count - 1, each exactly
 * once, computed in O(1) for any place, so that producers may take places in turn. Order,
 * count and key determine the permutation, so a reader can compute which requests a writer sent.
 *
 * strided: every SEQUENCE_STRIDE-th request from the first on, then from the second on, and so on.
 * random: a keyed permutation (a Feistel network over the next power of four, walked until it lands
 * within the count). random-repeat: as many requests as there are, each drawn from all of them; not
 * a permutation, only for reading, and never the order in which data were written. A zeroed order
 * is sequential.
 */
#ifndef TIDEMILL_PLAN_SEQUENCE_H
#define TIDEMILL_PLAN_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"

enum { SEQUENCE_STRIDE = 16 };

/* Does the seed decide this order? */
static inline bool order_is_random(enum order order)
{
    return order == ORDER_RANDOM || order == ORDER_RANDOM_REPEAT;
}

struct sequence {
    uint64_t count;
    enum order order;
    uint64_t key;           /* of random */
    uint64_t file_requests; /* random: whole files of this many requests, but the last, change
                               places, and within each its requests keep theirs; 0: requests do */
};

struct share;

/* The order of all requests of a writer's share. */
struct sequence sequence_of(const struct share *share, enum order order, uint64_t seed);

/* The request that a random sequence has at 'place', without and with files. */
uint64_t sequence_shuffled(const struct sequence *sequence, uint64_t place);
uint64_t sequence_shuffled_files(const struct sequence *sequence, uint64_t place);

/* The request that a random-repeat sequence draws at 'place'. */
uint64_t sequence_drawn(const struct sequence *sequence, uint64_t place);

static inline uint64_t sequence_strided(const struct sequence *sequence, uint64_t place)
{
    /* 'longer' is the number of columns with one row more than the others */
    uint64_t rows = sequence->count / SEQUENCE_STRIDE;
    uint64_t longer = sequence->count % SEQUENCE_STRIDE;
    uint64_t in_longer = longer * (rows + 1);
    if (place < in_longer)
        return place % (rows + 1) * SEQUENCE_STRIDE + place / (rows + 1);
    place -= in_longer;
    return place % rows * SEQUENCE_STRIDE + longer + place / rows;
}

/* The request of the share that comes at 'place' < count. */
static inline uint64_t sequence_at(const struct sequence *sequence, uint64_t place)
{
    switch (sequence->order) {
    case ORDER_STRIDED:
        return sequence_strided(sequence, place);
    case ORDER_RANDOM:
        return __builtin_expect(sequence->file_requests != 0, 0)
                   ? sequence_shuffled_files(sequence, place)
                   : sequence_shuffled(sequence, place);
    case ORDER_RANDOM_REPEAT:
        return sequence_drawn(sequence, place);
    case ORDER_SEQUENTIAL:
        break;
    }
    return place;
}

/* The inverse of sequence_at, which random-repeat does not have: the place < count at which
 * 'request' < count comes. */
uint64_t sequence_place_of(const struct sequence *sequence, uint64_t request);

/* The end of the requests that the first 'places' places hold: none of them is at or beyond it. */
uint64_t sequence_reach(const struct sequence *sequence, uint64_t places);

/* A key of the random order for one share: by the run's seed and the place of the share. */
uint64_t sequence_key(uint64_t seed, uint64_t file, uint64_t file_offset);

#endif
