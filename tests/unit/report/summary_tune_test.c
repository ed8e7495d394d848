/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a search: each sentence must follow from its numbers. */
#include "unit.h"

#include <string.h>

#include "summary_parts.h"

enum { MILLION = 1000000 };

static void check(const struct record_tune_result *result, struct record_tune_choice *choices,
                  size_t count, const char *expected)
{
    struct record_tune row = {.phase = "write", .per_s = 1};
    struct record_tune_result results[] = {*result};
    struct record record = {
        .tune = &row,
        .tune_count = 1,
        .tune_choices = choices,
        .tune_choice_count = count,
        .tune_results = results,
        .tune_result_count = 1,
    };
    struct text page = {0};
    summary_tune(&record, &(struct summary_style){0}, &page);
    if (!strstr(text_string(&page), expected))
        fail_msg("not on the page: %s\n%s", expected, text_string(&page));
    text_release(&page);
}

static const struct record_tune_result found = {
    .phase = "write",
    .finished = TRUTH_YES,
    .start = "--writers 1 --depth 32",
    .settings = "--writers 4 --depth 32",
    .probes = 90,
    .start_per_s = 1 << 30,
    .settled_per_s = 3 << 29,
    .ratio_ppm = 3 * MILLION / 2,
    .noise_ppm = MILLION / 10,
    .half_width_ppm = MILLION / 4,
};

static struct record_tune_choice choice(const char *option, const char *value, const char *other,
                                        enum record_tune_outcome outcome, int64_t ratio_ppm)
{
    struct record_tune_choice row = {.phase = "write",
                                     .outcome = (uint8_t)outcome,
                                     .compared = 4,
                                     .rounds = 3,
                                     .ratio_ppm = ratio_ppm,
                                     .half_width_ppm = MILLION / 4};
    text_copy(row.option, sizeof row.option, option);
    text_copy(row.value, sizeof row.value, value);
    text_copy(row.other, sizeof row.other, other);
    return row;
}

static void the_gain_has_its_uncertainty(void **state)
{
    (void)state;
    check(&found, NULL, 0, "90 probes with a noise of 10.0 %");
    check(&found, NULL, 0, "25 % below");
}

/* The interval is a factor: half the rate is as far off as twice the rate. */
static void reasons_follow_from_the_numbers(void **state)
{
    struct record_tune_choice rows[] = {
        choice("writers", "4", "1", TUNE_CHANGED, 2 * MILLION),
        choice("depth", "32", "8", TUNE_EQUAL, MILLION * 11 / 10),
        choice("producers", "2", "1", TUNE_EQUAL, MILLION * 11 / 10),
        choice("engine", "uring", "pwrite", TUNE_EQUAL, MILLION * 9 / 10),
    };
    (void)state;
    check(&found, rows, 4, "faster: 2.00 times the rate of 1 (1.60 to 2.50)");
    check(&found, rows, 4, "no difference found: 1.10 times the rate of 8 (0.88 to 1.38)");
    check(&found, rows, 4, "faster, within the noise: 1.10 times the rate of 1");
    check(&found, rows, 4, "no difference found: 0.90 times the rate of pwrite");
    rows[3].half_width_ppm = -1;
    check(&found, rows, 4, "too few probes to decide: 0.90 times the rate of pwrite");
}

static void what_the_budget_left_out_is_reported(void **state)
{
    struct record_tune_result cut = found;
    struct record_tune_choice rows[] = {
        choice("writers", "4", "1", TUNE_CHANGED, 2 * MILLION),
        choice("depth", "32", "", TUNE_UNCOMPARED, 0),
    };
    (void)state;
    cut.finished = TRUTH_NO;
    check(&cut, rows, 1, "before the options were compared again");
    check(&cut, rows, 2, "before every option was compared");
    check(&cut, rows, 2, "not compared");
}

static void what_was_not_measured_is_not_found(void **state)
{
    struct record_tune_result none = {
        .phase = "read", .finished = TRUTH_NO, .start = "--depth 4", .settings = "--depth 4"};
    (void)state;
    none.probes = 2;
    check(&none, NULL, 0, "not measured, with the settings of the start; 2 probes");
    check(&none, NULL, 0, "no probe could be measured");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gain_has_its_uncertainty),
        cmocka_unit_test(reasons_follow_from_the_numbers),
        cmocka_unit_test(what_the_budget_left_out_is_reported),
        cmocka_unit_test(what_was_not_measured_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
