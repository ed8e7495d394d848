/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPUs and the memory that this process may use (hwloc, cgroup, affinity mask).
 */
#ifndef TIDEMILL_PLATFORM_TOPOLOGY_H
#define TIDEMILL_PLATFORM_TOPOLOGY_H

#include <stdint.h>

#include "base/failure.h"

enum { TOPOLOGY_MASK_BITS = 8192 };

struct topology {
    uint32_t sockets; /* of the machine */
    uint32_t cores;
    uint32_t cpus; /* hardware threads online */
    uint32_t numa_nodes;
    uint32_t allowed_cpus; /* in this process's affinity mask */
    uint64_t allowed_mask[TOPOLOGY_MASK_BITS / 64];
    uint64_t memory_bytes;       /* physical */
    uint64_t memory_limit_bytes; /* smallest limit of this process's cgroups, else memory_bytes */
    uint64_t last_level_cache_bytes; /* sum over the machine's last-level caches; 0 = unknown */
    char hwloc_version[32];          /* "" if hwloc failed */
};

/* Detects the topology; -errno with the reason. */
int topology_detect(struct topology *topology, struct failure *why);

/* Adds the CPUs that this process may use now. */
void topology_read_allowed(struct topology *topology);

/* Formats a mask as a list of ranges: "0-3,8"; ends with "..." if it does not fit. */
void topology_format_mask(const uint64_t mask[TOPOLOGY_MASK_BITS / 64], char *out, uint32_t size);

#endif
