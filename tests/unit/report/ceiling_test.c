/* SPDX-License-Identifier: Apache-2.0 */
#include "ceiling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/summary.h"
#include "sample_record.h"

static const struct sample one = {1, 1, INT64_C(1) << 30, 256, 1.9e9, false};

static void assert_last_words(const struct record *record, const struct record_phase *phase,
                              const char *last)
{
    struct text out = {0};
    summary_bottleneck(record, phase, &out);
    const char *expected = text_string(&out);
    assert_true(strlen(expected) >= strlen(last));
    assert_string_equal(expected + strlen(expected) - strlen(last), last);
    text_release(&out);
}

static void the_lower_ceiling_counts_where_both_were_measured(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_phase phase = {
        .writes = 1, .amount = INT64_C(3) << 30, .duration_ns = 2000000000};
    assert_last_words(&record, &phase, "no waits were measured");
    assert_int_equal(sample_ceiling(&record, PROBE_DATA, 500, ""), 0);
    assert_last_words(&record, &phase, "no waits were measured");
    assert_int_equal(sample_ceiling(&record, PROBE_STORAGE, 1000, ""), 0);
    assert_last_words(&record, &phase, "; 50 % of the lower ceiling (storage only)");
    record.ceilings[1].per_s *= 4;
    assert_last_words(&record, &phase, "; 25 % of the lower ceiling (generator only)");
    record.ceilings[1].per_s = 0;
    assert_last_words(&record, &phase, "no waits were measured");
    record.ceilings[1].per_s = 1;
    sample_kind(&phase, "read");
    assert_last_words(&record, &phase, "no waits were measured");
    record_release(&record);
}

static void a_ceiling_that_was_not_measured_has_its_reason(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    sample_record(&record, &one);
    assert_int_equal(sample_ceiling(&record, PROBE_DATA, 134, ""), 0);
    assert_int_equal(
        sample_ceiling(&record, PROBE_STORAGE, 0, "cannot write '/a/probe-r0': Input/output error"),
        0);
    summary_write(&record, &(struct summary_style){0}, &out);
    assert_non_null(strstr(text_string(&out),
                           "generator only 22.39 GiB/s (134 ms), storage only not measured"));
    assert_null(strstr(text_string(&out), "lower ceiling"));
    text_release(&out);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lower_ceiling_counts_where_both_were_measured),
        cmocka_unit_test(a_ceiling_that_was_not_measured_has_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
