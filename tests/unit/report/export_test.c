/* SPDX-License-Identifier: Apache-2.0 */
/* The points of a sweep, and what a search settled on, for other programs. */
#include "report/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "options/options.h"
#include "sample_points.h"

static void expect(const struct text *out, const char *words)
{
    if (!strstr(text_string(out), words))
        fail_msg("'%s' is not in:\n%s", words, text_string(out));
}

static void make(struct record *record)
{
    struct options options;
    struct failure why = {0};
    struct text text = {0};
    *record = (struct record){.node_count = 1, .nodes = calloc(1, sizeof *record->nodes)};
    assert_non_null(record->nodes);
    record->nodes[0].ranks = 8;
    strcpy(record->started_utc, "now");
    assert_int_equal(options_init(&options, &why), 0);
    options_print_canonical(&options, &text);
    record->options = strdup(text_string(&text));
    text_release(&text);
    options_release(&options);
}

static void each_measurement_of_a_point_is_a_row_with_its_settings(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    struct record_sweep_run run = {.point = 1, .phase = "write", .scale = 2};
    make(&record);
    strcpy(run.settings, "depth 4, writers 3, buffer-size 64k, layout shared, ranks 2");
    sample_point(&record, run, 1 << 20, 1);
    run.point = 2;
    run.repetition = 1;
    strcpy(run.reason, "no space");
    strcpy(run.settings, "=cmd 1");
    assert_int_equal(record_add_sweep_run(&record, &run), 0);
    export_csv(&record, &out);
    size_t rows = 0;
    for (const char *at = text_string(&out); *at; at++)
        rows += *at == '\n';
    assert_int_equal(rows, SAMPLE_REPEATS + 1);
    expect(&out, "now,,,,1,2,write,complete,65536,shared,sequential,3,4,");
    expect(&out, ",\"depth 4, writers 3, buffer-size 64k, layout shared, ranks 2\"\n");
    expect(&out, "now,,,,1,2,write,failed,,,,,,0,,0,0,,,,,,,,\"'=cmd 1\"\n");
    text_release(&out);
    record_release(&record);
}

static void a_search_is_a_row_with_what_it_settled_on(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    make(&record);
    sample_search(&record, "write");
    export_csv(&record, &out);
    expect(&out, "now,,,,1,8,write,complete,8388608,rank,sequential,5,32,,,,");
    expect(&out, ",\"'--buffer-size 8192KiB --writers 5 --depth 32 ");
    text_release(&out);
    record_release(&record);
}

static void points_and_searches_are_gauges_with_their_settings(void **state)
{
    (void)state;
    struct record record = {0};
    struct text out = {0};
    sample_search(&record, "write");
    sample_loads(&record, "read");
    export_openmetrics(&record, &out);
    expect(&out, "# TYPE tidemill_sweep_rate_bytes_per_second gauge\n");
    expect(&out, "tidemill_sweep_offered_bytes_per_second{phase=\"read\",settings=\"rate "
                 "500MB/s\",run_id=\"\",label=\"\"} 500000000\n");
    expect(&out, "tidemill_sweep_latency_p50_seconds{phase=\"read\",settings=\"rate 200MB/s\"");
    expect(&out, "tidemill_sweep_best{phase=\"read\",settings=\"rate 200MB/s\",run_id=\"\","
                 "label=\"\"} 0\n");
    expect(&out, "tidemill_tune_finished{phase=\"write\",settings=\"--buffer-size 8192KiB ");
    expect(&out, "# EOF\n");
    text_release(&out);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_measurement_of_a_point_is_a_row_with_its_settings),
        cmocka_unit_test(a_search_is_a_row_with_what_it_settled_on),
        cmocka_unit_test(points_and_searches_are_gauges_with_their_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
