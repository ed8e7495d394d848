/* SPDX-License-Identifier: Apache-2.0 */
/* What was done to warm storage up is one line of the phase that followed. */
#include "report/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample_record.h"

static const struct sample one = {1, 1, INT64_C(1) << 30, 256, 1.9e9, false};
static const struct summary_style plain = {.utf8 = true};

static void add(struct record *record, const char *phase, const char *kind, enum record_truth own,
                int64_t seconds, const char *reason)
{
    struct record_warm_up row = {
        .own = (uint8_t)own, .duration_ns = seconds * 1000000000, .bytes = seconds << 30};
    text_copy(row.phase, sizeof row.phase, phase);
    text_copy(row.kind, sizeof row.kind, kind);
    text_copy(row.reason, sizeof row.reason, reason);
    assert_int_equal(record_add_warm_up(record, &row), 0);
}

static void it_is_a_line_of_its_phase(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    sample_record(&record, &one);
    add(&record, "01_write", "write", TRUTH_YES, 2, "");
    add(&record, "01_write", "mixed", TRUTH_YES, 1, "");
    add(&record, "02_read", "read", TRUTH_NO, 10, "Input/output error");
    summary_write(&record, &plain, &out);
    assert_false(out.failed);
    assert_non_null(strstr(text_string(&out),
                           "\n01_write\n  warm-up   2.00 s: 2.00 GiB written to files of its own; "
                           "1.00 s: 1.00 GiB read from and written to\n            files of its "
                           "own, in place; outside every number\n  time "));
    assert_non_null(
        strstr(text_string(&out),
               "\n02_read\n  warm-up   10.0 s: 10.0 GiB read from the same files, until "
               "it failed; outside every number\n  time "));
    text_release(&out);
    record_release(&record);
}

/* Those of a sweep belong to points. */
static void that_of_a_point_is_in_no_phase(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    sample_record(&record, &one);
    add(&record, "01_write", "write", TRUTH_YES, 2, "");
    record.warm_ups[0].point = 1;
    summary_write(&record, &plain, &out);
    assert_null(strstr(text_string(&out), "warm-up"));
    text_release(&out);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_line_of_its_phase),
        cmocka_unit_test(that_of_a_point_is_in_no_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
