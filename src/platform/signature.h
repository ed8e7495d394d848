/*
 * Recognises what is stored on a device by the marks that file systems, volume managers and
 * partition tables leave at fixed places. A short list of the usual ones; finding none is no proof
 * that there is nothing.
 */
#ifndef TIDEMILL_PLATFORM_SIGNATURE_H
#define TIDEMILL_PLATFORM_SIGNATURE_H

#include <stdint.h>

/* What the first mark found belongs to ("xfs", "LVM2", "a GPT partition table"), or NULL. 'fd' is
 * read with pread only; 'size_bytes' is that of the device. */
const char *signature_find(int fd, uint64_t size_bytes);

#endif
