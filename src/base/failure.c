#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char cut[] = "...";

/* Subjects are names that strangers chose: a line break in one must not make two lines of it. */
static void keep_one_line(char *text)
{
    for (char *at = text; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte < ' ' || byte == 0x7f)
            *at = '?';
    }
}

/* Shortens 'text' to 'room' bytes with the NUL, "..." at its end, no character cut in two. */
static void cut_short(char *text, size_t room)
{
    size_t end = room - sizeof cut;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    memcpy(text + end, cut, sizeof cut);
}

/* The end of a message says what the system thinks: a long subject may not push that out. */
__attribute__((format(printf, 3, 0))) static void
write_text(struct failure *why, const char *ending, const char *format, va_list arguments)
{
    size_t room = sizeof why->text - strlen(ending);
    int length = vsnprintf(why->text, room, format, arguments);
    if (length < 0)
        snprintf(why->text, room, "a failure whose text cannot be shown");
    else if ((size_t)length >= room)
        cut_short(why->text, room);
    keep_one_line(why->text);
    memcpy(why->text + strlen(why->text), ending, strlen(ending) + 1);
}

int failure_set(struct failure *why, int code, const char *format, ...)
{
    if (!why || why->code)
        return code;
    va_list arguments;
    va_start(arguments, format);
    write_text(why, "", format, arguments);
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
    write_text(why, ending, format, arguments);
    va_end(arguments);
    why->code = -error;
    return -error;
}
