/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the summary: colours, labels, line breaks. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "summary_parts.h"
#include "table.h"

static const char *const paints[] = {
    [PAINT_BOLD] = "\033[1m", [PAINT_GOOD] = "\033[32m", [PAINT_WARNING] = "\033[33m",
    [PAINT_BAD] = "\033[31m", [PAINT_DIM] = "\033[2m",   [PAINT_OFF] = "\033[0m",
};

static const char dots[] = "...";

const char *paint_on(const struct summary_style *style, enum paint paint)
{
    return style->colour ? paints[paint] : "";
}

const char *paint_off(const struct summary_style *style)
{
    return paint_on(style, PAINT_OFF);
}

size_t summary_colour_length(const char *text)
{
    for (size_t i = 0; i < sizeof paints / sizeof paints[0]; i++)
        if (strncmp(text, paints[i], strlen(paints[i])) == 0)
            return strlen(paints[i]);
    return 0;
}

static bool starts_letter(char byte)
{
    return (byte & 0xc0) != 0x80;
}

static size_t count_letters(const char *bytes, size_t length)
{
    size_t letters = 0;
    for (size_t i = 0; i < length; i++)
        letters += starts_letter(bytes[i]);
    return letters;
}

/* The bytes of the first 'letters' letters. */
static size_t bytes_of_letters(const char *bytes, size_t length, size_t letters)
{
    size_t at = 0;
    while (at < length && (letters > 0 || !starts_letter(bytes[at])))
        letters -= starts_letter(bytes[at++]);
    return at;
}

void summary_shorten(const char *bytes, size_t length, size_t most, struct text *out)
{
    size_t letters = count_letters(bytes, length);
    if (letters <= most) {
        text_add_bytes(out, bytes, length);
        return;
    }
    size_t kept = most - strlen(dots);
    size_t tail = bytes_of_letters(bytes, length, letters - kept / 2);
    text_add_bytes(out, bytes, bytes_of_letters(bytes, length, kept - kept / 2));
    text_add(out, "%s", dots);
    text_add_bytes(out, bytes + tail, length - tail);
}

/* Adds words up to PAGE_WIDTH; the next lines begin at 'start', none ends with a space. A word
 * that fits into no line is shortened. */
static void add_broken(struct text *out, size_t column, size_t start, const char *words)
{
    const size_t most = PAGE_WIDTH - start;
    bool first = true;
    for (const char *word = words + strspn(words, " "); *word;) {
        size_t length = strcspn(word, " ");
        size_t letters = count_letters(word, length);
        letters = letters < most ? letters : most;
        if (column + !first + letters > PAGE_WIDTH) {
            text_add(out, "\n%*s", (int)start, "");
            column = start;
        } else if (!first) {
            text_add(out, " ");
            column++;
        }
        summary_shorten(word, length, most, out);
        column += letters;
        word += length;
        word += strspn(word, " ");
        first = false;
    }
}

void summary_text(struct text *out, enum paint paint, const struct summary_style *style,
                  const char *label, const char *words)
{
    const size_t start = 2 + SUMMARY_LABEL;
    struct text safe = {0};
    struct text name = {0};
    text_add_printable(&name, label);
    size_t length = count_letters(text_string(&name), name.length);
    size_t padding = length < SUMMARY_LABEL ? SUMMARY_LABEL - length : 2;
    text_add_printable(&safe, words);
    text_add(out, "  %s%s%s%*s", paint_on(style, paint), text_string(&name), paint_off(style),
             (int)padding, "");
    add_broken(out, 2 + length + padding, start, text_string(&safe));
    text_add(out, "\n");
    out->failed |= safe.failed || name.failed;
    text_release(&name);
    text_release(&safe);
}

void summary_line(struct text *out, const char *label, const char *format, ...)
{
    char *words;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&words, format, arguments);
    va_end(arguments);
    if (length < 0) {
        out->failed = true;
        return;
    }
    summary_text(out, PAINT_OFF, &(struct summary_style){0}, label, words);
    free(words);
}
