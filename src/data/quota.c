/* SPDX-License-Identifier: Apache-2.0 */
#include "quota.h"

#include <math.h>

#include "base/checked.h"
#include "mix.h"

enum {
    LOW_ROWS_BYTES = 512 << 10, /* rows of a small region, in bytes of one share */
    EXCHANGES = 8,              /* rounds of the column shuffle */
};

static uint64_t minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t maximum(uint64_t value, uint64_t minimum)
{
    return value < minimum ? minimum : value;
}

struct quota quota_make(uint64_t total_bytes, uint64_t block_bytes, double ratio,
                        uint64_t share_count, uint64_t seed)
{
    uint64_t blocks = maximum(divide_up(total_bytes, block_bytes), 1);
    struct quota quota = {
        .blocks = blocks,
        .unique = maximum((uint64_t)llround((double)blocks / ratio), 1),
        .shares = maximum(share_count < blocks ? share_count : blocks, 1),
        .key = mix(seed ^ UINT64_C(0x3f84d5b5b5470917)),
    };
    quota.rows = blocks / quota.shares;
    /* With at least as many shares as copies, no share needs a content twice. Regions are then
     * small, each with its own order of columns, so that every share has contents in common with
     * every other share. Otherwise the copies within a share are as far apart as the unique blocks
     * of a region. */
    double wanted = LOW_ROWS_BYTES;
    if (ratio > (double)quota.shares)
        wanted = ratio * QUOTA_UNIQUE_BYTES / (double)quota.shares;
    uint64_t rows = (uint64_t)(wanted / (double)block_bytes);
    /* whole groups of scattered ids */
    quota.region_rows = maximum(rows - rows % QUOTA_SCATTER, QUOTA_SCATTER);
    quota.region_count = maximum(quota.rows / quota.region_rows, 1);
    return quota;
}

/* A permutation of 'count' indices without a table: each round exchanges an index with its mirror
 * image around a random centre, or does not. */
static uint64_t permute(uint64_t index, uint64_t count, uint64_t key)
{
    for (unsigned i = 0; i < EXCHANGES && count > 1; i++) {
        uint64_t centre = mix(key + i) % count;
        uint64_t mirror = centre >= index ? centre - index : centre + count - index;
        uint64_t upper = index > mirror ? index : mirror;
        if (mix(upper ^ rotate(key, 7 + i)) >> 63)
            index = mirror;
    }
    return index;
}

struct quota_span quota_span_at(const struct quota *quota, uint64_t block)
{
    uint64_t matrix = quota->shares * quota->rows;
    bool beyond = block >= matrix; /* the few blocks that do not fill a row */
    uint64_t column = block / quota->rows;
    uint64_t row = beyond ? quota->rows - 1 : block % quota->rows;
    uint64_t region = minimum(row / quota->region_rows, quota->region_count - 1);
    uint64_t first_row = region * quota->region_rows;
    bool last = region == quota->region_count - 1;
    uint64_t rows = last ? quota->rows - first_row : quota->region_rows;
    uint64_t start = first_row * quota->shares;
    uint64_t end = last ? quota->blocks : start + rows * quota->shares;
    struct quota_span span = {.first = block,
                              .base = checked_scale(start, quota->unique, quota->blocks)};
    span.unique = maximum(checked_scale(end, quota->unique, quota->blocks) - span.base, 1);

    uint64_t place, left;
    if (beyond) {
        place = rows * quota->shares + (block - matrix);
        left = UINT64_MAX;
    } else {
        uint64_t key = mix(quota->key + region);
        place = permute(column, quota->shares, key) * rows + (row - first_row);
        left = rows - (row - first_row);
    }
    span.turn = place % span.unique;
    left = minimum(left, span.unique - span.turn);
    span.end = minimum(left, UINT64_MAX - block) + block;
    span.key = mix(quota->key ^ mix(region) ^ (place / span.unique));
    return span;
}

uint64_t quota_id(const struct quota_span *span, uint64_t block)
{
    uint64_t turn = span->turn + (block - span->first);
    uint64_t group = turn - turn % QUOTA_SCATTER;
    if (span->unique >= 2 * QUOTA_SCATTER && group + QUOTA_SCATTER <= span->unique) {
        uint64_t key = mix(span->key + group);
        turn = group + (((turn * (key | 1) + (key >> 32)) ^ key >> 40) % QUOTA_SCATTER);
    }
    return span->base + turn;
}
