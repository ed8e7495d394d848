/*
 * What a block device and the networks of this host have done so far, by the kernel's own counters:
 * /sys/class/block, /sys/class/net (not the loopback) and /sys/class/infiniband. Counts everybody's
 * traffic, not only ours. Reads small files; starts nothing.
 */
#ifndef TIDEMILL_PLATFORM_METER_H
#define TIDEMILL_PLATFORM_METER_H

#include <stdbool.h>
#include <stdint.h>

/* Counters since the boot; differences of two readings are what happened between. */
struct meter_reading {
    int64_t at_ns;      /* clock_now_ns() when the device was read */
    int64_t busy_ns;    /* time in which the device had something to do */
    int64_t queue_ns;   /* sum over its requests of the time in its queue, while they were there */
    int64_t request_ns; /* sum of the times of finished requests, queue and service */
    int64_t requests;   /* finished reads and writes */
    int64_t read_bytes;
    int64_t written_bytes;
    int64_t received_bytes; /* all networks together, each byte once */
    int64_t sent_bytes;
};

/* 'device' is the kernel's name ("nvme0n1"), "" for none: then only networks are read. What cannot
 * be read counts as 0. */
void meter_read(const char *device, struct meter_reading *reading);

/* The bytes of the networks alone: of interfaces with hardware and of InfiniBand ports; of virtual
 * interfaces only where none has hardware. What stands on other interfaces (bridge, bond, VLAN, IP
 * over InfiniBand) is counted there. 'root' stands for "/" (""). */
void meter_networks(const char *root, struct meter_reading *reading);

/* One line of /sys/class/block/X/stat into the reading's fields; false when it is none. Pure. */
bool meter_parse(const char *line, struct meter_reading *reading);

#endif
