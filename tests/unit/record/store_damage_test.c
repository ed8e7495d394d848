/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are not results, or not any longer, or not yet: refused clearly, no crash and no leak.
 */
#include "record/store.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>
#include <hdf5.h>

#include "random_record.h"

/* HDF5 1.10 loses some of its own memory when it refuses a damaged file. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5\n";
}

enum { SEED = 11, FLIPS = 200, CUTS = 60 };

static char folder[64];
static char path[128];

static int begin_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tidemill-damage-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/file.h5", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void put(const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static char *get(size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length);
    assert_int_equal(fread(bytes, 1, *length, file), *length);
    fclose(file);
    return bytes;
}

static void assert_refused(int code, const char *expected)
{
    static const struct record zeroed;
    struct failure why = {0};
    struct record record = {0};
    assert_int_equal(store_load(path, &record, &why), code);
    assert_memory_equal(&record, &zeroed, sizeof record);
    if (!strstr(why.text, expected) || !strstr(why.text, path))
        fail_msg("'%s' does not contain '%s' and the path", why.text, expected);
}

static void what_does_not_exist_or_is_not_a_file(void **state)
{
    (void)state;
    assert_refused(-ENOENT, "No such file");
    strcpy(path, folder);
    assert_refused(-EISDIR, "Is a directory");
    snprintf(path, sizeof path, "%s/file.h5", folder);
}

static void what_is_not_hdf5(void **state)
{
    (void)state;
    put("", 0);
    assert_refused(-EINVAL, "not even HDF5");
    put("size = 1GiB\n", 12);
    assert_refused(-EINVAL, "not even HDF5");
    put("\x89HDF\r\n\x1a\n but nothing else", 24);
    assert_refused(-EINVAL, "result");
}

static void make_foreign(int64_t schema_version, bool whole)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t scalar = H5Screate(H5S_SCALAR);
    static const char *const names[] = {"schema_version", "run_id", "status"};
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    const char *running = "running";
    for (int i = 0; i < 3 && whole; i++) {
        hid_t type = i == 0 ? H5T_STD_I64LE : text;
        hid_t attribute = H5Acreate2(file, names[i], type, scalar, H5P_DEFAULT, H5P_DEFAULT);
        if (i == 0)
            H5Awrite(attribute, H5T_NATIVE_INT64, &schema_version);
        else
            H5Awrite(attribute, text, &running);
        H5Aclose(attribute);
    }
    H5Tclose(text);
    H5Sclose(scalar);
    H5Fclose(file);
}

static void other_hdf5_files(void **state)
{
    (void)state;
    make_foreign(0, false);
    assert_refused(-EINVAL, "not a result of tidemill");
    make_foreign(RECORD_SCHEMA + 1, true);
    assert_refused(-EINVAL, "read it with a newer one");
    make_foreign(0, true);
    assert_refused(-EINVAL, "schema 0");

    /* Of our schema, with nothing but what every result must hold: an empty record. */
    make_foreign(RECORD_SCHEMA, true);
    struct record record = {0};
    assert_int_equal(store_load(path, &record, NULL), 0);
    record_release(&record);
}

/* A link to another file, which may be anything, is not followed. First of all: HDF5 makes no such
 * links once a result was opened. */
