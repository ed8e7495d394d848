/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "property.h"
#include "quote.h"
#include "unit.h"

static void quotes_only_what_needs_it(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *line;
    } pairs[] = {
        {"plain", "plain"},
        {"two words", "two words"},
        {"a#b", "a#b"},
        {"a=b", "a=b"},
        {"the \"x\"", "the \"x\""},
        {"back\\slash", "back\\slash"},
        {"", "\"\""},
        {" led", "\" led\""},
        {"trailed ", "\"trailed \""},
        {"a #b", "\"a #b\""},
        {"#a", "\"#a\""},
        {"\"x\"", "\"\\\"x\\\"\""},
        {"a\nb\tc\rd\\", "\"a\\nb\\tc\\x0dd\\\\\""},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct text line = {0};
        quote_print(&line, pairs[i].value);
        assert_string_equal(text_string(&line), pairs[i].line);
        text_release(&line);
    }
}

static void any_bytes_read_back(void **state)
{
    (void)state;
    struct property property = property_start("quote");
    for (int round = 0; round < 20000; round++) {
        char value[16];
        size_t length = property_below(&property, sizeof value);
        for (size_t i = 0; i < length; i++) {
            /* often the bytes that mean something */
            static const char special[] = " \t#\"\\\n";
            value[i] = property_below(&property, 2)
                           ? special[property_below(&property, sizeof special - 1)]
                           : (char)(1 + property_below(&property, 255));
        }
        value[length] = '\0';
        struct text line = {0};
        struct text back = {0};
        text_add(&line, " ");
        quote_print(&line, value);
        text_add(&line, " # remark");
        assert_int_equal(quote_parse(text_string(&line), &back, NULL), 0);
        assert_string_equal(text_string(&back), value);
        text_release(&line);
        text_release(&back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_only_what_needs_it),
        cmocka_unit_test(any_bytes_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
