/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/numa.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "platform/memory.h"
#include "platform/topology.h"
#include "unit.h"

static struct numa *open_numa(void)
{
    struct numa *numa;
    assert_int_equal(numa_open(&numa, NULL), 0);
    assert_true(numa_count(numa) >= 1);
    return numa;
}

static void domains_cover_all_allowed_cpus(void **state)
{
    (void)state;
    struct topology topology;
    struct numa *numa = open_numa();
    uint32_t cpus = 0;
    assert_int_equal(topology_detect(&topology, NULL), 0);
    for (uint32_t i = 0; i < numa_count(numa); i++) {
        assert_true(numa_domain(numa, i)->allowed_cpus > 0);
        assert_true(numa_domain(numa, i)->cpus[0] != 0);
        cpus += numa_domain(numa, i)->allowed_cpus;
    }
    assert_int_equal(cpus, topology.allowed_cpus);
    numa_close(numa);
    numa_close(NULL);
}

/* taskset and cpusets are respected: a bound thread stays within the mask of the process. */
static void binding_stays_within_the_mask(void **state)
{
    (void)state;
    cpu_set_t all, one, bound;
    size_t last = 0;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all))
            last = cpu;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    struct numa *numa = open_numa();
    assert_int_equal(numa_count(numa), 1);
    assert_int_equal(numa_domain(numa, 0)->allowed_cpus, 1);
    assert_int_equal(atoi(numa_domain(numa, 0)->cpus), (int)last);
    assert_int_equal(numa_bind_thread(numa, 0), 0);
    assert_int_equal(sched_getaffinity(0, sizeof bound, &bound), 0);
    assert_true(CPU_EQUAL(&bound, &one));
    sched_setaffinity(0, sizeof all, &all);
    numa_close(numa);
}

static void untouched_memory_can_be_bound(void **state)
{
    (void)state;
    struct arena arena;
    struct numa *numa = open_numa();
    for (uint32_t i = 0; i < numa_count(numa); i++) {
        assert_int_equal(arena_map(&arena, 8 << 20, PREFER, NULL), 0);
        const int result = numa_bind_memory(numa, i, arena.memory, arena.bytes);
        if (result)
            print_message("note: domain %u: %s\n", i, strerror(-result));
        arena_touch(arena.memory, arena.bytes);
        memset(arena.memory, 1, arena.bytes);
        arena_unmap(&arena);
    }
    numa_close(numa);
}

/* When hwloc simulates another machine, two domains are found. */
static void a_simulated_machine_has_its_domains(void **state)
{
    (void)state;
    setenv("HWLOC_SYNTHETIC", "numa:2 core:1 pu:1", 1);
    struct numa *numa = open_numa();
    assert_int_equal(numa_count(numa), 2);
    assert_int_equal(numa_domain(numa, 1)->node, 1);
    assert_string_equal(numa_domain(numa, 1)->cpus, "1");
    assert_int_equal(numa_bind_thread(numa, 1), 0);
    numa_close(numa);
    setenv("HWLOC_SYNTHETIC", "nonsense", 1);
    numa_close(open_numa());
    unsetenv("HWLOC_SYNTHETIC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_cover_all_allowed_cpus),
        cmocka_unit_test(binding_stays_within_the_mask),
        cmocka_unit_test(untouched_memory_can_be_bound),
        cmocka_unit_test(a_simulated_machine_has_its_domains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
