/* SPDX-License-Identifier: Apache-2.0 */
/* Names are unique, directories hold at most the fan-out, and what is visited is what was created,
 * for any layout, any number of visiting threads and any objects that are missing. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metadata/objects.h"
#include "property.h"

enum { TRIALS = 300, RANKS = 5, THREADS = 5, OBJECTS = 60, ALL = RANKS * OBJECTS, PATH = 128 };

struct set {
    struct object_layout layout;
    struct acknowledged created[RANKS][THREADS];
    uint64_t count; /* objects that exist */
    char (*paths)[PATH];
};

static void print_path(const struct object_layout *layout, const struct object *object,
                       char path[PATH])
{
    struct text directory = {0};
    char name[OBJECT_NAME];
    objects_print_directory(layout, "top", object, &directory);
    objects_write_name(layout, object, name);
    assert_true(objects_has_name(layout, name));
    snprintf(path, PATH, "%s/%s", text_string(&directory), name);
    text_release(&directory);
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void sort_paths(struct set *set)
{
    qsort(set->paths, set->count, sizeof *set->paths, compare);
}

static void create_share(struct property *property, struct set *set, uint32_t rank, uint32_t thread,
                         uint64_t share)
{
    uint64_t missing[OBJECTS];
    uint64_t missing_count = 0;
    struct object_cursor cursor;
    struct object object;
    if (property_below(property, 4) == 0)
        share = property_below(property, share + 1); /* a deadline */
    object_cursor_create(&cursor, rank, thread, share);
    while (object_cursor_next(&cursor, &object))
        if (property_below(property, 10) == 0)
            missing[missing_count++] = object.place;
        else
            print_path(&set->layout, &object, set->paths[set->count++]);
    acknowledged_from(&set->created[rank][thread], share, 0, missing, missing_count);
}

/* Creates a random set: each thread got to some place, and some objects are missing. */
static void create(struct property *property, struct set *set)
{
    const uint64_t objects = 1 + property_below(property, OBJECTS);
    set->count = 0;
    set->layout = (struct object_layout){
        .ranks = 1 + (uint32_t)property_below(property, RANKS),
        .threads = 1 + (uint32_t)property_below(property, THREADS),
        .fan_out = property_below(property, 3) ? property_below(property, 9) : 0,
        .levels = 1 + (uint32_t)property_below(property, 4),
        .shared = property_below(property, 2),
    };
    for (uint32_t rank = 0; rank < set->layout.ranks; rank++)
        for (uint32_t thread = 0; thread < set->layout.threads; thread++)
            create_share(property, set, rank, thread,
                         objects_share(objects, set->layout.threads, thread));
    sort_paths(set);
}

static void names_are_unique_and_directories_hold_the_fan_out(void **state)
{
    (void)state;
    struct property property = property_start("objects");
    struct set set = {.paths = calloc(ALL, sizeof *set.paths)};
    for (int trial = 0; trial < TRIALS; trial++) {
        uint64_t in_directory = 0;
        create(&property, &set);
        for (uint64_t i = 0; i < set.count; i++) {
            const char *path = set.paths[i];
            const size_t folder = (size_t)(strrchr(path, '/') - path);
            if (i)
                assert_string_not_equal(path, set.paths[i - 1]);
            const bool same = i && !strncmp(path, set.paths[i - 1], folder + 1);
            in_directory = same ? in_directory + 1 : 1;
            assert_true(!set.layout.fan_out || in_directory <= set.layout.fan_out);
        }
    }
    free(set.paths);
}

static const struct object_names first_names;

static void what_was_created_is_visited_once(void **state)
{
    (void)state;
    struct property property = property_start("visits");
    struct set set = {.paths = calloc(ALL, sizeof *set.paths)};
    struct set seen = {.paths = calloc(ALL, sizeof *seen.paths)};
    for (int trial = 0; trial < TRIALS; trial++) {
        const uint32_t visitors = 1 + (uint32_t)property_below(&property, 7);
        create(&property, &set);
        seen.count = 0;
        for (uint32_t rank = 0; rank < set.layout.ranks; rank++)
            for (uint32_t i = 0; i < visitors; i++) {
                struct object_cursor cursor;
                struct object object;
                object_cursor_visit(&cursor, &set.layout, rank, set.created[rank], &first_names, i,
                                    visitors);
                while (object_cursor_next(&cursor, &object))
                    print_path(&set.layout, &object, seen.paths[seen.count++]);
            }
        sort_paths(&seen);
        assert_int_equal(seen.count, set.count);
        for (uint64_t i = 0; i < set.count; i++)
            assert_string_equal(seen.paths[i], set.paths[i]);
    }
    free(set.paths);
    free(seen.paths);
}

/* Renames the objects of a rank from 'from' to 'to': each part may end early, and some fail. */
static void rename_some(struct property *property, const struct set *set, uint32_t rank,
                        const struct object_names *from, uint32_t parts,
                        struct acknowledged *reached, struct set *paths)
{
    for (uint32_t i = 0; i < parts; i++) {
        uint64_t missing[ALL];
        uint64_t count = 0;
        struct object_cursor cursor;
        struct object object;
        object_cursor_visit(&cursor, &set->layout, rank, set->created[rank], from, i, parts);
        const uint64_t first = cursor.position;
        const uint64_t end = property_below(property, 2) ? UINT64_MAX : property_below(property, 9);
        uint64_t issued = 0;
        for (uint64_t number = 0; object_cursor_next(&cursor, &object); number++) {
            const bool fails = property_below(property, 10) == 0;
            if (number < end)
                issued = cursor.position - first;
            if (number < end && fails)
                missing[count++] = cursor.position - 1 - first;
            object.second ^= number < end && !fails;
            print_path(&set->layout, &object, paths->paths[paths->count++]);
        }
        acknowledged_from(&reached[i],
                          cursor.left || end != UINT64_MAX ? issued : cursor.position - first, 0,
                          missing, count);
    }
}

static void each_visit_finds_the_names_that_a_rename_left(void **state)
{
    (void)state;
    struct property property = property_start("renames");
    struct set set = {.paths = calloc(ALL, sizeof *set.paths)};
    struct set renamed = {.paths = calloc(ALL, sizeof *renamed.paths)};
    struct set seen = {.paths = calloc(ALL, sizeof *seen.paths)};
    for (int trial = 0; trial < TRIALS; trial++) {
        const struct object_names from = {.second = property_below(&property, 2)};
        const uint32_t visitors = 1 + (uint32_t)property_below(&property, 7);
        create(&property, &set);
        renamed.count = seen.count = 0;
        for (uint32_t rank = 0; rank < set.layout.ranks; rank++) {
            const uint32_t parts = 1 + (uint32_t)property_below(&property, 7);
            struct acknowledged *reached = calloc(parts, sizeof *reached);
            const struct object_names names = {!from.second, parts, reached};
            rename_some(&property, &set, rank, &from, parts, reached, &renamed);
            struct object_cursor cursor;
            struct object object;
            for (uint32_t i = 0; i < visitors; i++) {
                object_cursor_visit(&cursor, &set.layout, rank, set.created[rank], &names, i,
                                    visitors);
                while (object_cursor_next(&cursor, &object))
                    print_path(&set.layout, &object, seen.paths[seen.count++]);
            }
            free(reached);
        }
        sort_paths(&renamed);
        sort_paths(&seen);
        assert_int_equal(seen.count, renamed.count);
        for (uint64_t i = 0; i < seen.count; i++)
            assert_string_equal(seen.paths[i], renamed.paths[i]);
    }
    free(set.paths);
    free(renamed.paths);
    free(seen.paths);
}

static void each_directory_begins_where_the_one_before_ends(void **state)
{
    (void)state;
    struct property property = property_start("directories");
    for (int trial = 0; trial < TRIALS; trial++) {
        const struct object_layout layout = {
            .ranks = 1 + (uint32_t)property_below(&property, RANKS),
            .threads = 1 + (uint32_t)property_below(&property, THREADS),
            .fan_out = 1 + property_below(&property, 20),
            .shared = property_below(&property, 2),
        };
        struct object object = {.rank = (uint32_t)property_below(&property, layout.ranks),
                                .thread = (uint32_t)property_below(&property, layout.threads)};
        uint64_t next = objects_next_directory(&layout, &object);
        uint64_t directory = objects_directory(&layout, &object);
        for (object.place = 1; object.place < 200; object.place++) {
            const uint64_t own = objects_directory(&layout, &object);
            assert_int_equal(own != directory, object.place == next);
            directory = own;
            next = objects_next_directory(&layout, &object);
            assert_true(next > object.place);
        }
    }
}

static void skipping_visits_the_first_object_of_each_directory(void **state)
{
    (void)state;
    const struct object_layout layout = {.ranks = 1, .threads = 2, .fan_out = 4};
    struct acknowledged created[2];
    struct object_cursor cursor;
    struct object object;
    uint64_t directories = 0;
    acknowledged_all(&created[0], 10, 0);
    acknowledged_all(&created[1], 3, 0);
    object_cursor_visit(&cursor, &layout, 0, created, &first_names, 0, 1);
    while (object_cursor_next(&cursor, &object)) {
        assert_int_equal(object.place % 4, 0);
        directories++;
        object_cursor_skip(&cursor, &object, objects_next_directory(&layout, &object));
    }
    assert_int_equal(directories, 4);
}

static void foreign_names_are_recognised(void **state)
{
    (void)state;
    const struct object_layout own = {.ranks = 2, .threads = 1, .fan_out = 5, .levels = 1};
    const struct object_layout shared = {.ranks = 2, .threads = 1, .shared = true};
    static const char *const foreign[] = {"tm.created.r2.0",
                                          "tm.created.r0",
                                          "tm.created.r0.",
                                          "tm.created.r0.01",
                                          "tm.removed.r0.1",
                                          "tm.created.r0.1x",
                                          "",
                                          "tm.created.r.1",
                                          "tm.created.",
                                          "tm.renamed.r",
                                          "tm.created.0.1",
                                          "r0.1"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(objects_has_name(&own, foreign[i]));
    assert_true(objects_has_name(&own, "tm.created.r1.1234567890"));
    assert_true(objects_has_name(&own, "tm.renamed.r0.0"));
    assert_true(objects_has_directory(&own, "r1"));
    assert_true(objects_has_directory(&own, "d0"));
    assert_false(objects_has_directory(&own, "r2"));
    assert_false(objects_has_directory(&own, "d00"));
    assert_false(objects_has_directory(&shared, "r1"));
    assert_false(objects_has_directory(&shared, "d1"));
}

static void the_largest_numbers_fit(void **state)
{
    (void)state;
    const struct object_layout layout = {.ranks = 1000, .threads = 16, .shared = true};
    const struct object last = {
        .rank = 999, .thread = 15, .place = objects_share_most(&layout) - 1};
    char name[OBJECT_NAME];
    objects_write_name(&layout, &last, name);
    assert_true(objects_number(&layout, &last) < UINT64_C(1) << OBJECTS_BITS);
    assert_true(objects_has_name(&layout, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_directories_hold_the_fan_out),
        cmocka_unit_test(what_was_created_is_visited_once),
        cmocka_unit_test(each_visit_finds_the_names_that_a_rename_left),
        cmocka_unit_test(each_directory_begins_where_the_one_before_ends),
        cmocka_unit_test(skipping_visits_the_first_object_of_each_directory),
        cmocka_unit_test(foreign_names_are_recognised),
        cmocka_unit_test(the_largest_numbers_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
