/* SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <string.h>

#include "recipe.h"

/* The findings so far. */
struct finding {
    uint64_t bad_blocks;
    uint64_t last_bad_block;
    uint64_t first, last; /* differing bytes of the first run of adjacent bad blocks */
    bool run_ended;
};

static void add_bad_block(struct finding *finding, uint64_t block, uint64_t first, uint64_t last)
{
    if (finding->bad_blocks == 0)
        finding->first = first;
    else if (block > finding->last_bad_block + 1)
        finding->run_ended = true;
    if (finding->bad_blocks == 0 || block != finding->last_bad_block)
        finding->bad_blocks++;
    finding->last_bad_block = block;
    if (!finding->run_ended)
        finding->last = last;
}

/* Finds the differing bytes in 'length' bytes at file offset 'offset', block by block. */
static void add_differences(struct finding *finding, uint64_t offset, const uint8_t *got,
                            const uint8_t *expected, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint64_t block = (offset + at) / BLOCK_BYTES;
        size_t end = (size_t)((block + 1) * BLOCK_BYTES - offset);
        if (end > length)
            end = length;
        size_t first = at, last = end;
        while (first < end && got[first] == expected[first])
            first++;
        while (last > first && got[last - 1] == expected[last - 1])
            last--;
        if (first < end)
            add_bad_block(finding, block, offset + first, offset + last - 1);
        at = end;
    }
}

/* Compares byte by byte: for a part of a cell, or a cell that did not match. Returns the number of
 * bytes that were checked. */
static size_t check_bytes(struct finding *finding, const struct cursor *cursor,
                          const struct piece *piece, const uint8_t *got, size_t length)
{
    uint8_t expected[CELL_BYTES];
    uint32_t cell = piece->shape->bytes;
    size_t count = cell - piece->skip < length ? cell - piece->skip : length;
    cursor->content->stream->fill(&cursor->key, piece->shape, piece->index, 1, expected,
                                  sizeof expected);
    if (memcmp(got, expected + piece->skip, count) != 0)
        add_differences(finding, cursor->offset, got, expected + piece->skip, count);
    return count;
}

uint64_t content_check(const struct content *content, const struct position *position,
                       const void *memory, size_t length, struct difference *first)
{
    struct checked checked = {content, position, memory, length};
    struct cursor cursor = cursor_at(content, position);
    struct finding finding = {0};
    const uint8_t *got = memory;
    while (length > 0) {
        struct piece piece = cursor_piece(&cursor);
        uint64_t count = piece_whole_cells(&piece, length), right = 0;
        if (count > 0)
            right =
                content->stream->match(&cursor.key, piece.shape, piece.index, count, got, length);
        size_t done = right * piece.shape->bytes;
        if (done == 0)
            done = check_bytes(&finding, &cursor, &piece, got, length);
        cursor_advance(&cursor, done);
        got += done;
        length -= done;
    }
    if (finding.bad_blocks > 0 && first)
        *first = (struct difference){
            .offset = finding.first,
            .length = finding.last - finding.first + 1,
            .kind = classify_block(&checked, finding.first),
        };
    return finding.bad_blocks;
}

const char *difference_kind_name(enum difference_kind kind)
{
    static const char *const names[] = {
        [DIFFERENCE_FLIPPED] = "flipped", [DIFFERENCE_ZEROS] = "zeros",
        [DIFFERENCE_STALE] = "stale",     [DIFFERENCE_SHIFTED] = "shifted",
        [DIFFERENCE_FOREIGN] = "foreign", [DIFFERENCE_TORN] = "torn",
        [DIFFERENCE_UNREAD] = "unread",   [DIFFERENCE_MISSING] = "missing",
    };
    return (size_t)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}
