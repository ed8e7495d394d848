/* SPDX-License-Identifier: Apache-2.0 */
/* What speaks against quoting the rate of a phase. */
#include "quotable.h"

#include "summary_parts.h"
#include "warning_cases.h"

#include <stdlib.h>
#include <string.h>

static void spoil_nothing(struct record *record)
{
    (void)record;
}

static void spoil_status(struct record *record)
{
    record->phases[0].status = RECORD_FAILED;
    record->phases[0].duration_ns = 1; /* the first reason counts */
}

static void spoil_end(struct record *record)
{
    record->phases[0].status = RECORD_INTERRUPTED;
}

static void spoil_data(struct record *record)
{
    record->phases[0].total.counters.bad_blocks = 1;
}

static void spoil_discards(struct record *record)
{
    record->phases[0].discards = 1;
}

static void spoil_target(struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        record->targets[i].ram_backed = 1;
}

static void spoil_cache(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    phase->writes = 0;
    phase->reads = 1;
    phase->total.modes.direct_in_effect = TRUTH_NO;
    phase->total.counters.sampled_before_pages = 100;
    phase->total.counters.cached_before_pages = 51;
}

static void spoil_rate(struct record *record)
{
    struct counters *counters = &record->phases[0].total.counters;
    counters->writer_paced_ns = counters->writer_time_ns / 10 * 6;
}

static void spoil_spread(struct record *record)
{
    record->summary = calloc(1, sizeof *record->summary);
    record->summary_count = 1;
    record->summary[0] = (struct record_summary){
        .position = record->phases[0].position, .count = 2, .spread_ppm = 300001};
}

static void spoil_duration(struct record *record)
{
    record->phases[0].duration_ns = INT64_C(9999999999);
}

static void spoil_but_steady(struct record *record)
{
    spoil_duration(record);
    record->phases[0].steady = TRUTH_YES;
}

static void the_most_severe_reason_is_found(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(struct record *record);
        enum quotable quote;
    } cases[] = {
        {spoil_status, QUOTABLE_FAILED},    {spoil_end, QUOTABLE_ENDED_EARLY},
        {spoil_data, QUOTABLE_WRONG_DATA},  {spoil_discards, QUOTABLE_DISCARDED},
        {spoil_target, QUOTABLE_IN_MEMORY}, {spoil_cache, QUOTABLE_CACHED},
        {spoil_rate, QUOTABLE_LIMITED},     {spoil_spread, QUOTABLE_SPREAD},
        {spoil_duration, QUOTABLE_SHORT},   {spoil_nothing, QUOTABLE_WELL},
        {spoil_but_steady, QUOTABLE_WELL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record record;
        good_record(&record);
        sample_totals(&record);
        cases[i].spoil(&record);
        assert_int_equal(quotable_of(&record, &record.phases[0]), cases[i].quote);
        record_release(&record);
    }
}

static void assert_reason(const char *failure, const char *reason)
{
    struct text out = {0};
    struct record_phase phase = {.failure = failure ? strdup(failure) : NULL};
    summary_reason(&phase, &out);
    free(phase.failure);
    assert_string_equal(text_string(&out), reason);
    text_release(&out);
}

static void the_reason_of_a_failure_is_its_end(void **state)
{
    (void)state;
    assert_reason("cannot write '/a: b/r0' at offset 7: No space left on device",
                  "No space left on device");
    assert_reason("cannot open '/a': Permission denied; check its owner", "Permission denied");
    assert_reason("cannot find '/a: b'", "");
    assert_reason("a rank was lost", "");
    assert_reason(NULL, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_severe_reason_is_found),
        cmocka_unit_test(the_reason_of_a_failure_is_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
