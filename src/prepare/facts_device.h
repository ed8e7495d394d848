/*
 * A block device and what it is made of, in words, for 'tidemill facts'.
 */
#ifndef TIDEMILL_PREPARE_FACTS_DEVICE_H
#define TIDEMILL_PREPARE_FACTS_DEVICE_H

#include "base/text.h"
#include "record/record.h"

/* 'devices' as block_devices_add() leaves them: of the first, "vda, virtio, scheduler none ..." */
void facts_device(const struct record_block_device *device, struct text *out);

/* Of the others those that are alike together: "nvme0n1, nvme1n1: nvme ..."; "" without others. */
void facts_parts(const struct record_block_device *devices, size_t count, struct text *out);

#endif