static void links_to_other_files(void **state)
{
    (void)state;
    make_foreign(RECORD_SCHEMA, true);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Lcreate_external(path, "/", file, "environment", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(file);
    assert_refused(-EINVAL, "cannot read the group 'environment'");
}

/* A phase under many names, or one that contains itself, would make a large record of a small file.
 */
static void phases_with_several_names(void **state)
{
    (void)state;
    static const char *const others[] = {"/phases/01_write", "/phases", "/"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct record record = {.schema_version = RECORD_SCHEMA};
        strcpy(record_add_phase(&record)->name, "01_write");
        assert_int_equal(store_save(path, &record, NULL, NULL), 0);
        record_release(&record);
        assert_int_equal(store_load(path, &record, NULL), 0);
        record_release(&record);
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        assert_true(H5Lcreate_hard(file, others[i], file, "/phases/02_again", H5P_DEFAULT,
                                   H5P_DEFAULT) >= 0);
        H5Fclose(file);
        assert_refused(-EINVAL, "has several names");
    }
}

/* Columns of another shape or kind than they claim. */
static void replace_column_by(const char *column, hid_t type, hsize_t rows, hid_t layout)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &rows, NULL);
    assert_true(H5Ldelete(file, column, H5P_DEFAULT) >= 0);
    hid_t dataset = H5Dcreate2(file, column, type, space, H5P_DEFAULT, layout, H5P_DEFAULT);
    assert_true(dataset >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Fclose(file);
}

static void replace_column(const char *column, hid_t type, hsize_t rows)
{
    replace_column_by(column, type, rows, H5P_DEFAULT);
}

static void save_two_nodes(void)
{
    struct record record = {.schema_version = RECORD_SCHEMA, .node_count = 2};
    record.nodes = calloc(2, sizeof *record.nodes);
    assert_int_equal(store_save(path, &record, NULL, NULL), 0);
    record_release(&record);
}

static void values_in_other_files(void **state)
{
    (void)state;
    const hsize_t rows = 2;
    hid_t space = H5Screate_simple(1, &rows, NULL);
    hid_t external = H5Pcreate(H5P_DATASET_CREATE);
    hid_t virtual = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_external(external, "/dev/zero", 0, 16) >= 0);
    assert_true(H5Pset_virtual(virtual, space, path, "/environment/nodes/cpus", space) >= 0);
    save_two_nodes();
    replace_column_by("/environment/nodes/cores", H5T_STD_I64LE, rows, external);
    assert_refused(-EINVAL, "'cores' is not of its kind");
    save_two_nodes();
    replace_column_by("/environment/nodes/cores", H5T_STD_I64LE, rows, virtual);
    assert_refused(-EINVAL, "'cores' is not of its kind");
    H5Pclose(virtual);
    H5Pclose(external);
    H5Sclose(space);
}

static void columns_that_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        hsize_t rows;
        bool text;
        const char *expected;
    } cases[] = {
        {"/environment/nodes/cores", 3, false, "'cores' has 3 rows instead of 2"},
        {"/environment/nodes/cores", UINT64_C(1) << 60, false, "'cores' is not of its kind"},
        {"/environment/nodes/hostname", UINT64_C(1) << 60, true, "'hostname' is not of its kind"},
        {"/environment/nodes/cores", 2, true, "'cores' is not of its kind"},
        {"/environment/nodes/hostname", 2, false, "'hostname' is not of its kind"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        save_two_nodes();
        replace_column(cases[i].column, cases[i].text ? H5T_C_S1 : H5T_STD_I64LE, cases[i].rows);
        assert_refused(-EINVAL, cases[i].expected);
    }
}

static void assert_readable(void)
{
    struct record record = {0};
    struct failure why = {0};
    if (store_load(path, &record, &why))
        fail_msg("%s", why.text);
    record_release(&record);
}

/* Few bytes of a file, much memory: deflated zeros, large chunks, filters in a row. */
static void columns_that_swell(void **state)
{
    (void)state;
    static const struct {
        hsize_t rows;
        hsize_t chunk;
        size_t width;
        int deflates;
        bool nbit;
        const char *expected;
    } cases[] = {
        {2, 2, 1, 1, false, NULL},
        {1 << 20, 1 << 20, 1, 1, false, "more than a file of this length can hold"},
        {8 << 20, 8 << 20, 1, 1, false, "'hostname' is not of its kind"},
        {2, 2, 2 << 20, 1, false, "'hostname' is not of its kind"},
        {2, 2, 1, 2, false, "'hostname' is not of its kind"},
        {2, 2, 1, 1, true, "'hostname' is not of its kind"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
        hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, cases[i].width);
        H5Pset_chunk(layout, 1, &cases[i].chunk);
        H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY);
        for (int j = 0; j < cases[i].deflates; j++)
            H5Pset_filter(layout, H5Z_FILTER_DEFLATE, 0, 1, &(unsigned){9});
        if (cases[i].nbit)
            H5Pset_nbit(layout);
        save_two_nodes();
        replace_column_by("/environment/nodes/hostname", type, cases[i].rows, layout);
        if (cases[i].expected)
            assert_refused(-EINVAL, cases[i].expected);
        else
            assert_readable();
        H5Tclose(type);
        H5Pclose(layout);
    }
}

