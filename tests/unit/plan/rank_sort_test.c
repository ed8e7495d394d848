/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "property.h"
#include "rank_sort.h"

/* By key, and where keys are equal in the order that was. */
static void test_sorts_and_keeps_order(void **state)
{
    (void)state;
    struct property property = property_start("rank_sort");
    for (int round = 0; round < 500; round++) {
        enum { MOST = 200 };
        uint32_t key_of[MOST];
        uint32_t ranks[MOST];
        uint32_t position[MOST];
        uint32_t count = 1 + (uint32_t)property_below(&property, MOST);
        uint32_t keys = 1 + (uint32_t)property_below(&property, MOST);
        for (uint32_t i = 0; i < count; i++) {
            key_of[i] = (uint32_t)property_below(&property, keys);
            ranks[i] = i;
        }
        for (uint32_t i = count; i > 1; i--) {
            uint32_t other = (uint32_t)property_below(&property, i);
            uint32_t kept = ranks[i - 1];
            ranks[i - 1] = ranks[other];
            ranks[other] = kept;
        }
        for (uint32_t i = 0; i < count; i++)
            position[ranks[i]] = i;
        assert_int_equal(rank_sort(ranks, count, key_of, keys), 0);
        for (uint32_t i = 1; i < count; i++) {
            uint32_t a = ranks[i - 1];
            uint32_t b = ranks[i];
            assert_true(key_of[a] < key_of[b] ||
                        (key_of[a] == key_of[b] && position[a] < position[b]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sorts_and_keeps_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
