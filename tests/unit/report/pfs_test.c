/* SPDX-License-Identifier: Apache-2.0 */
/* The means of preset 'pfs', and the deviations from the published rules. */
#include "report/summary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pfs.h"
#include "pfs_rules.h"
#include "sample_record.h"

static const struct summary_style plain = {.utf8 = true};

static const char settings[] = "time = 300s\nequalise = yes\n"
                               "[easy-write]\nphase = write\n"
                               "[easy-create]\nphase = create\n"
                               "[hard-write]\nphase = write\ninterleave = 47008\n"
                               "[hard-create]\nphase = create\nshared-directory = yes\n"
                               "object-size = 3901\n";

/* Each line of the set as a phase, by the rules. */
static void pfs_record(struct record *record)
{
    *record = (struct record){.options = strdup(settings)};
    strcpy(record->preset, "pfs");
    for (size_t i = 0; i < pfs_line_count; i++) {
        const struct pfs_line *line = &pfs_lines[i];
        struct record_phase *phase = record_add_phase(record);
        const bool bytes = line->mean != PFS_METADATA;
        text_copy(phase->section, sizeof phase->section, line->section);
        phase->unit = bytes ? UNIT_BYTE : UNIT_OPERATION;
        phase->status = RECORD_COMPLETE;
        phase->position = (int64_t)i + 1;
        phase->repetition = 1;
        phase->duration_ns = 1000000000;
        phase->amount = bytes ? (int64_t)(i + 1) << 30 : (int64_t)(i + 1) * 1000;
        phase->amount_planned = phase->amount;
        phase->request_bytes = line->request_bytes;
        phase->equalised = line->timed ? EQUALISED_YES : EQUALISED_NO;
        phase->ended_by = line->timed ? END_TIME : END_SIZE;
        phase->checks = !line->timed;
    }
    assert_int_equal(record_summarise(record), 0);
}

static double mean_of(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->pfs_count; i++)
        if (record->pfs[i].lines && !strcmp(record->pfs[i].name, name))
            return (double)record->pfs[i].value_millionths / 1e6;
    return -1;
}

static bool deviates(const struct record *record, const char *words)
{
    for (size_t i = 0; i < record->deviation_count; i++)
        if (strstr(record->deviations[i].text, words))
            return true;
    return false;
}

static void the_means_are_geometric(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    pfs_record(&record);
    assert_int_equal(pfs_consider(&record), 0);
    const double bandwidth = pow(1.0 * 3 * 6 * 8, 1.0 / 4);
    const double metadata = pow(2.0 * 4 * 5 * 7 * 9 * 10 * 11 * 12, 1.0 / 8);
    assert_true(fabs(mean_of(&record, "bandwidth") - bandwidth) < 1e-5);
    assert_true(fabs(mean_of(&record, "metadata") - metadata) < 1e-5);
    assert_true(fabs(mean_of(&record, "overall") - sqrt(bandwidth * metadata)) < 1e-5);
    assert_int_equal(record.deviation_count, 2); /* another program, and what find searches */
    summary_write(&record, &plain, &out);
    const char *page = strstr(text_string(&out), "\npfs\n");
    assert_non_null(page);
    assert_non_null(strstr(page, "tidemill pfs bandwidth mean, not an IO500 score  3.46  GiB/s"));
    assert_non_null(strstr(page, "measured by tidemill, not by the unmodified application"));
    text_release(&out);
    record_release(&record);
}

static void rates_are_rounded_once(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    pfs_record(&record);
    record.phases[0].amount = (int64_t)(1.1249997 * 1073741824.0); /* 1.125000 in millionths */
    assert_int_equal(record_summarise(&record), 0);
    assert_int_equal(pfs_consider(&record), 0);
    summary_write(&record, &plain, &out);
    const char *page = strstr(text_string(&out), "\npfs\n");
    assert_non_null(page);
    assert_non_null(strstr(page, "\n  easy-write    1.12\n"));
    text_release(&out);
    record_release(&record);
}

static void a_phase_that_is_missing_is_named(void **state)
{
    (void)state;
    struct record record;
    pfs_record(&record);
    record.phases[4].status = RECORD_SKIPPED; /* find */
    record.phases[5].status = RECORD_FAILED;  /* easy-read */
    assert_int_equal(record_summarise(&record), 0);
    assert_int_equal(pfs_consider(&record), 0);
    assert_true(deviates(&record, "find, easy-read: not measured"));
    assert_true(fabs(mean_of(&record, "bandwidth") - pow(1.0 * 3 * 8, 1.0 / 3)) < 1e-5);
    record_release(&record);
}

static void broken_rules_are_named(void **state)
{
    (void)state;
    static const char other[] = "time = 30s\n"
                                "[easy-write]\nphase = write\nfsync = never\nequalise = yes\n"
                                "[easy-create]\nphase = create\nobject-size = 1\nequalise = yes\n"
                                "[hard-write]\nphase = write\ninterleave = 64k\n"
                                "[hard-create]\nphase = create\nobject-size = 3901\ntime = 300s\n";
    struct record record;
    pfs_record(&record);
    free(record.options);
    record.options = strdup(other);
    record.phases[0].ended_by = END_SIZE;
    record.phases[0].equalised = EQUALISED_NO;
    record.phases[1].equalised = EQUALISED_CAPPED;
    record.phases[5].same_node_ranks = 1;
    record.phases[6].amount_planned++;
    record.phases[7].request_bytes = 65536;
    record.phases[7].checks = 0;
    assert_int_equal(pfs_consider(&record), 0);
    static const char *const expected[] = {
        "easy-write, easy-create, hard-write: a time limit other than",
        "easy-write: all was done before the time was over",
        "easy-create, hard-write, hard-create: the ranks did not all continue",
        "easy-stat: not all that had been written or created was used",
        "easy-read: ranks used what their own node",
        "hard-read: requests of another size",
        "easy-create, hard-create: other objects than by the rules",
        "find: searched the objects of one phase",
        "easy-write: written data were not synced",
        "hard-read: data that were read were not checked",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!deviates(&record, expected[i]))
            fail_msg("not named: %s", expected[i]);
    assert_int_equal(record.deviation_count, 1 + sizeof expected / sizeof *expected);
    record_release(&record);
}

static void other_runs_have_no_means(void **state)
{
    (void)state;
    static const struct sample sample = {1, 1, INT64_C(8) << 30, 2048, 3.1e9, false};
    struct record record;
    sample_record(&record, &sample);
    assert_int_equal(pfs_consider(&record), 0);
    assert_int_equal(record.pfs_count, 0);
    assert_int_equal(record.deviation_count, 0);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_means_are_geometric),
        cmocka_unit_test(rates_are_rounded_once),
        cmocka_unit_test(a_phase_that_is_missing_is_named),
        cmocka_unit_test(broken_rules_are_named),
        cmocka_unit_test(other_runs_have_no_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
