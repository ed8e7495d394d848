/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEED = 7291, SAMPLES = 5000 };

static const double percentiles[] = {0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1};

static struct histogram *empty(void)
{
    struct histogram *histogram = malloc(sizeof *histogram);
    assert_non_null(histogram);
    histogram_clear(histogram);
    return histogram;
}

/* Latencies spread over all octaves, as many near 100 ns as near 100 s. */
static int64_t random_latency(unsigned short state[3])
{
    return (int64_t)exp2(erand48(state) * 41.9);
}

static void edges_and_buckets_agree(void **state)
{
    (void)state;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        int64_t lower = histogram_edge(bucket);
        int64_t upper = histogram_edge(bucket + 1);
        assert_true(lower < upper);
        assert_int_equal(histogram_bucket(lower), bucket);
        assert_int_equal(histogram_bucket(upper - 1), bucket);
    }
    assert_int_equal(histogram_edge(0), 0);
    assert_int_equal(histogram_edge(HISTOGRAM_BUCKETS), INT64_C(1) << HISTOGRAM_TOP_BITS);
}

static void out_of_range_values_count_in_the_end_buckets(void **state)
{
    (void)state;
    assert_int_equal(histogram_bucket(-5), 0);
    assert_int_equal(histogram_bucket(INT64_MIN), 0);
    assert_int_equal(histogram_bucket(INT64_C(1) << HISTOGRAM_TOP_BITS), HISTOGRAM_BUCKETS - 1);
    assert_int_equal(histogram_bucket(INT64_MAX), HISTOGRAM_BUCKETS - 1);

    struct histogram *histogram = empty();
    histogram_record(histogram, INT64_C(1) << 50);
    assert_int_equal(histogram_percentile(histogram, 0.5), INT64_C(1) << 50);
    free(histogram);
}

static int ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Compared with the definition, on the sorted samples. */
static void percentiles_are_within_a_bucket(void **state)
{
    (void)state;
    unsigned short numbers[3] = {SEED, 0, 0};
    int64_t *samples = calloc(SAMPLES, sizeof *samples);
    struct histogram *histogram = empty();
    print_message("seed %d\n", SEED);
    for (int i = 0; i < SAMPLES; i++) {
        samples[i] = random_latency(numbers);
        histogram_record(histogram, samples[i]);
    }
    qsort(samples, SAMPLES, sizeof *samples, ascending);
    for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++) {
        double p = percentiles[i];
        long rank = lround(ceil(p * SAMPLES - 1e-6));
        double exact = (double)samples[rank > 0 ? rank - 1 : 0];
        double got = (double)histogram_percentile(histogram, p);
        assert_true(fabs(got - exact) <= exact * 0.0079 + 0.5);
        assert_true(histogram_percentile(histogram, p) <= samples[SAMPLES - 1]);
        assert_true(histogram_percentile(histogram, p) >= samples[0]);
    }
    free(samples);
    free(histogram);
}

/* The 999th of 1000 samples, not the 1000th. */
static void the_rank_is_not_rounded_up(void **state)
{
    (void)state;
    struct histogram *histogram = empty();
    for (int i = 0; i < 999; i++)
        histogram_record(histogram, 10);
    histogram_record(histogram, 1000000);
    assert_int_equal(histogram_percentile(histogram, 0.999), 10);
    assert_int_equal(histogram_percentile(histogram, 1), 1000000);
    free(histogram);
}

static void merging_equals_recording_together(void **state)
{
    (void)state;
    unsigned short numbers[3] = {SEED, 1, 0};
    struct histogram *parts[3] = {empty(), empty(), empty()};
    struct histogram *together = empty();
    struct histogram *merged = empty();
    for (int i = 0; i < SAMPLES; i++) {
        int64_t latency = random_latency(numbers);
        histogram_record(parts[i % 2], latency); /* the third stays empty */
        histogram_record(together, latency);
    }
    for (int i = 2; i >= 0; i--)
        histogram_merge(merged, parts[i]);
    assert_memory_equal(merged, together, sizeof *merged);
    for (int i = 0; i < 3; i++)
        free(parts[i]);
    free(together);
    free(merged);
}

static void an_empty_histogram_reports_zero(void **state)
{
    (void)state;
    struct histogram *histogram = empty();
    assert_int_equal(histogram_percentile(histogram, 0.5), 0);
    assert_int_equal(histogram_mean(histogram), 0);
    assert_false(histogram_supports(histogram, 0.5));
    free(histogram);
}

/* More samples than a double can count exactly, or than 32 bits hold. */
static void counts_beyond_53_bits_are_exact(void **state)
{
    (void)state;
    struct histogram *histogram = empty();
    struct histogram *merged = empty();
    const uint64_t many[] = {UINT64_C(1) << 31, UINT64_C(1) << 32, (UINT64_C(1) << 53) + 1,
                             (UINT64_C(1) << 62) - 1};
    for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
        histogram_clear(histogram);
        histogram_clear(merged);
        histogram_record(histogram, 10);
        histogram_record(histogram, 1000000);
        histogram->counts[histogram_bucket(10)] = many[i];
        histogram->total = many[i] + 1;
        histogram->sum_ns = many[i] + 1;
        histogram_merge(merged, histogram);
        histogram_merge(merged, histogram);
        assert_true(merged->total == 2 * many[i] + 2);
        assert_true(merged->counts[histogram_bucket(10)] == 2 * many[i]);
        assert_int_equal(histogram_percentile(merged, 0.5), 10);
        assert_int_equal(histogram_percentile(merged, 0.999), 10);
        assert_int_equal(histogram_percentile(merged, 1), 1000000);
        assert_int_equal(histogram_mean(merged), 1);
        assert_true(histogram_supports(merged, 0.9999));
    }
    free(histogram);
    free(merged);
}

/* The counts that order statistics require: ln 0.025 / ln p. */
static void percentiles_need_enough_samples(void **state)
{
    (void)state;
    const struct {
        double p;
        uint64_t needed;
    } cases[] = {{0.5, 6}, {0.9, 36}, {0.99, 368}, {0.999, 3688}, {0.9999, 36887}};
    struct histogram *histogram = empty();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        histogram->total = cases[i].needed;
        assert_true(histogram_supports(histogram, cases[i].p));
        histogram->total = cases[i].needed - 1;
        assert_false(histogram_supports(histogram, cases[i].p));
    }
    free(histogram);
}

static void the_mean_is_exact(void **state)
{
    (void)state;
    struct histogram *histogram = empty();
    histogram_record(histogram, 1);
    histogram_record(histogram, 3000000001);
    assert_int_equal(histogram_mean(histogram), 1500000001);
    free(histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_and_buckets_agree),
        cmocka_unit_test(out_of_range_values_count_in_the_end_buckets),
        cmocka_unit_test(percentiles_are_within_a_bucket),
        cmocka_unit_test(the_rank_is_not_rounded_up),
        cmocka_unit_test(merging_equals_recording_together),
        cmocka_unit_test(an_empty_histogram_reports_zero),
        cmocka_unit_test(percentiles_need_enough_samples),
        cmocka_unit_test(counts_beyond_53_bits_are_exact),
        cmocka_unit_test(the_mean_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
