/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "found.h"
#include "property.h"

static struct found made(uint32_t io_thread, uint64_t offset)
{
    return (struct found){.io_thread = io_thread, .difference.offset = offset};
}

static uint64_t rank_of(const struct found *found)
{
    return found->io_thread * 1000 + found->difference.offset;
}

/* The list keeps the lowest places in order, regardless of the order in which they are added. */
static void test_keeps_the_lowest(void **state)
{
    (void)state;
    struct property property = property_start("found");
    for (int round = 0; round < 200; round++) {
        enum { MOST = 40 };
        struct found_list list = {0};
        struct found all[MOST];
        uint32_t count = (uint32_t)property_below(&property, MOST) + 1;
        for (uint32_t i = 0; i < count; i++) {
            all[i] = made((uint32_t)property_below(&property, 3), property_below(&property, 1000));
            found_add(&list, &all[i]);
        }
        assert_int_equal(list.count, count < PIPELINE_DIFFERENCES ? count : PIPELINE_DIFFERENCES);
        for (uint32_t i = 0; i < list.count; i++) {
            uint32_t lower = 0;
            uint32_t equal = 0;
            for (uint32_t j = 0; j < count; j++) {
                lower += rank_of(&all[j]) < rank_of(&list.places[i]);
                equal += rank_of(&all[j]) == rank_of(&list.places[i]);
            }
            assert_true(lower <= i && i < lower + equal);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keeps_the_lowest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
