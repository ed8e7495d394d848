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

/* Gets the name of the hypervisor: by CPUID (x86), else by the firmware. "none" only if CPUID
 * reports none. */
void host_machine_detect(const char *root, char name[RECORD_WORD]);

/* Returns the name for a signature in leaf 0x40000000 of CPUID. Pure. */
const char *host_hypervisor_name(const char signature[12]);

/* Gets the kind of container, by the files that container engines create; "none" if there is no
 * such file and this is the initial PID namespace. */
void host_container_detect(const char *root, char name[RECORD_WORD]);

#endif
