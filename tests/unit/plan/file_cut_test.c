/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>

#include "base/checked.h"
#include "file_cut.h"
#include "plan/geometry.h"
#include "property.h"

static const uint32_t one_node[20] = {0};

enum { RANKS_MOST = 20, WRITERS_MOST = 9, ROUNDS = 1500 };

/* Each file is in one share, and all of a rank's have one size but the last. */
static void check_files(const struct geometry *geometry, uint32_t rank)
{
    const struct geometry_setup *setup = &geometry->setup;
    const uint64_t bytes = geometry_rank_bytes(geometry, rank);
    struct share first;
    uint64_t files = 0;
    uint64_t next = 0;
    geometry_share(geometry, rank, 0, &first);
    const uint64_t cut = first.cut_bytes;
    assert_int_equal(divide_up(bytes, cut), setup->files_per_rank);
    for (uint32_t writer = 0; writer < setup->writers_per_rank; writer++) {
        struct share share;
        uint64_t done = 0;
        geometry_share(geometry, rank, writer, &share);
        assert_int_equal(share.cut_bytes, cut);
        assert_in_range(divide_up(share.bytes, cut),
                        setup->files_per_rank / setup->writers_per_rank,
                        divide_up(setup->files_per_rank, setup->writers_per_rank));
        assert_int_equal(share.file_offset, setup->layout == LAYOUT_RANK ? next : 0);
        for (uint64_t i = 0; i < share.request_count; i++) {
            const struct extent extent = share_extent(&share, i);
            assert_int_equal(extent.offset, share.file_offset + done);
            assert_int_equal(extent.offset / cut, (extent.offset + extent.length - 1) / cut);
            assert_int_equal(share_bytes_before(&share, i), done);
            assert_int_equal(share_request_at(&share, done), i);
            done += extent.length;
        }
        assert_int_equal(done, share.bytes);
        next += share.bytes;
        files += divide_up(share.bytes, cut);
    }
    assert_int_equal(files, setup->files_per_rank);
    assert_int_equal(next, bytes);
}

static void test_every_byte_in_one_file(void **state)
{
    (void)state;
    struct property property = property_start("files");
    for (int i = 0; i < ROUNDS; i++) {
        struct geometry geometry;
        struct geometry_setup setup = {
            .layout = property_below(&property, 2) ? LAYOUT_RANK : LAYOUT_WRITER,
            .writers_per_rank = 1 + (uint32_t)property_below(&property, WRITERS_MOST),
            .target_count = 1 + (uint32_t)property_below(&property, 3),
            .request_bytes = 1 + property_below(&property, 9000),
            .files_per_rank = 2 + property_below(&property, 40),
            .shape = {.rank_count = 1 + (uint32_t)property_below(&property, RANKS_MOST),
                      .node_count = 1,
                      .rank_node = one_node},
        };
        setup.total_bytes = 1 + property_below(&property, 200000);
        setup.total_bytes *= setup.shape.rank_count;
        if (property_below(&property, 2))
            setup.part_bytes = setup.total_bytes / setup.shape.rank_count;
        if (geometry_init(&geometry, &setup, NULL))
            continue; /* a rank has fewer bytes than files */
        for (uint32_t rank = 0; rank < setup.shape.rank_count; rank++)
            check_files(&geometry, rank);
        geometry_release(&geometry);
    }
}

/* Whole requests where that gives the number of files, else the largest unit that does. */
static void test_sizes_of_files(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes, files, request, cut;
    } cases[] = {
        {1 << 30, 1024, 1 << 20, 1 << 20},
        {1 << 30, 1000, 1 << 20, 1074176},
        {1 << 30, 100, 1 << 20, 10739712},
        {150000000, 1000, 1 << 20, 150016},
        {10, 3, 4, 4},
        {10, 6, 4, 0},
        {UINT64_C(1) << 40, 7, 47008, 157073095296},
        {5, 5, 4096, 1},
        {5, 6, 4096, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(file_cut(cases[i].bytes, cases[i].files, cases[i].request), cases[i].cut);
    assert_int_equal(file_cut_size(10, 6), 6 * 4096);
}

static void refuse(enum layout layout, uint64_t files, const char *text)
{
    const struct geometry_setup setup = {
        .layout = layout,
        .total_bytes = 960,
        .request_bytes = 64,
        .writers_per_rank = 2,
        .target_count = 1,
        .files_per_rank = files,
        .shape = {.rank_count = 3, .node_count = 1, .rank_node = one_node},
    };
    struct geometry geometry;
    struct failure failure = {0};
    assert_int_equal(geometry_init(&geometry, &setup, &failure), -EINVAL);
    assert_string_equal(failure.text, text);
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(LAYOUT_SHARED, 5,
           "--files-per-rank excludes --layout shared; use --layout rank or writer");
    refuse(LAYOUT_RANK, 400,
           "320 bytes of a rank cannot be cut into 400 files of equal size: use fewer "
           "--files-per-rank, or --size-per-rank 1600KiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_in_one_file),
        cmocka_unit_test(test_sizes_of_files),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
