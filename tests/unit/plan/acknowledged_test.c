/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "property.h"

#include "plan/acknowledged.h"

enum { PLACES = 600 };

static void test_all_and_none(void **state)
{
    (void)state;
    struct acknowledged set;
    acknowledged_all(&set, 5, 100);
    assert_int_equal(acknowledged_count(&set), 5);
    assert_int_equal(set.bytes, 100);
    assert_true(acknowledged_has(&set, 0));
    assert_true(acknowledged_has(&set, 4));
    assert_false(acknowledged_has(&set, 5));
    acknowledged_from(&set, 0, 0, NULL, 0);
    assert_int_equal(acknowledged_count(&set), 0);
    assert_false(acknowledged_has(&set, 0));
}

/* A random set as it really was: 'had' of 'issued', the rest in 'missing' in any order. */
static uint64_t random_missing(struct property *property, uint64_t issued, bool had[PLACES],
                               uint64_t missing[PLACES])
{
    uint64_t rarity = 1 + property_below(property, 20);
    uint64_t count = 0;
    for (uint64_t place = 0; place < issued; place++) {
        had[place] = property_below(property, rarity + 1) > 0;
        if (!had[place])
            missing[count++] = place;
    }
    for (uint64_t i = count; i > 1; i--) {
        uint64_t other = property_below(property, i);
        uint64_t kept = missing[i - 1];
        missing[i - 1] = missing[other];
        missing[other] = kept;
    }
    return count;
}

/* The set is a subset, and complete up to the first hole that did not fit. */
static void check_against(const struct acknowledged *set, const bool had[PLACES], uint64_t issued)
{
    uint64_t holes = 0;
    uint64_t count = 0;
    assert_true(set->issued <= issued);
    for (uint64_t place = 0; place < PLACES; place++) {
        bool has = acknowledged_has(set, place);
        bool right = place < issued && had[place];
        holes += place < issued && !right;
        count += has;
        if (holes <= ACKNOWLEDGED_HOLES)
            assert_int_equal(has, right);
        else
            assert_false(has);
    }
    assert_int_equal(acknowledged_count(set), count);
    if (set->issued)
        assert_true(acknowledged_has(set, set->issued - 1));
}

/* acknowledged_has_all agrees with acknowledged_has for each place. */
static void check_stretches(struct property *property, const struct acknowledged *set)
{
    for (int i = 0; i < 20; i++) {
        uint64_t first = property_below(property, PLACES);
        uint64_t last = first + property_below(property, 1 + property_below(property, 40));
        bool all = true;
        for (uint64_t place = first; place <= last; place++)
            all &= acknowledged_has(set, place);
        assert_int_equal(acknowledged_has_all(set, first, last), all);
    }
}

static void check_text(const struct acknowledged *set)
{
    struct text text = {0};
    struct text again = {0};
    struct acknowledged read = {.issued = set->issued, .bytes = set->bytes, .hole_count = 77};
    struct failure failure = {0};
    acknowledged_print_holes(set, &text);
    if (acknowledged_parse_holes(&read, text_string(&text), &failure))
        fail_msg("%s", failure.text);
    assert_int_equal(read.hole_count, set->hole_count);
    for (uint64_t i = 0; i < set->hole_count; i++)
        assert_int_equal(read.holes[i], set->holes[i]);
    acknowledged_print_holes(&read, &again);
    assert_string_equal(text_string(&again), text_string(&text));
    text_release(&text);
    text_release(&again);
}

static void test_random_sets(void **state)
{
    (void)state;
    struct property property = property_start("acknowledged");
    for (int round = 0; round < 3000; round++) {
        struct acknowledged set;
        bool had[PLACES];
        uint64_t missing[PLACES];
        uint64_t issued = property_below(&property, PLACES + 1);
        uint64_t count = random_missing(&property, issued, had, missing);
        acknowledged_from(&set, issued, 1000, missing, count);
        assert_int_equal(set.bytes, 1000);
        check_against(&set, had, issued);
        check_stretches(&property, &set);
        check_text(&set);
    }
}

/* Places that were assigned but never sent are above all others, and not holes. */
static void test_missing_at_the_end_are_not_holes(void **state)
{
    (void)state;
    struct acknowledged set;
    uint64_t missing[] = {9, 2, 7, 8, 50};
    acknowledged_from(&set, 10, 0, missing, 5);
    assert_int_equal(set.issued, 7);
    assert_int_equal(set.hole_count, 1);
    assert_int_equal(set.holes[0], 2);
}

static void test_text_of_holes(void **state)
{
    (void)state;
    struct acknowledged set = {.issued = 100, .hole_count = 6, .holes = {0, 7, 9, 10, 11, 98}};
    struct text text = {0};
    acknowledged_print_holes(&set, &text);
    assert_string_equal(text_string(&text), "0,7,9-11,98");
    text_release(&text);
}

static void test_garbage_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "x",
        "-1",
        "1-",
        "1,",
        ",1",
        "1,,2",
        "2,1",
        "1,1",
        "5-3",
        "1-2-3",
        "1;2",
        "1 ,2",
        " 1",
        "+1",
        "0x1",
        "100",
        "99-100",
        "1-99999999999999999999",
        "18446744073709551616",
        "0-126",
        "1e1",
        "1.5",
        "18446744073709551615",
        "0-18446744073709551615",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct acknowledged set = {.issued = 100};
        struct failure failure = {0};
        if (!acknowledged_parse_holes(&set, texts[i], &failure))
            fail_msg("'%s' was taken", texts[i]);
        assert_int_equal(failure.code, -EINVAL);
        assert_true(set.hole_count <= ACKNOWLEDGED_HOLES);
    }
    struct acknowledged set = {.issued = 1000};
    struct failure failure = {0};
    assert_int_equal(acknowledged_parse_holes(&set, "0-200", &failure), -EINVAL);
    assert_string_equal(failure.text, "invalid holes '0-200' of a stored file");
}

/* Any bytes at all: refused or read, never anything else. */
static void test_random_text(void **state)
{
    (void)state;
    static const char letters[] = "0123456789,,--x ";
    struct property property = property_start("garbage");
    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t length = property_below(&property, sizeof text);
        struct acknowledged set = {.issued = 1 + property_below(&property, 1000)};
        for (size_t i = 0; i < length; i++)
            text[i] = letters[property_below(&property, sizeof letters - 1)];
        text[length] = '\0';
        if (!acknowledged_parse_holes(&set, text, NULL))
            check_text(&set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_and_none),
        cmocka_unit_test(test_random_sets),
        cmocka_unit_test(test_missing_at_the_end_are_not_holes),
        cmocka_unit_test(test_text_of_holes),
        cmocka_unit_test(test_garbage_is_refused),
        cmocka_unit_test(test_random_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
