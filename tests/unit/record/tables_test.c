/* SPDX-License-Identifier: Apache-2.0 */
/* Which tables a result has that has no rows: those of version 0.1.0, which programs rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <hdf5.h>

#include "record/schema_tables.h"
#include "record/store.h"
#include "record_folder.h"

static const char *source(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%.*s/../../../%s", (int)(strrchr(__FILE__, '/') - __FILE__),
             __FILE__, name);
    return path;
}

/* Adds the path of a table, below any phase the same, once. */
static herr_t add_table(hid_t file, const char *name, const H5L_info_t *link, void *text)
{
    char line[256];
    const char *phase = strncmp(name, "phases/", 7) == 0 ? strchr(name + 7, '/') : NULL;
    (void)link;
    if (H5Aexists_by_name(file, name, "rows", H5P_DEFAULT) <= 0)
        return 0;
    snprintf(line, sizeof line, "%s%s\n", phase ? "phases" : "", phase ? phase : name);
    if (!strstr(text, line) && !strstr(line, "latency"))
        strcat(text, line);
    return 0;
}

static void tables_of(const char *path, char *text)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    assert_true(H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, add_table, text) >= 0);
    H5Fclose(file);
}

static void save(enum record_detail detail)
{
    struct record record = {.schema_version = RECORD_SCHEMA,
                            .schema_revision = RECORD_REVISION,
                            .detail = (uint8_t)detail};
    struct failure why = {0};
    for (int i = 0; i < 2; i++) {
        struct record_phase *phase = record_add_phase(&record);
        snprintf(phase->name, sizeof phase->name, "%02d_read", i + 1);
        phase->halves = calloc(HALVES, sizeof *phase->halves);
        phase->readers = calloc(1, sizeof *phase->readers);
        phase->reader_count = 1;
    }
    if (store_save(in_folder("empty.h5"), &record, NULL, &why))
        fail_msg("%s", why.text);
    record_release(&record);
}

static void the_tables_of_0_1_0_always_exist(void **state)
{
    (void)state;
    char first[4096] = "";
    char now[4096] = "";
    tables_of(source("tests/data/v0.1.0/v0.1.0-two-ranks.h5"), first);
    save(DETAIL_NODE);
    tables_of(in_folder("empty.h5"), now);
    assert_string_equal(now, first);
}

static void a_later_one_exists_if_it_has_rows(void **state)
{
    (void)state;
    char now[4096] = "";
    save(DETAIL_RANK);
    tables_of(in_folder("empty.h5"), now);
    assert_non_null(strstr(now, "phases/readers\n"));
    assert_null(strstr(now, "phases/errors\n"));
}

static void the_readme_lists_the_later_ones(void **state)
{
    (void)state;
    static const struct schema_rows *const lists[] = {schema_environment_tables, schema_run_tables,
                                                      schema_phase_tables, schema_half_tables};
    char text[1 << 17] = "";
    FILE *file = fopen(source("results/README.md"), "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    char *section = strstr(text, "- A table that came after version 0.1.0");
    assert_non_null(section);
    *strstr(section, "All other tables") = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct schema_rows *list = lists[i]; list->name; list++) {
            char name[64];
            snprintf(name, sizeof name, "`%s`", list->name);
            if (!list->first && !strstr(section, name))
                fail_msg("results/README.md does not report that %s may be missing", name);
        }
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(the_tables_of_0_1_0_always_exist),
        TEST(a_later_one_exists_if_it_has_rows),
        TEST(the_readme_lists_the_later_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
