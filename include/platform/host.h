/*
 * Facts about this host. Reads /proc and asks the kernel; the job and the launcher are in
 * platform/launch.h.
 */
#ifndef TIDEMILL_PLATFORM_HOST_H
#define TIDEMILL_PLATFORM_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "platform/launch.h"
#include "platform/topology.h"
#include "record/record.h"

/* Who this host is: two processes are on one node when both strings are equal, and read one
 * monotonic clock when boot and time namespace are. */
struct host_identity {
    char hostname[RECORD_NAME];
    char boot_id[40];
    uint64_t time_namespace; /* of one boot, who share it share CLOCK_MONOTONIC; 0 = not known */
};

int host_identify(struct host_identity *identity, struct failure *why);

/* Fills all of 'node' but 'ranks', 'allowed_cpus' (this process's mask only), 'mpi_library',
 * 'load_thousandths' and what the program is made of. */
int host_look(struct record_node *node, const struct topology *topology, struct failure *why);

/* Load average of the last minute in thousandths; -1 when not told. Ranks that wait for each other
 * are load as well: ask before they do. */
int64_t host_load_thousandths(void);

/* The same from a line of /proc/loadavg. Pure. */
int64_t host_load_parse(const char *line);

/* RLIMIT_MEMLOCK, soft; -1 when unlimited. */
int64_t host_memlock_bytes(void);

/* May this process lock memory beyond that limit (CAP_IPC_LOCK)? */
bool host_may_lock(void);

/* What the kernel moved for this process so far, its threads included; zero where it does not tell:
 * to and from storage, whatever the caches did. */
struct host_traffic {
    int64_t read_bytes;
    int64_t written_bytes;
};
void host_traffic(struct host_traffic *traffic);

/* 64 random bits from the kernel. */
uint64_t host_random(void);

#endif
