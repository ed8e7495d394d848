/* SPDX-License-Identifier: Apache-2.0 */
/* What a phase counts may be bytes or operations: its rows, its steady window and its median. */
#include <stdlib.h>
#include <string.h>

#include "record/record.h"
#include "unit.h"

enum { SECOND_NS = 1 << 30, BINS = 9 };

/* A phase of two nodes whose bins hold these amounts; the ramp of the first three is not steady. */
static void fill(struct record_phase *phase, enum amount_unit unit)
{
    static const int64_t amounts[BINS] = {10, 400, 700, 1000, 1010, 990, 1000, 1005, 400};
    phase->unit = (uint8_t)unit;
    phase->status = RECORD_COMPLETE;
    phase->bin_count = BINS;
    phase->bins = calloc(BINS, sizeof *phase->bins);
    phase->active_ns = INT64_C(8) * SECOND_NS;
    phase->duration_ns = 2000000000;
    for (int i = 0; i < BINS; i++) {
        phase->bins[i] = (struct record_bin){.node = -1,
                                             .start_ns = (int64_t)i * SECOND_NS,
                                             .width_ns = SECOND_NS,
                                             .amount = amounts[i]};
        phase->amount += amounts[i];
    }
    phase->node_count = 2;
    phase->nodes = calloc(2, sizeof *phase->nodes);
    for (int i = 0; i < 2; i++) {
        struct counters *counters = &phase->nodes[i].counters;
        *(unit == UNIT_OPERATION ? &counters->operations : &counters->bytes) = phase->amount / 2;
        *(unit == UNIT_OPERATION ? &counters->bytes : &counters->requests) = 7;
    }
}

static void check(enum amount_unit unit)
{
    struct record record = {0};
    struct record_phase *phase = record_add_phase(&record);
    fill(phase, unit);
    record_total(phase);
    assert_int_equal(record_row_amount(&phase->nodes[1], unit), phase->amount / 2);
    assert_int_equal(record_row_amount(&phase->total, unit), phase->amount / 2 * 2);

    record_mark_steady(phase);
    assert_int_equal(phase->steady, TRUTH_YES);
    assert_int_equal(phase->round_ns, SECOND_NS);
    assert_int_equal(phase->steady_from_ns, INT64_C(3) * SECOND_NS);
    assert_int_equal(phase->steady_amount, 1000 + 1010 + 990 + 1000 + 1005);

    phase->steady_amount = 0;
    record_mark_until_steady(phase, SECOND_NS, INT64_C(3) * SECOND_NS);
    assert_int_equal(phase->steady, TRUTH_YES);
    assert_int_equal(phase->steady_amount, 1000 + 1010 + 990 + 1000 + 1005);
    record_mark_until_steady(phase, SECOND_NS, -1);
    assert_int_equal(phase->steady, TRUTH_NO);
    record_release(&record);
}

static void bytes_are_counted(void **state)
{
    (void)state;
    check(UNIT_BYTE);
}

static void operations_are_counted(void **state)
{
    (void)state;
    check(UNIT_OPERATION);
}

/* A list of a phase that writes and a phase that creates. */
static void a_median_has_the_unit_of_its_phase(void **state)
{
    (void)state;
    struct record record = {0};
    for (int i = 0; i < 6; i++) {
        struct record_phase *phase = record_add_phase(&record);
        strcpy(phase->kind, i % 2 ? "create" : "write");
        phase->position = 1 + i % 2;
        fill(phase, i % 2 ? UNIT_OPERATION : UNIT_BYTE);
        phase->amount += i % 2 ? 1000000 : 0;
    }
    assert_int_equal(record_summarise(&record), 0);
    assert_int_equal(record.summary_count, 2);
    assert_int_equal(record.summary[0].unit, UNIT_BYTE);
    assert_int_equal(record.summary[0].median_per_s, 6515 / 2 + 1);
    assert_int_equal(record.summary[1].unit, UNIT_OPERATION);
    assert_int_equal(record.summary[1].count, 3);
    assert_int_equal(record.summary[1].median_per_s, (1000000 + 6515) / 2 + 1);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_counted),
        cmocka_unit_test(operations_are_counted),
        cmocka_unit_test(a_median_has_the_unit_of_its_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
