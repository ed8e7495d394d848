/* SPDX-License-Identifier: Apache-2.0 */
/* Others read what we write: h5dump, h5py and the loader in results/. Skipped without them. */
#include "record/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "random_record.h"

static char folder[64];

static int begin_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tidemill-foreign-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/result.h5", folder);
    unlink(path);
    return rmdir(folder);
}

/* A phase that counts operations, and the summary of both kinds. */
static void add_operations(struct record *record)
{
    struct record_phase *phase = record_add_phase(record);
    strcpy(phase->name, "99_create");
    phase->unit = UNIT_OPERATION;
    phase->amount = phase->amount_planned = 24000;
    phase->duration_ns = 2000000000;
    phase->ranks_per_s = 13000;
    phase->bins = calloc(1, sizeof *phase->bins);
    phase->bin_count = 1;
    phase->bins[0].amount = 24000;
    free(record->summary);
    record->summary = calloc(2, sizeof *record->summary);
    record->summary_count = 2;
    record->summary[0].median_per_s = 2000000000;
    record->summary[1].unit = UNIT_OPERATION;
    record->summary[1].median_per_s = 12000;
}

/* A record with something in every table, and texts that are not ASCII. */
static void save_result(void)
{
    struct record record;
    struct dice dice = dice_of(5);
    char path[128];
    struct failure why = {0};
    snprintf(path, sizeof path, "%s/result.h5", folder);
    random_record(&dice, &record);
    record.status = RECORD_COMPLETE;
    free(record.label);
    record.label = strdup("größer 漢 🌊");
    struct record_phase *phase = record_add_phase(&record);
    phase->repetition = 1;
    phase->status = RECORD_COMPLETE;
    strcpy(phase->name, "99_write");
    strcpy(phase->kind, "write");
    phase->amount = 3000000000;
    phase->duration_ns = 1500000000;
    phase->total.modes.direct_in_effect = TRUTH_MIXED;
    phase->node_count = 3;
    phase->nodes = calloc(3, sizeof *phase->nodes);
    phase->node_latency = calloc(3, sizeof *phase->node_latency);
    for (int i = 0; i < 3; i++) {
        snprintf(phase->nodes[i].name, sizeof phase->nodes[i].name, "knoten-ä%d", i);
        phase->nodes[i].counters.bytes = 1000000000;
        phase->nodes[i].modes.direct_in_effect = i == 1 ? TRUTH_NO : TRUTH_YES;
        histogram_record(&phase->node_latency[i], 1000 * (i + 1));
        histogram_merge(&phase->latency, &phase->node_latency[i]);
    }
    add_operations(&record);
    if (store_save(path, &record, NULL, &why))
        fail_msg("%s", why.text);
    record_release(&record);
}

static const char *source_folder(void)
{
    static char root[512];
    snprintf(root, sizeof root, "%s", __FILE__);
    char *tests = strstr(root, "/tests/unit/record/");
    assert_non_null(tests);
    *tests = 0;
    return root;
}

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs a command of the shell; 77 means that a tool is missing. */
static void run(const char *format, ...)
{
    char command[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    int status = system(command);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

static void h5dump_reads_it(void **state)
{
    (void)state;
    save_result();
    run("command -v h5dump >/dev/null || { echo 'skipped: no h5dump (hdf5-tools)'; exit 77; }; "
        "sh '%s/tests/record/h5dump.sh' '%s/result.h5'",
        source_folder(), folder);
}

static void h5py_reads_it(void **state)
{
    (void)state;
    save_result();
    run("p=/usr/bin/python3; $p -c 'import h5py' 2>/dev/null || { echo 'skipped: no h5py "
        "(python3-h5py)'; exit 77; }; $p '%s/tests/record/h5py_check.py' '%s/result.h5'",
        source_folder(), folder);
}

static void the_loader_reads_it(void **state)
{
    (void)state;
    save_result();
    run("p=/usr/bin/python3; $p -c 'import h5py, pandas' 2>/dev/null || { echo 'skipped: no pandas "
        "(python3-pandas)'; exit 77; }; $p '%s/results/read_result.py' '%s/result.h5' | "
        "grep 'knoten-ä1.*1000000000' >/dev/null",
        source_folder(), folder);
}

static void the_readme_explains_every_name(void **state)
{
    (void)state;
    save_result();
    run("p=/usr/bin/python3; $p -c 'import h5py' 2>/dev/null || { echo 'skipped: no h5py "
        "(python3-h5py)'; exit 77; }; $p '%s/tests/record/readme_check.py' '%s/result.h5'",
        source_folder(), folder);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(h5dump_reads_it),
        TEST(h5py_reads_it),
        TEST(the_loader_reads_it),
        TEST(the_readme_explains_every_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
