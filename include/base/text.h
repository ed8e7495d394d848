/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A string that grows. It owns its memory; a zeroed struct is a valid, empty string. When memory
 * runs out, 'failed' is set and later calls do nothing, so callers check once, at the end.
 */
#ifndef TIDEMILL_BASE_TEXT_H
#define TIDEMILL_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data; /* NULL while empty, else terminated by a NUL */
    size_t length;
    size_t capacity;
    bool failed;
};

/* Appends formatted text. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends 'length' bytes unchanged; they may contain a NUL. */
void text_add_bytes(struct text *text, const char *bytes, size_t length);

/* Appends a string that comes from outside, such as a path: control characters as \n, \t or \xHH.
 */
void text_add_printable(struct text *text, const char *string);

/* Returns the length in bytes of the control character that the string begins with, or 0. Those
 * above 0x7f have two bytes in UTF-8. */
size_t text_control_length(const char *string);

/* Appends a text as valid UTF-8 (RFC 3629): each byte that is not becomes '?'. */
void text_add_utf8(struct text *text, const char *from);

/* Returns the text, "" when empty; valid until the next change. */
const char *text_string(const struct text *text);

/* Empties the string and keeps its memory. */
void text_clear(struct text *text);

/* Frees the memory and zeroes the struct. */
void text_release(struct text *text);

/* Copies 'from' to 'to', which has 'size' bytes, and always terminates it. Returns true if nothing
 * was cut. */
bool text_copy(char *to, size_t size, const char *from);

#endif
