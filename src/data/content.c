/* SPDX-License-Identifier: Apache-2.0 */
#include "data/content.h"

#include <errno.h>
#include <string.h>

#include "base/checked.h"
#include "poison.h"
#include "recipe.h"
#include "verify.h"

enum { COMPRESS_RATIO_MAX = 16, DEDUP_RATIO_MAX = 1000 };

static int check_setup(const struct content_setup *setup, struct failure *why)
{
    /* written so that nan is rejected too */
    if (!(setup->compress_ratio >= 1 && setup->compress_ratio <= COMPRESS_RATIO_MAX))
        return failure_set(why, -EINVAL, "the compress ratio must be between 1 and %d, not '%g'",
                           COMPRESS_RATIO_MAX, setup->compress_ratio);
    if (!(setup->dedup_ratio >= 1 && setup->dedup_ratio <= DEDUP_RATIO_MAX))
        return failure_set(why, -EINVAL, "the dedup ratio must be between 1 and %d, not '%g'",
                           DEDUP_RATIO_MAX, setup->dedup_ratio);
    if (!(setup->dedup_ratio > 1))
        return 0;
    if (setup->dedup_block_bytes == 0 || setup->dedup_block_bytes % SECTOR_BYTES != 0)
        return failure_set(why, -EINVAL,
                           "the dedup block must be a multiple of %d bytes, not '%llu'",
                           SECTOR_BYTES, (unsigned long long)setup->dedup_block_bytes);
    if (setup->total_bytes == 0)
        return failure_set(why, -EINVAL, "a dedup ratio needs the size of the whole data set");
    return 0;
}

static void set_shapes(struct content *content)
{
    const struct content_setup *setup = &content->setup;
    uint64_t block = setup->dedup_ratio > 1 ? setup->dedup_block_bytes : CELL_BYTES;
    uint32_t whole = block < CELL_BYTES ? (uint32_t)block : CELL_BYTES;
    uint32_t last_bytes = (uint32_t)(block % CELL_BYTES);
    content->whole = recipe_shape(whole, setup->compress_ratio);
    content->last = last_bytes ? recipe_shape(last_bytes, setup->compress_ratio) : content->whole;
}

int content_init(struct content *content, const struct content_setup *setup, const char *simd,
                 struct failure *why)
{
    struct content result = {.setup = *setup};
    if (result.setup.compress_ratio == 0)
        result.setup.compress_ratio = 1;
    if (result.setup.dedup_ratio == 0)
        result.setup.dedup_ratio = 1;
    int rc = check_setup(&result.setup, why);
    if (rc)
        return rc;
    result.stream = stream_choose(simd);
    if (!result.stream)
        return failure_set(why, -EINVAL, "unknown or unsupported instruction path '%s' on this CPU",
                           simd);
    result.path = result.stream->name;
    set_shapes(&result);
    if (result.setup.dedup_ratio > 1)
        result.quota =
            quota_make(result.setup.total_bytes, result.setup.dedup_block_bytes,
                       result.setup.dedup_ratio, result.setup.share_count, result.setup.seed);
    *content = result;
    return 0;
}

void content_fill(const struct content *content, const struct position *position, void *memory,
                  size_t length)
{
    struct cursor cursor = cursor_at(content, position);
    uint8_t *out = memory;
    while (length > 0) {
        struct piece piece = cursor_piece(&cursor);
        uint32_t cell = piece.shape->bytes;
        uint64_t count = piece_whole_cells(&piece, length);
        size_t done = count * cell;
        if (count > 0) {
            content->stream->fill(&cursor.key, piece.shape, piece.index, count, out, length);
        } else {
            uint8_t scratch[CELL_BYTES];
            content->stream->fill(&cursor.key, piece.shape, piece.index, 1, scratch,
                                  sizeof scratch);
            done = cell - piece.skip < length ? cell - piece.skip : length;
            memcpy(out, scratch + piece.skip, done);
        }
        cursor_advance(&cursor, done);
        out += done;
        length -= done;
    }
}

void content_poison(void *memory, size_t length)
{
    uint8_t *at = memory;
    for (size_t i = 0; i < length; i += SECTOR_BYTES)
        memcpy(at + i, poison, length - i < sizeof poison ? length - i : sizeof poison);
}
