/* SPDX-License-Identifier: Apache-2.0 */
#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char cut[] = "...";

/* Cuts 'text' to 'size' bytes including the NUL and ends it with "..."; never splits a UTF-8
 * character. */
static void truncate(char *text, size_t size)
{
    size_t end = size - sizeof cut;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    memcpy(text + end, cut, sizeof cut);
}

/* Messages quote paths, which may contain line breaks; a message must stay on one line. Escapes
 * control characters; what no longer fits is cut. */
static void escape_control_characters(char *text, size_t size)
{
    struct text escaped = {0};
    text_add_printable(&escaped, text);
    if (!escaped.failed && !text_copy(text, size, text_string(&escaped)))
        truncate(text, size);
    for (char *at = text; escaped.failed && *at; at++)
        *at = text_control_length(at) ? '?' : *at;
    text_release(&escaped);
}

/* Space for 'ending' (the system's reason) is reserved first, so that a long path cannot push it
 * out. */
__attribute__((format(printf, 3, 0))) static void
format_text(struct failure *why, const char *ending, const char *format, va_list arguments)
{
    size_t size = sizeof why->text - strlen(ending);
    int length = vsnprintf(why->text, size, format, arguments);
    if (length < 0)
        snprintf(why->text, size, "a failure whose text cannot be shown");
    else if ((size_t)length >= size)
        truncate(why->text, size);
    escape_control_characters(why->text, size);
    memcpy(why->text + strlen(why->text), ending, strlen(ending) + 1);
}

int failure_set(struct failure *why, int code, const char *format, ...)
{
    if (!why || why->code)
        return code;
    va_list arguments;
    va_start(arguments, format);
    format_text(why, "", format, arguments);
    va_end(arguments);
    why->code = code;
    return code;
}

int failure_system(struct failure *why, int error, const char *format, ...)
{
    if (!why || why->code)
        return -error;
    char ending[128];
    const char *reason = strerrordesc_np(error);
    if (reason)
        snprintf(ending, sizeof ending, ": %s", reason);
    else
        snprintf(ending, sizeof ending, ": unknown error %d", error);
    va_list arguments;
    va_start(arguments, format);
    format_text(why, ending, format, arguments);
    va_end(arguments);
    why->code = -error;
    return -error;
}
