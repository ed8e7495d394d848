/*
 * Finds out whose bytes lie where others belong: an earlier generation or run, another offset of
 * the file, another file. First by the stamps that can be read around them, which name any cell of
 * any run; then, for parts without a stamp, by generating what is likely: other generations of the
 * same place, nearby cells of the file, the same offset of other files. What it names it has
 * compared byte by byte.
 *
 * Slow (up to some milliseconds) and bounded; no allocation.
 */
#ifndef TIDEMILL_DATA_ORIGIN_H
#define TIDEMILL_DATA_ORIGIN_H

#include <stdbool.h>

#include "verify.h"

enum {
    ORIGIN_TELLING_BYTES = 16, /* fewer equal bytes prove nothing */
    ORIGIN_GENERATIONS = 64,   /* tried back from the expected one */
    ORIGIN_CELLS = 1024,       /* tried on either side */
    ORIGIN_FILES = 64,         /* the first ones, and as many on either side */
};

/* 'got' points into the checked memory; at least ORIGIN_TELLING_BYTES. By stamps alone. */
bool origin_by_stamp(const struct checked *checked, const uint8_t *got, size_t length,
                     enum difference_kind *kind);

/* The same by generating candidates. */
bool origin_by_search(const struct checked *checked, const uint8_t *got, size_t length,
                      enum difference_kind *kind);

#endif
