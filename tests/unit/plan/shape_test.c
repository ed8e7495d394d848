#include "unit.h"

#include "plan/shape.h"

static void test_ranks_on_each_node(void **state)
{
    (void)state;
    static const uint32_t rank_node[] = {0, 1, 0, 2, 1, 0};
    const struct shape shape = {.rank_count = 6, .node_count = 3, .rank_node = rank_node};
    assert_int_equal(shape_ranks_on(&shape, 0), 3);
    assert_int_equal(shape_ranks_on(&shape, 1), 2);
    assert_int_equal(shape_ranks_on(&shape, 2), 1);
    assert_int_equal(shape_ranks_on(&shape, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranks_on_each_node)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
