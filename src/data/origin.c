/* SPDX-License-Identifier: Apache-2.0 */
#include "origin.h"

#include <string.h>

#include "recipe.h"

enum { OWN_BLOCKS_MAXIMUM = 1 << 20 };

static uint64_t offset_of(const struct checked *checked, const uint8_t *got)
{
    return checked->position->offset + (uint64_t)(got - checked->memory);
}

/* Returns the size of the checked file, as far as it is known. */
static uint64_t known_file_bytes(const struct checked *checked)
{
    uint64_t seen = checked->position->offset + checked->length;
    return seen > checked->position->file_bytes ? seen : checked->position->file_bytes;
}

/* True if the cell is anywhere in the checked file. Only used under a dedup quota, where a cell may
 * appear at several positions. */
static bool file_contains(const struct checked *checked, uint64_t index)
{
    struct position start = *checked->position;
    start.offset = 0;
    struct cursor cursor = cursor_at(checked->content, &start);
    for (uint64_t i = 0; i < OWN_BLOCKS_MAXIMUM && cursor.offset < known_file_bytes(checked); i++) {
        struct piece piece = cursor_piece(&cursor);
        if (index >= piece.index && index - piece.index < cursor.cells)
            return true;
        cursor.block++;
        cursor.offset += checked->content->setup.dedup_block_bytes;
    }
    return false;
}

/* True if the cell of the stamp belongs here. A stamp is at the start of a cell and again wherever
 * the period repeats. */
static bool belongs_here(const struct checked *checked, const struct stamp *stamp,
                         const uint8_t *at)
{
    struct position place = *checked->position;
    place.offset = offset_of(checked, at);
    struct cursor cursor = cursor_at(checked->content, &place);
    struct piece piece = cursor_piece(&cursor);
    return piece.index == stamp->index && piece.skip % stamp->period == 0;
}

static enum difference_kind kind_of(const struct checked *checked, const struct stamp *stamp,
                                    const uint8_t *at)
{
    struct cursor cursor = cursor_at(checked->content, checked->position);
    bool quota = checked->content->setup.dedup_ratio > 1;
    if (stamp->seed != cursor.key.seed)
        return DIFFERENCE_STALE;
    if (stamp->file != cursor.key.file)
        return quota ? DIFFERENCE_STALE : DIFFERENCE_FOREIGN;
    if (belongs_here(checked, stamp, at))
        return DIFFERENCE_STALE;
    if (quota && !file_contains(checked, stamp->index))
        return DIFFERENCE_FOREIGN;
    return DIFFERENCE_SHIFTED;
}

/* True if the stamped cell that begins at 'at' explains the bytes that it covers. */
static bool stamp_explains(const struct checked *checked, const struct stamp *stamp,
                           const uint8_t *at, const uint8_t *got, size_t length)
{
    if (stamp->bytes < SECTOR_BYTES || stamp->bytes > CELL_BYTES ||
        stamp->bytes % SECTOR_BYTES != 0 || stamp->period < STAMP_MINIMUM_PERIOD ||
        stamp->period > stamp->bytes)
        return false;
    const uint8_t *from = at > got ? at : got;
    const uint8_t *to = at + stamp->bytes < got + length ? at + stamp->bytes : got + length;
    if (to - from < ORIGIN_PROOF_BYTES)
        return false;
    struct stream_key key = stream_key(stamp->seed, stamp->file, stamp->generation);
    struct cell_shape shape = {
        .bytes = stamp->bytes, .period = stamp->period, .longer_period = stamp->period};
    uint8_t cell[CELL_BYTES];
    checked->content->stream->fill(&key, &shape, stamp->index, 1, cell, sizeof cell);
    return memcmp(cell + (from - at), from, (size_t)(to - from)) == 0;
}

bool origin_by_stamp(const struct checked *checked, const uint8_t *got, size_t length,
                     enum difference_kind *kind)
{
    size_t before = (size_t)(got - checked->memory);
    const uint8_t *at = before < CELL_BYTES ? checked->memory : got - CELL_BYTES + 1;
    const uint8_t *end = checked->memory + checked->length;
    for (; at < got + length && end - at >= STAMP_BYTES; at++) {
        struct stamp stamp;
        if (stamp_read(at, &stamp) && stamp_explains(checked, &stamp, at, got, length)) {
            *kind = kind_of(checked, &stamp, at);
            return true;
        }
    }
    return false;
}

static bool is_generation(const struct checked *checked, uint64_t generation, const uint8_t *got,
                          size_t length)
{
    struct position place = *checked->position;
    uint8_t bytes[SECTOR_BYTES];
    place.offset = offset_of(checked, got);
    place.generation = generation;
    content_fill(checked->content, &place, bytes, length);
    return memcmp(bytes, got, length) == 0;
}

/* True if the bytes are in the two cells from 'place' on, or begin there. */
static bool is_near(const struct checked *checked, const struct position *place, const uint8_t *got,
                    size_t length)
{
    uint8_t bytes[2 * CELL_BYTES + SECTOR_BYTES];
    content_fill(checked->content, place, bytes, sizeof bytes);
    return memmem(bytes, sizeof bytes, got, length) != NULL;
}

static bool is_shifted(const struct checked *checked, const uint8_t *got, size_t length)
{
    struct position place = *checked->position;
    uint64_t here = offset_of(checked, got) / CELL_BYTES;
    uint64_t first = here > ORIGIN_CELLS ? here - ORIGIN_CELLS : 0;
    for (uint64_t cell = first; cell <= here + ORIGIN_CELLS; cell += 2) {
        place.offset = cell * CELL_BYTES;
        if (is_near(checked, &place, got, length))
            return true;
    }
    return false;
}

static bool is_foreign(const struct checked *checked, const uint8_t *got, size_t length)
{
    struct position place = *checked->position;
    uint64_t own = place.file;
    uint64_t first = own > ORIGIN_FILES ? own - ORIGIN_FILES : 0;
    place.offset = offset_of(checked, got) / CELL_BYTES * CELL_BYTES;
    for (place.file = 0; place.file <= own + ORIGIN_FILES; place.file++) {
        if (place.file == ORIGIN_FILES && first > ORIGIN_FILES)
            place.file = first;
        if (place.file != own && is_near(checked, &place, got, length))
            return true;
    }
    return false;
}

bool origin_by_search(const struct checked *checked, const uint8_t *got, size_t length,
                      enum difference_kind *kind)
{
    uint64_t newest = checked->position->generation + 1;
    for (uint64_t back = 0; back <= ORIGIN_GENERATIONS && back <= newest; back++)
        if (newest - back != checked->position->generation &&
            is_generation(checked, newest - back, got, length)) {
            *kind = DIFFERENCE_STALE;
            return true;
        }
    if (is_shifted(checked, got, length)) {
        *kind = DIFFERENCE_SHIFTED;
        return true;
    }
    /* under a dedup quota all files share the same contents: only a stamp can distinguish them */
    if (checked->content->setup.dedup_ratio <= 1 && is_foreign(checked, got, length)) {
        *kind = DIFFERENCE_FOREIGN;
        return true;
    }
    return false;
}
