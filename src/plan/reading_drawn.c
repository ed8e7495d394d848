/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "plan/reading.h"

static const struct piece *piece_at(const struct piece *pieces, uint32_t count, uint64_t request)
{
    const struct piece *piece = &pieces[count - 1];
    while (piece->first_request > request)
        piece--;
    return piece;
}

int reading_count_drawn(const struct reading *reading, struct amount *amount, struct failure *why)
{
    struct piece *pieces = calloc(reading->stretch_count + 1, sizeof *pieces);
    if (!pieces)
        return failure_set(why, -ENOMEM, "not enough memory to count requests");
    *amount = (struct amount){0};
    for (uint32_t thread = 0; thread < reading->setup.threads; thread++) {
        struct reading_part part;
        reading_assign(reading, thread, pieces, &part);
        for (uint64_t place = 0; place < part.places; place++) {
            const uint64_t request = sequence_at(&part.sequence, place);
            const struct piece *piece = piece_at(pieces, part.piece_count, request);
            const struct extent extent =
                share_extent(&piece->share, request - piece->first_request);
            if (!reading_may_read(reading, thread, place, piece->share.file_base, extent))
                continue;
            amount->requests++;
            amount->bytes += extent.length;
        }
    }
    free(pieces);
    return 0;
}
