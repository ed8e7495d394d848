/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Members that are kept otherwise than as a column: as groups, or as the name of one. */
struct elsewhere {
    size_t offset;
    size_t size;
};

#define ELSEWHERE(type, member)                                                                    \
    {                                                                                              \
        offsetof(type, member), sizeof(((type *)NULL)->member)                                     \
    }

static void mark(char *covered, size_t offset, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(covered[offset + i], 0); /* no byte in two columns */
        covered[offset + i] = 1;
    }
}

/* Every byte of the struct is in a column or elsewhere, but padding: fewer than eight bytes that
 * end at a multiple of eight. A member missing from the list is found here. */
static void assert_covered(const struct schema_table *table, const struct elsewhere *elsewhere,
                           size_t elsewhere_count)
{
    char *covered = calloc(1, table->row_bytes);
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].kind != COLUMN_OPERATIONS) /* the same member as in bytes */
            mark(covered, table->columns[i].offset, table->columns[i].size);
    for (size_t i = 0; i < elsewhere_count; i++)
        mark(covered, elsewhere[i].offset, elsewhere[i].size);
    for (size_t i = 0; i < table->row_bytes; i++) {
        size_t gap = i;
        while (i < table->row_bytes && !covered[i])
            i++;
        if (i - gap >= 8 || (i > gap && i % 4 != 0))
            fail_msg("table '%s': bytes %zu to %zu of its struct are in no column", table->name,
                     gap, i);
    }
    free(covered);
}

static void every_member_has_a_column(void **state)
{
    (void)state;
    static const struct elsewhere run[] = {
        ELSEWHERE(struct record, job),
        ELSEWHERE(struct record, nodes),
        ELSEWHERE(struct record, node_count),
        ELSEWHERE(struct record, targets),
        ELSEWHERE(struct record, target_count),
        ELSEWHERE(struct record, block_devices),
        ELSEWHERE(struct record, block_device_count),
        ELSEWHERE(struct record, networks),
        ELSEWHERE(struct record, network_count),
        ELSEWHERE(struct record, phases),
        ELSEWHERE(struct record, phase_count),
        ELSEWHERE(struct record, advice),
        ELSEWHERE(struct record, advice_count),
        ELSEWHERE(struct record, clocks),
        ELSEWHERE(struct record, clock_count),
        ELSEWHERE(struct record, summary),
        ELSEWHERE(struct record, summary_count),
        ELSEWHERE(struct record, ceilings),
        ELSEWHERE(struct record, ceiling_count),
        ELSEWHERE(struct record, checkpoints),
        ELSEWHERE(struct record, checkpoint_count),
        ELSEWHERE(struct record, warm_ups),
        ELSEWHERE(struct record, warm_up_count),
        ELSEWHERE(struct record, sweep),
        ELSEWHERE(struct record, sweep_count),
        ELSEWHERE(struct record, sweep_runs),
        ELSEWHERE(struct record, sweep_run_count),
        ELSEWHERE(struct record, pfs),
        ELSEWHERE(struct record, pfs_count),
        ELSEWHERE(struct record, deviations),
        ELSEWHERE(struct record, deviation_count),
        ELSEWHERE(struct record, tune),
        ELSEWHERE(struct record, tune_count),
        ELSEWHERE(struct record, tune_choices),
        ELSEWHERE(struct record, tune_choice_count),
        ELSEWHERE(struct record, tune_results),
        ELSEWHERE(struct record, tune_result_count),
    };
    static const struct elsewhere phase[] = {
        ELSEWHERE(struct record_phase, name),
        ELSEWHERE(struct record_phase, total.name),
        ELSEWHERE(struct record_phase, total.node),
        ELSEWHERE(struct record_phase, total.rank),
        ELSEWHERE(struct record_phase, total.writer),
        ELSEWHERE(struct record_phase, total.counters),
        ELSEWHERE(struct record_phase, total.latency),
        ELSEWHERE(struct record_phase, total.first_failure),
        ELSEWHERE(struct record_phase, nodes),
        ELSEWHERE(struct record_phase, node_count),
        ELSEWHERE(struct record_phase, ranks),
        ELSEWHERE(struct record_phase, rank_count),
        ELSEWHERE(struct record_phase, writers),
        ELSEWHERE(struct record_phase, writer_count),
        ELSEWHERE(struct record_phase, files),
        ELSEWHERE(struct record_phase, file_count),
        ELSEWHERE(struct record_phase, differences),
        ELSEWHERE(struct record_phase, difference_count),
        ELSEWHERE(struct record_phase, objects),
        ELSEWHERE(struct record_phase, objects_count),
        ELSEWHERE(struct record_phase, renamed),
        ELSEWHERE(struct record_phase, renamed_count),
        ELSEWHERE(struct record_phase, errors),
        ELSEWHERE(struct record_phase, error_count),
        ELSEWHERE(struct record_phase, bins),
        ELSEWHERE(struct record_phase, bin_count),
        ELSEWHERE(struct record_phase, devices),
        ELSEWHERE(struct record_phase, device_count),
        ELSEWHERE(struct record_phase, readers),
        ELSEWHERE(struct record_phase, reader_count),
        ELSEWHERE(struct record_phase, used_targets),
        ELSEWHERE(struct record_phase, used_target_count),
        ELSEWHERE(struct record_phase, slowest),
        ELSEWHERE(struct record_phase, slowest_count),
        ELSEWHERE(struct record_phase, halves),
        ELSEWHERE(struct record_phase, latency),
        ELSEWHERE(struct record_phase, intended),
        ELSEWHERE(struct record_phase, file_latency),
        ELSEWHERE(struct record_phase, making),
        ELSEWHERE(struct record_phase, queue_wait),
        ELSEWHERE(struct record_phase, open_latency),
        ELSEWHERE(struct record_phase, transfer_latency),
        ELSEWHERE(struct record_phase, sync_latency),
        ELSEWHERE(struct record_phase, close_latency),
        ELSEWHERE(struct record_phase, node_latency),
        ELSEWHERE(struct record_phase, latency_nodes),
        ELSEWHERE(struct record_phase, latency_node_count),
    };
    static const struct elsewhere latency[] = {ELSEWHERE(struct histogram, counts)};
    assert_covered(&schema_run, run, sizeof run / sizeof run[0]);
    assert_covered(&schema_phase, phase, sizeof phase / sizeof phase[0]);
    assert_covered(&schema_latency, latency, 1);
    assert_covered(&schema_job, NULL, 0);
    assert_covered(&schema_node, NULL, 0);
    assert_covered(&schema_target, NULL, 0);
    assert_covered(&schema_block_device, NULL, 0);
    assert_covered(&schema_network, NULL, 0);
    assert_covered(&schema_row, NULL, 0);
    assert_covered(&schema_file, NULL, 0);
    assert_covered(&schema_difference, NULL, 0);
    assert_covered(&schema_objects, NULL, 0);
    assert_covered(&schema_renamed, NULL, 0);
    assert_covered(&schema_error, NULL, 0);
    assert_covered(&schema_bin, NULL, 0);
    assert_covered(&schema_clock, NULL, 0);
    assert_covered(&schema_slow, NULL, 0);
    assert_covered(&schema_device, NULL, 0);
    assert_covered(&schema_summary, NULL, 0);
    assert_covered(&schema_ceiling, NULL, 0);
    assert_covered(&schema_sweep, NULL, 0);
    assert_covered(&schema_sweep_run, NULL, 0);
    assert_covered(&schema_pfs, NULL, 0);
    assert_covered(&schema_deviation, NULL, 0);
    assert_covered(&schema_tune, NULL, 0);
    assert_covered(&schema_tune_choice, NULL, 0);
    assert_covered(&schema_tune_result, NULL, 0);
    assert_covered(&schema_advice, NULL, 0);
}

