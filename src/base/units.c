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

/* The first name of a factor is the one that is written, so the words stand before the letters. */
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
    {"", 1},
};
enum { SIZE_UNITS = sizeof size_units / sizeof *size_units, WRITTEN_SIZE_UNITS = 5 };

static const struct unit time_units[] = {
    {"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000}, {"ms", 1000000},
    {"us", 1000},         {"ns", 1},          {"", 1000000000},
};
enum { TIME_UNITS = sizeof time_units / sizeof *time_units, WRITTEN_TIME_UNITS = 6 };

/* What is parsed, and the words for a refusal. */
struct grammar {
    const struct unit *units;
    size_t count;
    uint64_t most;
    const char *noun;  /* "size" */
    const char *whole; /* "bytes" */
    const char *takes; /* the units, for the refusal of another one */
};

static const struct grammar size_grammar = {
    .units = size_units,
    .count = SIZE_UNITS,
    .most = UINT64_MAX,
    .noun = "size",
    .whole = "bytes",
    .takes = "k m g t p and KiB MiB GiB TiB PiB are powers of 1024, KB MB GB TB PB of 1000",
};

static const struct grammar time_grammar = {
    .units = time_units,
    .count = TIME_UNITS,
    .most = INT64_MAX,
    .noun = "duration",
    .whole = "nanoseconds",
    .takes = "h m s ms us ns; a number alone is seconds",
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

/* "column 3" counts from 1. */
static size_t column_of(const char *text, const char *at)
{
    return (size_t)(at - text) + 1;
}

static int refuse_range(const char *text, const char *noun, struct failure *why)
{
    return failure_set(why, -ERANGE, "'%s' is too large for a %s", text, noun);
}

/* Digits to a number. */
static int read_whole(const char *digits, size_t count, uint64_t *value)
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
 * 0.digits * factor, exactly, or -EINVAL when that is not whole. From the last digit to the first:
 * each step divides by ten, and a remainder at any step can never be made good by a later one.
 */
static int read_fraction(const char *digits, size_t count, uint64_t factor, uint64_t *value)
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
                           grammar->noun, column_of(text, end), grammar->takes);
    uint64_t sum;
    uint64_t rest;
    if (read_fraction(fraction, fraction_digits, unit->factor, &rest))
        return failure_set(why, -EINVAL, "'%s' is not a whole number of %s: see column %zu", text,
                           grammar->whole, column_of(text, fraction));
    if (read_whole(text, whole_digits, &sum) || checked_multiply(sum, unit->factor, &sum) ||
        checked_add(sum, rest, &sum) || sum > grammar->most)
        return refuse_range(text, grammar->noun, why);
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
    if (read_whole(text, digits, count))
        return refuse_range(text, "number", why);
    return 0;
}

/* The length of the decimal number at the start of 'text', or, if there is none, the column where
 * it fails as a negative value. */
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
        return refuse_range(text, "number", why);
    *value = parsed;
    return 0;
}

static void write_exact(const struct unit *units, size_t count, uint64_t value,
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

void units_exact_size(uint64_t bytes, char out[UNITS_TEXT])
{
    write_exact(size_units, WRITTEN_SIZE_UNITS, bytes, out);
}

void units_exact_duration(int64_t ns, char out[UNITS_TEXT])
{
    uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    char text[UNITS_TEXT];
    write_exact(time_units, WRITTEN_TIME_UNITS, magnitude, text);
    snprintf(out, UNITS_TEXT, "%s%.28s%s", ns < 0 ? "-" : "", text, ns == 0 ? "s" : "");
}

void units_exact_real(double value, char out[UNITS_TEXT])
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

/* value / unit in units of 1/scale, rounded half up. */
static uint64_t in_parts(uint64_t value, uint64_t unit, uint64_t scale)
{
    uint64_t doubled = checked_scale(value, 2 * scale, unit);
    return doubled / 2 + doubled % 2;
}

/* "1.50", "12.3" or "123": three significant digits, all of a larger whole number. */
static void write_rounded(uint64_t value, uint64_t unit, const char *name, char out[UNITS_TEXT])
{
    uint64_t hundredths = in_parts(value, unit, 100);
    uint64_t tenths = in_parts(value, unit, 10);
    if (hundredths < 1000)
        snprintf(out, UNITS_TEXT, "%u.%02u %s", (unsigned)(hundredths / 100),
                 (unsigned)(hundredths % 100), name);
    else if (tenths < 1000)
        snprintf(out, UNITS_TEXT, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10),
                 name);
    else
        snprintf(out, UNITS_TEXT, "%llu %s", (unsigned long long)in_parts(value, unit, 1), name);
}

/* A unit is used from where the next smaller one would round up to it. */
void units_show_size(uint64_t bytes, char out[UNITS_TEXT])
{
    for (size_t i = 0; i < WRITTEN_SIZE_UNITS; i++) {
        uint64_t smaller = size_units[i].factor >> KI;
        if (in_parts(bytes, smaller, 1) >= 1024) {
            write_rounded(bytes, size_units[i].factor, size_units[i].name, out);
            return;
        }
    }
    snprintf(out, UNITS_TEXT, "%llu B", (unsigned long long)bytes);
}

void units_show_duration(int64_t ns, char out[UNITS_TEXT])
{
    static const struct unit shown[] = {
        {"h", 3600000000000}, {"min", 60000000000}, {"s", 1000000000},
        {"ms", 1000000},      {"us", 1000},
    };
    /* in the next smaller unit: 600 min, 600 s, 1000 ms, 1000 us, 1000 ns */
    static const uint64_t from[] = {600, 600, 1000, 1000, 1000};
    uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    char text[UNITS_TEXT];
    snprintf(text, sizeof text, "%llu ns", (unsigned long long)magnitude);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        uint64_t smaller = i + 1 < sizeof shown / sizeof *shown ? shown[i + 1].factor : 1;
        if (in_parts(magnitude, smaller, 1) >= from[i]) {
            write_rounded(magnitude, shown[i].factor, shown[i].name, text);
            break;
        }
    }
    snprintf(out, UNITS_TEXT, "%s%.29s", ns < 0 ? "-" : "", text);
}
