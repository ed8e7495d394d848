/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "plan/geometry.h"
#include "random_geometry.h"

/* What all shares together must be. */
struct tally {
    uint64_t least;
    uint64_t most;
    uint64_t covered; /* the data set is covered without a gap up to here */
    uint64_t file_end;
    uint64_t file;
};

static void check_whole_requests(const struct geometry *geometry, const struct share *share)
{
    uint64_t total = geometry->setup.total_bytes;
    uint64_t request = geometry->setup.request_bytes;
    uint64_t start = share->file_base + share->file_offset;
    assert_int_equal(share->request_bytes, request);
    if (!share->bytes) {
        assert_int_equal(share->request_count, 0);
        return;
    }
    const uint64_t part = geometry->setup.part_bytes ? geometry->setup.part_bytes : total;
    const uint64_t end = start % part + share->bytes; /* no share crosses the end of a part */
    assert_int_equal(start % part % request, 0);
    assert_int_equal(share->request_count, divide_up(share->bytes, request));
    assert_true(end <= part);
    if (share->bytes % request)
        assert_int_equal(end, part);
    assert_int_equal(share->part_bytes, geometry->setup.layout == LAYOUT_SHARED &&
                                                geometry_file_bytes(geometry, share) > part
                                            ? part
                                            : 0);
    const struct extent first = share_extent(share, 0);
    const struct extent last = share_extent(share, share->request_count - 1);
    assert_int_equal(first.offset, share->file_offset);
    assert_int_equal(last.offset + last.length, share->file_offset + share->bytes);
    assert_true(last.length > 0 && first.length <= request);
}

static void check_file(const struct geometry *geometry, const struct share *share, uint32_t rank,
                       uint32_t writer, struct tally *tally)
{
    uint64_t file = geometry->setup.layout == LAYOUT_SHARED ? share->target
                    : geometry->setup.layout == LAYOUT_RANK
                        ? rank
                        : (uint64_t)rank * geometry->setup.writers_per_rank + writer;
    assert_int_equal(share->file, file);
    assert_true(share->file < geometry->file_count);
    if (!share->bytes)
        return;
    if (tally->file == share->file) { /* starts where the share before it ended */
        assert_int_equal(share->file_offset, tally->file_end);
    } else { /* a new file begins where the one before it, now complete, ended */
        assert_int_equal(share->file_offset, 0);
        assert_int_equal(share->file_base, tally->covered);
    }
    tally->file = share->file;
    tally->file_end = share->file_offset + share->bytes;
    assert_true(tally->file_end <= geometry_file_bytes(geometry, share));
}

/* A rank that does not work has no share, and comes after those that do. */
static void check_idle(const struct geometry *geometry, uint32_t rank)
{
    struct share share;
    for (uint32_t writer = 0; writer < geometry->setup.writers_per_rank; writer++) {
        geometry_share(geometry, rank, writer, &share);
        assert_int_equal(share.bytes, 0);
        assert_int_equal(share.request_count, 0);
        assert_false(geometry_rank_uses(geometry, rank, share.target));
    }
    assert_int_equal(geometry_rank_bytes(geometry, rank), 0);
    assert_true(geometry->place_of[rank] >= geometry->working);
}

/* In data set order: each share begins where the one before it ended, so every byte is in exactly
 * one of them. */
static void check_shares(const struct geometry *geometry)
{
    const struct geometry_setup *setup = &geometry->setup;
    struct tally tally = {.least = UINT64_MAX, .file = UINT64_MAX};
    uint64_t file_sum = 0;
    for (uint32_t place = 0; place < setup->shape.rank_count; place++) {
        uint32_t rank = geometry->rank_at[place];
        uint64_t rank_bytes = 0;
        assert_int_equal(geometry->place_of[rank], place);
        if (!shape_works(&setup->shape, rank)) {
            check_idle(geometry, rank);
            continue;
        }
        for (uint32_t writer = 0; writer < setup->writers_per_rank; writer++) {
            struct share share;
            geometry_share(geometry, rank, writer, &share);
            assert_true(geometry_rank_uses(geometry, rank, share.target));
            if (writer == 0 || setup->spread != SPREAD_WRITER)
                assert_int_equal(share.target, geometry_target(geometry, rank));
            check_whole_requests(geometry, &share);
            if (share.bytes && share.file != tally.file)
                file_sum += geometry_file_bytes(geometry, &share);
            check_file(geometry, &share, rank, writer, &tally);
            if (share.bytes)
                assert_int_equal(share.file_base + share.file_offset, tally.covered);
            tally.covered += share.bytes;
            rank_bytes += share.bytes;
            if (share.request_count < tally.least)
                tally.least = share.request_count;
            if (share.request_count > tally.most)
                tally.most = share.request_count;
        }
        assert_int_equal(rank_bytes, geometry_rank_bytes(geometry, rank));
    }
    assert_int_equal(tally.covered, setup->total_bytes);
    assert_int_equal(file_sum, setup->total_bytes); /* what 'stat' shows of all files */
    if (!setup->by_node)
        assert_true(tally.most - tally.least <= 1);
    for (uint32_t rank = 0; rank < setup->shape.rank_count && setup->part_bytes; rank++)
        if (!setup->by_node && shape_works(&setup->shape, rank))
            assert_int_equal(geometry_rank_bytes(geometry, rank), setup->part_bytes);
}

