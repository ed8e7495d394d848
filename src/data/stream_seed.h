/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Computes the generator's state from a cell's identity; shared by all instruction paths, so that
 * they generate the same bytes. Scalar; runs once per cell.
 */
#ifndef TIDEMILL_DATA_STREAM_SEED_H
#define TIDEMILL_DATA_STREAM_SEED_H

#include <string.h>

#include "mix.h"
#include "stream.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

#define STAMP_MAGIC UINT64_C(0x544944454d494c31)

/* A 128-bit hash of a cell's identity, and its period. For one key 'first' is a bijection of the
 * index, so no two cells of a file can be equal. */
struct cell_seed {
    uint64_t first, second;
    uint32_t period;
};

/* Constants that make the 16 lanes of a cell different: words a, b and c of each lane. */
extern const uint64_t stream_lanes[3][STREAM_LANES];

static inline __attribute__((always_inline)) struct cell_seed
cell_seed(const struct stream_key *key, const struct cell_shape *shape, uint64_t index)
{
    struct cell_seed seed = {
        .first = mix(key->a + index),
        .second = mix(key->b ^ index * UINT64_C(0x9e3779b97f4a7c15)),
    };
    bool longer = (seed.second & 0xffff) < shape->longer_share;
    seed.period = longer ? shape->longer_period : shape->period;
    return seed;
}

static inline uint64_t stamp_mask(uint64_t first, uint64_t second, unsigned word)
{
    return fold(first + word * UINT64_C(0xd1342543de82ef95), second ^ UINT64_C(0xa0761d6478bd642f));
}

static inline __attribute__((always_inline)) void
stamp_encode(const struct stream_key *key, const struct cell_shape *shape, uint64_t index,
             const struct cell_seed *seed, uint64_t words[STAMP_WORDS])
{
    uint64_t first = seed->first, second = seed->second;
    words[0] = first;
    words[1] = second;
    words[2] = stamp_mask(first, second, 2) ^ STAMP_MAGIC;
    words[3] = stamp_mask(first, second, 3) ^ key->seed;
    words[4] = stamp_mask(first, second, 4) ^ key->file;
    words[5] = stamp_mask(first, second, 5) ^ key->generation;
    words[6] = stamp_mask(first, second, 6) ^ index;
    words[7] = stamp_mask(first, second, 7) ^ ((uint64_t)shape->bytes << 32 | seed->period);
}

#endif
