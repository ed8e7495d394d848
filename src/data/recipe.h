/*
 * From a place in a file to cells of the generator: applies the dedup quota (which content) and
 * the compression ratio (how the content looks). Order matters: dedup chooses the identity, the
 * identity seeds the cell, compression shapes the cell, so both ratios hold together.
 *
 * Pure; a cursor lives on one thread's stack.
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
    uint32_t skip;  /* bytes of the first cell that lie before the place asked for */
    const struct cell_shape *shape;
};

struct cursor {
    const struct content *content;
    struct stream_key key;
    uint64_t offset; /* in the file */
    /* Under a dedup quota: the block of the data set, and the place in it. Where a file does not
     * begin at a whole block, its first one may have the number of the short last one of the file
     * before. */
    uint64_t block;
    uint64_t within;
    uint64_t cells; /* of a block */
    struct quota_span span;
};

/* The shape that makes cells of 'bytes' compress by 'ratio'. */
struct cell_shape recipe_shape(uint32_t bytes, double ratio);

/* Starts at a place. */
struct cursor cursor_at(const struct content *content, const struct position *position);

/* The cells at the cursor's offset; they do not go beyond the dedup block. */
struct piece cursor_piece(struct cursor *cursor);

/* How many whole cells of the piece lie in 'length' bytes from the cursor on. */
uint64_t piece_whole_cells(const struct piece *piece, size_t length);

/* Goes on; not beyond the piece. */
void cursor_advance(struct cursor *cursor, size_t length);

#endif
