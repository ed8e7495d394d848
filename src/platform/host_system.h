/*
 * The system that a host runs, as /proc, /sys and /etc tell: operating system, processor clock,
 * huge pages, limits, what virtualises it. Reads small files; whatever is not told is "unknown" or
 * -1, never a guess. Paths begin with 'root' ("" on a real host), so that tests can show it another
 * one.
 */
#ifndef TIDEMILL_PLATFORM_HOST_SYSTEM_H
#define TIDEMILL_PLATFORM_HOST_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"

/* Fills the node's facts from 'operating_system' to 'dirty_limit_bytes'. */
void host_system_look(const char *root, struct record_node *node);

/* The hypervisor's name: what the processor says of it (x86), else what the firmware says.
 * "none" only where the processor says so. */
void host_machine_look(const char *root, char name[RECORD_WORD]);

/* The name for what a hypervisor calls itself in leaf 0x40000000 of CPUID. Pure. */
const char *host_hypervisor_name(const char signature[12]);

/* What container this system is marked as, by the files that container engines leave; "none" when
 * there is no mark and processes are numbered as the kernel itself does. */
void host_container_look(const char *root, char name[RECORD_WORD]);

#endif
