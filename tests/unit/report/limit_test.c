/* SPDX-License-Identifier: Apache-2.0 */
/* The lines on what limited a phase and on its mode. */
#include "report/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parts.h"

static void assert_contains(const struct record_phase *phase, const char *expected)
{
    const struct record record = {0};
    struct text out = {0};
    summary_bottleneck(&record, phase, &out);
    assert_string_equal(text_string(&out), expected);
    text_release(&out);
}

static void assert_bottleneck(const char *kind, int64_t writers, int64_t producers,
                              int64_t producer_bytes, const char *expected)
{
    struct record_phase phase = {
        .total.counters = {.writer_time_ns = 1000,
                           .writer_waited_ns = writers,
                           .producer_time_ns = producers < 0 ? 0 : 1000,
                           .producer_waited_ns = producers < 0 ? 0 : producers,
                           .producer_bytes = producer_bytes}};
    phase.writes = strcmp(kind, "write") == 0;
    phase.reads = !phase.writes;
    assert_contains(&phase, expected);
}

static void a_rate_limit_is_not_blamed_on_storage(void **state)
{
    (void)state;
    const struct record_phase phase = {
        .writes = 1, .total.counters = {.writer_time_ns = 1000, .writer_paced_ns = 930}};
    assert_contains(&phase, "the rate limit: I/O threads waited 93 % of the time for it");
    struct text out = {0};
    char options[] = "rate = 10MiB/s\n";
    const struct record record = {.options = options};
    struct record_phase known = phase;
    known.ranks_total = 2;
    known.amount = INT64_C(38) << 20;
    known.duration_ns = 2000000000;
    summary_bottleneck(&record, &known, &out);
    assert_string_equal(text_string(&out),
                        "the rate limit: 95 % of the 20.0 MiB/s that --rate allows");
    text_release(&out);
}

static void a_stopped_program_is_not_blamed_on_storage(void **state)
{
    (void)state;
    struct record_row ranks[] = {
        {.name = "vm:0", .counters.stopped_ns = 800000000},
        {.name = "vm:1", .counters.stopped_ns = 4050000000},
    };
    struct record_phase phase = {
        .writes = 1,
        .duration_ns = 5000000000,
        .ranks = ranks,
        .rank_count = 2,
        .total.counters = {.writer_time_ns = 1000, .stopped_ns = 4050000000}};
    assert_contains(&phase, "the program itself: vm:1 did not run for 4.05 s of 5.00 s");
    phase.total.counters.writer_paced_ns = 930;
    assert_contains(&phase, "the program itself: vm:1 did not run for 4.05 s of 5.00 s");
    phase.total.counters.stopped_ns = ranks[1].counters.stopped_ns = 2000000000;
    assert_contains(&phase, "the rate limit: I/O threads waited 93 % of the time for it");
}

static void what_stayed_in_memory_is_not_called_storage(void **state)
{
    (void)state;
    struct record_target target = {.ignores_sync = 1};
    const struct record record = {.targets = &target, .target_count = 1};
    struct record_phase phase = {.writes = 1,
                                 .synced = 1,
                                 .status = RECORD_COMPLETE,
                                 .amount = 1 << 20,
                                 .duration_ns = 1000000,
                                 .total.counters = {.syncs = 1,
                                                    .writer_time_ns = 1000,
                                                    .producer_time_ns = 1000,
                                                    .producer_waited_ns = 500,
                                                    .producer_bytes = 1}};
    struct text out = {0};
    summary_bottleneck(&record, &phase, &out);
    assert_string_equal(
        text_string(&out),
        "memory, as fsync did nothing: I/O threads waited 0 % of the time for data");
    text_clear(&out);
    phase.total.counters.writer_waited_ns = phase.total.counters.producer_waited_ns = 600;
    summary_bottleneck(&record, &phase, &out);
    assert_non_null(strstr(text_string(&out), "neither side, both mostly waited: "));
    text_clear(&out);
    target.ignores_sync = 0;
    summary_bottleneck(&record, &phase, &out);
    assert_non_null(strstr(text_string(&out), "more --buffer-count"));
    text_release(&out);
}

static void assert_time(const struct record_phase *phase, const char *expected)
{
    struct text out = {0};
    parts_print(phase, &out);
    assert_string_equal(text_string(&out), expected);
    text_release(&out);
}

