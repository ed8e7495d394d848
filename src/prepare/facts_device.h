/* SPDX-License-Identifier: Apache-2.0 */
/* Describes a block device and its members as text, for 'tidemill facts'. */
#ifndef TIDEMILL_PREPARE_FACTS_DEVICE_H
#define TIDEMILL_PREPARE_FACTS_DEVICE_H

#include "base/text.h"
#include "record/record.h"

/* Describes one device: "vda, virtio, not rotational, scheduler none ...". */
void facts_device(const struct record_block_device *device, struct text *out);

/* Describes the members, devices[1] and later, equal ones together: "nvme0n1, nvme1n1: nvme ...";
 * adds nothing if there are none. */
void facts_parts(const struct record_block_device *devices, size_t count, struct text *out);

#endif
