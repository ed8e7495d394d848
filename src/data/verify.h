/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classifies wrong bytes: the slow half of content_check, called once for each check that found a
 * difference. For each sector it tries zeros, poison, and then the origin of the bytes (origin.h).
 */
#ifndef TIDEMILL_DATA_VERIFY_H
#define TIDEMILL_DATA_VERIFY_H

#include "data/content.h"

enum { BLOCK_BYTES = 4096, SECTOR_BYTES = 512 };

/* The arguments of content_check. */
struct checked {
    const struct content *content;
    const struct position *position;
    const uint8_t *memory;
    size_t length;
};

/* Returns the kind of the 4 KiB block (by file offset) that contains the differing byte at
 * 'offset'. */
enum difference_kind classify_block(const struct checked *checked, uint64_t offset);

#endif
