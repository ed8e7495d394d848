/* Reads that the page cache may have answered: the warning, and the limit of the phase. */
#include "doubts.h"

#include "report/summary.h"

static void set_all(struct record *record, enum record_truth truth)
{
    for (size_t i = 0; i < record->phase_count; i++)
        record->phases[i].total.modes.direct_in_effect = (uint8_t)truth;
}

static void set_cache(struct record *record, enum record_cache_state state,
                      enum record_written_by written_by)
{
    set_all(record, TRUTH_NO);
    record->phases[1].cache_state = state;
    record->phases[1].written_by = written_by;
}

static void spoil_cache(struct record *record)
{
    set_cache(record, CACHE_NOT_SAMPLED, WRITTEN_BY_SAME_NODE);
}

static void spoil_stored(struct record *record)
{
    set_cache(record, CACHE_WARM, WRITTEN_BY_EARLIER_RUN);
}

static void spoil_shifted(struct record *record)
{
    set_cache(record, CACHE_WARM, WRITTEN_BY_OTHER_NODE);
}

static void spoil_loop(struct record *record)
{
    set_cache(record, CACHE_BELOW, WRITTEN_BY_OTHER_NODE);
}

/* Nobody looked at the pages, and the kernel fetched little for what was read. */
static void spoil_counts(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    set_cache(record, CACHE_NOT_SAMPLED, WRITTEN_BY_EARLIER_RUN);
    read->device_count = read->node_count;
    read->devices = calloc(read->device_count, sizeof *read->devices);
    for (size_t i = 0; i < read->device_count; i++) {
        read->devices[i] = (struct record_device){.node = (int64_t)i, .device = "vda"};
        read->nodes[i].counters.device_read_bytes = read->bytes / 5;
    }
}

static const struct doubt_case cases[] = {
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have read from the page cache", spoil_cache},
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have read from the page cache", spoil_stored},
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have read from the page cache", spoil_shifted},
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have read from the page cache", spoil_loop},
    {"cached-reads", SEVERITY_SERIOUS, "02_read may have read from the page cache", spoil_counts},
};

static void each_doubt_is_told(void **state)
{
    (void)state;
    assert_doubts(cases, sizeof cases / sizeof cases[0]);
}

static void read_everything(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    spoil_counts(record);
    for (size_t i = 0; i < read->node_count; i++)
        read->nodes[i].counters.device_read_bytes = read->bytes / 2;
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

static void assert_said(const struct record_phase *phase, const char *said)
{
    const struct record record = {0};
    struct text out = {0};
    summary_bottleneck(&record, phase, &out);
    assert_string_equal(text_string(&out), said);
    text_release(&out);
}

/* What the page cache held is no rate of the storage, whoever waited. */
static void reads_from_memory_are_not_blamed_on_storage(void **state)
{
    (void)state;
    struct record_phase phase = {.reads = 1,
                                 .bytes = 1 << 20,
                                 .written_by = WRITTEN_BY_EARLIER_RUN,
                                 .cache_state = CACHE_WARM,
                                 .total = {.counters = {.writer_time_ns = 1000,
                                                        .sampled_before_pages = 8192,
                                                        .cached_before_pages = 8192},
                                           .modes = {.direct_in_effect = TRUTH_NO}}};
    struct counters *counters = &phase.total.counters;
    assert_said(&phase, "memory, not storage: the page cache held 8192 of 8192 sampled pages "
                        "before");
    counters->producer_time_ns = counters->producer_waited_ns = 1000;
    counters->producer_bytes = 1;
    assert_said(&phase, "memory, not storage: the page cache held 8192 of 8192 sampled pages "
                        "before; readers waited 0 % of their time for an empty buffer, checkers "
                        "100 % for data");
    counters->writer_waited_ns = 700;
    counters->producer_waited_ns = 10;
    assert_said(&phase, "checking the data: readers waited 70 % of their time for an empty buffer, "
                        "checkers 1.0 % for data");
    *counters = (struct counters){
        .writer_time_ns = 1000, .sampled_before_pages = 8192, .cached_before_pages = 4096};
    assert_said(&phase, "storage: the data were not checked, so nothing else took part");
    counters->cached_before_pages = 8192;
    phase.total.modes.direct_in_effect = TRUTH_YES;
    assert_said(&phase, "storage: the data were not checked, so nothing else took part");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_doubt_is_told),
        cmocka_unit_test(reads_from_storage_are_not_doubted),
        cmocka_unit_test(reads_from_memory_are_not_blamed_on_storage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