static void waiting_after_the_last_request_is_not_fsync(void **state)
{
    (void)state;
    struct record_phase phase = {
        .writes = 1,
        .synced = 1,
        .ranks_total = 1,
        .duration_ns = 6450000000,
        .total.counters = {.last_ns = 2400000000, .drained_ns = 6430000000}};
    assert_time(&phase, "6.45 s = 2.40 s writing + 4.03 s without a completion + 0.02 s fsync and "
                        "close");
    phase.ranks_total = 2;
    phase.first_through_ns = 2000000000;
    assert_time(&phase, "6.45 s = 2.00 s all ranks writing + 0.40 s only some + 4.03 s without a "
                        "completion + 0.02 s fsync and close");
    phase.total.counters.last_ns = 6300000000;
    phase.first_through_ns = 6200000000;
    assert_time(&phase, "6.45 s = 6.20 s all ranks writing + 0.23 s only some + 0.02 s fsync and "
                        "close");
    phase.total.counters.drained_ns = 0; /* of older results */
    assert_time(&phase, "6.45 s = 6.20 s all ranks writing + 0.10 s only some + 0.15 s fsync and "
                        "close");
    phase.status = RECORD_INTERRUPTED; /* before its numbers were gathered */
    assert_time(&phase, "6.45 s");
}

static void the_bottleneck_is_the_side_that_did_not_wait(void **state)
{
    (void)state;
    assert_bottleneck("write", 20, 710, 1,
                      "storage: I/O threads waited 2.0 % of the time for data");
    assert_bottleneck(
        "write", 450, 10, 1,
        "generation: I/O threads waited 45 % of the time for data, data threads 1.0 % for "
        "a free buffer");
    assert_bottleneck(
        "write", 199, 199, 1,
        "balanced, both sides were busy: I/O threads waited 20 % of the time for data, "
        "data threads 20 % for a free buffer");
    assert_bottleneck("write", 199, 200, 1,
                      "storage: I/O threads waited 20 % of the time for data");
    assert_bottleneck(
        "write", 600, 900, 1,
        "neither side, both mostly waited (more --buffer-count may help): I/O "
        "threads waited 60 % of the time for data, data threads 90 % for a free buffer");
    assert_bottleneck("write", 0, 0, 0,
                      "storage: the data were ready-made, so only I/O threads worked");
    assert_bottleneck("read", 0, -1, 0,
                      "storage: the data were not checked, so only I/O threads worked");
    assert_bottleneck("verify", 500, 100, 1,
                      "checking the data: I/O threads waited 50 % of the time for a free buffer, "
                      "data threads 10 % for data");
}

static void assert_mode(const struct record_phase *phase, bool utf8, const char *expected)
{
    struct text out = {0};
    summary_mode_line(phase, &(struct summary_style){.utf8 = utf8}, &out);
    assert_string_equal(text_string(&out), expected);
    text_release(&out);
}

static void the_mode_is_shown_with_its_reason(void **state)
{
    (void)state;
    struct record_phase phase = {.engine_used = "uring",
                                 .direct_asked = PREFER,
                                 .total.modes.direct_in_effect = TRUTH_YES,
                                 .ranks_direct = 1,
                                 .ranks_total = 1};
    assert_mode(&phase, true, "✓ O_DIRECT, engine uring");
    assert_mode(&phase, false, "[ok] O_DIRECT, engine uring");
    phase.ranks_direct = phase.ranks_total = 64;
    assert_mode(&phase, true, "✓ O_DIRECT on all 64 ranks, engine uring");
    phase.total.modes.direct_in_effect = TRUTH_MIXED;
    phase.ranks_direct = 60;
    strcpy(phase.total.modes.direct_reason, "no");
    assert_mode(&phase, true,
                "⚠ mixed, O_DIRECT on 60 of 64 ranks, buffered or unknown on 4, engine uring: no");
    phase.ranks_direct = 0;
    phase.total.modes.direct_cause = DIRECT_UNALIGNED;
    assert_mode(&phase, true, "⚠ mixed on all 64 ranks, engine uring: no");
    phase.ranks_total = 1;
    assert_mode(&phase, true, "⚠ mixed, engine uring: no");
    phase.total.modes.direct_cause = DIRECT_NOT_REPORTED;
    assert_mode(&phase, true, "⚠ mixed, engine uring: no");
    phase.ranks_total = 64;
    phase.total.modes.direct_in_effect = TRUTH_UNKNOWN;
    assert_mode(&phase, false, "[!] O_DIRECT, effect unknown on all 64 ranks, engine uring: no");
    phase.total.modes.direct_in_effect = TRUTH_NO;
    phase.ranks_total = 2;
    assert_mode(&phase, true, "⚠ buffered on both ranks, engine uring: no");
    phase.direct_asked = NEVER;
    assert_mode(&phase, true, "⚠ buffered on both ranks, engine uring, as requested");
    phase.discards = 1;
    assert_mode(&phase, true, "⚠ engine null: nothing reaches storage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_limit_is_not_blamed_on_storage),
        cmocka_unit_test(a_stopped_program_is_not_blamed_on_storage),
        cmocka_unit_test(what_stayed_in_memory_is_not_called_storage),
        cmocka_unit_test(waiting_after_the_last_request_is_not_fsync),
        cmocka_unit_test(the_bottleneck_is_the_side_that_did_not_wait),
        cmocka_unit_test(the_mode_is_shown_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