/* Equal bytes for each node, and within it for each rank, except for one request. */
static void check_nodes(const struct geometry *geometry)
{
    const struct shape *shape = &geometry->setup.shape;
    const uint64_t request = geometry->setup.request_bytes;
    uint64_t node_least = UINT64_MAX;
    uint64_t node_most = 0;
    for (uint32_t node = 0; node < shape_count_groups(shape, shape->rank_node); node++) {
        uint64_t requests = 0;
        uint64_t bytes = 0;
        uint64_t least = UINT64_MAX;
        uint64_t most = 0;
        for (uint32_t rank = 0; rank < shape->rank_count; rank++) {
            if (shape->rank_node[rank] != node || !shape_works(shape, rank))
                continue;
            uint64_t count = divide_up(geometry_rank_bytes(geometry, rank), request);
            requests += count;
            bytes += geometry_rank_bytes(geometry, rank);
            least = count < least ? count : least;
            most = count > most ? count : most;
        }
        assert_true(most - least <= 1);
        if (geometry->setup.by_node && geometry->setup.part_bytes)
            assert_int_equal(bytes, geometry->setup.part_bytes);
        node_least = requests < node_least ? requests : node_least;
        node_most = requests > node_most ? requests : node_most;
    }
    if (geometry->setup.by_node)
        assert_true(node_most - node_least <= 1);
}

/* The first rank of a target that has bytes to write creates the shared file. */
static void check_first_ranks(const struct geometry *geometry)
{
    const struct geometry_setup *setup = &geometry->setup;
    if (setup->layout != LAYOUT_SHARED)
        return;
    for (uint32_t target = 0; target < setup->target_count; target++) {
        uint32_t first = geometry_first_rank(geometry, target);
        bool any = false;
        for (uint32_t place = 0; place < setup->shape.rank_count && !any; place++) {
            uint32_t rank = geometry->rank_at[place];
            any = geometry_target(geometry, rank) == target && geometry_rank_bytes(geometry, rank);
            if (any)
                assert_int_equal(first, rank);
        }
    }
}

static void test_every_byte_exactly_once(void **state)
{
    (void)state;
    struct property property = property_start("geometry");
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t rank_node[RANKS_MOST];
        struct geometry geometry;
        struct failure failure = {0};
        struct geometry_setup setup = random_setup(&property, rank_node);
        if (geometry_init(&geometry, &setup, &failure))
            fail_msg("%s", failure.text);
        const uint64_t part = setup.part_bytes ? setup.part_bytes : setup.total_bytes;
        assert_int_equal(geometry.request_count,
                         setup.total_bytes / part * divide_up(part, setup.request_bytes));
        check_shares(&geometry);
        check_nodes(&geometry);
        check_first_ranks(&geometry);
        geometry_release(&geometry);
        geometry_release(&geometry);
    }
}

static const uint32_t two_nodes[] = {0, 0, 1};

static struct geometry_setup small_setup(void)
{
    return (struct geometry_setup){
        .layout = LAYOUT_SHARED,
        .total_bytes = 1000,
        .request_bytes = 64,
        .writers_per_rank = 2,
        .target_count = 1,
        .shape = {.rank_count = 3, .node_count = 2, .rank_node = two_nodes},
    };
}

