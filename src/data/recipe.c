/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#include <math.h>

#include "base/checked.h"

/* Under a dedup quota all files share one set of contents; no file of a plan has this number. */
static const uint64_t shared_contents = UINT64_MAX;

/*
 * A cell is 'period' random bytes, repeated to its end. The period is an odd multiple of 8, so that
 * no two 512-byte sectors of a cell are equal (as with zeros or a plain half copy). Encoding the
 * repetition costs a compressor some bytes, which the period must make up for: zstd about 4, gzip
 * and lz4 more for longer repetitions (measured). The allowance is a compromise.
 */
static double repetition_cost(uint32_t bytes)
{
    return 2 + (double)bytes * 16 / CELL_BYTES;
}

struct cell_shape recipe_shape(uint32_t bytes, double ratio)
{
    double period_wanted = fmax((double)bytes / ratio - repetition_cost(bytes), 24);
    uint32_t period = (uint32_t)((period_wanted - 8) / 16) * 16 + 8;
    if (ratio <= 1 || period + 16 >= bytes)
        return (struct cell_shape){.bytes = bytes, .period = bytes, .longer_period = bytes};
    return (struct cell_shape){
        .bytes = bytes,
        .period = period,
        .longer_period = period + 16,
        .longer_share = (uint32_t)lround((period_wanted - period) / 16 * 65536),
    };
}

struct cursor cursor_at(const struct content *content, const struct position *position)
{
    const struct content_setup *setup = &content->setup;
    struct cursor cursor = {.content = content, .offset = position->offset};
    uint64_t file = position->file;
    if (setup->dedup_ratio > 1) {
        uint64_t first = divide_up(position->base_bytes, setup->dedup_block_bytes);
        file = shared_contents;
        cursor.block = first + position->offset / setup->dedup_block_bytes;
        cursor.within = position->offset % setup->dedup_block_bytes;
        cursor.cells = divide_up(setup->dedup_block_bytes, CELL_BYTES);
    }
    cursor.key = stream_key(setup->seed, file, position->generation);
    return cursor;
}

static struct piece piece_of_block(struct cursor *cursor)
{
    const struct content *content = cursor->content;
    if (cursor->block < cursor->span.first || cursor->block >= cursor->span.end)
        cursor->span = quota_span_at(&content->quota, cursor->block);
    uint64_t cell = cursor->within / CELL_BYTES;
    bool last = cell == cursor->cells - 1;
    return (struct piece){
        .index = quota_id(&cursor->span, cursor->block) * cursor->cells + cell,
        .count = last ? 1 : cursor->cells - 1 - cell,
        .skip = (uint32_t)(cursor->within % CELL_BYTES),
        .shape = last ? &content->last : &content->whole,
    };
}

struct piece cursor_piece(struct cursor *cursor)
{
    if (cursor->content->setup.dedup_ratio > 1)
        return piece_of_block(cursor);
    return (struct piece){
        .index = cursor->offset / CELL_BYTES,
        .count = UINT64_MAX,
        .skip = (uint32_t)(cursor->offset % CELL_BYTES),
        .shape = &cursor->content->whole,
    };
}

uint64_t piece_whole_cells(const struct piece *piece, size_t length)
{
    uint32_t bytes = piece->shape->bytes;
    if (piece->skip > 0 || length < bytes)
        return 0;
    if (piece->count == 1)
        return 1;
    uint64_t fit = length / bytes;
    return fit < piece->count ? fit : piece->count;
}

void cursor_advance(struct cursor *cursor, size_t length)
{
    cursor->offset += length;
    cursor->within += length;
    if (cursor->cells > 0 && cursor->within == cursor->content->setup.dedup_block_bytes) {
        cursor->block++;
        cursor->within = 0;
    }
}
