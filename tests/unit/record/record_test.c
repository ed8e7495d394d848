/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void releasing_accepts_a_zeroed_record(void **state)
{
    (void)state;
    struct record record = {0};
    record_release(&record);
    record_release(&record);
}

/* The sanitizer reports leaks. */
static void releasing_frees_all_and_zeroes(void **state)
{
    (void)state;
    static const struct record zeroed;
    struct record record = {
        .label = strdup("l"), .command_line = strdup("c"), .options = strdup("o")};
    record.job.environment = strdup("A=1\n");
    record.nodes = calloc(1, sizeof *record.nodes);
    record.targets = calloc(1, sizeof *record.targets);
    for (int i = 0; i < 3; i++) {
        struct record_phase *phase = record_add_phase(&record);
        phase->failure = strdup("f");
        phase->nodes = calloc(1, sizeof *phase->nodes);
        phase->ranks = calloc(1, sizeof *phase->ranks);
        phase->writers = calloc(1, sizeof *phase->writers);
        phase->differences = calloc(1, sizeof *phase->differences);
        phase->node_latency = calloc(1, sizeof *phase->node_latency);
        phase->files = calloc(2, sizeof *phase->files);
        phase->file_count = 2;
        phase->files[0].path = strdup("p");
        phase->files[1].holes = strdup("1-2");
    }
    assert_int_equal(record_add_advice(&record, "code", SEVERITY_NOTE, "%d %s", 7, "times"), 0);
    assert_string_equal(record.advice[0].text, "7 times");
    record_release(&record);
    assert_memory_equal(&record, &zeroed, sizeof record);
}

static void a_new_phase_is_zeroed(void **state)
{
    (void)state;
    static const struct record_phase zeroed;
    struct record record = {0};
    for (size_t i = 0; i < 20; i++) {
        struct record_phase *phase = record_add_phase(&record);
        assert_int_equal(record.phase_count, i + 1);
        assert_ptr_equal(phase, &record.phases[i]);
        assert_memory_equal(phase, &zeroed, sizeof zeroed);
        memset(phase, 0, sizeof *phase);
        phase->amount = (int64_t)i;
    }
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(record.phases[i].amount, i);
    record_release(&record);
}

static void latency_marks_what_it_cannot_carry(void **state)
{
    (void)state;
    struct histogram *histogram = calloc(1, sizeof *histogram);
    struct record_latency latency;

    record_latency_of(histogram, &latency);
    assert_int_equal(latency.p50_ns, 0);
    assert_int_equal(latency.max_ns, 0);
    assert_int_equal(latency.p90_ns, -1);

    for (int64_t i = 1; i <= 400; i++)
        histogram_record(histogram, i * 1000);
    record_latency_of(histogram, &latency);
    assert_int_equal(latency.mean_ns, 200500);
    assert_in_range(latency.p50_ns, 198400, 201600);
    assert_in_range(latency.p99_ns, 393000, 399200);
    assert_int_equal(latency.p999_ns, -1);
    assert_int_equal(latency.p9999_ns, -1);
    assert_int_equal(latency.max_ns, 400000);
    free(histogram);
}

static void a_ceiling_has_a_rate_unless_it_has_a_reason(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_ceiling ceiling = {
        .probe = PROBE_DATA, .bytes = 3000000, .duration_ns = 2000000, .per_s = 1};
    assert_int_equal(record_add_ceiling(&record, &ceiling), 0);
    strcpy(ceiling.reason, "no");
    assert_int_equal(record_add_ceiling(&record, &ceiling), 0);
    assert_int_equal(record.ceiling_count, 2);
    assert_int_equal(record.ceilings[0].per_s, 1500000000);
    assert_int_equal(record.ceilings[1].per_s, 0);
    assert_int_equal(record.ceilings[1].bytes, 3000000);
    record_release(&record);
}

static void modes_of_parts_become_those_of_the_whole(void **state)
{
    (void)state;
    struct record_modes whole;
    struct record_modes part = {.direct_in_effect = TRUTH_YES, .buffers_fixed = TRUTH_UNKNOWN};
    record_modes_clear(&whole);
    assert_int_equal(whole.direct_opened, TRUTH_UNKNOWN);
    record_modes_merge(&whole, &part, true);
    assert_int_equal(whole.direct_in_effect, TRUTH_YES);
    assert_int_equal(whole.direct_opened, TRUTH_NO);
    part.direct_in_effect = TRUTH_NO;
    part.direct_cause = DIRECT_OPEN_REFUSED;
    part.not_granted_set = GRANT_HUGE_PAGES;
    strcpy(part.direct_reason, "refused");
    strcpy(part.not_granted, "no huge pages");
    record_modes_merge(&whole, &part, false);
    assert_int_equal(whole.direct_in_effect, TRUTH_MIXED);
    assert_int_equal(whole.buffers_fixed, TRUTH_UNKNOWN);
    part.direct_in_effect = TRUTH_YES;
    part.direct_cause = DIRECT_IN_MEMORY;
    part.not_granted_set = GRANT_UNCACHED;
    record_modes_merge(&whole, &part, false);
    assert_int_equal(whole.direct_in_effect, TRUTH_MIXED);
    assert_int_equal(whole.direct_cause, DIRECT_OPEN_REFUSED); /* the first one */
    assert_string_equal(whole.direct_reason, "refused");
    assert_int_equal(whole.not_granted_set, GRANT_HUGE_PAGES);
    assert_string_equal(whole.not_granted, "no huge pages");
}

static void the_total_is_that_of_all_nodes(void **state)
{
    (void)state;
    struct record_row nodes[] = {
        {.counters = {.bytes = 3, .first_ns = 7, .end_ns = 20}},
        {.counters = {.bytes = 4, .first_ns = 5, .end_ns = 19}, .first_failure = "lost"}};
    struct record_phase *phase = calloc(1, sizeof *phase);
    phase->nodes = nodes;
    phase->node_count = 2;
    phase->total.counters.bytes = 99;
    phase->total.modes.direct_in_effect = TRUTH_MIXED;
    histogram_record(&phase->latency, 400000);
    for (int again = 0; again < 2; again++) {
        record_total(phase);
        assert_int_equal(phase->total.counters.bytes, 7);
        assert_int_equal(phase->total.counters.first_ns, 5);
        assert_int_equal(phase->total.counters.end_ns, 20);
        assert_int_equal(phase->total.latency.max_ns, 400000);
        assert_int_equal(phase->total.node, -1);
        assert_int_equal(phase->total.modes.direct_in_effect, TRUTH_MIXED);
        assert_string_equal(phase->total.first_failure, "lost");
    }
    free(phase);
}

static void names_are_those_of_the_file(void **state)
{
    (void)state;
    assert_string_equal(record_status_name(RECORD_RUNNING), "running");
    assert_string_equal(record_status_name(RECORD_SKIPPED), "skipped");
    assert_string_equal(record_truth_name(TRUTH_NO), "no");
    assert_string_equal(record_truth_name(TRUTH_MIXED), "mixed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(releasing_accepts_a_zeroed_record),
        cmocka_unit_test(releasing_frees_all_and_zeroes),
        cmocka_unit_test(a_new_phase_is_zeroed),
        cmocka_unit_test(latency_marks_what_it_cannot_carry),
        cmocka_unit_test(a_ceiling_has_a_rate_unless_it_has_a_reason),
        cmocka_unit_test(modes_of_parts_become_those_of_the_whole),
        cmocka_unit_test(the_total_is_that_of_all_nodes),
        cmocka_unit_test(names_are_those_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
