/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "plan/pool.h"

static void test_every_buffer_begins_at_a_page(void **state)
{
    (void)state;
    assert_int_equal(pool_stride_bytes(1), 4096);
    assert_int_equal(pool_stride_bytes(4096), 4096);
    assert_int_equal(pool_stride_bytes(4097), 8192);
    assert_int_equal(pool_stride_bytes((1ULL << 40) + 512), (1ULL << 40) + 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_buffer_begins_at_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
