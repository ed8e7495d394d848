/*
 * The dedup quota: which blocks of a data set are equal. Block i of 'blocks' has the id of one of
 * 'unique' contents; every id occurs, and each occurs as often as any other, give or take one, so
 * the ratio is exact and not a toss. A pure map: no table, any block in constant time.
 *
 * The blocks are seen as a matrix: one column for each share (what one writer writes), rows in the
 * order of writing. Rows are cut into regions with their own ids, so the quota also holds when all
 * writers stop early. Inside a region blocks are counted column by column, with the columns in
 * shuffled order, and the ids are dealt out again and again: equal blocks lie in different shares
 * or, where there are more copies than shares, at least as far apart as a region has ids.
 */
#ifndef TIDEMILL_DATA_QUOTA_H
#define TIDEMILL_DATA_QUOTA_H

#include "data/content.h"

enum {
    QUOTA_UNIQUE_BYTES = 64 << 20, /* of a region where a share holds copies: further apart than
 what compressors remember */
    QUOTA_SCATTER = 32, /* ids are shuffled in groups of so many, so that no run of blocks
                           is repeated as a whole */
};

/* Consecutive blocks whose ids follow from one calculation. */
struct quota_span {
    uint64_t first, end; /* blocks */
    uint64_t base;       /* first id of the region */
    uint64_t unique;     /* ids of the region */
    uint64_t turn;       /* of block 'first' in the region's ids, before they are shuffled */
    uint64_t key;
};

struct quota quota_make(uint64_t total_bytes, uint64_t block_bytes, double ratio,
                        uint64_t share_count, uint64_t seed);

/* The span from 'block' on. Blocks beyond the data set are answered too. */
struct quota_span quota_span_at(const struct quota *quota, uint64_t block);

/* The id of a block in the span. */
uint64_t quota_id(const struct quota_span *span, uint64_t block);

#endif
