/* SPDX-License-Identifier: Apache-2.0 */
/* The slowest rank of each generation, and whether a page cache can have taken part. */
#include "checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/summary.h"
#include "sample_record.h"

static const struct sample four = {1, 4, INT64_C(1) << 30, 1024, 1.9e9, false};
static const struct summary_style plain = {.utf8 = true};

static void checkpoint_record(struct record *record)
{
    sample_record(record, &four);
    strcpy(record->preset, "launch/presets/checkpoint.conf");
}

static void the_slowest_rank_is_named(void **state)
{
    (void)state;
    struct record record;
    checkpoint_record(&record);
    struct record_phase *phase = &record.phases[0];
    assert_true(phase->rank_count >= 4);
    for (size_t i = 0; i < phase->rank_count; i++) {
        phase->ranks[i].counters.end_ns = (int64_t)(i + 1) * 1000000000;
        phase->ranks[i].counters.bytes = INT64_C(1) << 30;
    }
    phase->ranks[1].counters.bytes = INT64_C(1) << 20; /* less than its share, in less time */
    phase->ranks[3].counters = (struct counters){0};   /* without a share */
    assert_int_equal(checkpoint_consider(&record), 0);
    assert_int_equal(record.checkpoint_count, 2);
    const struct record_checkpoint *row = &record.checkpoints[0];
    assert_string_equal(row->slowest_rank, phase->ranks[2].name);
    assert_int_equal(row->slowest_ns, 3 * INT64_C(1000000000));
    assert_int_equal(row->least_per_s, (INT64_C(1) << 20) / 2);
    record_release(&record);
}

static void a_page_cache_takes_part_unless_it_cannot(void **state)
{
    (void)state;
    static const struct {
        enum record_truth direct;
        enum record_cache_state state;
        int64_t memory; /* of a node, as a share of what it moved */
        enum record_checkpoint_cache cache;
    } cases[] = {
        {TRUTH_YES, CACHE_BYPASSED, 10, CHECKPOINT_CACHE_BYPASSED},
        {TRUTH_NO, CACHE_COLD, 10, CHECKPOINT_CACHE_EMPTY},
        {TRUTH_NO, CACHE_WARM, 10, CHECKPOINT_CACHE_USED},
        {TRUTH_UNKNOWN, CACHE_NOT_SAMPLED, 10, CHECKPOINT_CACHE_USED},
        {TRUTH_NO, CACHE_WARM, 0, CHECKPOINT_CACHE_USED}, /* the memory is not known */
    };
    struct record record;
    checkpoint_record(&record);
    struct record_phase *read = &record.phases[1];
    const int64_t bytes = record_row_amount(&read->nodes[0], UNIT_BYTE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read->total.modes.direct_in_effect = (uint8_t)cases[i].direct;
        read->cache_state = cases[i].state;
        record.nodes[0].memory_bytes = bytes * cases[i].memory;
        assert_int_equal(checkpoint_consider(&record), 0);
        assert_int_equal(record.checkpoints[1].cache, cases[i].cache);
        assert_int_equal(record.checkpoints[1].memory_ppm, cases[i].memory ? 100000 : 0);
    }
    record.nodes[0].memory_bytes = bytes / 4;
    assert_int_equal(checkpoint_consider(&record), 0);
    assert_int_equal(record.checkpoints[1].cache, CHECKPOINT_CACHE_EXCEEDED);
    record.nodes[0].memory_bytes = bytes / 3 + 1;
    assert_int_equal(checkpoint_consider(&record), 0);
    assert_int_equal(record.checkpoints[1].cache, CHECKPOINT_CACHE_USED);
    record_release(&record);
}

static void only_this_preset_has_the_table(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    checkpoint_record(&record);
    assert_int_equal(checkpoint_consider(&record), 0);
    summary_write(&record, &plain, &out);
    assert_non_null(strstr(text_string(&out), "\ncheckpoint\n  phase "));
    strcpy(record.preset, "checkpoints");
    assert_int_equal(checkpoint_consider(&record), 0);
    text_clear(&out);
    summary_write(&record, &plain, &out);
    assert_null(strstr(text_string(&out), "\ncheckpoint\n"));
    text_release(&out);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slowest_rank_is_named),
        cmocka_unit_test(a_page_cache_takes_part_unless_it_cannot),
        cmocka_unit_test(only_this_preset_has_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
