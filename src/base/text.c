/* SPDX-License-Identifier: Apache-2.0 */
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

/* Length of the UTF-8 sequence at 'at', 0 if it is not one. */
static size_t utf8_length(const unsigned char *at)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t length;
    } forms[] = {
        {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t length = forms[i].length;
        if (at[0] < forms[i].first_low || at[0] > forms[i].first_high)
            continue;
        if (length > 1 && (at[1] < forms[i].second_low || at[1] > forms[i].second_high))
            return 0;
        for (size_t k = 2; k < length; k++)
            if (at[k] < 0x80 || at[k] > 0xbf)
                return 0;
        return length;
    }
    return 0;
}

void text_add_utf8(struct text *text, const char *from)
{
    while (*from) {
        const size_t length = utf8_length((const unsigned char *)from);
        text_add_bytes(text, length ? from : "?", length ? length : 1);
        from += length ? length : 1;
    }
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
