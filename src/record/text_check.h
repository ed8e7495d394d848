/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks a text attribute before HDF5 reads it: HDF5 1.10 trusts the length and the number of the
 * object in the global heap, and reads or writes out of bounds where they are wrong.
 */
#ifndef TIDEMILL_RECORD_TEXT_CHECK_H
#define TIDEMILL_RECORD_TEXT_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* True if each attribute of this name in the object header at 'header' of the file is one text that
 * the heap has at its place and in its length, and there is one. */
bool text_check(int fd, uint64_t header, const char *name);

#endif
