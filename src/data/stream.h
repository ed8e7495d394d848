/*
 * The raw bytes: a seekable generator of cells of up to 4 KiB. A cell is a function of (seed,
 * file, generation, index, shape) alone, so any byte of any file is found in constant time.
 *
 * A cell is made by SFC64 in 16 lanes side by side: row t of 128 bytes holds the t-th word of each
 * lane. It begins with a stamp of 64 bytes that tells who it is (so that misplaced data can be
 * named), masked so that it looks like the rest. A cell whose period is shorter than its size
 * repeats its first 'period' bytes to the end.
 *
 * Several instruction paths make the same bytes. Nothing here allocates or keeps state.
 */
#ifndef TIDEMILL_DATA_STREAM_H
#define TIDEMILL_DATA_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/content.h"

enum {
    CELL_BYTES = 4096,
    STREAM_LANES = 16,
    STREAM_ROW_BYTES = 128,
    STREAM_WARM_UP =
        6, /* rounds thrown away after seeding; lanes still resemble each other after 3 */
    STAMP_WORDS = 8,
    STAMP_BYTES = 64,
    STAMP_MINIMUM_PERIOD = 128, /* cells that repeat faster carry no stamp */
};

/* Whose cells: derived once per request. */
struct stream_key {
    uint64_t a, b; /* 128 bits of identity from the three below */
    uint64_t seed, file, generation;
};

/* What a stamp says. */
struct stamp {
    uint64_t seed, file, generation, index;
    uint32_t period, bytes;
};

struct stream_path {
    const char *name;
    bool (*supported)(void);
    /* Makes 'count' whole cells from 'index' on, one after the other. The caller's memory is
     * 'room' bytes long, no less than the cells: that much may be fetched ahead. */
    void (*fill)(const struct stream_key *key, const struct cell_shape *shape, uint64_t index,
                 uint64_t count, uint8_t *out, size_t room);
    /* Compares as many cells without storing them; returns how many of them are right before the
     * first wrong one. */
    uint64_t (*match)(const struct stream_key *key, const struct cell_shape *shape, uint64_t index,
                      uint64_t count, const uint8_t *memory, size_t room);
};

/* All paths of this build, slowest first, ended by NULL. */
extern const struct stream_path *const stream_paths[];

/* The path of that name, or the best that this processor has for NULL and "auto"; NULL when there
 * is none of that name here. */
const struct stream_path *stream_choose(const char *name);

struct stream_key stream_key(uint64_t seed, uint64_t file, uint64_t generation);

/* Reads a stamp where a cell may begin; false when there is none. */
bool stamp_read(const uint8_t *memory, struct stamp *stamp);

#endif
