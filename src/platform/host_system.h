/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operating system of a host, from /proc, /sys and /etc: release, CPU frequency, huge pages,
 * limits, virtualisation. Reads small files; an unknown fact is "unknown" or -1, never a guess. All
 * paths start with 'root' ("" for this host), so that tests can simulate another host.
 */
#ifndef TIDEMILL_PLATFORM_HOST_SYSTEM_H
#define TIDEMILL_PLATFORM_HOST_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"

/* Sets the node's facts from 'operating_system' to 'dirty_limit_bytes'. */
void host_system_detect(const char *root, struct record_node *node);

/* Sets the node's limits: of setrlimit, and of control groups. */
void host_limits_detect(const char *root, struct record_node *node);

/* Returns the soft limit of a resource (RLIMIT_...); -1 if unlimited. */
int64_t host_limit(int resource);

/* Determines what restricts this process to some of the cores; 'cpuset' is the list of its control
 * group. */
enum record_binding host_binding(const char *root, bool launched, const char *cpuset);

/* Gets the name of the hypervisor: by CPUID (x86), else by the firmware. "none" only if CPUID
 * reports none. */
void host_machine_detect(const char *root, char name[RECORD_WORD]);

/* Returns the name for a signature in leaf 0x40000000 of CPUID. Pure. */
const char *host_hypervisor_name(const char signature[12]);

/* Gets the kind of container, by the files that container engines create; "none" if there is no
 * such file and this is the initial PID namespace. */
void host_container_detect(const char *root, char name[RECORD_WORD]);

#endif
