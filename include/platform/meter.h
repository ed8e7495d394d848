/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's counters of a block device and of this host's networks: /sys/class/block,
 * /sys/class/net (without loopback) and /sys/class/infiniband. They count the traffic of all
 * processes. Reads small files; starts nothing.
 */
#ifndef TIDEMILL_PLATFORM_METER_H
#define TIDEMILL_PLATFORM_METER_H

#include <stdbool.h>
#include <stdint.h>

/* Counters since boot; the difference of two readings is the traffic between them. */
struct meter_reading {
    int64_t at_ns;      /* clock_now_ns() when the device was read */
    int64_t busy_ns;    /* time in which the device had requests */
    int64_t queue_ns;   /* sum over all requests of their time in the queue */
    int64_t request_ns; /* sum over finished requests of their time in queue and device */
    int64_t requests;   /* finished reads and writes */
    int64_t read_bytes;
    int64_t written_bytes;
    int64_t received_bytes; /* all networks together, each byte counted once */
    int64_t sent_bytes;
};

/* Reads the counters of a device, by kernel name ("nvme0n1"; "": none), and of the networks. What
 * cannot be read counts as 0. */
void meter_read(const char *device, struct meter_reading *reading);

/* Reads the bytes of the networks: of hardware interfaces and InfiniBand ports; of virtual
 * interfaces only if there is no hardware interface. Traffic of stacked interfaces (bridge, bond,
 * VLAN, IP over InfiniBand) is counted on the interfaces below them. 'root' replaces "/" ("" for
 * this host). */
void meter_read_networks(const char *root, struct meter_reading *reading);

/* Parses a line of /sys/class/block/X/stat; false if it is not one. Pure. */
bool meter_parse(const char *line, struct meter_reading *reading);

#endif
