/* SPDX-License-Identifier: Apache-2.0 */
#include "quota.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Returns the ids of all blocks in a new array, computed span by span as a writer does. */
static uint64_t *ids_of(const struct quota *quota)
{
    uint64_t *ids = malloc(quota->blocks * sizeof *ids);
    assert_non_null(ids);
    for (uint64_t block = 0; block < quota->blocks;) {
        struct quota_span span = quota_span_at(quota, block);
        assert_true(span.end > block);
        for (; block < span.end && block < quota->blocks; block++)
            ids[block] = quota_id(&span, block);
    }
    return ids;
}

static uint64_t count_unique(const uint64_t *ids, uint64_t count, uint64_t unique)
{
    uint8_t *seen = calloc(unique, 1);
    assert_non_null(seen);
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++) {
        assert_true(ids[i] < unique);
        found += !seen[ids[i]];
        seen[ids[i]] = 1;
    }
    free(seen);
    return found;
}

struct quota_case {
    uint64_t blocks, block_bytes;
    double ratio;
    uint64_t shares;
};

static const struct quota_case cases[] = {
    {64, 4096, 2, 1},         {64, 4096, 2, 4},          {1, 4096, 2, 1},
    {3, 4096, 1000, 7},       {1000, 4096, 3.7, 3},      {16384, 4096, 2, 4},
    {16384, 4096, 1.3, 4},    {16384, 4096, 10, 4},      {100000, 4096, 1.001, 8},
    {50021, 4096, 2, 7},      {50021, 4096, 50, 7},      {50021, 4096, 1000, 1},
    {40000, 131072, 2.5, 16}, {200000, 4096, 2, 128},    {100003, 512, 4, 4096},
    {65536, 1 << 20, 3, 5},   {30000, 4096, 2, 1000000}, {262144, 4096, 4, 4},
};
enum { CASES = sizeof cases / sizeof *cases };

static struct quota quota_of(const struct quota_case *c)
{
    return quota_make(c->blocks * c->block_bytes, c->block_bytes, c->ratio, c->shares, 99);
}

static void the_quota_is_exact_for_the_whole_data_set(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct quota quota = quota_of(&cases[i]);
        uint64_t *ids = ids_of(&quota);
        uint64_t wanted = (uint64_t)llround((double)cases[i].blocks / cases[i].ratio);
        if (wanted == 0)
            wanted = 1;
        uint64_t found = count_unique(ids, quota.blocks, quota.unique);
        if (found != wanted)
            fail_msg("case %zu: %llu unique instead of %llu", i, (unsigned long long)found,
                     (unsigned long long)wanted);
        free(ids);
    }
}

static void any_block_can_be_computed_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct quota quota = quota_of(&cases[i]);
        uint64_t *ids = ids_of(&quota);
        for (uint64_t block = 0; block < quota.blocks; block += 1 + quota.blocks / 500) {
            struct quota_span span = quota_span_at(&quota, block);
            assert_int_equal(quota_id(&span, block), ids[block]);
        }
        free(ids);
        struct quota_span span = quota_span_at(&quota, UINT64_MAX / 512);
        assert_true(quota_id(&span, UINT64_MAX / 512) < quota.unique);
    }
}

/* When all writers stop after the same part of their shares, the blocks written have the ratio,
 * within the size of one region. */
static void the_ratio_holds_for_the_first_part_of_all_shares(void **state)
{
    (void)state;
    static const struct quota_case large[] = {
        {1 << 20, 4096, 2, 4}, {1 << 20, 4096, 3.3, 1}, {1 << 20, 4096, 2, 100}};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        struct quota quota = quota_of(&large[i]);
        uint64_t *ids = ids_of(&quota);
        for (unsigned percent = 25; percent <= 100; percent += 25) {
            uint64_t rows = quota.rows * percent / 100, count = 0;
            uint64_t *written = malloc(quota.blocks * sizeof *written);
            assert_non_null(written);
            for (uint64_t share = 0; share < quota.shares; share++)
                for (uint64_t row = 0; row < rows; row++)
                    written[count++] = ids[share * quota.rows + row];
            uint64_t unique = count_unique(written, count, quota.unique);
            double region = QUOTA_UNIQUE_BYTES / 4096.0;
            double wanted = (double)count / large[i].ratio;
            assert_true((double)unique > wanted - 2 && (double)unique < wanted + region);
            free(written);
        }
        free(ids);
    }
}

/* Equal blocks in one share are far apart; every two shares have equal blocks. */
static void equal_blocks_are_far_apart_and_in_all_shares(void **state)
{
    (void)state;
    static const struct quota_case spread[] = {
        {16384, 4096, 2, 4},    {65536, 4096, 2, 4},   {65536, 4096, 3, 3},   {65536, 4096, 4, 8},
        {65536, 4096, 1.25, 4}, {65536, 4096, 2.9, 5}, {16384, 4096, 1.3, 4}, {65536, 4096, 8, 2}};
    for (size_t i = 0; i < sizeof spread / sizeof *spread; i++) {
        struct quota quota = quota_of(&spread[i]);
        uint64_t *ids = ids_of(&quota);
        uint64_t *last = calloc(quota.unique, sizeof *last); /* block + 1 */
        uint8_t *shares = calloc(quota.unique, 1); /* one bit for each share that contains the id */
        assert_non_null(last);
        assert_non_null(shares);
        uint64_t near = 0;
        for (uint64_t block = 0; block < quota.shares * quota.rows; block++) {
            uint64_t before = last[ids[block]];
            near += before > 0 && block - (before - 1) < (1 << 20) / 4096;
            last[ids[block]] = block + 1;
            shares[ids[block]] |= (uint8_t)(1U << block / quota.rows);
        }
        if (near > quota.blocks / 500)
            fail_msg("case %zu: %llu equal blocks within 1 MiB", i, (unsigned long long)near);
        for (unsigned pair = 0; pair < quota.shares * quota.shares; pair++) {
            unsigned a = pair % (unsigned)quota.shares, b = pair / (unsigned)quota.shares;
            uint8_t both = (uint8_t)(1U << a | 1U << b);
            uint64_t id = 0;
            while (id < quota.unique && (shares[id] & both) != both)
                id++;
            if (id == quota.unique)
                fail_msg("case %zu: shares %u and %u have nothing in common", i, a, b);
        }
        free(shares);
        free(last);
        free(ids);
    }
}

/* With a dedup block of 4 KiB, runs of several blocks are not repeated. */
static void runs_of_blocks_are_not_repeated(void **state)
{
    (void)state;
    struct quota quota = quota_make(65536 * 4096, 4096, 2, 4, 5);
    uint64_t *ids = ids_of(&quota);
    uint64_t pairs = quota.blocks / 2, repeated = 0;
    uint64_t *follower = calloc(quota.unique, sizeof *follower);
    assert_non_null(follower);
    for (uint64_t i = 0; i < quota.blocks; i += 2) {
        repeated += follower[ids[i]] == ids[i + 1] + 1;
        follower[ids[i]] = ids[i + 1] + 1;
    }
    assert_true(repeated < pairs / 10);
    free(follower);
    free(ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quota_is_exact_for_the_whole_data_set),
        cmocka_unit_test(any_block_can_be_computed_first),
        cmocka_unit_test(the_ratio_holds_for_the_first_part_of_all_shares),
        cmocka_unit_test(equal_blocks_are_far_apart_and_in_all_shares),
        cmocka_unit_test(runs_of_blocks_are_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
