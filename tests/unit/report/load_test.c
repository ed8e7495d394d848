/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/advice.h"
#include "report/summary.h"
#include "sample_record.h"

enum { REQUESTS = 1000, LATENCY_NS = 32000000, DURATION_NS = 1000000000, MIB = 1 << 20 };

/* One rank on one node that writes a thousand MiB in a second; 32 requests are in flight. */
static void busy_record(struct record *record)
{
    static const struct sample one = {.nodes = 1,
                                      .ranks = 1,
                                      .bytes_per_rank = (int64_t)REQUESTS * MIB,
                                      .requests_per_rank = REQUESTS,
                                      .node_rate = 1e9};
    sample_record(record, &one);
    struct record_phase *phase = &record->phases[0];
    phase->duration_ns = DURATION_NS;
    phase->latency = (struct histogram){0};
    for (int i = 0; i < REQUESTS; i++)
        histogram_record(&phase->latency, LATENCY_NS);
    phase->nodes[0].counters.writer_time_ns = 2 * (int64_t)DURATION_NS;
    phase->nodes[0].counters.writer_cpu_ns = DURATION_NS / 20;
    phase->nodes[0].counters.ring_cpu_ns = DURATION_NS / 10;
    phase->device_count = 2;
    phase->devices = calloc(phase->device_count, sizeof *phase->devices);
    for (size_t i = 0; i < phase->device_count; i++) {
        phase->devices[i] = (struct record_device){
            .device = "nvme0n1",
            .start_ns = (int64_t)i * DURATION_NS / 2,
            .width_ns = DURATION_NS / 2,
            .busy_ns = DURATION_NS / 4,
            .queue_ns = 3 * (int64_t)DURATION_NS / 2,
            .requests = REQUESTS,
            .request_ns = 3 * (int64_t)DURATION_NS / 2,
            .written_bytes = (int64_t)REQUESTS * MIB / 2,
        };
    }
    sample_totals(record);
}

static const struct record_advice *advice_of(struct record *record, const char *code)
{
    assert_int_equal(advice_consider(record), 0);
    for (size_t i = 0; i < record->advice_count; i++)
        if (strcmp(record->advice[i].code, code) == 0)
            return &record->advice[i];
    return NULL;
}

static void in_flight_follows_from_latencies(void **state)
{
    (void)state;
    struct record record;
    struct load load;
    busy_record(&record);
    load_find(&record.phases[0], &load);
    assert_float_equal(load.in_flight, 32, 1e-9);
    assert_float_equal(load.in_flight_each, 16, 1e-9);
    assert_float_equal(load.in_flight_bytes, 32.0 * MIB, 1e-3);
    assert_int_equal(load.device_nodes, 1);
    assert_int_equal(load.device.width_ns, DURATION_NS);
    assert_float_equal(load.device_bytes, 3.0 * MIB / 2, 1e-3);
    record_release(&record);
}

/* Readings come late: the share is of the phase, never more than all of it. */
static void the_device_is_shown_for_the_phase_only(void **state)
{
    (void)state;
    struct record record;
    struct load load;
    busy_record(&record);
    struct record_device *rows = record.phases[0].devices;
    rows[0].start_ns = DURATION_NS / 10;
    rows[0].width_ns = DURATION_NS / 2;
    rows[0].busy_ns = DURATION_NS / 4;
    rows[1].start_ns = rows[0].start_ns + rows[0].width_ns;
    rows[1].width_ns = 2 * DURATION_NS;
    rows[1].busy_ns = DURATION_NS;
    load_find(&record.phases[0], &load);
    assert_int_equal(load.device.width_ns, DURATION_NS / 10 * 9);
    assert_int_equal(load.device.busy_ns, DURATION_NS / 4 + DURATION_NS / 10 * 4);
    rows[1].start_ns = DURATION_NS; /* all of it after the end */
    load_find(&record.phases[0], &load);
    assert_int_equal(load.device.width_ns, DURATION_NS / 2);
    assert_int_equal(load.device.busy_ns, DURATION_NS / 4);
    rows[0].start_ns = -DURATION_NS; /* before the start */
    load_find(&record.phases[0], &load);
    assert_int_equal(load.device.width_ns, 0);
    assert_int_equal(load.device.requests, 2 * REQUESTS);
    record_release(&record);
}

static void a_phase_without_requests_has_no_load(void **state)
{
    (void)state;
    struct record_phase phase = {0};
    struct load load;
    load_find(&phase, &load);
    assert_true(load.in_flight == 0 && load.in_flight_each == 0 && load.in_flight_bytes == 0);
    assert_true(load.device_bytes == 0 && load.device_nodes == 0);
}

static bool partial(struct record *record, int64_t busy_ns, int64_t requests)
{
    struct load load;
    for (size_t i = 0; i < 2; i++) {
        record->phases[0].devices[i].busy_ns = busy_ns / 2;
        record->phases[0].devices[i].requests = requests;
    }
    load_find(&record->phases[0], &load);
    return load_is_partial(&load, &record->phases[0]);
}

