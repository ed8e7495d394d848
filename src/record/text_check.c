/* SPDX-License-Identifier: Apache-2.0 */
#include "text_check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap_check.h"

/* Formats of HDF5's file format specification: object headers of both versions, their messages for
 * attributes and continuations, and the reference to a text: its length, the address of the heap's
 * collection and the number of the object in it. */
enum {
    MOST_BYTES = 64 << 20, /* of a header or a collection */
    MOST_CHUNKS = 1000,
    MESSAGE_ATTRIBUTE = 12,
    MESSAGE_CONTINUATION = 16,
    MESSAGE_ATTRIBUTE_INFO = 21,
    SHARED = 2,
    REFERENCE_BYTES = 16,
    COLLECTION_HEAD = 16,
};

struct walk {
    int fd;
    const char *name;
    bool second; /* version of the header */
    bool ordered;
    bool dense; /* the attributes are not in the header, as in results of version 0.1.0 */
    bool found;
    int chunks; /* that were read */
};

/* Bytes of the file, malloc'ed; NULL if it does not have them. */
static unsigned char *fetch(int fd, uint64_t at, uint64_t length)
{
    if (length > MOST_BYTES || at > INT64_MAX - MOST_BYTES)
        return NULL;
    unsigned char *bytes = malloc(length + 1);
    if (bytes && pread(fd, bytes, length, (off_t)at) != (ssize_t)length) {
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

static bool reference_holds(int fd, const unsigned char *reference)
{
    const uint64_t length = heap_number(reference, 4);
    const uint64_t address = heap_number(reference + 4, 8);
    if (address == 0)
        return length == 0;
    unsigned char *head = fetch(fd, address, COLLECTION_HEAD);
    unsigned char *whole = head ? fetch(fd, address, heap_number(head + 8, 8)) : NULL;
    const bool holds = whole && heap_holds((char *)whole, heap_number(head + 8, 8),
                                           (uint32_t)heap_number(reference + 12, 4), length);
    free(whole);
    free(head);
    return holds;
}

/* The value of an attribute's message, if it has this name. */
static bool attribute_holds(struct walk *walk, const unsigned char *body, size_t length)
{
    if (length < 9)
        return false;
    const size_t sizes[3] = {heap_number(body + 2, 2), heap_number(body + 4, 2),
                             heap_number(body + 6, 2)};
    const size_t pad = body[0] == 1 ? 7 : 0;
    size_t at = body[0] == 3 ? 9 : 8;
    const unsigned char *name = body + at;
    for (int i = 0; i < 3; i++)
        at += (sizes[i] + pad) & ~pad;
    const size_t letters = strlen(walk->name) + 1;
    if (at > length || body[0] < 1 || body[0] > 3)
        return false;
    if (sizes[0] < letters || memcmp(name, walk->name, letters) != 0)
        return true;
    walk->found = true;
    return length - at >= REFERENCE_BYTES && reference_holds(walk->fd, body + at);
}

/* Attributes of a header without space for them are in heaps anywhere in the file: all bytes that
 * can be this one have to hold. */
static bool heaps_hold(struct walk *walk)
{
    const off_t end = lseek(walk->fd, 0, SEEK_END);
    const size_t letters = strlen(walk->name) + 1;
    const size_t length = end > 0 ? (size_t)end : 0;
    unsigned char *file = fetch(walk->fd, 0, length);
    bool holds = file != NULL;
    for (const unsigned char *at = file; holds && at; at = at ? at + 1 : NULL) {
        /* heaps whose contents are deflated hide them */
        at = memmem(at, length - (size_t)(at - file), "FRHP", 5);
        holds = !at || length - (size_t)(at - file) < 9 || heap_number(at + 7, 2) == 0;
    }
    for (const unsigned char *at = file; holds && at; at = at ? at + 1 : NULL) {
        at = memmem(at, length - (size_t)(at - file), walk->name, letters);
        for (size_t head = 8; at && head <= 9 && at - file >= 9 && holds; head++)
            if ((at[-(ptrdiff_t)head] == 3) == (head == 9) &&
                heap_number(at - head + 2, 2) == letters && at[-(ptrdiff_t)head] - 1U < 3)
                holds = attribute_holds(walk, at - head, length - (size_t)(at - head - file));
    }
    free(file);
    return holds;
}

static bool chunk_holds(struct walk *walk, uint64_t address, uint64_t length);

/* An address of ones is none; before it is a count if bit 0 of the flags is set. */
static bool is_dense(const unsigned char *body, size_t size, unsigned flags)
{
    const size_t at = size > 1 && body[1] & 1 ? 4 : 2;
    return flags & SHARED || size < at + 8 || heap_number(body + at, 8) != UINT64_MAX;
}

/* The messages of a header, or of a part that continues it. */
static bool messages_hold(struct walk *walk, const unsigned char *bytes, size_t length)
{
    const size_t head = walk->second ? (walk->ordered ? 6 : 4) : 8;
    for (size_t at = 0; length - at >= head;) {
        const unsigned char *message = bytes + at;
        const uint64_t type = walk->second ? message[0] : heap_number(message, 2);
        const size_t size = heap_number(message + (walk->second ? 1 : 2), 2);
        const unsigned flags = walk->second ? message[3] : message[4];
        if (size > length - at - head)
            return false;
        at += head + size;
        if (type == MESSAGE_ATTRIBUTE &&
            (flags & SHARED || !attribute_holds(walk, message + head, size)))
            return false;
        walk->dense |= type == MESSAGE_ATTRIBUTE_INFO && is_dense(message + head, size, flags);
        if (type == MESSAGE_CONTINUATION &&
            (size < 16 || !chunk_holds(walk, heap_number(message + head, 8),
                                       heap_number(message + head + 8, 8))))
            return false;
    }
    return true;
}

static bool chunk_holds(struct walk *walk, uint64_t address, uint64_t length)
{
    if (++walk->chunks > MOST_CHUNKS || length < 8)
        return false;
    unsigned char *bytes = fetch(walk->fd, address, length);
    /* In version 2, a signature and a checksum are around them. */
    const bool holds = bytes && (walk->second ? messages_hold(walk, bytes + 4, length - 8)
                                              : messages_hold(walk, bytes, length));
    free(bytes);
    return holds;
}

bool text_check(int fd, uint64_t header, const char *name)
{
    enum { HEAD_BYTES = 40 };
    struct walk walk = {.fd = fd, .name = name};
    unsigned char *head = fetch(fd, header, HEAD_BYTES);
    if (!head)
        return false;
    walk.second = memcmp(head, "OHDR", 4) == 0;
    uint64_t at = 16;
    uint64_t length = heap_number(head + 8, 4);
    if (walk.second) {
        const unsigned flags = head[5];
        const size_t width = (size_t)1 << (flags & 3);
        walk.ordered = flags & 4;
        at = 6U + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
        length = heap_number(head + at, width);
        at += width;
    }
    free(head);
    unsigned char *bytes = fetch(fd, header + at, length);
    const bool holds = bytes && messages_hold(&walk, bytes, length);
    free(bytes);
    return holds && (!walk.dense || heaps_hold(&walk)) && walk.found;
}
