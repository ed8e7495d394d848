/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEED = 20240611, ROUNDS = 200, SETS = 9 };

static void fill(struct counters *counters, unsigned short state[3])
{
#define COUNTER(name, merge, unit, long_name) counters->name = nrand48(state);
#include "stats/counters.def"
#undef COUNTER
}

static void a_cleared_set_changes_nothing(void **state)
{
    (void)state;
    unsigned short numbers[3] = {SEED & 0xffff, SEED >> 16, 0};
    struct counters filled;
    struct counters nothing;
    struct counters merged;
    fill(&filled, numbers);
    counters_clear(&nothing);

    merged = filled;
    counters_merge(&merged, &nothing);
    assert_memory_equal(&merged, &filled, sizeof merged);

    merged = nothing;
    counters_merge(&merged, &filled);
    assert_memory_equal(&merged, &filled, sizeof merged);
}

static void each_rule_is_applied(void **state)
{
    (void)state;
    struct counters a = {.bytes = 100, .first_ns = 30, .last_ns = 40, .end_ns = 50};
    struct counters b = {.bytes = 1, .first_ns = 20, .last_ns = 45, .end_ns = 44};
    counters_merge(&a, &b);
    assert_int_equal(a.bytes, 101);
    assert_int_equal(a.first_ns, 20);
    assert_int_equal(a.last_ns, 45);
    assert_int_equal(a.end_ns, 50);
}

/* Threads, ranks and nodes are merged in any order. */
static void order_does_not_matter(void **state)
{
    (void)state;
    unsigned short numbers[3] = {SEED & 0xffff, SEED >> 16, 1};
    print_message("seed %d\n", SEED);
    for (int round = 0; round < ROUNDS; round++) {
        struct counters sets[SETS];
        struct counters forward;
        struct counters nested;
        for (int i = 0; i < SETS; i++)
            fill(&sets[i], numbers);
        counters_clear(&forward);
        counters_clear(&nested);
        for (int i = 0; i < SETS; i++)
            counters_merge(&forward, &sets[i]);
        for (int i = SETS; i > 0; i -= 3) {
            struct counters part;
            counters_clear(&part);
            for (int j = 1; j <= 3; j++)
                counters_merge(&part, &sets[i - j]);
            counters_merge(&nested, &part);
        }
        assert_memory_equal(&forward, &nested, sizeof forward);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cleared_set_changes_nothing),
        cmocka_unit_test(each_rule_is_applied),
        cmocka_unit_test(order_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
