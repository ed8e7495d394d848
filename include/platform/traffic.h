/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's counters of what this node's page cache and disks did, of all processes: debugfs and
 * /proc/vmstat, /sys/block. Reads small files; starts nothing.
 */
#ifndef TIDEMILL_PLATFORM_TRAFFIC_H
#define TIDEMILL_PLATFORM_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

/* Since boot; the difference of two readings is what happened between them. */
struct traffic {
    bool of_device;        /* the next two are of the device alone (debugfs); else of the node */
    bool of_node;          /* (/proc/vmstat); neither: unknown */
    int64_t dirtied_bytes; /* became dirty in the page cache */
    int64_t written_back_bytes;
    int64_t disks; /* disks counted; of several layers the lowest */
    int64_t disks_read_bytes;
    int64_t disks_written_bytes;
};

/* Reads the counters; 'device' is the kernel name of the target's block device, "" = unknown.
 * 'root' replaces "/" ("" for this host). */
void traffic_read(const char *root, const char *device, struct traffic *traffic);

#endif
