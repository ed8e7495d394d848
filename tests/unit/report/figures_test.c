/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_fixed(double value, int decimals, const char *expected)
{
    char text[FIGURES_TEXT];
    figures_fixed(value, decimals, text);
    assert_string_equal(text, expected);
}

static void numbers_are_rounded(void **state)
{
    (void)state;
    assert_fixed(0, 2, "0.00");
    assert_fixed(1.005, 1, "1.0");
    assert_fixed(12.345, 2, "12.35");
    assert_fixed(0.999, 2, "1.00");
    assert_fixed(99.5, 0, "100");
    assert_fixed(-0.04, 1, "0.0");
    assert_fixed(-2.25, 1, "-2.3");
    assert_fixed(0.0625, 4, "0.0625");
    assert_fixed((double)NAN, 2, "n/a");
    assert_fixed((double)INFINITY, 2, "n/a");
}

static void no_locale_changes_a_number(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "nl_NL.UTF-8"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof locales / sizeof locales[0] && !found; i++)
        found = setlocale(LC_ALL, locales[i]);
    if (!found) {
        print_message("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    assert_fixed(1.5, 2, "1.50");
    setlocale(LC_ALL, "C");
}

static void shares_and_latencies(void **state)
{
    (void)state;
    char text[FIGURES_TEXT];
    figures_share(1, 0, text);
    assert_string_equal(text, "-");
    figures_share(0, 10, text);
    assert_string_equal(text, "0 %");
    figures_share(2, 100, text);
    assert_string_equal(text, "2.0 %");
    figures_share(71, 100, text);
    assert_string_equal(text, "71 %");
    figures_share(1, 1, text);
    assert_string_equal(text, "100 %");
    figures_latency(-1, text);
    assert_string_equal(text, "n/a");
    figures_latency(1500000, text);
    assert_string_equal(text, "1.50 ms");
}

static void rates_are_bytes_by_time(void **state)
{
    (void)state;
    char text[FIGURES_TEXT];
    assert_true(figures_rate(1000, 0) == 0);
    assert_true(figures_rate(-5, 100) == 0);
    figures_rate_text(figures_rate(INT64_C(3) << 30, 2000000000), 1073741824.0, text);
    assert_string_equal(text, "1.50");
    figures_rate_text(figures_rate(50000000, 1000000000), 1e9, text);
    assert_string_equal(text, "0.0500");
    assert_true(figures_rate(INT64_MAX, 1) == 0x1p63 / 1e-9);
    assert_true(figures_rate(1, INT64_MAX) > 0);
    figures_rate_text(figures_rate(INT64_C(1) << 53, 1000000000), 1073741824.0, text);
    assert_string_equal(text, "8388608");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_rounded),
        cmocka_unit_test(no_locale_changes_a_number),
        cmocka_unit_test(shares_and_latencies),
        cmocka_unit_test(rates_are_bytes_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
