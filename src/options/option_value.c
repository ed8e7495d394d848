/* SPDX-License-Identifier: Apache-2.0 */
#include "option_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

/* The choice that starts at 'at' in "a|b|c". */
static size_t choice_length(const char *at)
{
    return strcspn(at, "|");
}

static const char *next_choice(const char *at)
{
    at += choice_length(at);
    return *at == '|' ? at + 1 : NULL;
}

static int parse_choice(const char *choices, const char *text, unsigned *choice,
                        struct failure *why)
{
    size_t length = strlen(text);
    unsigned index = 0;
    for (const char *at = choices; at; at = next_choice(at), index++) {
        if (choice_length(at) == length && memcmp(at, text, length) == 0) {
            *choice = index;
            return 0;
        }
    }
    struct text known = {0};
    for (const char *at = choices; at; at = next_choice(at))
        text_add(&known, "%s%.*s",
                 at == choices     ? ""
                 : next_choice(at) ? ", "
                                   : " or ",
                 (int)choice_length(at), at);
    int code = failure_set(why, -EINVAL, "'%s' is not %s", text, text_string(&known));
    text_release(&known);
    return code;
}

static int parse_flag(const char *text, bool *flag, struct failure *why)
{
    *flag = strcmp(text, "yes") == 0;
    if (*flag || strcmp(text, "no") == 0)
        return 0;
    return failure_set(why, -EINVAL, "'%s' is not yes or no", text);
}

enum { BARE_RATE_LEAST = 4096 };

int option_value_parse_rate(const char *text, uint64_t *bytes, struct failure *why)
{
    size_t length = strlen(text);
    if (length >= 2 && strcmp(text + length - 2, "/s") == 0)
        length -= 2;
    char *size = strndup(text, length);
    if (!size)
        return failure_set(why, -ENOMEM, "not enough memory for an option's text");
    int status = units_parse_size(size, bytes, why);
    if (!status && strspn(size, "0123456789") == length && *bytes && *bytes < BARE_RATE_LEAST)
        status = failure_set(why, -EINVAL,
                             "'%s' is %s byte%s per second; add the unit: %sMiB/s, or %sB/s", text,
                             size, *bytes == 1 ? "" : "s", size, size);
    free(size);
    return status;
}

/* "70", "70%" or "12.5%" in millionths. */
static int parse_share(const char *text, uint64_t *ppm, struct failure *why)
{
    const size_t length = strlen(text);
    char *number = strndup(text, length && text[length - 1] == '%' ? length - 1 : length);
    double percent;
    if (!number)
        return failure_set(why, -ENOMEM, "not enough memory for an option's text");
    const int status = units_parse_real(number, &percent, NULL);
    free(number);
    if (status || percent < 0 || percent > 100)
        return failure_set(why, -EINVAL, "'%s' is not 0 to 100 percent, such as 70%%", text);
    *ppm = (uint64_t)(percent * 1e4 + 0.5);
    return 0;
}

static int parse_text(const char *text, char **copy, struct failure *why)
{
    *copy = strdup(text);
    return *copy ? 0 : failure_set(why, -ENOMEM, "not enough memory for an option's text");
}

int option_value_parse(const struct option_row *row, const char *text, union option_value *value,
                       struct failure *why)
{
    switch (row->kind) {
    case KIND_SIZE:
        return units_parse_size(text, &value->number, why);
    case KIND_RATE:
        return option_value_parse_rate(text, &value->number, why);
    case KIND_DURATION:
        return units_parse_duration(text, &value->time_ns, why);
    case KIND_COUNT:
        return units_parse_count(text, &value->number, why);
    case KIND_REAL:
        return units_parse_real(text, &value->real, why);
    case KIND_SHARE:
        return parse_share(text, &value->number, why);
    case KIND_CHOICE:
        return parse_choice(row->argument, text, &value->choice, why);
    case KIND_FLAG:
        return parse_flag(text, &value->flag, why);
    case KIND_TEXT:
        return parse_text(text, &value->text, why);
    }
    return failure_set(why, -EINVAL, "unknown kind of option");
}

int option_value_default(const struct option_row *row, union option_value *value,
                         struct failure *why)
{
    *value = (union option_value){0};
    return *row->fallback ? option_value_parse(row, row->fallback, value, why) : 0;
}

void option_value_release(const struct option_row *row, union option_value *value)
{
    if (row->kind == KIND_TEXT)
        free(value->text);
    *value = (union option_value){0};
}

void option_value_store(const struct option_row *row, void *field, union option_value value)
{
    switch (row->kind) {
    case KIND_SIZE:
    case KIND_RATE:
    case KIND_COUNT:
    case KIND_SHARE:
        *(uint64_t *)field = value.number;
        break;
    case KIND_REAL:
        *(double *)field = value.real;
        break;
    case KIND_DURATION:
        *(int64_t *)field = value.time_ns;
        break;
    case KIND_CHOICE:
        *(unsigned *)field = value.choice;
        break;
    case KIND_FLAG:
        *(bool *)field = value.flag;
        break;
    case KIND_TEXT:
        free(*(char **)field);
        *(char **)field = value.text;
        break;
    }
}

bool option_value_is_unset(const struct option_row *row, const void *field)
{
    switch (row->kind) {
    case KIND_SIZE:
    case KIND_RATE:
    case KIND_COUNT:
        return *(const uint64_t *)field == 0;
    case KIND_DURATION:
        return *(const int64_t *)field == 0;
    case KIND_REAL:
        return *(const double *)field == 0.0;
    case KIND_TEXT:
        return *(char *const *)field == NULL;
    case KIND_CHOICE:
    case KIND_FLAG:
    case KIND_SHARE: /* 0 is a value, as for the first choice */
        break;
    }
    return false;
}

static void print_choice(const char *choices, unsigned choice, struct text *out)
{
    const char *at = choices;
    while (at && choice-- > 0)
        at = next_choice(at);
    if (at)
        text_add_bytes(out, at, choice_length(at));
}

static void print_share(uint64_t ppm, struct text *out)
{
    char decimals[8];
    snprintf(decimals, sizeof decimals, ".%04u", (unsigned)(ppm % 10000));
    for (size_t end = strlen(decimals); end > 0 && strchr(".0", decimals[end - 1]); end--)
        decimals[end - 1] = '\0';
    text_add(out, "%llu%s%%", (unsigned long long)ppm / 10000, decimals);
}

void option_value_print(const struct option_row *row, const void *field, struct text *out)
{
    char number[UNITS_TEXT];
    switch (row->kind) {
    case KIND_SIZE:
        units_format_exact_size(*(const uint64_t *)field, number);
        text_add(out, "%s", number);
        break;
    case KIND_RATE:
        units_format_exact_size(*(const uint64_t *)field, number);
        text_add(out, "%s%s/s", number, number[strspn(number, "0123456789")] ? "" : "B");
        break;
    case KIND_DURATION:
        units_format_exact_duration(*(const int64_t *)field, number);
        text_add(out, "%s", number);
        break;
    case KIND_REAL:
        units_format_real(*(const double *)field, number);
        text_add(out, "%s", number);
        break;
    case KIND_SHARE:
        print_share(*(const uint64_t *)field, out);
        break;
    case KIND_COUNT:
        text_add(out, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case KIND_CHOICE:
        print_choice(row->argument, *(const unsigned *)field, out);
        break;
    case KIND_FLAG:
        text_add(out, "%s", *(const bool *)field ? "yes" : "no");
        break;
    case KIND_TEXT:
        if (*(char *const *)field)
            text_add(out, "%s", *(char *const *)field);
        break;
    }
}
