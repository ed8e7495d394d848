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

/* A phase of 1.5 GiB/s. */
static struct record_phase phase_of(const char *kind)
{
    struct record_phase phase = {.amount = INT64_C(3) << 30, .duration_ns = 2000000000};
    sample_kind(&phase, kind);
    return phase;
}

static void the_lower_ceiling_counts_where_both_were_measured(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_phase phase = phase_of("write");
    assert_last_words(&record, &phase, "no waits were measured");
    assert_int_equal(sample_ceiling(&record, PROBE_DATA, 500, ""), 0);
    assert_last_words(&record, &phase, "no waits were measured");
    assert_int_equal(sample_ceiling(&record, PROBE_STORAGE, 1000, ""), 0);
    assert_last_words(&record, &phase,
                      "; about 50 % of the lower ceiling (storage only), of 1 probe");
    record.ceilings[1].per_s *= 4;
    assert_last_words(&record, &phase,
                      "; about 25 % of the lower ceiling (generator only), of 1 probe");
    record.ceilings[1].per_s = 0;
    assert_last_words(&record, &phase, "no waits were measured");
    record.ceilings[1].per_s = 1;
    sample_kind(&phase, "read"); /* the probes were of writing */
    assert_last_words(&record, &phase, "no waits were measured");
    record_release(&record);
}

/* Probes of 2.83, 2.88, 2.94, 3, 3.06, 3.13 and 3.19 GiB/s. */
static void the_spread_of_the_probes_is_the_uncertainty_of_the_share(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_phase phase = phase_of("read");
    struct ceiling lower;
    assert_int_equal(sample_ceilings(&record, "read", PROBE_STORAGE, 1000), 0);
    assert_true(ceiling_lower(&record, &phase, &lower));
    assert_int_equal(lower.per_s, INT64_C(3) << 30);
    assert_int_equal(lower.low_per_s, record.ceilings[0].per_s);
    assert_int_equal(lower.high_per_s, record.ceilings[6].per_s);
    assert_int_equal(lower.level_ppm, 984375);
    assert_last_words(&record, &phase, "; 50 % (47 to 53 %) of the ceiling (storage only)");
    phase.duration_ns /= 3;
    assert_last_words(
        &record, &phase,
        "; 150 % (141 to 159 %) of the ceiling (storage only), more than its short probes reached");
    record.ceiling_count = 5; /* too few for an interval */
    assert_last_words(&record, &phase, "; about 153 % of the ceiling (storage only), of 5 probes");
    record_release(&record);
}

/* Each bound is the lower one of both; both must hold. */
static void two_ceilings_have_one_interval(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_phase phase = phase_of("verify");
    struct ceiling lower;
    assert_int_equal(sample_ceilings(&record, "verify", PROBE_DATA, 1000), 0);
    assert_int_equal(sample_ceilings(&record, "verify", PROBE_STORAGE, 980), 0);
    record.ceilings[0].per_s = 1;                   /* the slowest of the first */
    record.ceilings[13].per_s = INT64_C(100) << 30; /* the fastest of the other */
    assert_true(ceiling_lower(&record, &phase, &lower));
    assert_int_equal(lower.probe, PROBE_DATA);
    assert_int_equal(lower.per_s, INT64_C(3) << 30);
    assert_int_equal(lower.low_per_s, 1);
    assert_int_equal(lower.high_per_s, record.ceilings[6].per_s);
    assert_int_equal(lower.level_ppm, 968750);
    record_release(&record);
}

/* Each section has its own. */
static void probes_of_another_section_do_not_count(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_phase phase = phase_of("read");
    struct ceiling lower;
    assert_int_equal(sample_ceilings(&record, "read", PROBE_STORAGE, 1000), 0);
    snprintf(phase.section, sizeof phase.section, "other");
    assert_false(ceiling_lower(&record, &phase, &lower));
    snprintf(record.ceilings[3].section, sizeof record.ceilings[3].section, "other");
    assert_true(ceiling_lower(&record, &phase, &lower));
    assert_int_equal(lower.probes, 1);
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
                           "generator only 22.39 GiB/s (1 probe), storage only not measured"));
    assert_null(strstr(text_string(&out), "lower ceiling"));
    text_release(&out);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lower_ceiling_counts_where_both_were_measured),
        cmocka_unit_test(the_spread_of_the_probes_is_the_uncertainty_of_the_share),
        cmocka_unit_test(two_ceilings_have_one_interval),
        cmocka_unit_test(probes_of_another_section_do_not_count),
        cmocka_unit_test(a_ceiling_that_was_not_measured_has_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
