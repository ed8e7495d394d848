/*
 * The NUMA nodes that this process may use, and binding to one of them: threads to its processors,
 * memory to its banks (hwloc). Respects cpusets and affinity masks: a node without an allowed
 * processor is not there, and a thread is never bound beyond what the process may use.
 *
 * Found once; afterwards any thread may call at any time.
 */
#ifndef TIDEMILL_PLATFORM_NUMA_H
#define TIDEMILL_PLATFORM_NUMA_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

enum { NUMA_DOMAINS_MAX = 64, NUMA_CPUS_TEXT = 128 };

struct numa_domain {
    uint32_t node;             /* the system's number of it */
    uint32_t allowed_cpus;     /* of its processors, those that this process may use */
    uint64_t memory_bytes;     /* 0 when not told */
    char cpus[NUMA_CPUS_TEXT]; /* "0-3,8" */
};

struct numa;

/* There is at least one domain: where hwloc cannot tell, a single one that nothing can be bound to.
 * -ENOMEM. */
int numa_open(struct numa **numa, struct failure *why);
uint32_t numa_count(const struct numa *numa);
const struct numa_domain *numa_domain(const struct numa *numa, uint32_t index);

/* Binds the calling thread; 0 or -errno. */
int numa_bind_thread(const struct numa *numa, uint32_t index);

/* Memory that nobody has touched yet; 0 or -errno. */
int numa_bind_memory(const struct numa *numa, uint32_t index, void *memory, size_t bytes);

/* Accepts NULL. */
void numa_close(struct numa *numa);

#endif
