/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network interfaces and InfiniBand ports of this host, from /sys. Reads only.
 */
#ifndef TIDEMILL_PLATFORM_NETWORKS_H
#define TIDEMILL_PLATFORM_NETWORKS_H

#include <stddef.h>

#include "record/record.h"

/* Lists interfaces that have a device and bonds of them, then InfiniBand ports, each sorted by
 * name; below 'root' ("" for this host). '*networks' is malloc'ed, NULL if there are none; 'node'
 * is left empty. -ENOMEM. */
int networks_detect(const char *root, struct record_network **networks, size_t *count);

#endif
