/*
 * Network interfaces and InfiniBand ports of this host, as /sys tells. Reads only.
 */
#ifndef TIDEMILL_PLATFORM_NETWORKS_H
#define TIDEMILL_PLATFORM_NETWORKS_H

#include <stddef.h>

#include "record/record.h"

/* Interfaces with a device behind them and bonds of such, then InfiniBand ports, each by name;
 * below 'root' ("" for this host). '*networks' is malloc'ed, NULL when there are none; 'node' is
 * left empty. -ENOMEM. */
int networks_look(const char *root, struct record_network **networks, size_t *count);

#endif
