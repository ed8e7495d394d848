/* SPDX-License-Identifier: Apache-2.0 */
/* Listing finds each name that is missing, foreign or unexpected, names the first one, and touches
 * nothing; a search matches what it should. */
#include "unit.h"

#include <errno.h>
#include <utime.h>

#include "crew_rig.h"

static const enum phase_id listing_phases[] = {PHASE_READDIR, PHASE_FIND};

enum { PHASES = sizeof listing_phases / sizeof *listing_phases };

static const struct object_layout layouts[] = {
    {.ranks = 1, .threads = THREADS},
    {.ranks = 1, .threads = THREADS, .fan_out = 4},
    {.ranks = 1, .threads = THREADS, .shared = true},
    {.ranks = 1, .threads = THREADS, .shared = true, .fan_out = 4},
    {.ranks = 1, .threads = THREADS, .fan_out = 2, .levels = 3},
    {.ranks = 1, .threads = THREADS, .shared = true, .fan_out = 1, .levels = 2},
};

enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* Creates objects in a layout. */
static void start(struct rig *rig, unsigned layout, bool directories)
{
    rig_start(rig, &layouts[layout], directories);
    rig_run(rig, PHASE_CREATE);
    assert_int_equal(rig->done, rig->setup.objects);
}

static void a_foreign_name_is_named_and_left_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"precious",        "tm.created.r0.9999", "tm.created.r1.0",
                                        "tm.renamed.r0.1", "tm.created.r0.01",   "tm.",
                                        ".hidden"};
    for (unsigned i = 0; i < LAYOUTS * PHASES; i++) {
        const char *const name = names[(i + i / 8) % (sizeof names / sizeof *names)];
        struct rig rig;
        char path[FOLDER_PATH];
        char foreign[FOLDER_PATH];
        start(&rig, i / PHASES, false);
        path_of(&rig, 0, 0, path);
        *strrchr(path, '/') = '\0';
        snprintf(foreign, sizeof foreign, "%.400s/%s", path, name);
        write_file(foreign, "precious");
        rig_run(&rig, listing_phases[i % PHASES]);
        assert_int_equal(rig.done, rig.setup.objects);
        assert_int_equal(rig.failed, 1);
        assert_int_equal(rig.failure.code, -EEXIST);
        assert_non_null(strstr(rig.failure.text, path));
        assert_non_null(strstr(rig.failure.text, name));
        assert_int_equal(unlink(foreign), 0);
        rig_end(&rig);
    }
}

static void a_foreign_name_among_the_directories_is_named(void **state)
{
    (void)state;
    static const char *const folders[] = {"", "/r0", NULL, "", "/r0/d0/d1", "/d3"};
    for (unsigned i = 0; i < LAYOUTS * PHASES; i++) {
        struct rig rig;
        char path[FOLDER_PATH];
        if (!folders[i / PHASES])
            continue;
        start(&rig, i / PHASES, false);
        snprintf(path, sizeof path, "%.400s%s/dust", rig.tree.top, folders[i / PHASES]);
        write_file(path, "precious");
        rig_run(&rig, listing_phases[i % PHASES]);
        assert_int_equal(rig.done, rig.setup.objects);
        assert_int_equal(rig.failed, 1);
        assert_non_null(strstr(rig.failure.text, "dust"));
        assert_int_equal(unlink(path), 0);
        rig_end(&rig);
    }
}

static void missing_names_are_counted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS * PHASES; i++) {
        struct rig rig;
        char path[FOLDER_PATH];
        start(&rig, i / PHASES, false);
        for (uint64_t place = 0; place < 3; place++) {
            path_of(&rig, 1, place, path);
            assert_int_equal(unlink(path), 0);
        }
        rig_run(&rig, listing_phases[i % PHASES]);
        assert_int_equal(rig.done, rig.setup.objects - 3);
        assert_int_equal(rig.failed, 3);
        assert_int_equal(rig.failure.code, -ENOENT);
        assert_non_null(strstr(rig.failure.text, "missing"));
        rig_end(&rig);
    }
}

/* In place of one object there is another one's second name: the number of names is right. */
static void the_other_name_of_an_object_is_not_that_object(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS * PHASES; i++) {
        struct rig rig;
        char path[FOLDER_PATH];
        char other[FOLDER_PATH];
        start(&rig, i / PHASES, false);
        path_of(&rig, 0, 1, path);
        snprintf(other, sizeof other, "%s", path);
        *strrchr(other, '/') = '\0';
        snprintf(other + strlen(other), sizeof other - strlen(other), "/tm.renamed.r0.%d",
                 (int)rig.setup.layout.threads);
        assert_int_equal(rename(path, other), 0);
        rig_run(&rig, listing_phases[i % PHASES]);
        assert_int_equal(rig.done, rig.setup.objects - 1);
        assert_int_equal(rig.failed, 2); /* one is missing, the other is foreign */
        assert_int_not_equal(rig.failure.code, 0);
        assert_int_equal(rename(other, path), 0);
        rig_end(&rig);
    }
}

