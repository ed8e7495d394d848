/* SPDX-License-Identifier: Apache-2.0 */
#include "slices.h"

#include <stdint.h>

#include "unit.h"

static const size_t gib = (size_t)1 << 30;
static const size_t mib = (size_t)1 << 20;

static void slices_end_where_buffers_do(void **state)
{
    (void)state;
    assert_int_equal(slice_bytes(0), gib);
    assert_int_equal(slice_bytes(mib), gib);
    assert_int_equal(slice_bytes(3 * mib), 341 * 3 * mib);
    assert_int_equal(slice_bytes(gib), gib);
    assert_int_equal(slice_bytes(gib - 4096), gib - 4096);
    assert_int_equal(slice_bytes(gib + 4096), 0);
    assert_int_equal(slice_bytes(SIZE_MAX), 0);
}

static void every_buffer_of_a_large_arena_is_in_one_slice(void **state)
{
    (void)state;
    static const size_t buffers[] = {4096, 3 << 20, 12288, 700u << 20, 1u << 30, 47104};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
        const size_t own = buffers[i];
        const size_t slice = slice_bytes(own);
        const size_t arena = 5 * gib / own * own;
        for (size_t start = 0; start < arena; start += own) {
            const int index = slice_of(slice, arena, start, own);
            assert_true(index >= 0);
            assert_true((size_t)index * slice <= start);
            assert_true(start + own <= ((size_t)index + 1) * slice);
        }
    }
}

static void memory_outside_of_the_arena_is_in_no_slice(void **state)
{
    (void)state;
    assert_int_equal(slice_of(gib, 2 * gib, gib - 1, 2), -1);
    assert_int_equal(slice_of(gib, 2 * gib, 0, 0), -1);
    assert_int_equal(slice_of(gib, 2 * gib, 2 * gib, 1), -1);
    assert_int_equal(slice_of(gib, 2 * gib, 2 * gib - 1, 2), -1);
    assert_int_equal(slice_of(gib, 2 * gib, SIZE_MAX, 4096), -1);
    assert_int_equal(slice_of(gib, 2 * gib, 2 * gib - 1, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_end_where_buffers_do),
        cmocka_unit_test(every_buffer_of_a_large_arena_is_in_one_slice),
        cmocka_unit_test(memory_outside_of_the_arena_is_in_no_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
