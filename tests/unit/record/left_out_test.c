/* SPDX-License-Identifier: Apache-2.0 */
/* What a result leaves out because all of it is 0 or empty. */
#include "record/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "random_record.h"
#include "record/schema_tables.h"
#include "record_folder.h"

/* One row in each table of version 0.1.0, or in each table; all of it is 0. */
static void add_rows(const struct schema_rows *list, void *owner, bool each)
{
    for (; list->name; list++) {
        const size_t count = each || schema_first_table(list->table);
        void *rows = count ? calloc(count, list->table->row_bytes) : NULL;
        memcpy((char *)owner + list->rows_offset, &rows, sizeof rows);
        memcpy((char *)owner + list->count_offset, &count, sizeof count);
    }
}

static void save_zeros(struct record *record, bool each)
{
    struct failure why = {0};
    *record = (struct record){.schema_version = RECORD_SCHEMA,
                              .schema_revision = RECORD_REVISION,
                              .detail = DETAIL_WRITER};
    add_rows(schema_environment_tables, record, each);
    add_rows(schema_run_tables, record, each);
    struct record_phase *phase = record_add_phase(record);
    strcpy(phase->name, "01_write");
    add_rows(schema_phase_tables, phase, each);
    histogram_record(&phase->latency, 1000);
    phase->node_latency = calloc(1, sizeof *phase->node_latency);
    histogram_record(phase->node_latency, 1000);
    if (store_save(in_folder("zeros.h5"), record, NULL, &why))
        fail_msg("%s", why.text);
}

static void zeros_come_back(void **state)
{
    (void)state;
    for (int each = 0; each < 2; each++) {
        struct record record;
        struct record loaded = {0};
        struct failure why = {0};
        save_zeros(&record, each);
        if (store_load(in_folder("zeros.h5"), &loaded, &why))
            fail_msg("%s", why.text);
        const char *what = records_differ(&record, &loaded);
        if (what)
            fail_msg("'%s' came back different", what);
        record_release(&loaded);
        record_release(&record);
    }
}

static void what_version_0_1_0_had_stays(void **state)
{
    (void)state;
    struct record record;
    char command[2048];
    save_zeros(&record, false);
    record_release(&record);
    snprintf(command, sizeof command,
             "p=/usr/bin/python3; $p -c 'import h5py' 2>/dev/null || { echo 'skipped: no h5py "
             "(python3-h5py)'; exit 77; }; $p '%.*s/../../record/first_check.py' '%s'",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, in_folder("zeros.h5"));
    const int status = system(command);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(zeros_come_back),
        TEST(what_version_0_1_0_had_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
