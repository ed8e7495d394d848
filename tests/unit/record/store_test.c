/* SPDX-License-Identifier: Apache-2.0 */
#include "record/store.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "random_record.h"
#include "record_folder.h"

enum { ROUNDS = 25 };

static void save(const char *path, const struct record *record)
{
    struct failure why = {0};
    if (store_save(path, record, NULL, &why))
        fail_msg("%s", why.text);
}

static void load(const char *path, struct record *record)
{
    struct failure why = {0};
    memset(record, 0, sizeof *record);
    if (store_load(path, record, &why))
        fail_msg("%s", why.text);
}

static void assert_round_trip(const struct record *record)
{
    struct record loaded;
    save(in_folder("trip.h5"), record);
    load(in_folder("trip.h5"), &loaded);
    const char *what = records_differ(record, &loaded);
    if (what)
        fail_msg("'%s' came back different", what);
    record_release(&loaded);
}

static void random_records_come_back_equal(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= ROUNDS; seed++) {
        struct record record;
        struct dice dice = dice_of(seed);
        print_message("seed %u\n", seed);
        random_record(&dice, &record);
        assert_round_trip(&record);
        record_release(&record);
    }
}

static void an_empty_record_comes_back_empty(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    assert_round_trip(&record);
}

/* HDF5 keeps attributes of at most 64 KiB in an object's header. */
static void long_texts_come_back_whole(void **state)
{
    (void)state;
    static const size_t lengths[] = {65535, 65536, 1 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct record record = {.schema_version = RECORD_SCHEMA,
                                .schema_revision = RECORD_REVISION};
        record.options = malloc(lengths[i] + 1);
        memset(record.options, 'x', lengths[i]);
        memcpy(record.options, "first", 5);
        memcpy(record.options + lengths[i] - 4, "last", 5);
        record.job.environment = strdup(record.options);
        struct record_phase *phase = record_add_phase(&record);
        strcpy(phase->name, "01_write");
        phase->failure = strdup(record.options);
        phase->files = calloc(2, sizeof *phase->files);
        phase->file_count = 2;
        phase->files[0].path = strdup("/short");
        phase->files[1].path = calloc(1, 1001);
        memset(phase->files[1].path, '/', 1000);
        phase->files[1].holes = strdup(record.options);
        assert_int_equal(record_add_advice(&record, "long", SEVERITY_NOTE, "%s", record.options),
                         0);
        assert_round_trip(&record);
        record_release(&record);
    }
}

/* More rows than a chunk holds, so that columns are written and read in slabs. */
static void many_rows_come_back_equal(void **state)
{
    (void)state;
    struct dice dice = dice_of(99);
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    struct record_phase *phase = record_add_phase(&record);
    strcpy(phase->name, "01_write");
    phase->rank_count = 40001;
    phase->ranks = calloc(phase->rank_count, sizeof *phase->ranks);
    for (size_t i = 0; i < phase->rank_count; i++) {
        phase->ranks[i].rank = (int64_t)i;
        phase->ranks[i].counters.bytes = random_integer(&dice);
        snprintf(phase->ranks[i].name, sizeof phase->ranks[i].name, "n%zu:%zu", i / 64, i);
    }
    assert_round_trip(&record);
    record_release(&record);
}

static off_t size_with(size_t phases)
{
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    struct stat facts;
    for (size_t i = 0; i < phases; i++) {
        struct record_phase *phase = record_add_phase(&record);
        snprintf(phase->name, sizeof phase->name, "%02zu_write", i + 1);
        phase->rank_count = 2;
        phase->ranks = calloc(phase->rank_count, sizeof *phase->ranks);
        phase->ranks[1].counters.bytes = 7 + (int64_t)i;
        histogram_record(&phase->latency, 1000);
    }
    assert_round_trip(&record);
    record_release(&record);
    assert_int_equal(stat(in_folder("trip.h5"), &facts), 0);
    return facts.st_size;
}

/* A dataset costs about 350 bytes with few values, a second name for it 40. */
static void phases_share_small_columns_that_are_the_same(void **state)
{
    (void)state;
    const off_t one = size_with(1);
    const off_t two = size_with(2);
    const off_t three = size_with(3);
    print_message("1, 2 and 3 phases: %lld, %lld, %lld bytes\n", (long long)one, (long long)two,
                  (long long)three);
    assert_true(one < 220000);
    assert_true(two - one < 45000);
    assert_true(three - two < 45000);
}

