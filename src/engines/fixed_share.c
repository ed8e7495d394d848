/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/fixed_share.h"

#include <errno.h>

#include "base/checked.h"
#include "base/units.h"

/* A ring's entries: 64 bytes and an index for each submission, and 16 bytes for each of twice as
 * many completions; and a page or two around them. */
enum { ENTRY_BYTES = 64 + 4 + 2 * 16, AROUND_BYTES = 3 * 4096 };

static uint64_t ring_bytes(uint32_t depth)
{
    uint64_t entries = 1;
    while (entries < depth)
        entries *= 2;
    return entries * ENTRY_BYTES + AROUND_BYTES;
}

static uint64_t bytes_of(const struct fixed_share *share)
{
    uint64_t bytes;
    if (checked_add(share->arena_bytes, ring_bytes(share->depth), &bytes) ||
        checked_multiply(bytes, share->rings, &bytes) ||
        checked_multiply(bytes, share->ranks, &bytes))
        return UINT64_MAX;
    return bytes;
}

int fixed_share_fits(const struct fixed_share *share, struct failure *why)
{
    char need[UNITS_TEXT];
    char limit[UNITS_TEXT];
    uint64_t bytes = bytes_of(share);
    if (share->limit_bytes < 0 || bytes <= (uint64_t)share->limit_bytes)
        return 0;
    units_format_size(bytes, need);
    units_format_size((uint64_t)share->limit_bytes, limit);
    return failure_set(why, -ENOMEM,
                       "buffers cannot be fixed: the %u rank%s of a node would lock %s, and "
                       "'ulimit -l' allows %s for all processes of the user together: raise it, or "
                       "use fewer or smaller buffers",
                       share->ranks, share->ranks == 1 ? "" : "s", need, limit);
}
