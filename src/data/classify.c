/* SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <stdbool.h>
#include <string.h>

#include "origin.h"
#include "poison.h"

/* In addition to enum difference_kind: a sector whose bytes match no known content. */
enum { UNKNOWN = DIFFERENCE_UNREAD + 1 };

/* The findings of all sectors of a block. */
struct sectors {
    size_t right_bytes;
    unsigned kinds;     /* one bit for each kind that was proved, and for UNKNOWN */
    bool search_failed; /* a full search found nothing: do not repeat it */
};

/* The bytes of a sector from its first to its last differing byte. */
struct wrong {
    const uint8_t *got;
    size_t length; /* 0: the sector is correct */
    size_t equal;  /* bytes in this range that are correct */
};

static struct wrong find_wrong_bytes(const uint8_t *got, const uint8_t *expected, size_t length)
{
    size_t from = 0, equal = 0;
    while (from < length && got[from] == expected[from])
        from++;
    while (length > from && got[length - 1] == expected[length - 1])
        length--;
    for (size_t i = from; i < length; i++)
        equal += got[i] == expected[i];
    return (struct wrong){.got = got + from, .length = length - from, .equal = equal};
}

/* True if the wrong bytes are zeros; neighbouring correct zeros count too, because a hole may
 * extend over bytes that are zero anyway. */
static bool is_zeros(const struct wrong *wrong, const uint8_t *sector, size_t length)
{
    const uint8_t *from = wrong->got, *to = wrong->got + wrong->length;
    for (const uint8_t *at = from; at < to; at++)
        if (*at != 0)
            return false;
    while (from > sector && from[-1] == 0)
        from--;
    while (to < sector + length && *to == 0)
        to++;
    return to - from >= ORIGIN_PROOF_BYTES || to - from == (ptrdiff_t)length;
}

/* Poison is written at sectors of the buffer, which need not be aligned with sectors of the
 * file. */
static bool holds_poison(const struct checked *checked, const uint8_t *sector, size_t length)
{
    const size_t margin = sizeof poison - 1;
    size_t before = (size_t)(sector - checked->memory);
    size_t after = checked->length - before - length;
    before = before < margin ? before : margin;
    after = after < margin ? after : margin;
    return memmem(sector - before, before + length + after, poison, sizeof poison) != NULL;
}

/* Adds the kind of one bad sector to the findings of its block. */
static void classify_sector(const struct checked *checked, struct sectors *sectors,
                            const struct wrong *wrong, const uint8_t *sector, size_t length)
{
    enum difference_kind kind;
    if (holds_poison(checked, sector, length)) {
        sectors->kinds |= 1U << DIFFERENCE_UNREAD;
    } else if (is_zeros(wrong, sector, length)) {
        sectors->kinds |= 1U << DIFFERENCE_ZEROS;
    } else if (wrong->length < ORIGIN_PROOF_BYTES) {
        return; /* too few bytes for a verdict; they may be the edge of a larger range */
    } else if (wrong->equal > wrong->length / 4) { /* single bytes or bits */
        sectors->kinds |= 1U << DIFFERENCE_FLIPPED;
    } else if (origin_by_stamp(checked, wrong->got, wrong->length, &kind)) {
        sectors->kinds |= 1U << kind;
    } else if (!sectors->search_failed &&
               origin_by_search(checked, wrong->got, wrong->length, &kind)) {
        sectors->kinds |= 1U << kind;
    } else {
        sectors->search_failed = true;
        sectors->kinds |= 1U << UNKNOWN;
    }
}

static enum difference_kind combine_kinds(const struct sectors *sectors)
{
    unsigned kinds = sectors->kinds;
    bool part_right = sectors->right_bytes >= ORIGIN_PROOF_BYTES;
    if (kinds == 0 || kinds & 1U << DIFFERENCE_FLIPPED)
        return DIFFERENCE_FLIPPED;
    if (kinds & (kinds - 1)) /* several kinds */
        return DIFFERENCE_TORN;
    if (kinds == 1U << UNKNOWN) /* old data, if the other sectors are correct */
        return part_right ? DIFFERENCE_TORN : DIFFERENCE_FLIPPED;
    if (kinds == 1U << DIFFERENCE_STALE && part_right)
        return DIFFERENCE_TORN;
    return (enum difference_kind)__builtin_ctz(kinds);
}

enum difference_kind classify_block(const struct checked *checked, uint64_t offset)
{
    struct position place = *checked->position;
    uint64_t start = place.offset, end = start + checked->length;
    uint64_t from = offset - offset % BLOCK_BYTES, to = from + BLOCK_BYTES;
    if (from < start)
        from = start;
    if (to > end)
        to = end;
    uint8_t expected[BLOCK_BYTES];
    place.offset = from;
    content_fill(checked->content, &place, expected, (size_t)(to - from));
    struct sectors sectors = {0};
    for (uint64_t at = from; at < to;) {
        uint64_t next = at - at % SECTOR_BYTES + SECTOR_BYTES;
        size_t length = (size_t)((next < to ? next : to) - at);
        const uint8_t *sector = checked->memory + (at - start);
        struct wrong wrong = find_wrong_bytes(sector, expected + (at - from), length);
        sectors.right_bytes += length - wrong.length;
        if (wrong.length > 0)
            classify_sector(checked, &sectors, &wrong, sector, length);
        at += length;
    }
    return combine_kinds(&sectors);
}
