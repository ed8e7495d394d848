/* SPDX-License-Identifier: Apache-2.0 */
/* What is not doubted of reads, and the limit of a phase that the page cache answered. */
#include "cases_cached.h"

#include "report/summary.h"

static void read_everything(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    spoil_counts(record);
    for (size_t i = 0; i < read->node_count; i++)
        read->nodes[i].counters.device_read_bytes = read->amount / 2;
}

static void lose_a_device(struct record *record)
{
    spoil_counts(record);
    record->phases[1].devices[1].device[0] = 0;
}

static void make_cold(struct record *record)
{
    set_cache(record, CACHE_COLD, WRITTEN_BY_SAME_NODE);
}

static void bypass(struct record *record)
{
    set_cache(record, CACHE_BYPASSED, WRITTEN_BY_SAME_NODE);
    set_all(record, TRUTH_YES);
}

static void mark_uncached(struct record *record)
{
    spoil_stored(record);
    record->phases[1].total.modes.uncached = TRUTH_YES;
}

static void reads_from_storage_are_not_doubted(void **state)
{
    (void)state;
    static void (*const changes[])(struct record *) = {read_everything, lose_a_device, make_cold,
                                                       bypass, mark_uncached};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct record record;
        good_record(&record);
        changes[i](&record);
        sample_totals(&record);
        assert_int_equal(advice_consider(&record), 0);
        if (find(&record, "cached-reads"))
            fail_msg("change %zu: %s", i, find(&record, "cached-reads")->text);
        record_release(&record);
    }
}

static void assert_contains(const struct record_phase *phase, const char *expected)
{
    const struct record record = {0};
    struct text out = {0};
    summary_bottleneck(&record, phase, &out);
    assert_string_equal(text_string(&out), expected);
    text_release(&out);
}

/* What the page cache held is not limited by storage, whichever threads waited. */
static void reads_from_memory_are_not_blamed_on_storage(void **state)
{
    (void)state;
    struct record_phase phase = {.reads = 1,
                                 .amount = 1 << 20,
                                 .written_by = WRITTEN_BY_EARLIER_RUN,
                                 .cache_state = CACHE_WARM,
                                 .total = {.counters = {.writer_time_ns = 1000,
                                                        .sampled_before_pages = 8192,
                                                        .cached_before_pages = 8192},
                                           .modes = {.direct_in_effect = TRUTH_NO}}};
    struct counters *counters = &phase.total.counters;
    assert_contains(&phase, "memory, not storage: the page cache held 8192 of 8192 sampled pages "
                            "before");
    counters->producer_time_ns = counters->producer_waited_ns = 1000;
    counters->producer_bytes = 1;
    assert_contains(&phase, "memory, not storage: the page cache held 8192 of 8192 sampled pages "
                            "before; I/O threads waited 0 % of the time for a free buffer, data "
                            "threads 100 % for data");
    counters->writer_waited_ns = 700;
    counters->producer_waited_ns = 10;
    assert_contains(&phase,
                    "checking the data: I/O threads waited 70 % of the time for a free buffer, "
                    "data threads 1.0 % for data");
    *counters = (struct counters){
        .writer_time_ns = 1000, .sampled_before_pages = 8192, .cached_before_pages = 4096};
    assert_contains(&phase, "storage: the data were not checked, so only I/O threads worked");
    counters->cached_before_pages = 8192;
    phase.total.modes.direct_in_effect = TRUTH_YES;
    assert_contains(&phase, "storage: the data were not checked, so only I/O threads worked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_from_storage_are_not_doubted),
        cmocka_unit_test(reads_from_memory_are_not_blamed_on_storage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
