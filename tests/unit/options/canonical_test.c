/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical text, and that it reads back: over random sets of options of every kind.
 */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "option_table.h"
#include "option_value.h"
#include "options/options.h"
#include "property.h"
#include "unit.h"

enum { TARGETS = 3 };

static void random_text(struct property *property, char *text, size_t size)
{
    static const char letters[] = "abcxyz019   #=\"\\[]\n\t\r\x01\x7f\xc3\xa9/-_,;";
    size_t length = property_below(property, size);
    for (size_t i = 0; i < length; i++)
        text[i] = letters[property_below(property, sizeof letters - 1)];
    text[length] = '\0';
}

static void random_choice(struct property *property, const char *choices, char *text, size_t size)
{
    size_t count = 1;
    for (const char *at = choices; *at; at++)
        count += *at == '|';
    const char *at = choices;
    for (size_t skip = property_below(property, count); skip > 0; skip--)
        at = strchr(at, '|') + 1;
    size_t length = strcspn(at, "|");
    assert_true(length < size);
    memcpy(text, at, length);
    text[length] = '\0';
}

static void random_value(struct property *property, const struct option_row *row, char *text,
                         size_t size)
{
    switch (row->kind) {
    case KIND_RATE:
        snprintf(text, size, "%lluB/s", (unsigned long long)property_magnitude(property));
        break;
    case KIND_SIZE:
        units_format_exact_size(property_magnitude(property), text);
        break;
    case KIND_DURATION:
        units_format_exact_duration((int64_t)(property_magnitude(property) >> 1), text);
        break;
    case KIND_COUNT:
        snprintf(text, size, "%llu", (unsigned long long)property_magnitude(property));
        break;
    case KIND_REAL:
        units_format_real((double)property_magnitude(property) / 64, text);
        break;
    case KIND_SHARE:
        snprintf(text, size, "%.4f%%", (double)property_below(property, 1000001) / 1e4);
        break;
    case KIND_CHOICE:
        random_choice(property, row->argument, text, size);
        break;
    case KIND_FLAG:
        snprintf(text, size, "%s", property_below(property, 2) ? "yes" : "no");
        break;
    case KIND_TEXT:
        random_text(property, text, size);
        break;
    }
}

static void fill(struct property *property, struct options *options, enum option_source source)
{
    char text[UNITS_TEXT + 32];
    assert_int_equal(options_init(options, NULL), 0);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (property_below(property, 2))
            continue;
        random_value(property, &option_table[id], text, sizeof text);
        assert_int_equal(options_set(options, (enum option_id)id, text, source, NULL), 0);
    }
    char names[TARGETS][20];
    char *targets[TARGETS];
    for (size_t i = 0; i < TARGETS; i++) {
        random_text(property, names[i], sizeof names[i]);
        targets[i] = names[i];
    }
    assert_int_equal(
        options_set_targets(options, targets, property_below(property, TARGETS + 1), source, NULL),
        0);
}

static void assert_equal_options(const struct options *a, const struct options *b)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        struct text one = {0};
        struct text other = {0};
        options_print_value(a, (enum option_id)id, &one);
        options_print_value(b, (enum option_id)id, &other);
        assert_string_equal(text_string(&one), text_string(&other));
        text_release(&one);
        text_release(&other);
    }
    assert_int_equal(a->common.target_count, b->common.target_count);
    for (size_t i = 0; i < a->common.target_count; i++)
        assert_string_equal(a->common.targets[i], b->common.targets[i]);
}

static void read_back(const struct text *text, struct options *options)
{
    struct failure why = {0};
    assert_int_equal(options_init(options, NULL), 0);
    if (options_read(options, text_string(text), "rank 0", SOURCE_COMMAND_LINE, false, &why))
        fail_msg("%s in\n%s", why.text, text_string(text));
}

static void reads_back_to_an_equal_set(void **state)
{
    (void)state;
    struct property property = property_start("canonical");
    for (int round = 0; round < 2000; round++) {
        struct options options;
        struct options back;
        struct text text = {0};
        struct text again = {0};
        fill(&property, &options, SOURCE_COMMAND_LINE);
        options_print_canonical(&options, &text);
        assert_false(text.failed);
        read_back(&text, &back);
        assert_equal_options(&options, &back);
        options_print_canonical(&back, &again);
        assert_string_equal(text_string(&text), text_string(&again));
        options_release(&options);
        options_release(&back);
        text_release(&text);
        text_release(&again);
    }
}

