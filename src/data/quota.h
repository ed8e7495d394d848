/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dedup quota: which blocks of a data set are equal. Each of the 'blocks' blocks gets the id of
 * one of 'unique' contents. Every id is used, and each as often as any other, plus or minus one, so
 * the ratio is exact and not random. A pure function: no table, any block in constant time.
 *
 * The blocks form a matrix: one column for each share (what one I/O thread writes), rows in the
 * order of writing. Rows are divided into regions with their own ids, so the quota also holds when
 * all threads stop early. Within a region blocks are counted column by column, in a shuffled order
 * of columns, and the ids are assigned cyclically: equal blocks are in different shares or, where
 * there are more copies than shares, at least as far apart as a region has ids.
 */
#ifndef TIDEMILL_DATA_QUOTA_H
#define TIDEMILL_DATA_QUOTA_H

#include "data/content.h"

enum {
    QUOTA_UNIQUE_BYTES =
        64 << 20,       /* of a region if a share has copies: more than a compressor's window */
    QUOTA_SCATTER = 32, /* ids are shuffled in groups of 32: no run of blocks repeats */
};

/* Consecutive blocks whose ids follow from one calculation. */
struct quota_span {
    uint64_t first, end; /* blocks */
    uint64_t base;       /* first id of the region */
    uint64_t unique;     /* ids of the region */
    uint64_t turn; /* position of block 'first' in the region's ids, before they are shuffled */
    uint64_t key;
};

/* Computes the quota of a data set. */
struct quota quota_make(uint64_t total_bytes, uint64_t block_bytes, double ratio,
                        uint64_t share_count, uint64_t seed);

/* Returns the span that starts at 'block'; also valid beyond the data set. */
struct quota_span quota_span_at(const struct quota *quota, uint64_t block);

/* Returns the id of a block in the span. */
uint64_t quota_id(const struct quota_span *span, uint64_t block);

#endif
