/* SPDX-License-Identifier: Apache-2.0 */
/* What ranks did on a target, added up. */
#include "target_use.h"

#include "property.h"
#include "unit.h"

static void add_thread(struct target_use *use, int64_t bytes, int64_t end_ns, int64_t latency_ns)
{
    struct counters counters;
    struct histogram latency;
    counters_clear(&counters);
    histogram_clear(&latency);
    counters.first_ns = 0;
    counters.bytes = bytes;
    counters.requests = 10;
    counters.end_ns = end_ns;
    for (int i = 0; i < 10; i++)
        histogram_record(&latency, latency_ns);
    target_use_add(use, &counters, &latency);
}

static void threads_of_a_rank_are_one_rank(void **state)
{
    struct target_use use;
    struct counters idle;
    (void)state;
    target_use_clear(&use);
    add_thread(&use, 1000, 70, 5);
    add_thread(&use, 500, 60, 7);
    counters_clear(&idle);
    target_use_add(&use, &idle, &use.latency); /* had nothing to do */
    assert_int_equal(use.ranks, 1);
    assert_int_equal(use.writers, 2);
    assert_int_equal(use.bytes, 1500);
    assert_int_equal(use.requests, 20);
    assert_int_equal(use.end_ns, 70);
    assert_int_equal(use.latency.total, 20);
    assert_int_equal(use.latency.max_ns, 7);
}

static void check_sum(const struct target_use *sum, int ranks)
{
    assert_int_equal(sum->ranks, ranks);
    assert_int_equal(sum->writers, ranks);
    assert_int_equal(sum->bytes, 100 * ranks * (ranks + 1) / 2);
    assert_int_equal(sum->end_ns, ranks);
    assert_int_equal(sum->latency.total, 10 * ranks);
    assert_int_equal(sum->latency.max_ns, 1000 * ranks);
    assert_int_equal(sum->latency.min_ns, 1000);
}

/* In any order, as along a tree. */
static void ranks_add_up(void **state)
{
    enum { RANKS = 9 };
    struct property property = property_start("target_use");
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct target_use uses[RANKS];
        int left = RANKS;
        for (int i = 0; i < RANKS; i++) {
            target_use_clear(&uses[i]);
            add_thread(&uses[i], 100 * (i + 1), i + 1, 1000 * (i + 1));
        }
        for (; left > 1; left--) {
            const uint64_t from = property_below(&property, (uint64_t)left - 1);
            target_use_merge(&uses[from], &uses[left - 1]);
        }
        check_sum(&uses[0], RANKS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_of_a_rank_are_one_rank),
        cmocka_unit_test(ranks_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
