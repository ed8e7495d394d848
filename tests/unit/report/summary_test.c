/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Summaries word by word, against the files in golden/. After a change that is meant, run this with
 * TIDEMILL_UPDATE_GOLDEN=1, and read the difference before committing it.
 */
#include "report/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/advice.h"
#include "sample_record.h"

static const struct sample one = {1, 1, INT64_C(1) << 30, 256, 1.9e9, false};
static const struct sample four = {1, 4, INT64_C(1) << 30, 1024, 1.9e9, true};
static const struct sample three_nodes = {3, 12, INT64_C(8) << 30, 2048, 3.1e9, false};
static const struct sample many_nodes = {200, 800, INT64_C(8) << 30, 512, 3.1e9, false};

static const struct summary_style plain = {.utf8 = true};

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return strdup("");
    fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    rewind(file);
    char *bytes = calloc(1, length + 1);
    size_t got = fread(bytes, 1, length, file);
    fclose(file);
    assert_int_equal(got, length);
    return bytes;
}

/* No line is longer than a page is wide, colours apart. */
static void assert_width(const char *page)
{
    size_t letters = 0;
    for (const char *at = page; *at; at++) {
        const size_t colour = summary_colour_length(at);
        letters = *at == '\n' ? 0 : letters + ((*at & 0xc0) != 0x80) - (colour > 0);
        at += colour ? colour - 1 : 0;
        assert_true(letters <= 100);
    }
}

