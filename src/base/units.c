/* SPDX-License-Identifier: Apache-2.0 */
#include "base/units.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

struct unit {
    const char *name;
    uint64_t factor;
};

enum {
    KI = 10,
    MI = 20,
    GI = 30,
    TI = 40,
    PI = 50,
};

/* Formatting uses the first WRITTEN_SIZE_UNITS rows, the IEC names; the others are only parsed. */
static const struct unit size_units[] = {
    {"PiB", 1ULL << PI},
    {"TiB", 1ULL << TI},
    {"GiB", 1ULL << GI},
    {"MiB", 1ULL << MI},
    {"KiB", 1ULL << KI},
    {"p", 1ULL << PI},
    {"t", 1ULL << TI},
    {"g", 1ULL << GI},
    {"m", 1ULL << MI},
    {"k", 1ULL << KI},
    {"PB", 1000000000000000},
    {"TB", 1000000000000},
    {"GB", 1000000000},
    {"MB", 1000000},
    {"KB", 1000},
    {"B", 1},
    {"", 1},
};
enum { SIZE_UNITS = sizeof size_units / sizeof *size_units, WRITTEN_SIZE_UNITS = 5 };

static const struct unit time_units[] = {
    {"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000}, {"ms", 1000000},
    {"us", 1000},         {"ns", 1},          {"", 1000000000},
};
enum { TIME_UNITS = sizeof time_units / sizeof *time_units, WRITTEN_TIME_UNITS = 6 };

/* The units that one parser accepts, and the words for its error messages. */
struct grammar {
    const struct unit *units;
    size_t count;
    uint64_t most;
    const char *noun;     /* "size" */
    const char *whole;    /* "bytes" */
    const char *accepted; /* the units, listed when another one is given */
};

static const struct grammar size_grammar = {
    .units = size_units,
    .count = SIZE_UNITS,
    .most = UINT64_MAX,
    .noun = "size",
    .whole = "bytes",
    .accepted = "B; k m g t p and KiB MiB GiB TiB PiB are powers of 1024, KB MB GB TB PB of 1000",
};

static const struct grammar time_grammar = {
    .units = time_units,
    .count = TIME_UNITS,
    .most = INT64_MAX,
    .noun = "duration",
    .whole = "nanoseconds",
    .accepted = "h m s ms us ns; a number alone is seconds",
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t count_digits(const char *text)
{
    size_t count = 0;
    while (is_digit(text[count]))
        count++;
    return count;
}

/* Columns count from 1. */
static size_t column_of(const char *text, const char *at)
{
    return (size_t)(at - text) + 1;
}

static int fail_range(const char *text, const char *noun, struct failure *why)
{
    return failure_set(why, -ERANGE, "'%s' is too large for a %s", text, noun);
}

static int parse_digits(const char *digits, size_t count, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (checked_multiply(sum, 10, &sum) || checked_add(sum, (uint64_t)(digits[i] - '0'), &sum))
            return -ERANGE;
    }
    *value = sum;
    return 0;
}

/*
 * Computes 0.digits * factor exactly; -EINVAL if the result is not a whole number. Starts at the
 * last digit: each step divides by ten, and what one step leaves over no later step can supply.
 */
static int parse_fraction(const char *digits, size_t count, uint64_t factor, uint64_t *value)
{
    uint64_t sum = 0;
    while (count > 0) {
        sum += (uint64_t)(digits[--count] - '0') * factor;
        if (sum % 10 != 0)
            return -EINVAL;
        sum /= 10;
    }
    *value = sum;
    return 0;
}

static const struct unit *find_unit(const struct grammar *grammar, const char *name)
{
    for (size_t i = 0; i < grammar->count; i++)
        if (strcmp(grammar->units[i].name, name) == 0)
            return &grammar->units[i];
    return NULL;
}

static int parse_quantity(const struct grammar *grammar, const char *text, uint64_t *value,
                          struct failure *why)
{
    if (*text == '\0')
        return failure_set(why, -EINVAL, "'' is not a %s: a number is missing", grammar->noun);
    size_t whole_digits = count_digits(text);
    if (whole_digits == 0)
        return failure_set(why, -EINVAL, "'%s' is not a %s: a digit is expected at column 1", text,
                           grammar->noun);
    const char *fraction = text + whole_digits;
    size_t fraction_digits = 0;
    const char *end = fraction;
    if (*fraction == '.') {
        fraction_digits = count_digits(++fraction);
        end = fraction + fraction_digits;
        if (fraction_digits == 0)
            return failure_set(why, -EINVAL, "'%s' is not a %s: a digit is expected at column %zu",
                               text, grammar->noun, column_of(text, end));
    }
    const struct unit *unit = find_unit(grammar, end);
    if (!unit)
        return failure_set(why, -EINVAL, "'%s' is not a %s: unknown unit at column %zu (%s)", text,
                           grammar->noun, column_of(text, end), grammar->accepted);
    uint64_t sum;
    uint64_t fraction_value;
    if (parse_fraction(fraction, fraction_digits, unit->factor, &fraction_value))
        return failure_set(why, -EINVAL, "'%s' is not a whole number of %s: see column %zu", text,
                           grammar->whole, column_of(text, fraction));
    if (parse_digits(text, whole_digits, &sum) || checked_multiply(sum, unit->factor, &sum) ||
        checked_add(sum, fraction_value, &sum) || sum > grammar->most)
        return fail_range(text, grammar->noun, why);
    *value = sum;
    return 0;
}

int units_parse_size(const char *text, uint64_t *bytes, struct failure *why)
{
    return parse_quantity(&size_grammar, text, bytes, why);
}

int units_parse_duration(const char *text, int64_t *ns, struct failure *why)
{
    uint64_t value;
    int status = parse_quantity(&time_grammar, text, &value, why);
    if (status == 0)
        *ns = (int64_t)value;
    return status;
}

int units_parse_count(const char *text, uint64_t *count, struct failure *why)
{
    size_t digits = count_digits(text);
    if (digits == 0 || text[digits] != '\0')
        return failure_set(why, -EINVAL, "'%s' is not a whole number: see column %zu", text,
                           digits + 1);
    if (parse_digits(text, digits, count))
        return fail_range(text, "number", why);
    return 0;
}

/* Sets '*length' to the length of the longest prefix that a decimal number can start with; true if
 * that is the whole text and a valid number. Otherwise '*length' is the index of the error. */
static bool scan_real(const char *text, size_t *length)
{
    size_t at = text[0] == '-';
    size_t digits = count_digits(text + at);
    at += digits;
    if (digits > 0 && text[at] == '.') {
        digits = count_digits(text + ++at);
        at += digits;
    }
    if (digits > 0 && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        if (text[at] == '-' || text[at] == '+')
            at++;
        digits = count_digits(text + at);
        at += digits;
    }
    *length = at;
    return digits > 0 && text[at] == '\0';
}

int units_parse_real(const char *text, double *value, struct failure *why)
{
    size_t length;
    if (!scan_real(text, &length))
        return failure_set(why, -EINVAL, "'%s' is not a decimal number: see column %zu", text,
                           length + 1);
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double parsed = strtod_l(text, NULL, plain);
    freelocale(plain);
    if (!isfinite(parsed))
        return fail_range(text, "number", why);
    *value = parsed;
    return 0;
}

static void format_exact(const struct unit *units, size_t count, uint64_t value,
                         char out[UNITS_TEXT])
{
    for (size_t i = 0; i < count; i++) {
        if (value != 0 && value % units[i].factor == 0) {
            snprintf(out, UNITS_TEXT, "%llu%s", (unsigned long long)(value / units[i].factor),
                     units[i].name);
            return;
        }
    }
    snprintf(out, UNITS_TEXT, "%llu", (unsigned long long)value);
}

void units_format_exact_size(uint64_t bytes, char out[UNITS_TEXT])
{
    format_exact(size_units, WRITTEN_SIZE_UNITS, bytes, out);
}

void units_format_exact_duration(int64_t ns, char out[UNITS_TEXT])
{
    uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    char text[UNITS_TEXT];
    format_exact(time_units, WRITTEN_TIME_UNITS, magnitude, text);
    snprintf(out, UNITS_TEXT, "%s%.28s%s", ns < 0 ? "-" : "", text, ns == 0 ? "s" : "");
}

void units_format_real(double value, char out[UNITS_TEXT])
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, UNITS_TEXT, "%.*g", digits, value);
        double back = strtod(out, NULL);
        if (memcmp(&back, &value, sizeof back) == 0)
            break;
    }
    uselocale(before);
    freelocale(plain);
}

