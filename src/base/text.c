#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes space for 'more' bytes and the NUL. */
static bool reserve(struct text *text, size_t more)
{
    if (text->failed)
        return false;
    size_t needed;
    if (__builtin_add_overflow(text->length, more, &needed) || needed == SIZE_MAX)
        goto out_of_memory;
    needed++;
    if (needed <= text->capacity)
        return true;
    size_t capacity = text->capacity < 64 ? 64 : text->capacity;
    while (capacity < needed && !__builtin_mul_overflow(capacity, (size_t)2, &capacity))
        ;
    char *data = realloc(text->data, capacity < needed ? needed : capacity);
    if (!data)
        goto out_of_memory;
    text->data = data;
    text->capacity = capacity < needed ? needed : capacity;
    return true;
out_of_memory:
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

size_t text_control_length(const char *string)
{
    const unsigned char byte = (unsigned char)string[0];
    const unsigned char next = byte ? (unsigned char)string[1] : 0;
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0)
        return 2;
    return byte && (byte < ' ' || byte == 0x7f);
}

void text_add_printable(struct text *text, const char *string)
{
    while (*string) {
        const size_t control = text_control_length(string);
        if (!control)
            text_add_bytes(text, string, 1);
        else if (*string == '\n' || *string == '\t')
            text_add(text, "\\%c", *string == '\n' ? 'n' : 't');
        else
            for (size_t i = 0; i < control; i++)
                text_add(text, "\\x%02x", (unsigned char)string[i]);
        string += control ? control : 1;
    }
}

bool text_copy(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    bool fits = length < size;
    if (!fits)
        length = size > 0 ? size - 1 : 0;
    if (size > 0) {
        memcpy(to, from, length);
        to[length] = '\0';
    }
    return fits;
}
