/*
 * A growing string. Owns its memory; a zeroed one is valid and empty. Running out of memory is
 * remembered in 'failed' and makes the later calls do nothing, so callers check once, at the end.
 */
#ifndef TIDEMILL_BASE_TEXT_H
#define TIDEMILL_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data; /* NULL while empty, else ends with a NUL */
    size_t length;
    size_t room;
    bool failed;
};

/* Appends formatted text. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends 'length' bytes as they are. */
void text_add_bytes(struct text *text, const char *bytes, size_t length);

/* What it holds, "" when empty; valid until the next change. */
const char *text_string(const struct text *text);

/* Empties it and keeps the memory. */
void text_clear(struct text *text);

/* Gives the memory back and zeroes it. */
void text_release(struct text *text);

/* Copies 'from' into 'to' of 'room' bytes, always ended; true if it fitted whole. */
bool text_copy(char *to, size_t room, const char *from);

#endif
