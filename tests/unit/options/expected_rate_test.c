/* SPDX-License-Identifier: Apache-2.0 */
#include "options/expected_rate.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static void ranges(void **state)
{
    (void)state;
    struct expected_rate rate;
    assert_int_equal(expected_rate_parse(NULL, &rate, NULL), 0);
    assert_int_equal(rate.least_bytes, 0);
    assert_int_equal(expected_rate_parse("400MB/s-550MB/s", &rate, NULL), 0);
    assert_int_equal(rate.least_bytes, 400000000);
    assert_int_equal(rate.most_bytes, 550000000);
    assert_int_equal(expected_rate_parse("1.5g-1.5g", &rate, NULL), 0);
    assert_int_equal(rate.least_bytes, 3u << 29);
}

static void all_else_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",       "1GB/s",  "2GB/s-1GB/s",       "0MB-1MB", "-",
        "-1GB/s", "1GB/s-", "1GB/s-2GB/s-3GB/s", "2-4GB/s", "1GB/s..2GB/s"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct expected_rate rate;
        struct failure why = {0};
        assert_int_equal(expected_rate_parse(wrong[i], &rate, &why), -EINVAL);
        assert_non_null(strstr(why.text, "--expected-rate"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges),
        cmocka_unit_test(all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
