/* SPDX-License-Identifier: Apache-2.0 */
#include "report/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { REPETITIONS = 4 };
static const int64_t second_ns = 1000000000;
static const char options[] = "size = 1GiB\nbuffer-size = 1MiB\nwriters = 2\ntarget = /x\n";

/* A run of two phases that takes 'share' of the time of the usual one in its second phase. */
static void run(struct record *record, size_t repetitions, double share)
{
    *record = (struct record){.status = RECORD_COMPLETE, .options = strdup(options)};
    for (size_t i = 0; i < repetitions * 2; i++) {
        struct record_phase *phase = record_add_phase(record);
        assert_non_null(phase);
        strcpy(phase->kind, i % 2 ? "read" : "write");
        strcpy(phase->name, i % 2 ? "02_read" : "01_write");
        phase->position = (int64_t)(i % 2) + 1;
        phase->repetition = (int64_t)(i / 2) + 1;
        phase->status = RECORD_COMPLETE;
        phase->amount = 1 << 30;
        phase->duration_ns = second_ns + (int64_t)i * second_ns / 1000;
        if (i % 2)
            phase->duration_ns = (int64_t)((double)phase->duration_ns * share);
        phase->total.counters.writer_cpu_ns = (int64_t)((double)second_ns * share);
        for (int k = 0; k < 5000; k++)
            histogram_record(&phase->latency, (int64_t)(1e6 * share));
    }
}

static void assert_verdicts(const struct record *before, const struct record *after,
                            enum compare_verdict write, enum compare_verdict read)
{
    struct comparison comparison;
    assert_int_equal(compare_records(before, after, 0.05, &comparison), 0);
    assert_string_equal(text_string(&comparison.unlike), "");
    assert_int_equal(comparison.count, 2);
    assert_int_equal(comparison.phases[0].verdict, write);
    assert_int_equal(comparison.phases[1].verdict, read);
    assert_int_equal(comparison.verdict, write < read ? write : read);
    comparison_release(&comparison);
}

static void slower_and_faster_phases_are_found(void **state)
{
    (void)state;
    struct record usual;
    struct record slow;
    struct record fast;
    struct record near;
    run(&usual, REPETITIONS, 1);
    run(&slow, REPETITIONS, 1.1);
    run(&fast, REPETITIONS, 0.9);
    run(&near, REPETITIONS, 1.03);
    assert_verdicts(&usual, &usual, COMPARE_SAME, COMPARE_SAME);
    assert_verdicts(&usual, &slow, COMPARE_SAME, COMPARE_WORSE);
    assert_verdicts(&usual, &fast, COMPARE_SAME, COMPARE_BETTER);
    assert_verdicts(&usual, &near, COMPARE_SAME, COMPARE_SAME); /* beyond the interval alone */
    record_release(&usual);
    record_release(&slow);
    record_release(&fast);
    record_release(&near);
}

static void wide_intervals_show_no_difference(void **state)
{
    (void)state;
    struct record one;
    struct record other;
    run(&one, REPETITIONS, 1);
    run(&other, REPETITIONS, 1);
    one.phases[1].duration_ns *= 3;
    one.phases[3].duration_ns *= 2;
    other.phases[5].duration_ns *= 2;
    assert_verdicts(&one, &other, COMPARE_SAME, COMPARE_ALIKE);
    record_release(&one);
    record_release(&other);
}

static void ratios_of_latency_and_cpu_time(void **state)
{
    (void)state;
    struct record usual;
    struct record slow;
    struct comparison comparison;
    run(&usual, REPETITIONS, 1);
    run(&slow, REPETITIONS, 2);
    assert_int_equal(compare_records(&usual, &slow, 0.05, &comparison), 0);
    const struct compare_phase *read = &comparison.phases[1];
    assert_true(read->cpu > 1.99 && read->cpu < 2.01);
    assert_true(read->latency[0] > 1.95 && read->latency[0] < 2.05);
    assert_true(read->latency[1] > 1.95 && read->latency[1] < 2.05);
    assert_true(read->latency[2] > 1.95 && read->latency[2] < 2.05); /* 5000 carry p99.9 */
    comparison_release(&comparison);
    for (size_t i = 0; i < usual.phase_count; i++) /* the ring's threads work instead */
        usual.phases[i].total.counters.ring_cpu_ns = second_ns;
    assert_int_equal(compare_records(&usual, &slow, 0.05, &comparison), 0);
    assert_true(comparison.phases[1].cpu > 0.99 && comparison.phases[1].cpu < 1.01);
    comparison_release(&comparison);
    record_release(&usual);
    record_release(&slow);
}