/* 16 requests of 64 bytes for 6 writers, by hand. */
static void test_a_small_one_by_hand(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset;
        uint64_t bytes;
    } right[3][2] = {{{0, 128}, {128, 192}}, {{320, 128}, {448, 192}}, {{640, 192}, {832, 168}}};
    struct geometry geometry;
    struct geometry_setup setup = small_setup();
    assert_int_equal(geometry_init(&geometry, &setup, NULL), 0);
    for (uint32_t rank = 0; rank < 3; rank++)
        for (uint32_t writer = 0; writer < 2; writer++) {
            struct share share;
            geometry_share(&geometry, rank, writer, &share);
            assert_int_equal(share.file_offset, right[rank][writer].offset);
            assert_int_equal(share.bytes, right[rank][writer].bytes);
            assert_int_equal(geometry_file_bytes(&geometry, &share), 1000);
        }
    geometry_release(&geometry);
}

/* By node, node 1's only rank has as much as both of node 0's. */
static void test_equal_bytes_for_each_node(void **state)
{
    (void)state;
    struct geometry geometry;
    struct geometry_setup setup = small_setup();
    setup.by_node = true;
    assert_int_equal(geometry_init(&geometry, &setup, NULL), 0);
    assert_int_equal(geometry_rank_bytes(&geometry, 0), 256);
    assert_int_equal(geometry_rank_bytes(&geometry, 1), 256);
    assert_int_equal(geometry_rank_bytes(&geometry, 2), 488);
    geometry_release(&geometry);
}

/* Less than two requests for each of three ranks: each gets exactly that, in a shared file too. */
static void test_exact_bytes_for_each_rank(void **state)
{
    (void)state;
    for (size_t layout = 0; layout < sizeof layouts / sizeof *layouts; layout++) {
        struct geometry geometry;
        struct geometry_setup setup = small_setup();
        setup.layout = layouts[layout];
        setup.part_bytes = 100;
        setup.total_bytes = 300;
        assert_int_equal(geometry_init(&geometry, &setup, NULL), 0);
        for (uint32_t rank = 0; rank < 3; rank++)
            for (uint32_t writer = 0; writer < 2; writer++) {
                struct share share;
                geometry_share(&geometry, rank, writer, &share);
                assert_int_equal(share.file_base + share.file_offset, rank * 100 + writer * 64);
                assert_int_equal(share.bytes, writer ? 36 : 64);
            }
        geometry_release(&geometry);
    }
}

static void test_a_target_without_ranks(void **state)
{
    (void)state;
    struct geometry geometry;
    struct geometry_setup setup = small_setup();
    setup.target_count = 5;
    assert_int_equal(geometry_init(&geometry, &setup, NULL), 0);
    assert_int_equal(geometry_target(&geometry, 0), 0);
    assert_int_equal(geometry_target(&geometry, 2), 1);
    assert_int_equal(geometry.target_place[2], 3);
    assert_int_equal(geometry.target_place[5], 3);
    assert_true(geometry_first_rank(&geometry, 4) < 3);
    geometry_release(&geometry);
}

static void refuse(const struct geometry_setup *setup, int code, const char *text)
{
    struct geometry geometry;
    struct failure failure = {0};
    assert_int_equal(geometry_init(&geometry, setup, &failure), code);
    assert_string_equal(failure.text, text);
    geometry_release(&geometry);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char empty[] = "the data set is empty: use a larger size";
    struct geometry_setup setup = small_setup();
    setup.total_bytes = 0;
    refuse(&setup, -EINVAL, empty);
    setup = small_setup();
    setup.request_bytes = 0;
    refuse(&setup, -EINVAL, empty);
    setup = small_setup();
    setup.writers_per_rank = 0;
    refuse(&setup, -EINVAL, empty);
    setup = small_setup();
    setup.target_count = 0;
    refuse(&setup, -EINVAL, empty);
    setup = small_setup();
    setup.shape.rank_count = 0;
    refuse(&setup, -EINVAL, empty);
    setup = small_setup();
    setup.total_bytes = (uint64_t)INT64_MAX + 1;
    refuse(&setup, -EOVERFLOW, "the data set is larger than 8 EiB: use a smaller size");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_exactly_once),
        cmocka_unit_test(test_a_small_one_by_hand),
        cmocka_unit_test(test_equal_bytes_for_each_node),
        cmocka_unit_test(test_exact_bytes_for_each_rank),
        cmocka_unit_test(test_a_target_without_ranks),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
