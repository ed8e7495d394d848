/* SPDX-License-Identifier: Apache-2.0 */
#include "quote.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool is_control(char byte)
{
    return (unsigned char)byte < ' ' || byte == 0x7f;
}

static bool is_plain(const char *value)
{
    size_t length = strlen(value);
    if (length == 0 || value[0] == '"' || value[0] == '#' || is_blank(value[0]) ||
        is_blank(value[length - 1]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (is_control(value[i]) || (value[i] == '#' && value[i - 1] == ' '))
            return false;
    return true;
}

void quote_print(struct text *out, const char *value)
{
    if (is_plain(value)) {
        text_add(out, "%s", value);
        return;
    }
    text_add(out, "\"");
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            text_add(out, "\\%c", *value);
        else if (*value == '\n')
            text_add(out, "\\n");
        else if (*value == '\t')
            text_add(out, "\\t");
        else if (is_control(*value))
            text_add(out, "\\x%02x", (unsigned)(unsigned char)*value);
        else
            text_add_bytes(out, value, 1);
    }
    text_add(out, "\"");
}

static int hex_digit(char byte)
{
    const char *digits = "0123456789abcdef";
    const char *at = byte ? strchr(digits, byte) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Parses what follows a backslash; returns its length, or 0 for an unknown escape. */
static size_t parse_escape(const char *at, char *byte)
{
    switch (*at) {
    case 'n':
        *byte = '\n';
        return 1;
    case 't':
        *byte = '\t';
        return 1;
    case '"':
    case '\\':
        *byte = *at;
        return 1;
    case 'x': {
        int high = hex_digit(at[1]);
        int low = high < 0 ? -1 : hex_digit(at[2]);
        if (low < 0 || high + low == 0)
            return 0;
        *byte = (char)(high * 16 + low);
        return 3;
    }
    default:
        return 0;
    }
}

static const char *skip_blanks(const char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

static int parse_quoted(const char *at, struct text *value, struct failure *why)
{
    for (at++; *at != '"'; at++) {
        char byte = *at;
        if (byte == '\0')
            return failure_set(why, -EINVAL, "the closing '\"' is missing");
        if (byte == '\\') {
            size_t length = parse_escape(at + 1, &byte);
            if (length == 0)
                return failure_set(why, -EINVAL,
                                   "unknown escape (known: \\n, \\t, \\\", \\\\ and \\xHH)");
            at += length;
        }
        text_add_bytes(value, &byte, 1);
    }
    const char *rest = skip_blanks(at + 1);
    if (*rest != '\0' && (*rest != '#' || rest == at + 1))
        return failure_set(why, -EINVAL, "unexpected text after the closing '\"'");
    return 0;
}

int quote_parse(const char *line, struct text *value, struct failure *why)
{
    const char *start = skip_blanks(line);
    if (*start == '"')
        return parse_quoted(start, value, why);
    const char *end = start;
    while (*end && !(*end == '#' && (end == start || is_blank(end[-1]))))
        end++;
    while (end > start && is_blank(end[-1]))
        end--;
    if (end == start)
        return failure_set(why, -EINVAL, "the value is missing (use \"\" for an empty one)");
    text_add_bytes(value, start, (size_t)(end - start));
    return 0;
}
