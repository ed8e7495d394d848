/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps a position in a file to cells of the generator: applies the dedup quota (which content) and
 * the compression ratio (its shape). Dedup selects the identity, the identity seeds the cell,
 * compression shapes the cell, so both ratios hold at the same time.
 *
 * Pure; a cursor is a local variable of one thread.
 */
#ifndef TIDEMILL_DATA_RECIPE_H
#define TIDEMILL_DATA_RECIPE_H

#include "data/content.h"
#include "quota.h"
#include "stream.h"

/* Cells with the same shape and consecutive indices. */
struct piece {
    uint64_t index;
    uint64_t count; /* cells */
    uint32_t skip;  /* bytes of the first cell before the requested position */
    const struct cell_shape *shape;
};

struct cursor {
    const struct content *content;
    struct stream_key key;
    uint64_t offset; /* in the file */
    /* Under a dedup quota: the block of the data set, and the offset in it. If a file does not
     * start at a block boundary, its first block may have the number of the short last block of the
     * previous file. */
    uint64_t block;
    uint64_t within;
    uint64_t cells; /* cells in each block */
    struct quota_span span;
};

/* Returns the shape with which cells of 'bytes' compress by 'ratio'. */
struct cell_shape recipe_shape(uint32_t bytes, double ratio);

/* Returns a cursor at a position. */
struct cursor cursor_at(const struct content *content, const struct position *position);

/* Returns the cells at the cursor's offset; they end with the dedup block at the latest. */
struct piece cursor_piece(struct cursor *cursor);

/* Returns how many whole cells of the piece are in 'length' bytes from the cursor on. */
uint64_t piece_whole_cells(const struct piece *piece, size_t length);

/* Advances the cursor; not beyond the piece. */
void cursor_advance(struct cursor *cursor, size_t length);

#endif
