/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "summary_parts.h"

static void assert_line(const struct record_phase *phase, const char *expected)
{
    struct text out = {0};
    summary_files(phase, &out);
    assert_string_equal(text_string(&out), expected);
    text_release(&out);
}

/* Only where the ranks' data are cut into files; without those that were never opened. */
static void test_line_of_files(void **state)
{
    (void)state;
    struct record_phase phase = {0};
    histogram_clear(&phase.open_latency);
    histogram_clear(&phase.close_latency);
    assert_line(&phase, "");
    phase.data_files = 2000;
    phase.data_file_bytes = 128 << 10;
    assert_line(&phase, "  files     2000 of 128 KiB, opened 0 times\n");
    histogram_record(&phase.open_latency, 1000);
    histogram_record(&phase.close_latency, 500);
    assert_line(&phase,
                "  files     2000 of 128 KiB, opened 1 time; open p50 1.00 us, max 1.00 us; "
                "close p50 500 ns, max 500\n            ns\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line_of_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
