/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a run with a phase that counts operations and one that counts bytes. */
#include "report/summary.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample_record.h"

static const struct sample sample = {3, 12, INT64_C(8) << 30, 2048, 3.1e9, false};
static const struct summary_style verbose = {.utf8 = true, .verbose = true};

static void write(struct record *record, struct text *out)
{
    text_clear(out);
    assert_int_equal(record_summarise(record), 0);
    summary_write(record, &verbose, out);
    assert_false(out->failed);
}

/* In the details of the phases. */
static void assert_shown(const struct text *out, const char *words, bool shown)
{
    const char *details = strstr(text_string(out), "\n01_write\n");
    assert_non_null(details);
    if (!strstr(details, words) == shown)
        fail_msg("'%s' is %sshown:\n%.1500s", words, shown ? "not " : "", details);
}

static void rates_are_operations_per_second(void **state)
{
    (void)state;
    static const char *const shown[] = {"\n  rate      ", " kop/s while all ranks were working",
                                        "\n  balance   n001 ", "after 50 % of the planned "};
    static const char *const of_bytes[] = {"O_DIRECT", "\n  cache ", "writing"};
    struct record record;
    struct text out = {0};
    sample_record(&record, &sample);
    for (size_t i = 0; i < record.phase_count; i++)
        sample_operations(&record.phases[i]);
    record.phases[0].active_amount = record.phases[0].amount;
    record.phases[0].active_ns = record.phases[0].duration_ns / 2;
    record.phases[0].amount_planned = 2 * record.phases[0].amount;
    write(&record, &out);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        assert_shown(&out, shown[i], true);
    for (size_t i = 0; i < sizeof of_bytes / sizeof *of_bytes; i++)
        assert_shown(&out, of_bytes[i], false);
    text_release(&out);
    record_release(&record);
}

static void each_row_has_its_own_unit(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    sample_record(&record, &sample);
    sample_operations(&record.phases[1]);
    write(&record, &out);
    assert_shown(&out, "GiB/s, fsync and close included", true);
    assert_shown(&out, " kop/s", true);
    const char *head = strstr(text_string(&out), " kop/s ");
    assert_non_null(head);
    assert_memory_equal(strchr(head, '\n'), "\n  02_", 6);
    text_release(&out);
    record_release(&record);
}

static void failures_are_listed_by_error(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    sample_record(&record, &sample);
    struct record_phase *phase = &record.phases[0];
    sample_operations(phase);
    phase->status = RECORD_FAILED;
    text_copy(phase->kind, sizeof phase->kind, "create");
    phase->ended_by = END_SIZE;
    phase->amount_planned = 2 * phase->amount;
    phase->total.counters.failed_requests = 124;
    phase->failure = strdup("cannot create '/data/r1.7': File exists: another process created it");
    record.status = RECORD_FAILED;
    phase->errors = calloc(3, sizeof *phase->errors);
    phase->error_count = 3;
    phase->errors[0] = (struct record_error){"EEXIST", EEXIST, 120, 2, 1, "n001", "/data/r1.7"};
    phase->errors[1] = (struct record_error){"EUCLEAN", EUCLEAN, 3, 1, 5, "n002", "/data/r5.0"};
    phase->errors[2] = (struct record_error){"other", 0, 1, 1, 0, "n001", "/data/r0.9"};
    write(&record, &out);
    assert_shown(&out,
                 "\n  failed    120 EEXIST (created by another process, left alone), 3 EUCLEAN "
                 "(Structure needs\n            cleaning), 1 other (further errors)\n"
                 "            first EEXIST: '/data/r1.7' by rank 1 on n001\n",
                 true);
    assert_shown(&out, " kop/s, without the operations that failed\n", true);
    assert_shown(&out, " of the planned ", false);
    const char *head = "FAILED: 01_write: 124 failures, most of them: created by another process";
    assert_non_null(strstr(text_string(&out), head));
    text_release(&out);
    record_release(&record);
}

static void a_phase_of_a_dead_run_has_no_verdict(void **state)
{
    (void)state;
    static const char *const words = "02_read: no operation succeeded";
    for (int ended = 0; ended < 2; ended++) {
        struct record record;
        struct text out = {0};
        sample_record(&record, &sample);
        sample_operations(&record.phases[1]);
        record.phases[1].status = ended ? RECORD_FAILED : RECORD_RUNNING;
        record.phases[1].amount = 0;
        write(&record, &out);
        assert_int_equal(strstr(text_string(&out), words) != NULL, ended);
        text_release(&out);
        record_release(&record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_operations_per_second),
        cmocka_unit_test(failures_are_listed_by_error),
        cmocka_unit_test(a_phase_of_a_dead_run_has_no_verdict),
        cmocka_unit_test(each_row_has_its_own_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
