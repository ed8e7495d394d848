/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds where wrong bytes come from: an earlier generation or run, another offset of the file, or
 * another file. First it reads the stamps around them, which identify any cell of any run. For
 * parts without a stamp it generates the likely contents: other generations of the same position,
 * nearby cells of the file, the same offset of other files. An origin is only reported after a
 * byte-by-byte comparison.
 *
 * Slow (up to some milliseconds) but bounded; does not allocate.
 */
#ifndef TIDEMILL_DATA_ORIGIN_H
#define TIDEMILL_DATA_ORIGIN_H

#include <stdbool.h>

#include "verify.h"

enum {
    ORIGIN_PROOF_BYTES = 16, /* fewer equal bytes prove nothing */
    ORIGIN_GENERATIONS = 64, /* tried, counting back from the expected one */
    ORIGIN_CELLS = 1024,     /* tried on each side */
    ORIGIN_FILES = 64,       /* tried: the first ones, and as many on each side */
};

/* Finds the origin by stamps alone. 'got' points into the checked memory and has at least
 * ORIGIN_PROOF_BYTES. False if no stamp explains the bytes. */
bool origin_by_stamp(const struct checked *checked, const uint8_t *got, size_t length,
                     enum difference_kind *kind);

/* The same by generating candidates. */
bool origin_by_search(const struct checked *checked, const uint8_t *got, size_t length,
                      enum difference_kind *kind);

#endif
