/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator's inner loops, written once and compiled for each instruction path. The including
 * file defines
 *
 *   KERNEL(name)   the name of a function of this path
 *   KERNEL_TARGET  the attribute that enables its instructions
 *   VECTOR_BYTES   16, 32 or 64
 *   VECTORS        how many vectors are computed in parallel: as many as the registers hold
 *   ROTATE_24(v)   each word of v rotated left by 24 bits
 *
 * and gets KERNEL(fill) and KERNEL(match). Compiler vectors instead of arrays: the speed of what
 * the optimiser makes of arrays varies fivefold.
 */
#include "stream_seed.h"

#define INLINE       static inline __attribute__((always_inline)) KERNEL_TARGET
#define PASS_BYTES   (VECTORS * VECTOR_BYTES)
#define VECTOR_LANES (VECTOR_BYTES / 8)

/* Prefetch distances: into the outer cache, and from there into the inner cache. */
enum { FAR_BYTES = 4096, NEAR_BYTES = 1024 };

typedef uint64_t vector __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));

struct lanes {
    vector a, b, c;
};

/* The lanes of one pass; a pass computes PASS_BYTES of each row. */
struct state {
    struct lanes lanes[VECTORS];
    vector counter;
};

#if VECTORS == 4
#define EACH_VECTOR(DO) DO(0) DO(1) DO(2) DO(3)
#elif VECTORS == 2
#define EACH_VECTOR(DO) DO(0) DO(1)
#endif

INLINE void start(struct state *state, const struct cell_seed *seed, unsigned pass)
{
    uint64_t third = seed->first + rotate(seed->second, 29);
    unsigned lane = pass * VECTORS * VECTOR_LANES;
    const uint8_t *a = (const uint8_t *)&stream_lanes[0][lane];
    const uint8_t *b = (const uint8_t *)&stream_lanes[1][lane];
    const uint8_t *c = (const uint8_t *)&stream_lanes[2][lane];
#define DO(n)                                                                                      \
    state->lanes[n].a = *(const loose_vector *)(a + n * VECTOR_BYTES) ^ seed->first;               \
    state->lanes[n].b = *(const loose_vector *)(b + n * VECTOR_BYTES) ^ seed->second;              \
    state->lanes[n].c = *(const loose_vector *)(c + n * VECTOR_BYTES) ^ third;
    EACH_VECTOR(DO)
#undef DO
    state->counter = (vector){0} + 1;
}

INLINE vector advance(struct lanes *lanes, vector counter)
{
    vector word = lanes->a + lanes->b + counter;
    lanes->a = lanes->b ^ lanes->b >> 11;
    lanes->b = lanes->c + (lanes->c << 3);
    lanes->c = ROTATE_24(lanes->c) + word;
    return word;
}

INLINE void warm_up(struct state *state)
{
    for (unsigned i = 0; i < STREAM_WARM_UP; i++) {
#define DO(n) (void)advance(&state->lanes[n], state->counter);
        EACH_VECTOR(DO)
#undef DO
        state->counter += 1;
    }
}

INLINE void store_row(struct state *state, uint8_t *out)
{
#define DO(n) *(loose_vector *)(out + n * VECTOR_BYTES) = advance(&state->lanes[n], state->counter);
    EACH_VECTOR(DO)
#undef DO
    state->counter += 1;
}

/* Sets in 'unequal' every bit in which the next row differs from memory. */
INLINE void compare_row(struct state *state, const uint8_t *memory, vector *unequal)
{
#define DO(n)                                                                                      \
    *unequal |= advance(&state->lanes[n], state->counter) ^                                        \
                *(const loose_vector *)(memory + n * VECTOR_BYTES);
    EACH_VECTOR(DO)
#undef DO
    state->counter += 1;
}

INLINE bool any(vector bits)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < VECTOR_LANES; i++)
        all |= bits[i];
    return all != 0;
}

/* Prefetch distances for one cell; 0 near the end of the caller's memory. */
struct prefetch_distance {
    size_t far, near;
};

INLINE struct prefetch_distance prefetch_distances(uint32_t cell_bytes, size_t size)
{
    return (struct prefetch_distance){.far = size >= cell_bytes + FAR_BYTES ? FAR_BYTES : 0,
                                      .near = size >= cell_bytes + NEAR_BYTES ? NEAR_BYTES : 0};
}

/* Prefetching makes the generator as fast as memset when buffers are larger than the caches. */
INLINE void prefetch(const uint8_t *row, struct prefetch_distance prefetch_distance,
                     bool for_writing)
{
    __builtin_prefetch(row + prefetch_distance.far, 0, 2);
    __builtin_prefetch(row + prefetch_distance.far + 64, 0, 2);
    if (for_writing) {
        __builtin_prefetch(row + prefetch_distance.near, 1);
        __builtin_prefetch(row + prefetch_distance.near + 64, 1);
    } else {
        __builtin_prefetch(row + prefetch_distance.near, 0);
        __builtin_prefetch(row + prefetch_distance.near + 64, 0);
    }
}

