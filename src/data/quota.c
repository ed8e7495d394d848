#include "quota.h"

#include <math.h>

#include "base/checked.h"
#include "mix.h"

enum {
    LOW_ROWS_BYTES = 512 << 10, /* of a share in a small region */
    EXCHANGES = 8,              /* rounds of the column shuffle */
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t at_least(uint64_t value, uint64_t minimum)
{
    return value < minimum ? minimum : value;
}

struct quota quota_make(uint64_t total_bytes, uint64_t block_bytes, double ratio,
                        uint64_t share_count, uint64_t seed)
{
    uint64_t blocks = at_least(divide_up(total_bytes, block_bytes), 1);
    struct quota quota = {
        .blocks = blocks,
        .unique = at_least((uint64_t)llround((double)blocks / ratio), 1),
        .shares = at_least(share_count < blocks ? share_count : blocks, 1),
        .key = mix(seed ^ UINT64_C(0x3f84d5b5b5470917)),
    };
    quota.rows = blocks / quota.shares;
    /* With as many shares as copies, no share needs to hold a content twice: small regions, each
     * with its own order of columns, so that every share has something in common with every other.
     * Otherwise the copies of a share are as far apart as the unique blocks of a region. */
    double wanted = LOW_ROWS_BYTES;
    if (ratio > (double)quota.shares)
        wanted = ratio * QUOTA_UNIQUE_BYTES / (double)quota.shares;
    uint64_t rows = (uint64_t)(wanted / (double)block_bytes);
    /* whole groups of scattered ids */
    quota.region_rows = at_least(rows - rows % QUOTA_SCATTER, QUOTA_SCATTER);
    quota.region_count = at_least(quota.rows / quota.region_rows, 1);
    return quota;
}

/* A shuffle of 'count' things that needs no table: in each round a thing and its mirror image
 * around a random point change places, or not. */
static uint64_t shuffled(uint64_t thing, uint64_t count, uint64_t key)
{
    for (unsigned i = 0; i < EXCHANGES && count > 1; i++) {
        uint64_t centre = mix(key + i) % count;
        uint64_t mirror = centre >= thing ? centre - thing : centre + count - thing;
        uint64_t upper = thing > mirror ? thing : mirror;
        if (mix(upper ^ rotate(key, 7 + i)) >> 63)
            thing = mirror;
    }
    return thing;
}

struct quota_span quota_span_at(const struct quota *quota, uint64_t block)
{
    uint64_t matrix = quota->shares * quota->rows;
    bool beyond = block >= matrix; /* the few blocks that do not fill a row */
    uint64_t column = block / quota->rows;
    uint64_t row = beyond ? quota->rows - 1 : block % quota->rows;
    uint64_t region = smaller(row / quota->region_rows, quota->region_count - 1);
    uint64_t first_row = region * quota->region_rows;
    bool last = region == quota->region_count - 1;
    uint64_t rows = last ? quota->rows - first_row : quota->region_rows;
    uint64_t start = first_row * quota->shares;
    uint64_t end = last ? quota->blocks : start + rows * quota->shares;
    struct quota_span span = {.first = block,
                              .base = checked_scale(start, quota->unique, quota->blocks)};
    span.unique = at_least(checked_scale(end, quota->unique, quota->blocks) - span.base, 1);

    uint64_t place, left;
    if (beyond) {
        place = rows * quota->shares + (block - matrix);
        left = UINT64_MAX;
    } else {
        uint64_t key = mix(quota->key + region);
        place = shuffled(column, quota->shares, key) * rows + (row - first_row);
        left = rows - (row - first_row);
    }
    span.turn = place % span.unique;
    left = smaller(left, span.unique - span.turn);
    span.end = smaller(left, UINT64_MAX - block) + block;
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
