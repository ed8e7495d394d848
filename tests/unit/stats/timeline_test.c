/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "property.h"
#include "unit.h"

enum { EVENTS = 3000, ROUNDS = 40, PARTS = 5 };

struct event {
    int64_t at_ns;
    int64_t bytes;
    int64_t latency_ns;
};

static void assert_empty(const struct timeline *timeline)
{
    assert_int_equal(timeline->used, 0);
    for (uint32_t i = 0; i < TIMELINE_BINS; i++)
        assert_int_equal(timeline->bins[i].amount, 0);
}

static void an_empty_timeline_has_no_bins(void **state)
{
    (void)state;
    struct timeline one;
    struct timeline other;
    timeline_clear(&one);
    timeline_clear(&other);
    assert_empty(&one);
    timeline_merge(&one, &other);
    assert_empty(&one);
    timeline_shrink(&one, 0);
    assert_empty(&one);
    assert_int_equal(timeline_width_ns(&one), 1 << TIMELINE_FIRST_SHIFT);
}

static void bins_double_when_time_outgrows_them(void **state)
{
    (void)state;
    struct timeline timeline;
    const int64_t width_ns = INT64_C(1) << TIMELINE_FIRST_SHIFT;
    timeline_clear(&timeline);
    timeline_record(&timeline, 0, 1, 10);
    timeline_record(&timeline, width_ns - 1, 2, 30);
    timeline_record(&timeline, width_ns, 4, 20);
    timeline_record(&timeline, TIMELINE_BINS * width_ns - 1, 8, 5);
    assert_int_equal(timeline_width_ns(&timeline), width_ns);
    assert_int_equal(timeline.used, TIMELINE_BINS);
    assert_int_equal(timeline.bins[0].amount, 3);
    assert_int_equal(timeline.bins[0].requests, 2);
    assert_int_equal(timeline.bins[0].slowest_ns, 30);

    timeline_record(&timeline, TIMELINE_BINS * width_ns, 16, 7);
    assert_int_equal(timeline_width_ns(&timeline), 2 * width_ns);
    assert_int_equal(timeline.used, TIMELINE_BINS / 2 + 1);
    assert_int_equal(timeline.bins[0].amount, 7);
    assert_int_equal(timeline.bins[0].slowest_ns, 30);
    assert_int_equal(timeline.bins[TIMELINE_BINS / 2 - 1].amount, 8);
    assert_int_equal(timeline.bins[TIMELINE_BINS / 2].amount, 16);

    timeline_record(&timeline, INT64_MAX, 32, 1);
    assert_int_equal(timeline.used, TIMELINE_BINS); /* the last bin's last nanosecond */
    assert_int_equal(timeline.bins[0].amount, 31);
    assert_int_equal(timeline.bins[TIMELINE_BINS - 1].amount, 32);
    timeline_record(&timeline, INT64_MIN, 64, 1);
    assert_int_equal(timeline.bins[0].amount, 31 + 64);
}

static int64_t random_time(struct property *property, int64_t longest_ns)
{
    return (int64_t)(property_next(property) % (uint64_t)longest_ns);
}

/* Compares all bins with those computed from the events. */
static void assert_bins(const struct timeline *timeline, const struct event *events, size_t count)
{
    struct timeline_bin *expected = calloc(TIMELINE_BINS, sizeof *expected);
    assert_non_null(expected);
    for (size_t i = 0; i < count; i++) {
        struct timeline_bin *bin = &expected[events[i].at_ns / timeline_width_ns(timeline)];
        bin->amount += events[i].bytes;
        bin->requests++;
        if (events[i].latency_ns > bin->slowest_ns)
            bin->slowest_ns = events[i].latency_ns;
    }
    assert_memory_equal(timeline->bins, expected, TIMELINE_BINS * sizeof *expected);
    free(expected);
}

/* Events recorded in any order into any part: the merged bins contain exactly these events. */
static void merging_parts_equals_recording_all_in_one(void **state)
{
    (void)state;
    struct property property = property_start("timeline");
    static struct event events[EVENTS];
    static struct timeline parts[PARTS];
    static struct timeline merged;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t longest_ns = INT64_C(1) << (10 + property_below(&property, 50));
        for (int part = 0; part < PARTS; part++)
            timeline_clear(&parts[part]);
        for (int i = 0; i < EVENTS; i++) {
            events[i] = (struct event){.at_ns = random_time(&property, longest_ns),
                                       .bytes = (int64_t)property_below(&property, 1 << 20),
                                       .latency_ns = random_time(&property, 1 << 30)};
            timeline_record(&parts[property_below(&property, PARTS)], events[i].at_ns,
                            events[i].bytes, events[i].latency_ns);
        }
        timeline_clear(&merged);
        for (int part = 0; part < PARTS; part++)
            timeline_merge(&merged, &parts[part]);
        assert_bins(&merged, events, EVENTS);
        timeline_shrink(&merged, 1 + (uint32_t)property_below(&property, 64));
        assert_bins(&merged, events, EVENTS);
    }
}

/* More than 53 bits of bytes, at times up to INT64_MAX. */
static void bytes_near_63_bits_are_exact(void **state)
{
    (void)state;
    static const int64_t amounts[] = {INT64_C(1) << 31, INT64_C(1) << 32, (INT64_C(1) << 53) + 1,
                                      INT64_MAX >> 2};
    struct timeline one;
    struct timeline merged;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        timeline_clear(&one);
        timeline_clear(&merged);
        timeline_record(&one, 0, amounts[i], INT64_MAX);
        timeline_record(&one, (INT64_C(1) << 53) + 1, amounts[i], 1);
        timeline_record(&one, INT64_MAX, 1, 1);
        timeline_merge(&merged, &one);
        timeline_record(&merged, 0, amounts[i], 1);
        int64_t bytes = 0;
        for (uint32_t bin = 0; bin < TIMELINE_BINS - 1; bin++)
            bytes += merged.bins[bin].amount;
        assert_true(bytes == 3 * amounts[i]);
        assert_int_equal(merged.bins[TIMELINE_BINS - 1].amount, 1);
        assert_true(merged.bins[0].slowest_ns == INT64_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_timeline_has_no_bins),
        cmocka_unit_test(bins_double_when_time_outgrows_them),
        cmocka_unit_test(merging_parts_equals_recording_all_in_one),
        cmocka_unit_test(bytes_near_63_bits_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
