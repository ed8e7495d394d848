/*
 * Tells why bytes are wrong: the slow half of content_check, called once per check that found a
 * difference. Sector by sector it tries zeros, poison, and then whose bytes these are.
 */
#ifndef TIDEMILL_DATA_VERIFY_H
#define TIDEMILL_DATA_VERIFY_H

#include "data/content.h"

enum { BLOCK_BYTES = 4096, SECTOR_BYTES = 512 };

/* What is being checked: the arguments of content_check. */
struct checked {
    const struct content *content;
    const struct position *position;
    const uint8_t *memory;
    size_t length;
};

/* The kind of the 4 KiB block (by file offset) that holds the differing byte at 'offset'. */
enum difference_kind classify_block(const struct checked *checked, uint64_t offset);

#endif
