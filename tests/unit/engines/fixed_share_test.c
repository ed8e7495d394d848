/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/fixed_share.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static const struct fixed_share one = {
    .limit_bytes = 8 << 20, .arena_bytes = 4 << 20, .rings = 1, .depth = 32, .ranks = 1};

static void a_pool_below_the_limit_fits(void **state)
{
    (void)state;
    struct failure why = {0};
    assert_int_equal(fixed_share_fits(&one, &why), 0);
    assert_int_equal(why.code, 0);
}

/* The ring itself is charged too: a pool of exactly the limit does not fit. */
static void rings_count_as_well(void **state)
{
    (void)state;
    struct fixed_share share = one;
    share.arena_bytes = (uint64_t)share.limit_bytes;
    assert_int_equal(fixed_share_fits(&share, NULL), -ENOMEM);
    share.arena_bytes -= 64 << 10;
    assert_int_equal(fixed_share_fits(&share, NULL), 0);
    share.depth = 32768;
    assert_int_equal(fixed_share_fits(&share, NULL), -ENOMEM);
}

/* What one rank could have alone, eight of one node cannot: all are refused alike. */
static void ranks_and_rings_share_the_limit(void **state)
{
    (void)state;
    struct failure why = {0};
    struct fixed_share share = one;
    share.ranks = 8;
    assert_int_equal(fixed_share_fits(&share, &why), -ENOMEM);
    assert_non_null(strstr(why.text, "8 ranks of a node"));
    assert_non_null(strstr(why.text, "8.00 MiB"));
    share = one;
    share.rings = 2;
    assert_int_equal(fixed_share_fits(&share, NULL), -ENOMEM);
    share.arena_bytes = 1 << 20;
    assert_int_equal(fixed_share_fits(&share, NULL), 0);
}

static void without_a_limit_all_fits(void **state)
{
    (void)state;
    struct fixed_share share = {.limit_bytes = -1,
                                .arena_bytes = UINT64_MAX,
                                .rings = UINT32_MAX,
                                .depth = 1,
                                .ranks = UINT32_MAX};
    assert_int_equal(fixed_share_fits(&share, NULL), 0);
    share.limit_bytes = INT64_MAX;
    assert_int_equal(fixed_share_fits(&share, NULL), -ENOMEM);
    share.limit_bytes = 0;
    share.arena_bytes = 1;
    assert_int_equal(fixed_share_fits(&share, NULL), -ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_below_the_limit_fits),
        cmocka_unit_test(rings_count_as_well),
        cmocka_unit_test(ranks_and_rings_share_the_limit),
        cmocka_unit_test(without_a_limit_all_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
