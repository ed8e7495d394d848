/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about this host, from /proc and system calls; job and launcher are in platform/launch.h.
 */
#ifndef TIDEMILL_PLATFORM_HOST_H
#define TIDEMILL_PLATFORM_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "platform/launch.h"
#include "platform/topology.h"
#include "record/record.h"

/* The identity of this host. Two processes are on the same node if both strings are equal; they
 * read the same monotonic clock if boot id and time namespace are equal. */
struct host_identity {
    char hostname[RECORD_NAME + 1]; /* up to 64 characters */
    char boot_id[40];
    uint64_t time_namespace; /* within one boot, processes with the same value share
                                CLOCK_MONOTONIC; 0 = unknown */
};

/* Reads the identity; -errno with the reason. */
int host_identify(struct host_identity *identity, struct failure *why);

/* Sets all fields of 'node' except 'ranks', 'mpi_library', 'load_thousandths' and the facts about
 * the program; 'allowed_cpus' is the mask of this process only. -errno with the reason. */
int host_detect(struct record_node *node, const struct topology *topology, struct failure *why);

/* Returns the load average of the last minute in thousandths; -1 if unknown. Ranks that wait for
 * each other add to the load, so call it before they start to wait. */
int64_t host_load_thousandths(void);

/* Parses a line of /proc/loadavg. Pure. */
int64_t host_load_parse(const char *line);

/* Returns the soft RLIMIT_MEMLOCK in bytes; -1 if unlimited. */
int64_t host_memlock_bytes(void);

/* True if this process may lock memory beyond that limit (CAP_IPC_LOCK). */
bool host_can_lock_memory(void);

/* Bytes that the kernel has moved between storage and this process (all threads); 0 if unknown.
 * Page cache hits do not count. */
struct host_traffic {
    int64_t read_bytes;
    int64_t written_bytes;
};
void host_read_traffic(struct host_traffic *traffic);

/* Returns 64 random bits from the kernel. */
uint64_t host_random(void);

#endif
