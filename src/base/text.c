#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for 'more' bytes and the NUL. */
static bool reserve(struct text *text, size_t more)
{
    if (text->failed)
        return false;
    size_t needed;
    if (__builtin_add_overflow(text->length, more, &needed) || needed == SIZE_MAX)
        goto refused;
    needed++;
    if (needed <= text->room)
        return true;
    size_t room = text->room < 64 ? 64 : text->room;
    while (room < needed && !__builtin_mul_overflow(room, (size_t)2, &room))
        ;
    char *data = realloc(text->data, room < needed ? needed : room);
    if (!data)
        goto refused;
    text->data = data;
    text->room = room < needed ? needed : room;
    return true;
refused:
    text->failed = true;
    return false;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        text->failed = true;
    else if (reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    if (length > 0)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

const char *text_string(const struct text *text)
{
    return text->data ? text->data : "";
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

void text_release(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

bool text_copy(char *to, size_t room, const char *from)
{
    size_t length = strlen(from);
    bool fits = length < room;
    if (!fits)
        length = room > 0 ? room - 1 : 0;
    if (room > 0) {
        memcpy(to, from, length);
        to[length] = '\0';
    }
    return fits;
}