static char *valid_file(struct record *record, size_t *length)
{
    struct dice dice = dice_of(SEED);
    struct failure why = {0};
    random_record(&dice, record);
    while (record->phase_count < 2) {
        size_t number = record->phase_count;
        random_phase(&dice, record_add_phase(record), number);
    }
    if (store_save(path, record, NULL, &why))
        fail_msg("%s", why.text);
    return get(length);
}

enum outcome { REFUSED, EQUAL, CHANGED };

/* Loads what may or may not be readable: it must refuse with a text, or give a record. */
static enum outcome load(const struct record *original)
{
    struct record record = {0};
    struct failure why = {0};
    int result = store_load(path, &record, &why);
    if (result) {
        if (result != why.code || why.text[0] == 0)
            fail_msg("refused with %d and '%s'", result, why.text);
        return REFUSED;
    }
    enum outcome outcome = records_differ(original, &record) ? CHANGED : EQUAL;
    record_release(&record);
    return outcome;
}

static void files_that_were_cut(void **state)
{
    (void)state;
    size_t length;
    struct record original;
    char *bytes = valid_file(&original, &length);
    struct dice dice = dice_of(SEED);
    print_message("seed %d, %zu bytes\n", SEED, length);
    for (int i = 0; i < CUTS; i++) {
        put(bytes, i < 20 ? (size_t)i * 8 : roll(&dice, length));
        assert_int_equal(load(&original), REFUSED);
    }
    put(bytes, length - 1);
    assert_int_equal(load(&original), REFUSED);
    put(bytes, length);
    assert_int_equal(load(&original), EQUAL);
    record_release(&original);
    free(bytes);
}

/* HDF5 guards its own structures and the deflated columns, but not the texts of attributes: those
 * may come back changed. A crash, a hang or a leak is what fails here. */
static void files_with_flipped_bytes(void **state)
{
    (void)state;
    size_t length;
    struct record original;
    char *bytes = valid_file(&original, &length);
    struct dice dice = dice_of(SEED + 1);
    int outcomes[3] = {0};
    for (int i = 0; i < FLIPS; i++) {
        char *damaged = malloc(length);
        memcpy(damaged, bytes, length);
        for (size_t flips = 1 + roll(&dice, 4); flips > 0; flips--)
            damaged[roll(&dice, i % 2 ? length : 4096)] ^= (char)(1 + roll(&dice, 255));
        put(damaged, length);
        free(damaged);
        outcomes[load(&original)]++;
    }
    print_message("seed %d: %d damaged files refused, %d read equal, %d read changed\n", SEED + 1,
                  outcomes[REFUSED], outcomes[EQUAL], outcomes[CHANGED]);
    assert_true(outcomes[REFUSED] > FLIPS / 4);
    record_release(&original);
    free(bytes);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(links_to_other_files),  TEST(what_does_not_exist_or_is_not_a_file),
        TEST(what_is_not_hdf5),      TEST(other_hdf5_files),
        TEST(values_in_other_files), TEST(columns_that_do_not_fit),
        TEST(columns_that_swell),    TEST(phases_with_several_names),
        TEST(files_that_were_cut),   TEST(files_with_flipped_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
