/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/slowest.h"

#include <stdlib.h>
#include <string.h>

#include "property.h"
#include "unit.h"

enum { REQUESTS = 500, PARTS = 4, ROUNDS = 50 };

/* The order that slowest.h defines, implemented a second time. */
static int in_order(const void *a, const void *b)
{
    const struct slow_request *left = a;
    const struct slow_request *right = b;
    if (left->latency_ns != right->latency_ns)
        return left->latency_ns < right->latency_ns ? 1 : -1;
    if (left->sent_ns != right->sent_ns)
        return left->sent_ns > right->sent_ns ? 1 : -1;
    if (left->rank != right->rank)
        return left->rank > right->rank ? 1 : -1;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

static void fewer_than_ten_are_all_kept(void **state)
{
    (void)state;
    struct slowest slowest;
    slowest_clear(&slowest);
    slowest_record(&slowest, 0, 5, 0, 4096, 1);
    slowest_record(&slowest, 7, 6, 3, 8192, 2);
    assert_int_equal(slowest.count, 2);
    assert_int_equal(slowest.requests[0].latency_ns, 7);
    assert_int_equal(slowest.requests[0].offset, 8192);
    assert_int_equal(slowest.requests[0].length, 2);
    assert_int_equal(slowest.requests[1].sent_ns, 5);
}

static void the_slowest_ten_of_all_parts_are_kept(void **state)
{
    (void)state;
    struct property property = property_start("slowest");
    for (int round = 0; round < ROUNDS; round++) {
        struct slow_request all[REQUESTS];
        struct slowest parts[PARTS];
        struct slowest merged;
        for (int part = 0; part < PARTS; part++)
            slowest_clear(&parts[part]);
        for (uint32_t i = 0; i < REQUESTS; i++) {
            uint32_t part = (uint32_t)property_below(&property, PARTS);
            all[i] = (struct slow_request){
                .latency_ns = (int64_t)property_below(&property, 60), /* many are equally slow */
                .sent_ns = i,
                .offset = property_next(&property),
                .length = 4096,
                .rank = part,
            };
            slowest_record(&parts[part], all[i].latency_ns, all[i].sent_ns, 0, all[i].offset, 4096);
        }
        slowest_clear(&merged);
        for (uint32_t part = 0; part < PARTS; part++) {
            for (uint32_t i = 0; i < parts[part].count; i++)
                parts[part].requests[i].rank = part;
            slowest_merge(&merged, &parts[part]);
        }
        qsort(all, REQUESTS, sizeof all[0], in_order);
        assert_int_equal(merged.count, SLOWEST_KEPT);
        for (int i = 0; i < SLOWEST_KEPT; i++)
            assert_memory_equal(&merged.requests[i], &all[i], sizeof all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewer_than_ten_are_all_kept),
        cmocka_unit_test(the_slowest_ten_of_all_parts_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