/* However the phases came into the image, the file is the same as if it were written at once. */
static void finished_phases_are_made_once(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 5; seed++) {
        struct record record;
        struct record loaded;
        struct store_finished finished = {0};
        struct failure why = {0};
        struct dice dice = dice_of(seed);
        print_message("seed %u\n", seed);
        random_record(&dice, &record);
        for (size_t count = 0; count <= record.phase_count; count += 1 + roll(&dice, 2)) {
            if (store_finish(&finished, &record, count, &why) ||
                store_save(in_folder("finished.h5"), &record, &finished, &why))
                fail_msg("%s", why.text);
            assert_int_equal(finished.phase_count, count);
            load(in_folder("finished.h5"), &loaded);
            const char *what = records_differ(&record, &loaded);
            if (what)
                fail_msg("with %zu phases finished '%s' came back different", count, what);
            record_release(&loaded);
        }
        store_finished_release(&finished);
        assert_null(finished.image);
        record_release(&record);
    }
}

static void what_cannot_be_finished_leaves_the_rest(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    struct store_finished finished = {0};
    struct failure why = {0};
    for (int i = 0; i < 2; i++)
        snprintf(record_add_phase(&record)->name, RECORD_NAME, "%02d_write", i + 1);
    assert_int_equal(store_finish(&finished, &record, 1, &why), 0);
    record.phases[1].name[0] = 0;
    assert_int_equal(store_finish(&finished, &record, 2, &why), -EINVAL);
    assert_int_equal(finished.phase_count, 1);
    strcpy(record.phases[1].name, "02_read");
    assert_int_equal(store_save(in_folder("rest.h5"), &record, &finished, NULL), 0);
    struct record loaded;
    load(in_folder("rest.h5"), &loaded);
    assert_null(records_differ(&record, &loaded));
    record_release(&loaded);
    store_finished_release(&finished);
    record_release(&record);
}

static void a_phase_needs_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"", ".", "..", "01/write"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct failure why = {0};
        struct record record = {.schema_version = RECORD_SCHEMA,
                                .schema_revision = RECORD_REVISION};
        strcpy(record_add_phase(&record)->name, names[i]);
        assert_int_equal(store_save(in_folder("x.h5"), &record, NULL, &why), -EINVAL);
        assert_non_null(strstr(why.text, "cannot name a phase"));
        assert_int_equal(files_in_folder(), 0);
        record_release(&record);
    }
    struct failure why = {0};
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    strcpy(record_add_phase(&record)->name, "01_write");
    strcpy(record_add_phase(&record)->name, "01_write");
    assert_true(store_save(in_folder("x.h5"), &record, NULL, &why) < 0);
    assert_non_null(strstr(why.text, "'01_write'"));
    record_release(&record);
}

/* A file system that is full after 8 KiB. */
static void a_failed_save_leaves_the_old_file(void **state)
{
    (void)state;
    struct record first = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    struct record second = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    struct record loaded;
    struct failure why = {0};
    struct rlimit old;
    first.label = strdup("the old one");
    struct dice dice = dice_of(3);
    second.options = random_string(&dice, 100000);
    save(in_folder("kept.h5"), &first);

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 8192, .rlim_max = old.rlim_max});
    int result = store_save(in_folder("kept.h5"), &second, NULL, &why);
    setrlimit(RLIMIT_FSIZE, &old);

    assert_int_equal(result, -EFBIG);
    assert_non_null(strstr(why.text, "cannot write the result"));
    assert_non_null(strstr(why.text, "kept.h5': File too large"));
    assert_int_equal(files_in_folder(), 1);
    load(in_folder("kept.h5"), &loaded);
    assert_string_equal(loaded.label, "the old one");
    record_release(&loaded);
    record_release(&first);
    record_release(&second);
}

static void a_save_replaces_and_leaves_nothing_else(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA,
                            .schema_revision = RECORD_REVISION,
                            .status = RECORD_RUNNING};
    struct record loaded;
    char stale[600];
    snprintf(stale, sizeof stale, "%s.tmp.%d", in_folder("a.h5"), getpid());
    fclose(fopen(stale, "w")); /* of a dead process that had our number */
    save(in_folder("a.h5"), &record);
    record.status = RECORD_COMPLETE;
    save(in_folder("a.h5"), &record);
    load(in_folder("a.h5"), &loaded);
    assert_int_equal(loaded.status, RECORD_COMPLETE);
    assert_int_equal(files_in_folder(), 1);
    record_release(&loaded);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(random_records_come_back_equal),
        TEST(an_empty_record_comes_back_empty),
        TEST(long_texts_come_back_whole),
        TEST(many_rows_come_back_equal),
        TEST(phases_share_small_columns_that_are_the_same),
        TEST(finished_phases_are_made_once),
        TEST(what_cannot_be_finished_leaves_the_rest),
        TEST(a_phase_needs_a_name),
        TEST(a_failed_save_leaves_the_old_file),
        TEST(a_save_replaces_and_leaves_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
