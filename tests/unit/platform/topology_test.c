/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/topology.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static void text_of(char *out, uint32_t size, const uint32_t *cpus, size_t count)
{
    uint64_t mask[TOPOLOGY_MASK_BITS / 64] = {0};
    for (size_t i = 0; i < count; i++)
        mask[cpus[i] / 64] |= (uint64_t)1 << cpus[i] % 64;
    memset(out, '#', size);
    topology_format_mask(mask, out, size);
}

static void masks_are_formatted_as_ranges(void **state)
{
    static const uint32_t one[] = {0}, mixed[] = {0, 1, 2, 3, 8, 63, 64, 65, 8190, 8191},
                          gaps[] = {1, 3, 5, 7, 9, 11};
    (void)state;
    char out[64];
    text_of(out, sizeof out, NULL, 0);
    assert_string_equal(out, "");
    text_of(out, sizeof out, one, 1);
    assert_string_equal(out, "0");
    text_of(out, sizeof out, mixed, 10);
    assert_string_equal(out, "0-3,8,63-65,8190-8191");
    text_of(out, sizeof out, gaps, 6);
    assert_string_equal(out, "1,3,5,7,9,11");
}

static void a_long_mask_ends_in_dots(void **state)
{
    static const uint32_t gaps[] = {1, 3, 5, 7, 9, 11};
    static const char whole[] = "1,3,5,7,9,11";
    (void)state;
    for (uint32_t size = 4; size <= sizeof whole; size++) {
        char out[32] = "";
        text_of(out, size, gaps, 6);
        const size_t length = strlen(out);
        assert_true(length < size);
        if (size == sizeof whole) {
            assert_string_equal(out, whole);
        } else {
            assert_string_equal(out + length - 3, "...");
            assert_memory_equal(out, whole, length - 3);
        }
    }
    char tiny[1] = {'#'};
    text_of(tiny, 1, gaps, 6);
    assert_int_equal(tiny[0], 0);
}

static void this_machine_is_consistent(void **state)
{
    (void)state;
    struct topology topology;
    assert_int_equal(topology_detect(&topology, NULL), 0);
    assert_true(topology.cpus >= topology.allowed_cpus);
    assert_true(topology.cpus >= topology.cores && topology.cores >= topology.sockets);
    assert_true(topology.sockets >= 1 && topology.numa_nodes >= 1 && topology.allowed_cpus >= 1);
    assert_true(topology.memory_bytes >= (uint64_t)64 << 20);
    assert_true(topology.memory_limit_bytes <= topology.memory_bytes);
    assert_true(topology.memory_limit_bytes > 0);
}

static void a_narrow_mask_changes_only_the_allowed_cpus(void **state)
{
    (void)state;
    struct topology before, after;
    cpu_set_t all, one;
    uint32_t last = 0;
    assert_int_equal(topology_detect(&before, NULL), 0);
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    for (uint32_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all))
            last = cpu;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(topology_detect(&after, NULL), 0);
    sched_setaffinity(0, sizeof all, &all);
    assert_int_equal(after.allowed_cpus, 1);
    assert_true(after.allowed_mask[last / 64] == (uint64_t)1 << last % 64);
    assert_int_equal(after.cpus, before.cpus);
    assert_int_equal(after.last_level_cache_bytes, before.last_level_cache_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_are_formatted_as_ranges),
        cmocka_unit_test(a_long_mask_ends_in_dots),
        cmocka_unit_test(this_machine_is_consistent),
        cmocka_unit_test(a_narrow_mask_changes_only_the_allowed_cpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