/* A device that counted no request, although none was cached, is not the one that was used. */
static void a_device_busy_for_less_than_four_fifths_is_not_alone(void **state)
{
    (void)state;
    struct record record;
    busy_record(&record);
    record.phases[0].total.modes.direct_in_effect = TRUTH_YES;
    assert_true(partial(&record, DURATION_NS / 5 * 4 - 2, 1));
    assert_false(partial(&record, DURATION_NS / 5 * 4, 1));
    assert_false(partial(&record, DURATION_NS / 2, 0));
    record.phases[0].total.modes.direct_in_effect = TRUTH_NO;
    assert_true(partial(&record, DURATION_NS / 2, 0));
    record_release(&record);
}

static void the_summary_shows_what_was_busy(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "in flight 32.0 requests on average, 16.0 for each I/O thread, depth 16\n",
        "CPU       I/O threads 2.5 % of a core each (0.051 s/GiB), ",
        ", threads of io_uring 0.102 s/GiB, data\n            threads 0 % of a core each",
        "device    nvme0n1 50 % busy, queue 3.0, 1.50 ms for each request\n",
    };
    struct record record;
    struct text out = {0};
    const struct summary_style style = {.utf8 = true, .verbose = true};
    busy_record(&record);
    summary_write(&record, &style, &out);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (!strstr(text_string(&out), expected[i]))
            fail_msg("'%s' is not in\n%s", expected[i], text_string(&out));
    text_release(&out);
    record_release(&record);
}

static void what_waits_above_the_device_is_reported(void **state)
{
    (void)state;
    struct record record;
    busy_record(&record);
    const struct record_advice *advice = advice_of(&record, "held-above-device");
    assert_non_null(advice);
    assert_int_equal(advice->severity, SEVERITY_NOTE);
    assert_string_equal(advice->text, "in 01_write 32.0 MiB were in flight, 1.50 MiB of them "
                                      "at the device (nvme0n1 50 % busy): "
                                      "the file system passes on few at once as a file grows; "
                                      "try --preallocate or more files");
    record_release(&record);
    busy_record(&record);
    record.phases[0].total.counters.preallocated_bytes = 1;
    advice = advice_of(&record, "held-above-device");
    assert_non_null(advice);
    assert_non_null(strstr(advice->text, "few at once; try more files (--layout writer"));
    record_release(&record);
}

static void make_busy(struct record_phase *phase)
{
    phase->devices[0].busy_ns = phase->devices[1].busy_ns = DURATION_NS / 2;
}

static void make_deep(struct record_phase *phase)
{
    phase->devices[0].queue_ns *= 8;
    phase->devices[1].queue_ns *= 8;
}

static void make_shallow(struct record_phase *phase)
{
    phase->latency = (struct histogram){0};
    for (int i = 0; i < REQUESTS; i++)
        histogram_record(&phase->latency, 3 * (DURATION_NS / REQUESTS));
}

static void make_foreign(struct record_phase *phase)
{
    phase->devices[0].written_bytes = phase->devices[1].written_bytes = MIB;
}

static void make_unknown(struct record_phase *phase)
{
    phase->devices[0].device[0] = phase->devices[1].device[0] = '\0';
}

static void make_buffered(struct record_phase *phase)
{
    phase->total.modes.direct_in_effect = TRUTH_NO;
}

static void make_read(struct record_phase *phase)
{
    sample_kind(phase, "read");
}

/* The kernel counts milliseconds, and what is at the edges weighs in. */
static void make_short(struct record_phase *phase)
{
    phase->duration_ns -= 1;
}

static void what_does_not_wait_there_is_not(void **state)
{
    (void)state;
    static void (*const changes[])(struct record_phase *) = {
        make_busy,    make_deep,     make_shallow, make_foreign,
        make_unknown, make_buffered, make_read,    make_short};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct record record;
        busy_record(&record);
        changes[i](&record.phases[0]);
        if (advice_of(&record, "held-above-device"))
            fail_msg("change %zu leaves the warning", i);
        record_release(&record);
    }
}

static void io_threads_that_only_compute_are_reported(void **state)
{
    (void)state;
    struct record record;
    busy_record(&record);
    assert_null(advice_of(&record, "processor-bound"));
    struct counters *counters = &record.phases[0].nodes[0].counters;
    counters->writer_cpu_ns = counters->writer_time_ns / 100 * 96;
    sample_totals(&record);
    const struct record_advice *advice = advice_of(&record, "processor-bound");
    assert_non_null(advice);
    assert_non_null(strstr(advice->text, "in 01_write I/O threads used 96 % of a core each"));
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_flight_follows_from_latencies),
        cmocka_unit_test(the_device_is_shown_for_the_phase_only),
        cmocka_unit_test(a_phase_without_requests_has_no_load),
        cmocka_unit_test(a_device_busy_for_less_than_four_fifths_is_not_alone),
        cmocka_unit_test(the_summary_shows_what_was_busy),
        cmocka_unit_test(what_waits_above_the_device_is_reported),
        cmocka_unit_test(what_does_not_wait_there_is_not),
        cmocka_unit_test(io_threads_that_only_compute_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
