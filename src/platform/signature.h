/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recognises the contents of a device by the signatures of file systems, volume managers and
 * partition tables at fixed offsets. The list has the common ones; finding none does not prove that
 * the device is empty.
 */
#ifndef TIDEMILL_PLATFORM_SIGNATURE_H
#define TIDEMILL_PLATFORM_SIGNATURE_H

#include <stdint.h>

/* Returns what the first signature found belongs to ("xfs", "LVM2", "a GPT partition table"), or
 * NULL. 'fd' is only read, with pread; 'size_bytes' is the size of the device. */
const char *signature_find(int fd, uint64_t size_bytes);

#endif
