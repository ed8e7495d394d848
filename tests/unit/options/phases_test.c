/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "options/phases.h"

static void test_lists_of_phases(void **state)
{
    (void)state;
    enum phase_id phases[PHASES_MOST];
    size_t count;
    assert_int_equal(phases_parse("write,verify,read,write", phases, &count, NULL), 0);
    assert_int_equal(count, 4);
    assert_int_equal(phases[0], PHASE_WRITE);
    assert_int_equal(phases[1], PHASE_VERIFY);
    assert_int_equal(phases[2], PHASE_READ);
    assert_int_equal(phases[3], PHASE_WRITE);
}

static void test_wrong_lists_of_phases(void **state)
{
    (void)state;
    static const char *const lists[] = {"",      ",",          "write,", ",write", "write,,read",
                                        "wrote", "write read", "WRITE",  "writ"};
    enum phase_id phases[PHASES_MOST];
    size_t count;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct failure failure = {0};
        assert_int_equal(phases_parse(lists[i], phases, &count, &failure), -EINVAL);
        assert_non_null(strstr(failure.text, "unknown phase '"));
    }
    struct failure failure = {0};
    phases_parse("write,wrote", phases, &count, &failure);
    assert_string_equal(failure.text, "--phases: unknown phase 'wrote' (known: write, rewrite, "
                                      "mixed, read, verify, create, stat, open, "
                                      "rename, readdir, find, "
                                      "remove); did you mean 'write'?");
}

static void test_too_many_phases(void **state)
{
    (void)state;
    enum phase_id phases[PHASES_MOST];
    struct failure failure = {0};
    struct text list = {0};
    size_t count;
    text_add(&list, "read");
    for (int i = 1; i < PHASES_MOST; i++)
        text_add(&list, ",read");
    assert_int_equal(phases_parse(text_string(&list), phases, &count, NULL), 0);
    assert_int_equal(count, PHASES_MOST);
    text_add(&list, ",read");
    assert_int_equal(phases_parse(text_string(&list), phases, &count, &failure), -EINVAL);
    assert_string_equal(failure.text, "--phases: more than 64 phases");
    text_release(&list);
}

static void test_what_each_kind_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < PHASE_COUNT; i++) {
        const struct phase_kind *kind = &phase_kinds[i];
        assert_int_equal(kind->id, i);
        assert_true(kind->reads || !kind->checks);
    }
    assert_true(phase_kinds[PHASE_WRITE].writes && !phase_kinds[PHASE_WRITE].reads);
    assert_true(phase_kinds[PHASE_READ].reads && !phase_kinds[PHASE_READ].checks);
    assert_true(phase_kinds[PHASE_VERIFY].checks && !phase_kinds[PHASE_VERIFY].writes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_of_phases),
        cmocka_unit_test(test_wrong_lists_of_phases),
        cmocka_unit_test(test_too_many_phases),
        cmocka_unit_test(test_what_each_kind_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