static void one_repetition_each_is_unclear(void **state)
{
    (void)state;
    struct record usual;
    struct record slow;
    run(&usual, 1, 1);
    run(&slow, REPETITIONS - 1, 3);
    assert_verdicts(&usual, &slow, COMPARE_UNCLEAR, COMPARE_UNCLEAR);
    record_release(&usual);
    record_release(&slow);
}

/* Ten rounds of a second, and a last one that is not whole. */
static void add_rounds(struct record_phase *phase, int64_t each)
{
    phase->bin_count = 11;
    phase->bins = calloc(phase->bin_count, sizeof *phase->bins);
    assert_non_null(phase->bins);
    phase->round_ns = phase->bins[0].width_ns = 1 << 30;
    phase->active_ns = 10 * phase->round_ns + 5;
    for (size_t i = 0; i < phase->bin_count; i++)
        phase->bins[i] = (struct record_bin){
            .node = -1,
            .start_ns = (int64_t)i << 30,
            .width_ns = 1 << 30,
            .amount = i < 10 ? each + (int64_t)i % 3 : 1,
        };
}

static void rounds_take_the_place_of_repetitions(void **state)
{
    (void)state;
    struct record usual;
    struct record slow;
    struct comparison comparison;
    run(&usual, 1, 1);
    run(&slow, 1, 1);
    add_rounds(&usual.phases[1], 1000);
    add_rounds(&slow.phases[1], 500);
    assert_int_equal(compare_records(&usual, &slow, 0.05, &comparison), 0);
    assert_int_equal(comparison.phases[1].basis, COMPARE_ROUNDS);
    assert_int_equal(comparison.phases[1].before_count, 10);
    assert_int_equal(comparison.phases[1].verdict, COMPARE_WORSE);
    struct text page = {0};
    compare_write(&usual, &slow, &comparison, 0.05, &page);
    assert_non_null(strstr(text_string(&page), "weaker"));
    text_release(&page);
    comparison_release(&comparison);
    record_release(&usual);
    record_release(&slow);
}

static void assert_unlike(const struct record *one, const struct record *other, const char *what)
{
    struct comparison comparison;
    assert_int_equal(compare_records(one, other, 0.05, &comparison), 0);
    assert_string_equal(text_string(&comparison.unlike), what);
    comparison_release(&comparison);
}

static void unlike_runs_are_named(void **state)
{
    (void)state;
    struct record usual;
    struct record other;
    run(&usual, REPETITIONS, 1);
    run(&other, REPETITIONS, 1);
    free(other.options);
    other.options = strdup("size = 2GiB\nbuffer-size = 1MiB\nwriters = 2\nseed = 7\ntarget = /y\n");
    assert_unlike(&usual, &other, "--size (1GiB, 2GiB)");
    other.node_count = 1;
    other.nodes = calloc(1, sizeof *other.nodes);
    other.nodes[0].ranks = 3;
    assert_unlike(&usual, &other, "nodes (0, 1), ranks (0, 3), --size (1GiB, 2GiB)");
    other.status = RECORD_FAILED;
    strcpy(other.phases[1].kind, "verify");
    assert_unlike(&usual, &other,
                  "nodes (0, 1), ranks (0, 3), the second run is not complete, the list of phases, "
                  "--size (1GiB, 2GiB)");
    record_release(&usual);
    record_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slower_and_faster_phases_are_found),
        cmocka_unit_test(wide_intervals_show_no_difference),
        cmocka_unit_test(ratios_of_latency_and_cpu_time),
        cmocka_unit_test(one_repetition_each_is_unclear),
        cmocka_unit_test(rounds_take_the_place_of_repetitions),
        cmocka_unit_test(unlike_runs_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
