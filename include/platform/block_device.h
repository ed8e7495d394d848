/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices as described in /sys: kind, queue settings, the PCIe link, and the devices that a
 * device is composed of (device mapper, md). Reads only.
 */
#ifndef TIDEMILL_PLATFORM_BLOCK_DEVICE_H
#define TIDEMILL_PLATFORM_BLOCK_DEVICE_H

#include <stddef.h>

#include "record/record.h"

/* Reads the device with this kernel name ("nvme0n1"; for a partition such as "sda1" its disk) below
 * 'root' ("" for this host). -ENOENT or another -errno; 'device' is then set to unknown values.
 * 'node' and 'above' are left empty. */
int block_device_detect(const char *root, const char *name, struct record_block_device *device);

/* Appends the device and all devices it is composed of to the malloc'ed list, each once, a device
 * before its parts; devices unknown to /sys are skipped. -ENOMEM leaves the list unchanged. */
int block_devices_add(const char *root, const char *name, struct record_block_device **devices,
                      size_t *count);

/* Measures the traffic of all devices for 'window_ns' and sets their before_... fields; the kernel
 * counts in milliseconds. If memory runs out, the fields stay unchanged. */
void block_devices_measure(struct record_block_device *devices, size_t count, int64_t window_ns);

#endif