static void columns_are_described_and_unique(void **state)
{
    (void)state;
    const struct schema_table *const tables[] = {
        &schema_run,         &schema_job,          &schema_node,    &schema_target,
        &schema_phase,       &schema_row,          &schema_file,    &schema_difference,
        &schema_latency,     &schema_advice,       &schema_bin,     &schema_slow,
        &schema_device,      &schema_clock,        &schema_summary, &schema_block_device,
        &schema_network,     &schema_ceiling,      &schema_sweep,   &schema_sweep_run,
        &schema_pfs,         &schema_deviation,    &schema_run,     &schema_job,
        &schema_node,        &schema_target,       &schema_phase,   &schema_row,
        &schema_file,        &schema_difference,   &schema_latency, &schema_advice,
        &schema_bin,         &schema_slow,         &schema_device,  &schema_clock,
        &schema_summary,     &schema_block_device, &schema_network, &schema_ceiling,
        &schema_sweep,       &schema_sweep_run,    &schema_tune,    &schema_tune_choice,
        &schema_tune_result,
    };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        const struct schema_table *table = tables[t];
        for (size_t i = 0; i < table->column_count; i++) {
            const char *name = table->columns[i].name;
            size_t length = strlen(name);
            const char *unit = table->columns[i].unit;
            assert_true(unit[0] != 0 && table->columns[i].long_name[0] != 0);
            if (length > 3 && strcmp(name + length - 3, "_ns") == 0)
                assert_string_equal(unit, "ns");
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(name, table->columns[j].name);
        }
    }
}

static void enumerations_are_the_records_names(void **state)
{
    (void)state;
    const char *const *names;
    assert_int_equal(schema_enum_names(COLUMN_STATUS, &names), RECORD_SKIPPED + 1);
    for (enum record_status status = 0; status <= RECORD_SKIPPED; status++)
        assert_string_equal(names[status], record_status_name(status));
    assert_int_equal(schema_enum_names(COLUMN_TRUTH, &names), TRUTH_MIXED + 1);
    for (enum record_truth truth = 0; truth <= TRUTH_MIXED; truth++)
        assert_string_equal(names[truth], record_truth_name(truth));
}

static void rates_are_of_what_was_done(void **state)
{
    (void)state;
    assert_int_equal(schema_per_second(0, 5), 0);
    assert_int_equal(schema_per_second(5, 0), 0);
    assert_int_equal(schema_per_second(1000, 2000000000), 500);
    assert_int_equal(schema_per_second(2, 3000000000), 1);
    assert_int_equal(schema_per_second(INT64_MAX, 1), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_has_a_column),
        cmocka_unit_test(columns_are_described_and_unique),
        cmocka_unit_test(enumerations_are_the_records_names),
        cmocka_unit_test(rates_are_of_what_was_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