static void assert_equal_sources(const struct options *a, const struct options *b)
{
    for (size_t id = 0; id < OPTION_COUNT; id++)
        assert_int_equal(options_source(a, (enum option_id)id),
                         options_source(b, (enum option_id)id));
    if (a->common.target_count)
        assert_int_equal(a->common.targets_source, b->common.targets_source);
}

/* Every value and its source, from random sources in random order. */
static void packed_options_carry_values_and_sources(void **state)
{
    (void)state;
    static const enum option_source sources[] = {SOURCE_PRESET, SOURCE_FILE, SOURCE_COMMAND_LINE};
    struct property property = property_start("packed");
    for (int round = 0; round < 500; round++) {
        struct options options;
        struct options back;
        struct text text = {0};
        struct failure why = {0};
        char value[UNITS_TEXT + 32];
        fill(&property, &options, SOURCE_COMMAND_LINE);
        for (size_t id = 0; id < OPTION_COUNT; id++)
            if (id != OPTION_OPTIONS_FROM && id != OPTION_PRESET && !property_below(&property, 4)) {
                random_value(&property, &option_table[id], value, sizeof value);
                options_set(&options, (enum option_id)id, value,
                            sources[property_below(&property, 3)], NULL);
            }
        options_pack(&options, &text);
        assert_false(text.failed);
        assert_int_equal(options_init(&back, NULL), 0);
        if (options_unpack(&back, text.data, &why))
            fail_msg("%s", why.text);
        assert_equal_options(&options, &back);
        assert_equal_sources(&options, &back);
        options_release(&options);
        options_release(&back);
        text_release(&text);
    }
}

static void settings_alone_have_no_options_of_the_run(void **state)
{
    (void)state;
    struct options options;
    struct text text = {0};
    assert_int_equal(options_init(&options, NULL), 0);
    options_set(&options, OPTION_LABEL, "x", SOURCE_COMMAND_LINE, NULL);
    options_set(&options, OPTION_SEED, "42", SOURCE_COMMAND_LINE, NULL);
    settings_print_canonical(&options.common, &text);
    assert_non_null(strstr(text_string(&text), "\nseed = 42\n"));
    assert_null(strstr(text_string(&text), "label"));
    options_release(&options);
    text_release(&text);
}

static void is_lines_in_the_order_of_the_table(void **state)
{
    (void)state;
    struct options options;
    struct text text = {0};
    char names[] = "/pfs\0a # b";
    char *targets[] = {names, names + 5};
    assert_int_equal(options_init(&options, NULL), 0);
    options_set_targets(&options, targets, 2, SOURCE_COMMAND_LINE, NULL);
    options_set(&options, OPTION_RATE, "100MB/s", SOURCE_COMMAND_LINE, NULL);
    options_set(&options, OPTION_SIZE, "4g", SOURCE_COMMAND_LINE, NULL);
    options_print_canonical(&options, &text);
    const char *canonical = text_string(&text);
    static const char first[] =
        "size = 4GiB\nloop = no\npause = 0s\nwarm-up = 0s\nread-fraction = 70%\nverify = no\n";
    assert_int_equal(strncmp(canonical, first, strlen(first)), 0);
    assert_non_null(strstr(canonical, "\nrate = 100000000B/s\n"));
    assert_non_null(strstr(canonical, "\ntarget = /pfs\ntarget = \"a # b\"\n"));
    assert_null(strstr(canonical, "writers"));
    options_release(&options);
    text_release(&text);
}

static void the_flags_decide_what_is_shown(void **state)
{
    (void)state;
    struct text text = {0};
    options_print_shown("layout = rank\norder = sequential\nbuffer-size = 1MiB\nseed = 42\n",
                        &text);
    assert_string_equal(text_string(&text), "layout rank, buffer-size 1MiB");
    text_clear(&text);
    options_print_shown("order = random\nof-another-version = 1\nbatch = 1\ntarget = /pfs", &text);
    assert_string_equal(text_string(&text), "order random");
    text_clear(&text);
    options_print_shown("", &text);
    assert_string_equal(text_string(&text), "");
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_to_an_equal_set),
        cmocka_unit_test(packed_options_carry_values_and_sources),
        cmocka_unit_test(settings_alone_have_no_options_of_the_run),
        cmocka_unit_test(is_lines_in_the_order_of_the_table),
        cmocka_unit_test(the_flags_decide_what_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
