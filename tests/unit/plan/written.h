/* SPDX-License-Identifier: Apache-2.0 */
/* A small data set of any layout and order, of which storage acknowledged any part. */
#ifndef TIDEMILL_TESTS_WRITTEN_H
#define TIDEMILL_TESTS_WRITTEN_H

#include "unit.h"

#include <string.h>

#include "property.h"

#include "base/checked.h"
#include "plan/reading.h"

enum { RANKS_MOST = 5, WRITERS_MOST = 6, BYTES_MOST = 6000 };

static const enum layout layouts[] = {LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER};
static const enum order orders[] = {ORDER_SEQUENTIAL, ORDER_STRIDED, ORDER_RANDOM};

/* A small data set that was written, as far as it was. */
struct written {
    uint32_t rank_node[RANKS_MOST];
    struct geometry geometry;
    enum order order;
    uint64_t seed;
    struct acknowledged sets[RANKS_MOST][WRITERS_MOST];
    bool had[BYTES_MOST];       /* bytes of the data set that storage acknowledged */
    uint32_t owner[BYTES_MOST]; /* rank + 1 */
};

static uint64_t some_bytes(struct property *property, uint64_t most)
{
    return 1 + property_below(property, 1 + property_below(property, most));
}

/* Everything, nothing, up to an end, or with gaps. */
static void random_set(struct property *property, uint64_t count, uint64_t bytes,
                       struct acknowledged *set)
{
    uint64_t missing[BYTES_MOST];
    uint64_t missing_count = 0;
    const uint64_t ends[] = {0, count, count, property_below(property, count + 1),
                             property_below(property, count + 1)};
    uint64_t issued = ends[property_below(property, 5)];
    uint64_t rarity = property_below(property, 3) ? 0 : 1 + property_below(property, 40);
    for (uint64_t place = 0; place < issued && rarity; place++)
        if (!property_below(property, rarity))
            missing[missing_count++] = place;
    acknowledged_from(set, issued, bytes, missing, missing_count);
}

static void write_share(struct property *property, struct written *written, uint32_t rank,
                        uint32_t writer, bool whole)
{
    struct acknowledged *set = &written->sets[rank][writer];
    struct share share;
    geometry_share(&written->geometry, rank, writer, &share);
    if (whole)
        acknowledged_all(set, share.request_count, share.bytes);
    else
        random_set(property, share.request_count, share.bytes, set);
    const struct sequence sequence = sequence_of(&share, written->order, written->seed);
    for (uint64_t place = 0; place < share.request_count; place++) {
        struct extent extent = share_extent(&share, sequence_at(&sequence, place));
        memset(&written->had[share.file_base + extent.offset], acknowledged_has(set, place),
               extent.length);
        for (uint64_t i = 0; i < extent.length; i++)
            written->owner[share.file_base + extent.offset + i] = rank + 1;
    }
}

static void write_some(struct property *property, struct written *written)
{
    uint32_t ranks = 1 + (uint32_t)property_below(property, RANKS_MOST);
    uint32_t nodes = 1 + (uint32_t)property_below(property, ranks);
    bool whole = property_below(property, 4) == 0;
    for (uint32_t rank = 0; rank < ranks; rank++)
        written->rank_node[rank] = rank % nodes;
    struct geometry_setup setup = {
        .layout = layouts[property_below(property, 3)],
        .total_bytes = some_bytes(property, BYTES_MOST - 1),
        .request_bytes = some_bytes(property, 200),
        .writers_per_rank = 1 + (uint32_t)property_below(property, WRITERS_MOST),
        .target_count = 1 + (uint32_t)property_below(property, 3),
        .by_node = property_below(property, 2),
        .shape = {.rank_count = ranks, .node_count = nodes, .rank_node = written->rank_node},
    };
    if (property_below(property, 2)) {
        setup.part_bytes = divide_up(setup.total_bytes, ranks + 1U);
        setup.total_bytes = setup.part_bytes * (setup.by_node ? nodes : ranks);
    }
    if (setup.layout == LAYOUT_SHARED && property_below(property, 2))
        setup.turn_bytes =
            setup.request_bytes * (1 + property_below(property, 3)) + property_below(property, 9);
    if (setup.layout != LAYOUT_SHARED && property_below(property, 2))
        setup.files_per_rank = 1 + property_below(property, 9);
    written->order = orders[property_below(property, 3)];
    written->seed = property_next(property);
    if (geometry_init(&written->geometry, &setup, NULL)) {
        setup.files_per_rank = 1; /* some of them would be empty */
        assert_int_equal(geometry_init(&written->geometry, &setup, NULL), 0);
    }
    for (uint32_t rank = 0; rank < ranks; rank++)
        for (uint32_t writer = 0; writer < setup.writers_per_rank; writer++)
            write_share(property, written, rank, writer, whole);
}

#endif
