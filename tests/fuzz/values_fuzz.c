/* SPDX-License-Identifier: Apache-2.0 */
/* Values from text: an accepted value has an exact text with the same meaning; a rejected one
 * has a failure of one line. */
#include "target.h"

#include "base/units.h"
#include "options/options.h"

const char *const target_seeds[] = {
    "4MiB",
    "1.5g",
    "64x",
    "18446744073709551615",
    "1e6",
    "90s",
    "1.5h",
    "250ms",
    "4000000",
    "0",
    "-1",
    "0.1KB",
    "8388607TiB",
    "16/s",
    "yes",
    "no",
    "100MiB/s",
    "2.25",
    "nan",
    "write,read,verify",
    "auto",
    "rank",
    "none",
    " 4k",
    "999999999999999999999999999",
    "9223372036854775807ns",
    NULL,
};

uint8_t *target_generate_seed(size_t *length)
{
    *length = 0;
    return NULL;
}

static void check_refusal(int result, const struct failure *why)
{
    HOLDS(result < 0 && why->code == result);
    HOLDS(why->text[0] && strlen(why->text) < sizeof why->text && !strchr(why->text, '\n'));
}

static void check_size(const char *text)
{
    uint64_t bytes, again;
    char exact[UNITS_TEXT], shown[UNITS_TEXT];
    struct failure why = {0};
    int result = units_parse_size(text, &bytes, &why);
    if (result) {
        check_refusal(result, &why);
        return;
    }
    units_format_exact_size(bytes, exact);
    units_format_size(bytes, shown);
    HOLDS(units_parse_size(exact, &again, NULL) == 0 && again == bytes);
    HOLDS(strlen(shown) > 0 && strlen(shown) < sizeof shown);
}

static void check_duration(const char *text)
{
    int64_t ns, again;
    char exact[UNITS_TEXT], shown[UNITS_TEXT];
    struct failure why = {0};
    int result = units_parse_duration(text, &ns, &why);
    if (result) {
        check_refusal(result, &why);
        return;
    }
    units_format_exact_duration(ns, exact);
    units_format_duration(ns, shown);
    HOLDS(units_parse_duration(exact, &again, NULL) == 0 && again == ns);
}

static void check_real(const char *text)
{
    double value, again;
    char exact[UNITS_TEXT];
    struct failure why = {0};
    int result = units_parse_real(text, &value, &why);
    if (result) {
        check_refusal(result, &why);
        return;
    }
    units_format_real(value, exact);
    HOLDS(units_parse_real(exact, &again, NULL) == 0);
    HOLDS(!(again < value) && !(again > value));
}

/* The printed value of an option parses to the same value. */
static void check_option(enum option_id id, const char *text)
{
    struct options options;
    struct text first = {0}, second = {0};
    struct failure why = {0};
    HOLDS(options_init(&options, NULL) == 0);
    int result = options_set(&options, id, text, SOURCE_COMMAND_LINE, &why);
    if (result) {
        check_refusal(result, &why);
    } else {
        options_print_value(&options, id, &first);
        HOLDS(options_set(&options, id, text_string(&first), SOURCE_COMMAND_LINE, NULL) == 0);
        options_print_value(&options, id, &second);
        HOLDS(!strcmp(text_string(&first), text_string(&second)));
        options_check(&options, NULL);
    }
    text_release(&first);
    text_release(&second);
    options_release(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = target_text(bytes, length);
    check_size(text);
    check_duration(text);
    check_real(text);
    for (int id = 0; id < OPTION_COUNT; id++)
        check_option((enum option_id)id, text);
    free(text);
    return 0;
}
