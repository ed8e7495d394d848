/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "platform/cgroup.h"

void topology_read_allowed(struct topology *topology)
{
    cpu_set_t *set = CPU_ALLOC(TOPOLOGY_MASK_BITS);
    const size_t bytes = CPU_ALLOC_SIZE(TOPOLOGY_MASK_BITS);
    if (set && sched_getaffinity(0, bytes, set) == 0)
        for (uint32_t cpu = 0; cpu < TOPOLOGY_MASK_BITS; cpu++)
            if (CPU_ISSET_S(cpu, bytes, set)) {
                topology->allowed_mask[cpu / 64] |= (uint64_t)1 << cpu % 64;
                topology->allowed_cpus++;
            }
    CPU_FREE(set);
}

static void read_library_version(hwloc_topology_t machine, struct topology *topology)
{
    const char *version = hwloc_obj_get_info_by_name(hwloc_get_root_obj(machine), "hwlocVersion");
    text_copy(topology->hwloc_version, sizeof topology->hwloc_version, version ? version : "");
}

static uint32_t count_of(hwloc_topology_t machine, hwloc_obj_type_t type)
{
    const int count = hwloc_get_nbobjs_by_type(machine, type);
    return count > 0 ? (uint32_t)count : 0;
}

static uint64_t last_level_cache(hwloc_topology_t machine)
{
    static const hwloc_obj_type_t levels[] = {HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L4CACHE,
                                              HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE};
    uint64_t sum = 0;
    for (size_t i = 0; sum == 0 && i < sizeof levels / sizeof *levels; i++) {
        hwloc_obj_t cache = NULL;
        while ((cache = hwloc_get_next_obj_by_type(machine, levels[i], cache)))
            sum += cache->attr->cache.size;
    }
    return sum;
}

/* False if hwloc fails (seen in containers with an incomplete /sys). */
static bool read_machine(struct topology *topology)
{
    hwloc_topology_t machine;
    if (hwloc_topology_init(&machine))
        return false;
    /* the whole machine, including what this process may not use */
    hwloc_topology_set_flags(machine, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    const bool loaded = hwloc_topology_load(machine) == 0;
    if (loaded) {
        topology->sockets = count_of(machine, HWLOC_OBJ_PACKAGE);
        topology->cores = count_of(machine, HWLOC_OBJ_CORE);
        topology->cpus = count_of(machine, HWLOC_OBJ_PU);
        topology->numa_nodes = count_of(machine, HWLOC_OBJ_NUMANODE);
        topology->memory_bytes = hwloc_get_root_obj(machine)->total_memory;
        topology->last_level_cache_bytes = last_level_cache(machine);
        read_library_version(machine, topology);
    }
    hwloc_topology_destroy(machine);
    return loaded;
}

static void fill_gaps(struct topology *topology)
{
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    const long pages = sysconf(_SC_PHYS_PAGES);
    if (topology->cpus == 0)
        topology->cpus = cpus > 0 ? (uint32_t)cpus : 1;
    if (topology->cores == 0)
        topology->cores = topology->cpus;
    if (topology->numa_nodes == 0)
        topology->numa_nodes = 1;
    /* hwloc sums up the NUMA nodes, which shrink on some virtual machines */
    if (pages > 0)
        topology->memory_bytes = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

int topology_detect(struct topology *topology, struct failure *why)
{
    struct cgroup_limits limits;

    *topology = (struct topology){0};
    topology_read_allowed(topology);
    if (topology->allowed_cpus == 0)
        return failure_set(why, -EIO, "cannot read which CPUs this process may use");
    read_machine(topology);
    fill_gaps(topology);
    topology->memory_limit_bytes = topology->memory_bytes;
    cgroup_detect("", &limits);
    if (limits.memory.value >= 0 && (uint64_t)limits.memory.value < topology->memory_bytes)
        topology->memory_limit_bytes = (uint64_t)limits.memory.value;
    return 0;
}

static bool is_allowed(const uint64_t mask[TOPOLOGY_MASK_BITS / 64], uint32_t cpu)
{
    return cpu < TOPOLOGY_MASK_BITS && (mask[cpu / 64] >> cpu % 64 & 1);
}

void topology_format_mask(const uint64_t mask[TOPOLOGY_MASK_BITS / 64], char *out, uint32_t size)
{
    static const char more[] = "...";
    uint32_t used = 0;

    if (size == 0)
        return;
    out[0] = 0;
    for (uint32_t first = 0; first < TOPOLOGY_MASK_BITS; first++) {
        char range[32];
        if (!is_allowed(mask, first))
            continue;
        uint32_t last = first;
        while (is_allowed(mask, last + 1))
            last++;
        uint32_t length = (uint32_t)snprintf(range, sizeof range, "%s%u", used ? "," : "", first);
        if (last > first)
            length += (uint32_t)snprintf(range + length, sizeof range - length, "-%u", last);
        /* Every range except the last must leave space for the dots. */
        bool is_last = true;
        for (uint32_t cpu = last + 1; is_last && cpu < TOPOLOGY_MASK_BITS; cpu++)
            is_last = !is_allowed(mask, cpu);
        if (used + length + (is_last ? 1 : sizeof more) > size) {
            snprintf(out + used, size - used, "%s", more);
            return;
        }
        memcpy(out + used, range, length + 1);
        used += length;
        first = last;
    }
}
