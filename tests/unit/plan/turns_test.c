/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "property.h"

#include "base/checked.h"
#include "plan/geometry.h"
#include "plan/sequence.h"

enum { RANKS_MOST = 7, WRITERS_MOST = 5, BYTES_MOST = 20000, ROUNDS = 2000 };

static const enum order orders[] = {ORDER_SEQUENTIAL, ORDER_STRIDED, ORDER_RANDOM};

struct case_setup {
    uint32_t rank_node[RANKS_MOST];
    struct geometry_setup setup;
};

static void random_case(struct property *property, struct case_setup *out)
{
    const uint32_t ranks = 1 + (uint32_t)property_below(property, RANKS_MOST);
    const uint32_t nodes = 1 + (uint32_t)property_below(property, ranks);
    const uint64_t turn = 1 + property_below(property, 1 + property_below(property, 3000));
    for (uint32_t rank = 0; rank < ranks; rank++)
        out->rank_node[rank] = rank % nodes;
    out->setup = (struct geometry_setup){
        .layout = LAYOUT_SHARED,
        .total_bytes = 1 + property_below(property, 1 + property_below(property, BYTES_MOST - 1)),
        .turn_bytes = turn,
        .request_bytes = property_below(property, 3) ? turn : 1 + property_below(property, turn),
        .writers_per_rank = 1 + (uint32_t)property_below(property, WRITERS_MOST),
        .target_count = 1 + (uint32_t)property_below(property, 3),
        .by_node = property_below(property, 2),
        .shape = {.rank_count = ranks, .node_count = nodes, .rank_node = out->rank_node},
    };
    if (property_below(property, 2)) {
        out->setup.part_bytes = divide_up(out->setup.total_bytes, ranks + 1U);
        out->setup.total_bytes = out->setup.part_bytes * (out->setup.by_node ? nodes : ranks);
    }
}

/* Which writer's turn it is at a byte of a file, by the definition: turns follow each other in the
 * order of the ranks on the target, and of the writers of each. */
static void assert_owner(const struct geometry *geometry, uint32_t rank, uint32_t writer,
                         uint32_t target, uint64_t offset)
{
    const struct geometry_setup *setup = &geometry->setup;
    uint64_t before = 0;
    uint64_t all = 0;
    for (uint32_t place = 0; place < setup->shape.rank_count; place++)
        if (geometry_target(geometry, geometry->rank_at[place]) == target) {
            if (place < geometry->place_of[rank])
                before += setup->writers_per_rank;
            all += setup->writers_per_rank;
        }
    assert_int_equal(offset / setup->turn_bytes % all, before + writer);
}

static uint64_t cover_share(const struct geometry *geometry, uint32_t rank, uint32_t writer,
                            enum order order, uint8_t *covered)
{
    const struct geometry_setup *setup = &geometry->setup;
    struct share share;
    uint64_t bytes = 0;
    geometry_share(geometry, rank, writer, &share);
    const struct sequence sequence = {.count = share.request_count, .order = order, .key = 7};
    for (uint64_t place = 0; place < share.request_count; place++) {
        const uint64_t index = sequence_at(&sequence, place);
        const struct extent extent = share_extent(&share, index);
        assert_true(extent.length > 0 && extent.length <= setup->request_bytes);
        assert_int_equal(extent.offset / setup->turn_bytes,
                         (extent.offset + extent.length - 1) / setup->turn_bytes);
        assert_owner(geometry, rank, writer, share.target, extent.offset);
        assert_true(extent.offset + extent.length <= geometry_file_bytes(geometry, &share));
        assert_int_equal(share_bytes_before(&share, index) + extent.length,
                         share_bytes_before(&share, index + 1));
        for (uint64_t i = 0; i < extent.length; i++)
            covered[share.file_base + extent.offset + i]++;
        bytes += extent.length;
    }
    assert_int_equal(bytes, share.bytes);
    return share.request_count;
}

static void test_every_byte_once(void **state)
{
    (void)state;
    struct property property = property_start("turns");
    for (int round = 0; round < ROUNDS; round++) {
        struct case_setup one;
        struct geometry geometry;
        uint8_t covered[BYTES_MOST + RANKS_MOST] = {0};
        uint64_t requests = 0;
        random_case(&property, &one);
        const enum order order = orders[property_below(&property, 3)];
        assert_int_equal(geometry_init(&geometry, &one.setup, NULL), 0);
        for (uint32_t rank = 0; rank < one.setup.shape.rank_count; rank++) {
            uint64_t bytes = 0;
            for (uint32_t writer = 0; writer < one.setup.writers_per_rank; writer++) {
                struct share share;
                geometry_share(&geometry, rank, writer, &share);
                bytes += share.bytes;
                requests += cover_share(&geometry, rank, writer, order, covered);
            }
            assert_int_equal(bytes, geometry_rank_bytes(&geometry, rank));
        }
        for (uint64_t i = 0; i < sizeof covered; i++)
            assert_int_equal(covered[i], i < one.setup.total_bytes);
        assert_int_equal(geometry.request_count, requests);
        geometry_release(&geometry);
    }
}

