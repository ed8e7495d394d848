/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The NUMA nodes that this process may use, and binding to them: threads to their CPUs, memory to
 * their banks (hwloc). Cpusets and affinity masks are respected: a node without an allowed CPU is
 * not listed, and a thread is never bound to a CPU that the process may not use.
 *
 * Detected once; afterwards any thread may call at any time.
 */
#ifndef TIDEMILL_PLATFORM_NUMA_H
#define TIDEMILL_PLATFORM_NUMA_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

enum { NUMA_DOMAINS_MAX = 64, NUMA_CPUS_TEXT = 128 };

struct numa_domain {
    uint32_t node;             /* the system's index of the node */
    uint32_t allowed_cpus;     /* CPUs of the node that this process may use */
    uint64_t memory_bytes;     /* 0 if unknown */
    char cpus[NUMA_CPUS_TEXT]; /* "0-3,8" */
};

struct numa;

/* Detects the domains. There is at least one: if hwloc fails, a single one without binding.
 * -ENOMEM. */
int numa_open(struct numa **numa, struct failure *why);
uint32_t numa_count(const struct numa *numa);
const struct numa_domain *numa_domain(const struct numa *numa, uint32_t index);

/* Binds the calling thread; 0 or -errno. */
int numa_bind_thread(const struct numa *numa, uint32_t index);

/* Binds memory that has not been touched yet; 0 or -errno. */
int numa_bind_memory(const struct numa *numa, uint32_t index, void *memory, size_t bytes);

/* Accepts NULL. */
void numa_close(struct numa *numa);

#endif