static void assert_golden(const char *name, const struct record *record,
                          const struct summary_style *style)
{
    char path[512];
    struct text out = {0};
    snprintf(path, sizeof path, "%.*s/golden/%s.txt", (int)(strrchr(__FILE__, '/') - __FILE__),
             __FILE__, name);
    summary_write(record, style, &out);
    assert_false(out.failed);
    if (getenv("TIDEMILL_UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(text_string(&out), file);
        fclose(file);
    }
    assert_width(text_string(&out));
    char *expected = read_file(path);
    assert_string_equal(text_string(&out), expected);
    free(expected);
    text_release(&out);
}

static void sample_and_assert(const char *name, const struct sample *sample,
                              const struct summary_style *style)
{
    struct record record;
    sample_record(&record, sample);
    assert_int_equal(advice_consider(&record), 0);
    assert_golden(name, &record, style);
    record_release(&record);
}

static void one_rank_is_short(void **state)
{
    (void)state;
    sample_and_assert("one_rank", &one, &plain);
}

static const char *line_break(const char *text)
{
    return strchr(text, '\n');
}

/* What launch/quickstart prints before the name of its result; 40 lines with that. */
static void the_quick_start_fits_on_a_screen(void **state)
{
    (void)state;
    static const struct sample sample = {1, 2, INT64_C(1) << 30, 1024, 1.9e9, false};
    struct record record;
    struct text out = {0};
    char *options;
    int lines = 0;
    sample_record(&record, &sample);
    assert_true(asprintf(&options, "time = 25s\n%s", record.options) > 0);
    free(record.options);
    free(record.command_line);
    record.options = options;
    record.command_line =
        strdup("tidemill run --size 2048MiB --time 25s --verify /tmp/tidemill.zW1ejx");
    strcpy(record.targets[0].path, "/tmp/tidemill.zW1ejx");
    record.phases[0].ended_by = record.phases[1].ended_by = END_SIZE;
    record.phases[1].checks = true;
    for (size_t i = 0; i < 2; i++) {
        record.phases[i].devices = calloc(1, sizeof *record.phases[i].devices);
        record.phases[i].device_count = 1;
        record.phases[i].devices[0] =
            (struct record_device){.device = "nvme0n1",
                                   .width_ns = record.phases[i].duration_ns,
                                   .busy_ns = record.phases[i].duration_ns / 2,
                                   .queue_ns = record.phases[i].duration_ns,
                                   .requests = 2048,
                                   .written_bytes = INT64_C(2) << 30};
        record.phases[i].nodes[0].counters.longest_gap_ns = record.phases[i].duration_ns / 5;
        record.phases[i].nodes[0].counters.sampled_before_pages = i ? 16384 : 0;
        record.phases[i].nodes[0].counters.sampled_pages = 16384;
    }
    sample_totals(&record);
    assert_int_equal(advice_consider(&record), 0);
    assert_golden("quickstart", &record, &plain);
    summary_write(&record, &plain, &out);
    for (const char *at = line_break(text_string(&out)); at; at = line_break(at + 1))
        lines++;
    assert_true(lines + 2 <= 40);
    text_release(&out);
    record_release(&record);
}

static void four_ranks_buffered_in_ascii(void **state)
{
    (void)state;
    sample_and_assert("four_ranks_ascii", &four, &(struct summary_style){0});
}

static void three_nodes_in_a_table(void **state)
{
    (void)state;
    sample_and_assert("three_nodes", &three_nodes, &plain);
}

static void many_nodes_by_their_extremes(void **state)
{
    (void)state;
    sample_and_assert("many_nodes", &many_nodes, &plain);
}

static void everything_when_verbose(void **state)
{
    (void)state;
    sample_and_assert("three_nodes_verbose", &three_nodes,
                      &(struct summary_style){.utf8 = true, .verbose = true, .colour = true});
}

/* They are neither the slowest nor among the nodes by rate; a table of all shows them. */
static void ranks_without_a_share_set_no_extremes(void **state)
{
    (void)state;
    static const struct sample *const samples[] = {&three_nodes, &many_nodes};
    for (size_t i = 0; i < 2; i++) {
        struct record record;
        struct text out = {0};
        sample_record(&record, samples[i]);
        sample_idle_ranks(&record.phases[0]);
        summary_write(&record, &plain, &out);
        assert_non_null(strstr(text_string(&out), "n003 1.7"));
        assert_null(strstr(text_string(&out), ":90 "));
        assert_true((strstr(text_string(&out), "n900") != NULL) == (samples[i] == &three_nodes));
        text_release(&out);
        record_release(&record);
    }
}

static void add_difference(struct record_phase *phase, int64_t offset, const char *kind)
{
    size_t count = phase->difference_count++;
    phase->differences =
        realloc(phase->differences, phase->difference_count * sizeof *phase->differences);
    struct record_difference *difference = &phase->differences[count];
    *difference = (struct record_difference){.rank = 7, .offset = offset, .length = 4096};
    strcpy(difference->host, "n002");
    strcpy(difference->path, "/mnt/pfs/tidemill-7c1e09d2/r7");
    strcpy(difference->kind, kind);
}

/* A verification that found wrong data and a write that failed on some ranks. */
static void what_failed_is_shown(void **state)
{
    (void)state;
    struct record record;
    sample_record(&record, &three_nodes);
    record.status = RECORD_FAILED;
    record.label = strdup("after the upgrade");
    struct record_phase *write = &record.phases[0];
    write->status = RECORD_FAILED;
    write->failure = strdup("4 of 12 ranks (nodes n002): cannot write '/mnt/pfs/tidemill-7c1e09d2/"
                            "r4' at offset 1073741824: No space left on device");
    write->amount -= INT64_C(20) << 30;
    write->total.modes.direct_in_effect = TRUTH_MIXED;
    write->ranks_direct = 8;
    strcpy(write->total.modes.direct_reason, "'/mnt/pfs' refuses O_DIRECT: Invalid argument");
    strcpy(write->engine_asked, "uring");
    strcpy(write->engine_used, "pwrite");
    strcpy(write->engine_reason, "io_uring is disabled (kernel.io_uring_disabled = 2)");
    write->engine_cause = ENGINE_UNAVAILABLE;
    strcpy(write->total.modes.not_granted, "files not preallocated: the file system cannot");
    write->ranks_without = 12;
    write->nodes[0].counters.sampled_pages = 8192;
    write->nodes[0].counters.cached_pages = 96;
    write->nodes[0].counters.device_written_bytes = INT64_C(20) << 30;
    struct record_phase *verify = &record.phases[1];
    strcpy(verify->name, "02_verify");
    sample_kind(verify, "verify");
    verify->repetition = 2;
    verify->nodes[1].counters.bad_blocks = 11;
    for (int64_t i = 0; i < 10; i++)
        add_difference(verify, 1052672 + i * 4096, i ? "zeros" : "flipped");
    for (size_t i = 0; i < verify->node_count; i++) {
        struct counters *counters = &verify->nodes[i].counters;
        counters->producer_time_ns = counters->writer_time_ns;
        counters->producer_waited_ns = counters->producer_time_ns / 10;
        counters->producer_bytes = counters->bytes;
    }
    sample_totals(&record);
    assert_int_equal(advice_consider(&record), 0);
    assert_golden("went_wrong", &record, &plain);
    record_release(&record);
}

static void count_operations(struct record_row *row)
{
    row->counters.operations = row->counters.requests;
    row->counters.bytes = row->counters.producer_time_ns = row->counters.producer_bytes = 0;
}

/* They have a table of their own, and no mode, cache or data. */
static void operations_have_columns_of_their_own(void **state)
{
    (void)state;
    struct record record;
    sample_record(&record, &three_nodes);
    struct record_phase *create = &record.phases[1];
    strcpy(create->name, "02_create");
    sample_kind(create, "create");
    create->unit = UNIT_OPERATION;
    create->written_by = WRITTEN_BY_NOBODY;
    create->amount = create->amount_planned = create->requests;
    create->active_amount = create->requests / 2;
    for (size_t i = 0; i < create->node_count; i++)
        count_operations(&create->nodes[i]);
    for (size_t i = 0; i < create->rank_count; i++)
        count_operations(&create->ranks[i]);
    sample_totals(&record);
    assert_int_equal(advice_consider(&record), 0);
    assert_golden("operations", &record, &plain);
    record_release(&record);
}

static void an_unfinished_run_is_marked(void **state)
{
    (void)state;
    struct record record;
    sample_record(&record, &one);
    record.finished_utc[0] = 0;
    record.status = RECORD_RUNNING;
    record.phases[1].status = RECORD_SKIPPED;
    record.phases[1].failure = strdup("the target discards what is written");
    assert_golden("running", &record, &plain);
    record.status = RECORD_INTERRUPTED;
    record.phases[1].status = RECORD_INTERRUPTED;
    record.phases[1].amount /= 4;
    assert_golden("interrupted", &record, &plain);
    record_release(&record);
}

/* The one ended because it was steady; the other by its time, before five rounds could be. */
static void what_ended_a_phase_is_shown(void **state)
{
    (void)state;
    struct record record;
    sample_record(&record, &one);
    struct record_phase *write = &record.phases[0];
    struct record_phase *read = &record.phases[1];
    for (int i = 0; i < 2; i++) {
        record.phases[i].amount_planned = INT64_C(4) << 30;
        record.phases[i].bins = calloc(1, sizeof *write->bins);
        record.phases[i].bin_count = 1;
        record.phases[i].round_ns = INT64_C(1) << 30;
    }
    write->steady = TRUTH_YES;
    write->steady_ns = 5 * write->round_ns;
    write->steady_from_ns = 2 * write->round_ns;
    write->steady_amount = INT64_C(9) << 30;
    write->steady_range_ppm = 31000;
    write->steady_slope_ppm = -8000;
    write->ended_by = END_STEADY;
    read->steady = TRUTH_NO;
    read->ended_by = END_TIME;
    assert_int_equal(advice_consider(&record), 0);
    assert_golden("until_steady", &record, &plain);
    record_release(&record);
}

/* Seven repetitions, the first of them slower; then the first three of them. */
static void repetitions_have_a_median(void **state)
{
    (void)state;
    struct record record;
    sample_record(&record, &one);
    for (int64_t i = 2; i <= 7; i++) {
        for (size_t k = 0; k < 2; k++) {
            struct record_phase *added = record_add_phase(&record);
            const struct record_phase *first = &record.phases[k];
            sample_kind(added, first->kind);
            snprintf(added->name, sizeof added->name, "%02zu_%.20s", record.phase_count,
                     first->kind);
            added->status = RECORD_COMPLETE;
            added->repetition = i;
            added->position = (int64_t)k + 1;
            added->amount = first->amount;
            added->ranks_total = 1;
            added->duration_ns = first->duration_ns * 9 / 10 + i * 1000000;
        }
    }
    assert_int_equal(record_summarise(&record), 0);
    assert_golden("repetitions", &record, &plain);
    while (record.phase_count > 6)
        record.phase_count--; /* they own nothing */
    assert_int_equal(record_summarise(&record), 0);
    assert_golden("few_repetitions", &record, &plain);
    record_release(&record);
}

/* The first save of a run: nothing is known but what it is. */
static void a_run_without_phases(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA};
    strcpy(record.tool_version, "0.1.0");
    strcpy(record.run_id, "7c1e09d2");
    assert_golden("no_phases", &record, &plain);
}

