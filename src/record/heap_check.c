/* SPDX-License-Identifier: Apache-2.0 */
#include "heap_check.h"

#include <string.h>

/* Format of a collection (HDF5 file format specification, "Global Heap"): signature, version and
 * three zeros; size of the whole; then objects of index, uses, four reserved bytes and size, the
 * data padded to eight. Index 0 is the free space, its size counts its own head, and a rest too
 * small for a head is left alone. */
enum { HEAD_BYTES = 16, ALIGNMENT = 8 };

static const char signature[8] = {'G', 'C', 'O', 'L', 1, 0, 0, 0};

uint64_t heap_number(const void *bytes, size_t count)
{
    const uint8_t *digits = bytes;
    uint64_t value = 0;
    for (size_t i = count; i > 0; i--)
        value = value << 8 | digits[i - 1];
    return value;
}

/* 'found': there is an object of the number 'wanted', and 'size' is that of each such. */
static bool objects_fill(const char *objects, uint64_t left, uint64_t wanted, uint64_t wanted_size,
                         bool *found)
{
    while (left >= HEAD_BYTES) {
        uint64_t index = heap_number(objects, 2);
        uint64_t size = heap_number(objects + 8, 8);
        if (index == 0)
            return size == left;
        if (size > left - HEAD_BYTES || (index == wanted && size != wanted_size))
            return false;
        *found |= index == wanted;
        uint64_t taken = HEAD_BYTES + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (taken > left)
            return false;
        objects += taken;
        left -= taken;
    }
    return true;
}

bool heap_holds(const char *collection, uint64_t length, uint32_t index, uint64_t size)
{
    bool found = false;
    return length >= HEAD_BYTES && memcmp(collection, signature, sizeof signature) == 0 &&
           objects_fill(collection + HEAD_BYTES, length - HEAD_BYTES, index, size, &found) && found;
}

bool heap_check(const char *file, size_t length)
{
    bool found = false;
    const char *end = file + length;
    for (const char *at = file; at && at < end;) {
        at = memmem(at, (size_t)(end - at), signature, sizeof signature);
        if (!at)
            break;
        size_t left = (size_t)(end - at);
        if (left < HEAD_BYTES)
            return false;
        uint64_t size = heap_number(at + sizeof signature, 8);
        if (size < HEAD_BYTES || size > left ||
            !objects_fill(at + HEAD_BYTES, size - HEAD_BYTES, 0, 0, &found))
            return false;
        at += size;
    }
    return true;
}