static void a_directory_that_vanished_is_missing_objects(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS * PHASES; i++) {
        struct rig rig;
        char path[FOLDER_PATH];
        char aside[FOLDER_PATH];
        if (layouts[i / PHASES].shared && !layouts[i / PHASES].fan_out)
            continue; /* the crew has it open */
        start(&rig, i / PHASES, false);
        path_of(&rig, 0, 0, path);
        *strrchr(path, '/') = '\0';
        snprintf(aside, sizeof aside, "%.400s/aside", rig.folder.path);
        assert_int_equal(rename(path, aside), 0);
        rig_run(&rig, listing_phases[i % PHASES]);
        assert_int_equal(rig.done + rig.failed, rig.setup.objects);
        assert_int_equal(rig.failure.code, -ENOENT);
        assert_int_equal(rename(aside, path), 0);
        rig_end(&rig);
    }
}

static void an_object_directory_must_be_empty(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS * PHASES; i++) {
        struct rig rig;
        char path[FOLDER_PATH];
        start(&rig, i / PHASES, true);
        path_of(&rig, 0, 2, path);
        snprintf(path + strlen(path), sizeof path - strlen(path), "/dust");
        write_file(path, "precious");
        rig_run(&rig, listing_phases[i % PHASES]);
        assert_int_equal(rig.done, rig.setup.objects - 1);
        assert_int_equal(rig.failure.code, -ENOTEMPTY);
        assert_int_equal(unlink(path), 0);
        rig_end(&rig);
    }
}

static void a_search_matches_name_size_and_age(void **state)
{
    (void)state;
    static const struct listing_search searches[] = {
        {.name = "*1*"},
        {.name = "tm.created.r0.1?", .sized = true, .bytes = SIZE},
        {.sized = true, .bytes = SIZE + 1},
        {.name = "["},
    };
    for (unsigned i = 0; i < LAYOUTS; i++) {
        struct rig rig;
        struct utimbuf past = {1, 1};
        char path[FOLDER_PATH];
        start(&rig, i, false);
        rig.setup.listing.search = searches[i % (sizeof searches / sizeof *searches)];
        rig.setup.listing.search.since_ns = 0;
        rig_run(&rig, PHASE_FIND);
        assert_string_equal(rig.failure.text, "");
        assert_int_equal(rig.done, rig.setup.objects);
        assert_int_equal(rig.matches, rig.setup.listing.expected.matches);
        rig.setup.listing.search.since_ns = INT64_C(1000000000) * 1000;
        rig_run(&rig, PHASE_FIND);
        assert_string_equal(rig.failure.text, "");
        path_of(&rig, 2, 0, path);
        assert_int_equal(utime(path, &past), 0);
        rig_run(&rig, PHASE_FIND);
        assert_int_equal(rig.done, rig.setup.objects);
        assert_int_equal(rig.failure.code, -ESTALE);
        assert_non_null(strstr(rig.failure.text, path));
        rig_end(&rig);
    }
}

static void a_deadline_before_the_end_fails_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS * PHASES; i++) {
        struct rig rig;
        start(&rig, i / PHASES, false);
        rig.setup.limits.deadline_ns = 1;
        rig_run(&rig, listing_phases[i % PHASES]);
        assert_string_equal(rig.failure.text, "");
        assert_true(rig.done < rig.setup.objects);
        rig_end(&rig);
    }
}

static void a_rate_is_not_exceeded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PHASES; i++) {
        struct rig rig;
        const struct object_layout layout = {.ranks = 1, .threads = 1, .fan_out = 10};
        rig_start(&rig, &layout, false);
        rig_run(&rig, PHASE_CREATE);
        rig.setup.limits.writer_rate = 1000;
        rig_run(&rig, listing_phases[i]);
        assert_string_equal(rig.failure.text, "");
        assert_int_equal(rig.done, rig.setup.objects);
        /* all but those of the last call are due before it */
        assert_true(rig.last_ns >= ((int64_t)rig.setup.objects - 10) * 1000 * 1000);
        rig_end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_name_is_named_and_left_alone),
        cmocka_unit_test(a_foreign_name_among_the_directories_is_named),
        cmocka_unit_test(missing_names_are_counted),
        cmocka_unit_test(the_other_name_of_an_object_is_not_that_object),
        cmocka_unit_test(a_directory_that_vanished_is_missing_objects),
        cmocka_unit_test(an_object_directory_must_be_empty),
        cmocka_unit_test(a_search_matches_name_size_and_age),
        cmocka_unit_test(a_deadline_before_the_end_fails_nothing),
        cmocka_unit_test(a_rate_is_not_exceeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
