#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "options/phase_words.h"

static void test_lists_of_phases(void **state)
{
    (void)state;
    enum phase_action phases[PHASES_MOST];
    size_t count;
    assert_int_equal(phase_words_read("write,verify,read,write", phases, &count, NULL), 0);
    assert_int_equal(count, 4);
    assert_int_equal(phases[0], ACTION_WRITE);
    assert_int_equal(phases[1], ACTION_VERIFY);
    assert_int_equal(phases[2], ACTION_READ);
    assert_int_equal(phases[3], ACTION_WRITE);
    assert_string_equal(phase_action_name(ACTION_VERIFY), "verify");
}

static void test_wrong_lists_of_phases(void **state)
{
    (void)state;
    static const char *const lists[] = {"",      ",",          "write,", ",write", "write,,read",
                                        "wrote", "write read", "WRITE",  "writ"};
    enum phase_action phases[PHASES_MOST];
    size_t count;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct failure failure = {0};
        assert_int_equal(phase_words_read(lists[i], phases, &count, &failure), -EINVAL);
        assert_non_null(strstr(failure.text, "' is no phase"));
    }
    struct failure failure = {0};
    phase_words_read("write,wrote", phases, &count, &failure);
    assert_string_equal(failure.text, "--phases: 'wrote' is no phase; write, read and verify are");
}

static void test_too_many_phases(void **state)
{
    (void)state;
    enum phase_action phases[PHASES_MOST];
    struct failure failure = {0};
    struct text list = {0};
    size_t count;
    text_add(&list, "read");
    for (int i = 1; i < PHASES_MOST; i++)
        text_add(&list, ",read");
    assert_int_equal(phase_words_read(text_string(&list), phases, &count, NULL), 0);
    assert_int_equal(count, PHASES_MOST);
    text_add(&list, ",read");
    assert_int_equal(phase_words_read(text_string(&list), phases, &count, &failure), -EINVAL);
    assert_string_equal(failure.text, "--phases: more than 64; give fewer");
    text_release(&list);
}

static void test_which_ones_read(void **state)
{
    (void)state;
    assert_false(phase_action_reads(ACTION_WRITE));
    assert_true(phase_action_reads(ACTION_READ));
    assert_true(phase_action_reads(ACTION_VERIFY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_of_phases),
        cmocka_unit_test(test_wrong_lists_of_phases),
        cmocka_unit_test(test_too_many_phases),
        cmocka_unit_test(test_which_ones_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
