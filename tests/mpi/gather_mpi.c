/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and histograms of all ranks arrive on rank 0: all of them, complete, in order. */
#include "ranks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Returns byte 'at' of a rank's row; a displaced row, rank or byte is detected. */
static unsigned char byte_of(uint32_t rank, size_t row, size_t at)
{
    struct property property = {.state = ((uint64_t)rank << 40) ^ (row << 16) ^ at};
    return (unsigned char)property_next(&property);
}

static unsigned char *make_rows(uint32_t rank, size_t row_bytes, size_t count)
{
    unsigned char *rows = malloc(row_bytes * count + 1);
    for (size_t row = 0; row < count; row++) {
        for (size_t at = 0; at < row_bytes; at++)
            rows[row * row_bytes + at] = byte_of(rank, row, at);
    }
    return rows;
}

static bool rows_are_in_order(const unsigned char *all, size_t row_bytes, const size_t *counts)
{
    size_t row_at = 0;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        unsigned char *rows = make_rows(rank, row_bytes, counts[rank]);
        bool equal = counts[rank] == 0 ||
                     memcmp(all + row_at * row_bytes, rows, counts[rank] * row_bytes) == 0;
        free(rows);
        if (!equal)
            return false;
        row_at += counts[rank];
    }
    return true;
}

static void gather_and_check(size_t row_bytes, const size_t *counts)
{
    size_t total = 0;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++)
        total += counts[rank];
    unsigned char *rows = make_rows(cluster.rank, row_bytes, counts[cluster.rank]);
    void *all = NULL;
    size_t all_count = 99;
    struct failure why = {0};
    int code =
        cluster_gather(&cluster, rows, row_bytes, counts[cluster.rank], &all, &all_count, &why);
    free(rows);
    bool root = cluster.rank == 0;
    bool good = code == 0 && all_count == (root ? total : 0) && (root || !all) &&
                (!root || total == 0 || rows_are_in_order(all, row_bytes, counts));
    free(all);
    assert_everywhere(good);
}

static void random_numbers_of_rows(void **state)
{
    (void)state;
    struct property property = property_start("gather");
    for (int round = 0; round < 40; round++) {
        size_t row_bytes = 1 + (size_t)property_below(&property, 300);
        size_t counts[256];
        for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++)
            counts[rank] = (size_t)(property_below(&property, 3) * property_below(&property, 20));
        gather_and_check(row_bytes, counts);
    }
}

static void no_rows(void **state)
{
    (void)state;
    size_t counts[256] = {0};
    gather_and_check(8, counts);
}

/* More than rank 0 receives in one piece, in rows that do not divide a piece evenly. */
static void more_rows_than_one_piece_holds(void **state)
{
    (void)state;
    size_t counts[256] = {0};
    counts[cluster.shape.rank_count - 1] = 1301;
    counts[cluster.shape.rank_count / 2] += 7;
    gather_and_check(4099, counts);
}

static void out_of_memory_fails_on_all_ranks(void **state)
{
    (void)state;
    void *all = &all;
    size_t all_count = 1;
    struct failure why = {0};
    size_t count = cluster.rank == cluster.shape.rank_count - 1 ? 2 : 0;
    int code = cluster_gather(&cluster, NULL, SIZE_MAX, count, &all, &all_count, &why);
    assert_everywhere(code == -ENOMEM && why.code == -ENOMEM);
    assert_everywhere(!all && all_count == 0);
}

static void fill(struct histogram *histogram, uint32_t rank, uint64_t round)
{
    struct property property = {.state = (round << 32) + rank};
    histogram_clear(histogram);
    uint64_t samples = property_below(&property, 200) * property_below(&property, 2);
    for (uint64_t i = 0; i < samples; i++)
        histogram_record(histogram, (int64_t)(property_magnitude(&property) >> 20));
}

/* The expected histogram of 'node', merged rank by rank without MPI. */
static void merge_node(struct histogram *merged, uint32_t node, uint64_t round)
{
    struct histogram *one = malloc(sizeof *one);
    histogram_clear(merged);
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        if (cluster.shape.rank_node[rank] != node)
            continue;
        fill(one, rank, round);
        histogram_merge(merged, one);
    }
    free(one);
}

static void histograms_are_merged_per_node(void **state)
{
    (void)state;
    uint32_t nodes = cluster.shape.node_count;
    struct histogram *mine = malloc(sizeof *mine);
    struct histogram *expected = malloc(sizeof *expected);
    for (uint64_t round = 0; round < 10; round++) {
        fill(mine, cluster.rank, round);
        struct histogram *per_node = cluster.rank == 0 ? calloc(nodes, sizeof *per_node) : NULL;
        cluster_gather_histograms(&cluster, mine, per_node);
        bool good = true;
        for (uint32_t node = 0; per_node && node < nodes; node++) {
            merge_node(expected, node, round);
            good = good && memcmp(expected, &per_node[node], sizeof *expected) == 0;
        }
        free(per_node);
        assert_everywhere(good);
    }
    free(expected);
    free(mine);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_numbers_of_rows),
        cmocka_unit_test(no_rows),
        cmocka_unit_test(more_rows_than_one_piece_holds),
        cmocka_unit_test(out_of_memory_fails_on_all_ranks),
        cmocka_unit_test(histograms_are_merged_per_node),
    };
    return RANKS_MAIN(argc, argv, "gather", tests);
}