/* Returns value * scale / unit, rounded half up. */
static uint64_t rounded_quotient(uint64_t value, uint64_t unit, uint64_t scale)
{
    uint64_t doubled = checked_scale(value, 2 * scale, unit);
    return doubled / 2 + doubled % 2;
}

/* Three significant digits ("1.50", "12.3", "123"), or all digits of a whole number above 999. */
static void format_rounded(uint64_t value, uint64_t unit, const char *name, char out[UNITS_TEXT])
{
    uint64_t hundredths = rounded_quotient(value, unit, 100);
    uint64_t tenths = rounded_quotient(value, unit, 10);
    if (hundredths < 1000)
        snprintf(out, UNITS_TEXT, "%u.%02u %s", (unsigned)(hundredths / 100),
                 (unsigned)(hundredths % 100), name);
    else if (tenths < 1000)
        snprintf(out, UNITS_TEXT, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10),
                 name);
    else
        snprintf(out, UNITS_TEXT, "%llu %s", (unsigned long long)rounded_quotient(value, unit, 1),
                 name);
}

/* Chooses the largest unit in which the rounded value is at least 1. */
void units_format_size(uint64_t bytes, char out[UNITS_TEXT])
{
    for (size_t i = 0; i < WRITTEN_SIZE_UNITS; i++) {
        uint64_t smaller = size_units[i].factor >> KI;
        if (rounded_quotient(bytes, smaller, 1) >= 1024) {
            format_rounded(bytes, size_units[i].factor, size_units[i].name, out);
            return;
        }
    }
    snprintf(out, UNITS_TEXT, "%llu B", (unsigned long long)bytes);
}