INLINE void fill_cell(const struct stream_key *key, const struct cell_shape *shape, uint64_t index,
                      uint8_t *out, struct prefetch_distance prefetch_distance)
{
    struct cell_seed seed = cell_seed(key, shape, index);
    for (unsigned pass = 0; pass < STREAM_ROW_BYTES / PASS_BYTES; pass++) {
        struct state state;
        start(&state, &seed, pass);
        warm_up(&state);
        for (uint32_t at = 0; at < seed.period; at += STREAM_ROW_BYTES) {
            prefetch(out + at, prefetch_distance, true);
            store_row(&state, out + at + pass * PASS_BYTES);
        }
    }
    if (seed.period >= STAMP_MINIMUM_PERIOD) {
        uint64_t stamp[STAMP_WORDS];
        stamp_encode(key, shape, index, &seed, stamp);
        memcpy(out, stamp, sizeof stamp);
    }
    for (uint32_t done = seed.period; done < shape->bytes;) {
        uint32_t rest = shape->bytes - done;
        uint32_t piece = done < rest ? done : rest;
        for (uint32_t at = 0; at < piece; at += STREAM_ROW_BYTES)
            prefetch(out + done + at, prefetch_distance, true);
        memcpy(out + done, out, piece);
        done += piece;
    }
}

/* Compares the first row except for the stamp. */
INLINE void compare_row_after_stamp(struct state *state, unsigned pass, const uint8_t *memory,
                                    vector *unequal)
{
#define DO(n)                                                                                      \
    {                                                                                              \
        vector word = advance(&state->lanes[n], state->counter);                                   \
        if (pass * PASS_BYTES + n * VECTOR_BYTES >= STAMP_BYTES)                                   \
            *unequal |= word ^ *(const loose_vector *)(memory + n * VECTOR_BYTES);                 \
    }
    EACH_VECTOR(DO)
#undef DO
    state->counter += 1;
}

/* Whole rows stay in registers; only a row in which the period ends is stored in a small array. */
INLINE bool match_random_part(const struct cell_seed *seed, const uint8_t *memory,
                              struct prefetch_distance prefetch_distance)
{
    uint32_t whole = seed->period - seed->period % STREAM_ROW_BYTES;
    uint8_t ending[STREAM_ROW_BYTES];
    vector unequal = {0};
    for (unsigned pass = 0; pass < STREAM_ROW_BYTES / PASS_BYTES; pass++) {
        const uint8_t *part = memory + pass * PASS_BYTES;
        struct state state;
        start(&state, seed, pass);
        warm_up(&state);
        compare_row_after_stamp(&state, pass, part, &unequal);
        for (uint32_t at = STREAM_ROW_BYTES; at < whole; at += STREAM_ROW_BYTES) {
            prefetch(memory + at, prefetch_distance, false);
            compare_row(&state, part + at, &unequal);
        }
        if (whole < seed->period)
            store_row(&state, ending + pass * PASS_BYTES);
    }
    return !any(unequal) && memcmp(ending, memory + whole, seed->period - whole) == 0;
}

/* The repetition is compared with the first period in memory, not generated again. */
INLINE bool match_cell(const struct stream_key *key, const struct cell_shape *shape, uint64_t index,
                       const uint8_t *memory, struct prefetch_distance prefetch_distance)
{
    struct cell_seed seed = cell_seed(key, shape, index);
    if (seed.period < STAMP_MINIMUM_PERIOD) {
        uint8_t cell[CELL_BYTES];
        fill_cell(key, shape, index, cell, (struct prefetch_distance){0});
        return memcmp(cell, memory, shape->bytes) == 0;
    }
    if (!match_random_part(&seed, memory, prefetch_distance))
        return false;
    uint64_t stamp[STAMP_WORDS], got[STAMP_WORDS], unequal = 0;
    stamp_encode(key, shape, index, &seed, stamp);
    memcpy(got, memory, sizeof got);
    for (unsigned i = 0; i < STAMP_WORDS; i++)
        unequal |= stamp[i] ^ got[i];
    return unequal == 0 && memcmp(memory, memory + seed.period, shape->bytes - seed.period) == 0;
}

KERNEL_TARGET static void KERNEL(fill)(const struct stream_key *key, const struct cell_shape *shape,
                                       uint64_t index, uint64_t count, uint8_t *out, size_t size)
{
    for (uint64_t i = 0; i < count; i++, out += shape->bytes, size -= shape->bytes)
        fill_cell(key, shape, index + i, out, prefetch_distances(shape->bytes, size));
}

KERNEL_TARGET static uint64_t KERNEL(match)(const struct stream_key *key,
                                            const struct cell_shape *shape, uint64_t index,
                                            uint64_t count, const uint8_t *memory, size_t size)
{
    uint64_t i = 0;
    for (; i < count; i++, memory += shape->bytes, size -= shape->bytes)
        if (!match_cell(key, shape, index + i, memory, prefetch_distances(shape->bytes, size)))
            break;
    return i;
}
