/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "record/record.h"
#include "unit.h"

/* One repetition of a list of two phases: a phase moves 'rate' bytes in one second. */
static void add_repetition(struct record *record, int64_t number, int64_t write, int64_t read)
{
    static const char *const kinds[] = {"write", "read"};
    const int64_t rates[] = {write, read};
    for (int i = 0; i < 2; i++) {
        struct record_phase *phase = record_add_phase(record);
        strcpy(phase->kind, kinds[i]);
        phase->repetition = number;
        phase->position = i + 1;
        phase->status = rates[i] ? RECORD_COMPLETE : RECORD_SKIPPED;
        phase->amount = rates[i];
        phase->duration_ns = 1000000000;
    }
}

static void too_few_carry_no_interval(void **state)
{
    (void)state;
    struct record record = {0};
    assert_int_equal(record_summarise(&record), 0);
    assert_int_equal(record.summary_count, 0);
    assert_false(record_settled(&record, 0.5));
    for (int64_t i = 1; i <= 5; i++)
        add_repetition(&record, i, 100 + i, 7);
    assert_int_equal(record_summarise(&record), 0);
    assert_int_equal(record.summary_count, 2);
    const struct record_summary *write = &record.summary[0];
    assert_string_equal(write->phase, "write");
    assert_int_equal(write->position, 1);
    assert_int_equal(write->count, 5);
    assert_int_equal(write->median_per_s, 103);
    assert_int_equal(write->low_per_s, -1);
    assert_int_equal(write->level_ppm, 0);
    assert_string_equal(write->method, "none: fewer than 6 repetitions");
    assert_int_equal(write->least_per_s, 101);
    assert_int_equal(write->most_per_s, 105);
    assert_int_equal(record.summary[1].spread_ppm, 0);
    assert_false(record_settled(&record, 0.99));
    record_release(&record);
}

static void ten_carry_one_and_the_first_is_distinguished(void **state)
{
    (void)state;
    static const int64_t rates[] = {500, 1010, 1000, 1040, 1020, 1030, 1070, 1050, 1060, 1080};
    struct record record = {0};
    for (int64_t i = 0; i < 10; i++)
        add_repetition(&record, i + 1, rates[i], 1000);
    assert_int_equal(record_summarise(&record), 0);
    const struct record_summary *write = &record.summary[0];
    assert_int_equal(write->median_per_s, 1035);
    assert_int_equal(write->low_per_s, 1000);
    assert_int_equal(write->high_per_s, 1070);
    assert_int_equal(write->level_ppm, 978516);
    assert_int_equal(write->spread_ppm, 560386); /* 580 / 1035 */
    assert_int_equal(write->first_per_s, 500);
    assert_int_equal(write->rest_median_per_s, 1040);
    assert_true(record_settled(&record, 0.034)); /* 35 / 1035 = 0.0338 */
    assert_false(record_settled(&record, 0.033));
    record_release(&record);
}

/* What was skipped or failed has no rate; the row counts what is left. */
static void only_complete_ones_count(void **state)
{
    (void)state;
    struct record record = {0};
    add_repetition(&record, 1, 10, 20);
    add_repetition(&record, 2, 0, 30);
    assert_int_equal(record_summarise(&record), 0);
    assert_int_equal(record_summarise(&record), 0); /* again: nothing is added up */
    assert_int_equal(record.summary_count, 2);
    assert_int_equal(record.summary[0].count, 1);
    assert_int_equal(record.summary[0].median_per_s, 10);
    assert_int_equal(record.summary[0].rest_median_per_s, 0);
    assert_int_equal(record.summary[1].count, 2);
    assert_int_equal(record.summary[1].median_per_s, 25);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_few_carry_no_interval),
        cmocka_unit_test(ten_carry_one_and_the_first_is_distinguished),
        cmocka_unit_test(only_complete_ones_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