const char *const units_amount_names[UNIT_COUNT] = {
    [UNIT_BYTE] = "bytes",
    [UNIT_OPERATION] = "operations",
};

void units_show_amount(uint64_t amount, enum amount_unit unit, char out[UNITS_TEXT])
{
    if (unit == UNIT_BYTE)
        units_format_size(amount, out);
    else
        snprintf(out, UNITS_TEXT, "%llu operation%s", (unsigned long long)amount,
                 amount == 1 ? "" : "s");
}

/* Operations by the thousandth, because few in a second are a rate too. */
static void format_operation_rate(uint64_t thousandths, char out[UNITS_TEXT])
{
    static const struct unit rates[] = {
        {"Gop/s", 1000000000000}, {"Mop/s", 1000000000}, {"kop/s", 1000000}, {"op/s", 1000}};
    const struct unit *rate = rates;
    while (rate->factor > 1000 && rounded_quotient(thousandths, rate->factor / 1000, 1) < 1000)
        rate++;
    if (thousandths < 1000)
        snprintf(out, UNITS_TEXT, "0.%03u op/s", (unsigned)thousandths);
    else
        format_rounded(thousandths, rate->factor, rate->name, out);
}

void units_show_rate(double per_s, enum amount_unit unit, char out[UNITS_TEXT])
{
    char size[UNITS_TEXT];
    const double least = unit == UNIT_OPERATION ? 1e3 * per_s : per_s;
    const uint64_t whole = least < 0x1p63 ? (uint64_t)(least > 0 ? least + 0.5 : 0) : INT64_MAX;
    if (unit == UNIT_OPERATION) {
        format_operation_rate(whole, out);
        return;
    }
    units_format_size(whole, size);
    snprintf(out, UNITS_TEXT, "%.28s/s", size);
}

void units_format_duration(int64_t ns, char out[UNITS_TEXT])
{
    static const struct unit shown[] = {
        {"h", 3600000000000}, {"min", 60000000000}, {"s", 1000000000},
        {"ms", 1000000},      {"us", 1000},
    };
    /* the least value for each unit, in the next smaller unit: 600 min, 600 s, 1000 ms ... */
    static const uint64_t least[] = {600, 600, 1000, 1000, 1000};
    uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    char text[UNITS_TEXT];
    snprintf(text, sizeof text, "%llu ns", (unsigned long long)magnitude);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        uint64_t smaller = i + 1 < sizeof shown / sizeof *shown ? shown[i + 1].factor : 1;
        if (rounded_quotient(magnitude, smaller, 1) >= least[i]) {
            format_rounded(magnitude, shown[i].factor, shown[i].name, text);
            break;
        }
    }
    snprintf(out, UNITS_TEXT, "%s%.29s", ns < 0 ? "-" : "", text);
}