/* The first rank of a target creates its file, so it must have a turn wherever any rank has. */
static void test_first_rank_creates(void **state)
{
    (void)state;
    struct property property = property_start("first turn");
    for (int round = 0; round < ROUNDS; round++) {
        struct case_setup one;
        struct geometry geometry;
        random_case(&property, &one);
        assert_int_equal(geometry_init(&geometry, &one.setup, NULL), 0);
        for (uint32_t rank = 0; rank < one.setup.shape.rank_count; rank++) {
            const uint32_t target = geometry_target(&geometry, rank);
            if (geometry_rank_bytes(&geometry, rank))
                assert_true(geometry_rank_bytes(&geometry, geometry_first_rank(&geometry, target)) >
                            0);
        }
        geometry_release(&geometry);
    }
}

static const uint32_t one_node[] = {0, 0};

/* IOR's pattern for two ranks: 47008 bytes each in turn, and the last turn short. */
static void test_by_hand(void **state)
{
    (void)state;
    const struct geometry_setup setup = {
        .layout = LAYOUT_SHARED,
        .total_bytes = 3 * 47008 + 5,
        .turn_bytes = 47008,
        .request_bytes = 47008,
        .writers_per_rank = 1,
        .target_count = 1,
        .shape = {.rank_count = 2, .node_count = 1, .rank_node = one_node},
    };
    struct geometry geometry;
    struct share share;
    assert_int_equal(geometry_init(&geometry, &setup, NULL), 0);
    geometry_share(&geometry, 1, 0, &share);
    assert_int_equal(share.request_count, 2);
    assert_int_equal(share.bytes, 47008 + 5);
    assert_int_equal(share.part_bytes, 47008); /* so that no two writers mix modes in a page */
    assert_int_equal(share_extent(&share, 0).offset, 47008);
    assert_int_equal(share_extent(&share, 1).offset, 3 * 47008);
    assert_int_equal(share_extent(&share, 1).length, 5);
    geometry_release(&geometry);
}

/* The plan of 100 TiB is made in the same memory as that of 1 GiB: it has no table of turns, and
 * the last request is found as directly as the first. */
static void test_plan_of_any_size(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {UINT64_C(1) << 30, UINT64_C(100) << 40, INT64_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct geometry_setup setup = {
            .layout = LAYOUT_SHARED,
            .total_bytes = sizes[i],
            .turn_bytes = 47008,
            .request_bytes = 4096,
            .writers_per_rank = 16,
            .target_count = 1,
            .shape = {.rank_count = 2, .node_count = 1, .rank_node = one_node},
        };
        struct geometry geometry;
        struct share share;
        uint64_t end = 0;
        uint64_t bytes = 0;
        assert_int_equal(geometry_init(&geometry, &setup, NULL), 0);
        for (uint32_t rank = 0; rank < 2; rank++)
            for (uint32_t writer = 0; writer < 16; writer++) {
                geometry_share(&geometry, rank, writer, &share);
                const struct extent last = share_extent(&share, share.request_count - 1);
                bytes += share.bytes;
                end = last.offset + last.length > end ? last.offset + last.length : end;
            }
        assert_true(end == sizes[i] && bytes == sizes[i]);
        geometry_release(&geometry);
    }
}

static void refuse(const struct geometry_setup *setup, int code, const char *text)
{
    struct geometry geometry;
    struct failure failure = {0};
    assert_int_equal(geometry_init(&geometry, setup, &failure), code);
    assert_non_null(strstr(failure.text, text));
}

static void test_refusals(void **state)
{
    (void)state;
    const struct geometry_setup good = {
        .layout = LAYOUT_SHARED,
        .total_bytes = 1000,
        .turn_bytes = 100,
        .request_bytes = 100,
        .writers_per_rank = 2,
        .target_count = 1,
        .shape = {.rank_count = 2, .node_count = 1, .rank_node = one_node},
    };
    struct geometry_setup setup = good;
    setup.layout = LAYOUT_RANK;
    refuse(&setup, -EINVAL, "--interleave needs --layout shared");
    setup = good;
    setup.request_bytes = 101;
    refuse(&setup, -EINVAL, "--buffer-size");
    setup = good;
    setup.turn_bytes = (uint64_t)INT64_MAX / 3;
    refuse(&setup, -EOVERFLOW, "use a smaller --interleave");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_once), cmocka_unit_test(test_first_rank_creates),
        cmocka_unit_test(test_by_hand),         cmocka_unit_test(test_plan_of_any_size),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
