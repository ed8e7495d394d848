/* SPDX-License-Identifier: Apache-2.0 */
#include "record/thin.h"

#include "random_record.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "random_record.h"
#include "record/store.h"
#include "record_folder.h"

static void few_rows_are_kept_and_many_are_not(void **state)
{
    (void)state;
    assert_int_equal(thin_detail(1, 1), DETAIL_WRITER);
    assert_int_equal(thin_detail(4096, 32768), DETAIL_WRITER);
    assert_int_equal(thin_detail(4096, 32769), DETAIL_RANK);
    assert_int_equal(thin_detail(32768, 262144), DETAIL_RANK);
    assert_int_equal(thin_detail(32769, 32769), DETAIL_NODE);
}

static void phase_of(size_t nodes, struct record_phase *phase)
{
    *phase = (struct record_phase){.node_count = nodes};
    phase->nodes = calloc(nodes, sizeof *phase->nodes);
    phase->node_latency = calloc(nodes, sizeof *phase->node_latency);
    for (size_t i = 0; i < nodes; i++) {
        histogram_record(&phase->node_latency[i], 1000 + (int64_t)i);
        counters_clear(&phase->nodes[i].counters);
        phase->nodes[i].counters.first_ns = 1;
        phase->nodes[i].counters.end_ns = 1000;
        phase->nodes[i].latency =
            (struct record_latency){.p50_ns = 10, .p99_ns = -1, .max_ns = 100};
    }
}

static bool has_latency(const struct record_phase *phase, int64_t node)
{
    for (size_t i = 0; i < phase->latency_node_count; i++)
        if (phase->latency_nodes[i] == node)
            return phase->node_latency[i].min_ns == 1000 + node;
    return false;
}

static void outliers_keep_their_latencies(void **state)
{
    (void)state;
    struct record_phase phase;
    phase_of(4096, &phase);
    assert_int_equal(thin_latency(&phase), 0);
    assert_null(phase.latency_nodes);
    record_phase_release(&phase);
    phase_of(5000, &phase);
    phase.nodes[4321].counters.end_ns = 2000;
    phase.nodes[77].latency.max_ns = 200;
    phase.nodes[4999].latency.p50_ns = 20;
    phase.nodes[2500].latency.p99_ns = 90;
    phase.nodes[3000].latency.max_ns = 300; /* but it did nothing */
    phase.nodes[3000].counters.first_ns = INT64_MAX;
    assert_int_equal(thin_latency(&phase), 0);
    assert_in_range(phase.latency_node_count, 4, 64);
    assert_true(has_latency(&phase, 4321));
    assert_true(has_latency(&phase, 77));
    assert_true(has_latency(&phase, 4999));
    assert_true(has_latency(&phase, 2500));
    assert_false(has_latency(&phase, 3000));
    for (size_t i = 1; i < phase.latency_node_count; i++)
        assert_true(phase.latency_nodes[i] > phase.latency_nodes[i - 1]);
    record_phase_release(&phase);
}

static void joined_readings_keep_their_sums(void **state)
{
    (void)state;
    struct record_device rows[256];
    assert_int_equal(thin_readings(1), 1 << 17);
    assert_int_equal(thin_readings(512), 256);
    assert_int_equal(thin_readings(4096), 32);
    assert_int_equal(thin_readings(1000000), 16);
    for (size_t most = 1; most <= 256; most += 5) {
        int64_t busy_ns = 0, written = 0, end_ns = 0;
        for (int64_t i = 0; i < 256; i++)
            rows[i] = (struct record_device){.node = 7,
                                             .start_ns = 50 + i * 10,
                                             .width_ns = 10,
                                             .busy_ns = i % 7,
                                             .written_bytes = i * i};
        const size_t kept = thin_devices(rows, 256, most);
        assert_in_range(kept, most / 2, most);
        for (size_t i = 0; i < kept; i++) {
            assert_int_equal(rows[i].node, 7);
            assert_int_equal(rows[i].start_ns, i ? end_ns : 50);
            end_ns = rows[i].start_ns + rows[i].width_ns;
            busy_ns += rows[i].busy_ns;
            written += rows[i].written_bytes;
        }
        assert_int_equal(end_ns, 50 + 2560);
        assert_int_equal(busy_ns, 36 * 21 + 0 + 1 + 2 + 3);
        assert_int_equal(written, 255 * 256 * 511 / 6);
    }
    assert_int_equal(thin_devices(rows, 0, 16), 0);
}

/* What is not kept is neither in the file nor read back; the rest is the same. */
static void finer_rows_are_not_stored(void **state)
{
    (void)state;
    for (unsigned detail = DETAIL_WRITER; detail <= DETAIL_NODE; detail++) {
        struct record record, loaded = {0};
        struct failure why = {0};
        struct dice dice = dice_of(20);
        random_record(&dice, &record);
        record.detail = (uint8_t)detail;
        assert_int_equal(store_save(in_folder("thin.h5"), &record, NULL, &why), 0);
        assert_int_equal(store_load(in_folder("thin.h5"), &loaded, &why), 0);
        assert_int_equal(loaded.detail, detail);
        assert_int_equal(loaded.phase_count, record.phase_count);
        for (size_t i = 0; i < record.phase_count; i++) {
            struct record_phase *from = &record.phases[i];
            const struct record_phase *to = &loaded.phases[i];
            assert_int_equal(to->node_count, from->node_count);
            assert_int_equal(to->file_count, from->file_count);
            assert_int_equal(to->rank_count, detail > DETAIL_RANK ? 0 : from->rank_count);
            assert_int_equal(to->reader_count, detail > DETAIL_RANK ? 0 : from->reader_count);
            assert_int_equal(to->writer_count, detail > DETAIL_WRITER ? 0 : from->writer_count);
        }
        record_release(&record);
        record_release(&loaded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_rows_are_kept_and_many_are_not),
        cmocka_unit_test(outliers_keep_their_latencies),
        cmocka_unit_test(joined_readings_keep_their_sums),
        cmocka_unit_test_setup_teardown(finer_rows_are_not_stored, begin_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