/* For the phase that writes, not for the one that reads. */
static void ceilings_are_shown_for_what_was_probed(void **state)
{
    (void)state;
    struct record record;
    sample_record(&record, &one);
    assert_int_equal(sample_ceilings(&record, "write", PROBE_DATA, 134), 0);
    assert_int_equal(sample_ceilings(&record, "write", PROBE_STORAGE, 1691), 0);
    assert_int_equal(sample_ceilings(&record, "write", PROBE_BOTH, 1722), 0);
    assert_int_equal(sample_ceilings(&record, "read", PROBE_STORAGE, 1810), 0);
    assert_int_equal(advice_consider(&record), 0);
    assert_golden("ceilings", &record, &plain);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_rank_is_short),
        cmocka_unit_test(the_quick_start_fits_on_a_screen),
        cmocka_unit_test(four_ranks_buffered_in_ascii),
        cmocka_unit_test(three_nodes_in_a_table),
        cmocka_unit_test(many_nodes_by_their_extremes),
        cmocka_unit_test(ranks_without_a_share_set_no_extremes),
        cmocka_unit_test(everything_when_verbose),
        cmocka_unit_test(what_failed_is_shown),
        cmocka_unit_test(what_ended_a_phase_is_shown),
        cmocka_unit_test(operations_have_columns_of_their_own),
        cmocka_unit_test(an_unfinished_run_is_marked),
        cmocka_unit_test(repetitions_have_a_median),
        cmocka_unit_test(a_run_without_phases),
        cmocka_unit_test(ceilings_are_shown_for_what_was_probed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
