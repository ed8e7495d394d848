/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/numa.h"

#include <errno.h>
#include <hwloc.h>
#include <stdbool.h>
#include <stdlib.h>

struct numa {
    hwloc_topology_t machine; /* NULL if hwloc failed */
    uint32_t count;
    struct numa_domain domains[NUMA_DOMAINS_MAX];
    hwloc_bitmap_t cpus[NUMA_DOMAINS_MAX];
    hwloc_bitmap_t nodes[NUMA_DOMAINS_MAX];
};

/* Two kinds of memory with the same CPUs (HBM, CXL) are one domain: the first of them. */
static bool is_known(const struct numa *numa, hwloc_const_bitmap_t cpus)
{
    for (uint32_t i = 0; i < numa->count; i++)
        if (hwloc_bitmap_isequal(numa->cpus[i], cpus))
            return true;
    return false;
}

static void add_domain(struct numa *numa, hwloc_obj_t node, hwloc_const_bitmap_t allowed)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_dup(node->cpuset);
    if (!cpus || hwloc_bitmap_and(cpus, cpus, allowed) || hwloc_bitmap_iszero(cpus) ||
        numa->count == NUMA_DOMAINS_MAX || is_known(numa, cpus)) {
        hwloc_bitmap_free(cpus);
        return;
    }
    struct numa_domain *domain = &numa->domains[numa->count];
    numa->cpus[numa->count] = cpus;
    numa->nodes[numa->count] = hwloc_bitmap_dup(node->nodeset);
    *domain = (struct numa_domain){
        .node = node->os_index,
        .allowed_cpus = (uint32_t)hwloc_bitmap_weight(cpus),
        .memory_bytes = node->attr->numanode.local_memory,
    };
    hwloc_bitmap_list_snprintf(domain->cpus, sizeof domain->cpus, cpus);
    numa->count++;
}

static void detect_domains(struct numa *numa)
{
    hwloc_bitmap_t allowed = hwloc_bitmap_alloc();
    hwloc_obj_t node = NULL;
    if (!allowed || hwloc_topology_init(&numa->machine)) {
        numa->machine = NULL;
        goto out;
    }
    if (hwloc_topology_load(numa->machine)) {
        hwloc_topology_destroy(numa->machine);
        numa->machine = NULL;
        goto out;
    }
    if (hwloc_get_cpubind(numa->machine, allowed, HWLOC_CPUBIND_THREAD))
        hwloc_bitmap_copy(allowed, hwloc_topology_get_allowed_cpuset(numa->machine));
    while ((node = hwloc_get_next_obj_by_type(numa->machine, HWLOC_OBJ_NUMANODE, node)))
        add_domain(numa, node, allowed);
out:
    hwloc_bitmap_free(allowed);
}

int numa_open(struct numa **numa, struct failure *why)
{
    struct numa *new = calloc(1, sizeof *new);
    *numa = new;
    if (!new)
        return failure_set(why, -ENOMEM, "cannot detect the NUMA nodes: out of memory");
    detect_domains(new);
    if (new->count == 0)
        new->count = 1;
    return 0;
}

uint32_t numa_count(const struct numa *numa)
{
    return numa->count;
}

const struct numa_domain *numa_domain(const struct numa *numa, uint32_t index)
{
    return &numa->domains[index];
}

int numa_bind_thread(const struct numa *numa, uint32_t index)
{
    if (!numa->cpus[index])
        return -EOPNOTSUPP;
    return hwloc_set_cpubind(numa->machine, numa->cpus[index], HWLOC_CPUBIND_THREAD) ? -errno : 0;
}

int numa_bind_memory(const struct numa *numa, uint32_t index, void *memory, size_t bytes)
{
    if (!numa->nodes[index])
        return -EOPNOTSUPP;
    return hwloc_set_area_membind(numa->machine, memory, bytes, numa->nodes[index],
                                  HWLOC_MEMBIND_BIND,
                                  HWLOC_MEMBIND_BYNODESET | HWLOC_MEMBIND_STRICT)
               ? -errno
               : 0;
}

void numa_close(struct numa *numa)
{
    if (!numa)
        return;
    for (uint32_t i = 0; i < numa->count; i++) {
        hwloc_bitmap_free(numa->cpus[i]);
        hwloc_bitmap_free(numa->nodes[i]);
    }
    if (numa->machine)
        hwloc_topology_destroy(numa->machine);
    free(numa);
}
