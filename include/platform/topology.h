/*
 * What processors and memory this process may use (hwloc, cgroup, affinity mask).
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
    uint64_t memory_bytes;           /* physical */
    uint64_t memory_limit_bytes;     /* smallest cgroup limit above us, else memory_bytes */
    uint64_t last_level_cache_bytes; /* sum over the caches that the machine has; 0 = not known */
    char hwloc_version[32];          /* of the library that told all this; "" when it could not */
};

int topology_look(struct topology *topology, struct failure *why);

/* A mask as a list of ranges: "0-3,8"; cut with "..." when it does not fit. */
void topology_mask_text(const uint64_t mask[TOPOLOGY_MASK_BITS / 64], char *out, uint32_t room);

#endif
