/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks the global heaps of an HDF5 file, which hold the texts of its attributes. HDF5 guards
 * everything else with checksums and bounds, but trusts the sizes in these (1.10 copies past its
 * buffers when one was damaged). Pure: bytes in, answer out.
 */
#ifndef TIDEMILL_RECORD_HEAP_CHECK_H
#define TIDEMILL_RECORD_HEAP_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number of 'count' bytes, the lowest first. */
uint64_t heap_number(const void *bytes, size_t count);

/* Do the objects of every heap collection fill it exactly? 'file' is the whole file. */
bool heap_check(const char *file, size_t length);

/* Does this collection hold an object of this number, and has it this size? */
bool heap_holds(const char *collection, uint64_t length, uint32_t index, uint64_t size);

#endif
