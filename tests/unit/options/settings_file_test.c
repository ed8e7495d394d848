/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "options/options.h"
#include "property.h"
#include "unit.h"

static int read_text(struct options *options, const char *text, bool inherit, struct failure *why)
{
    assert_int_equal(options_init(options, NULL), 0);
    return options_read(options, text, "set.conf", SOURCE_FILE, inherit, why);
}

static void reads_lines_comments_and_blanks(void **state)
{
    (void)state;
    static const char text[] = "# a file\n"
                               "\n"
                               "  size=4g\t# all ranks\r\n"
                               "label = \"two  words # and \\\"more\\\"\\n\"   # remark\n"
                               "phases\t=  write,read \n"
                               "num-writers = 3\n"
                               "result = out#1.h5\n"
                               "target = /a b\n"
                               "   # indented\n"
                               "target = /c";
    struct options options;
    struct failure why = {0};
    if (read_text(&options, text, false, &why))
        fail_msg("%s", why.text);
    assert_true(options.common.size_bytes == 4ULL << 30);
    assert_string_equal(options.run.label, "two  words # and \"more\"\n");
    assert_string_equal(options.run.phases, "write,read");
    assert_true(options.common.writers == 3);
    assert_string_equal(options.run.result, "out#1.h5");
    assert_int_equal(options.common.target_count, 2);
    assert_string_equal(options.common.targets[0], "/a b");
    assert_int_equal(options.common.targets_source, SOURCE_FILE);
    options_release(&options);
}

static void errors_contain_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *starts;
    } bad[] = {
        {"size = 4g\n[warm\nphase = write\n", "line 2 of 'set.conf': expected '[name]'"},
        {"\n\nsiez = 4g\n", "line 3 of 'set.conf': unknown option 'siez'; did you mean 'size'?"},
        {"sphinx-of-quartz = 1\n", "line 1 of 'set.conf': unknown option 'sphinx-of-quartz'; keys"},
        {"size 4g\n", "line 1 of 'set.conf': expected 'key = value'"},
        {"size =\n", "line 1 of 'set.conf': size: the value is missing"},
        {"size = # 4g\n", "line 1 of 'set.conf': size: the value is missing"},
        {"size = 4x\n", "line 1 of 'set.conf': --size: '4x' is not a size: unknown unit at col"},
        {"size = 4g x\n", "line 1 of 'set.conf': --size: '4g x' is not a size"},
        {"size = 4g\nsize = 5g\n", "line 2 of 'set.conf': 'size' is already set on line 1"},
        {"writers = 4\nnum-writers = 4\n",
         "line 2 of 'set.conf': 'writers' is already set on line 1"},
        {"label = \"a\n", "line 1 of 'set.conf': label: the closing '\"' is missing"},
        {"label = \"a\" b\n", "line 1 of 'set.conf': label: unexpected text after the closing"},
        {"label = \"\\q\"\n", "line 1 of 'set.conf': label: unknown escape"},
        {"label = \"\\x00\"\n", "line 1 of 'set.conf': label: unknown escape"},
        {"options-from = b.conf\n",
         "line 1 of 'set.conf': a settings file cannot contain 'options-from'"},
        {"= 4\n", "line 1 of 'set.conf': unknown option ''"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct options options;
        struct failure why = {0};
        assert_int_equal(read_text(&options, bad[i].text, false, &why), -EINVAL);
        if (strncmp(why.text, bad[i].starts, strlen(bad[i].starts)) != 0)
            fail_msg("'%s' is not '%s'", why.text, bad[i].starts);
        options_release(&options);
    }
}

static void the_command_line_takes_precedence(void **state)
{
    (void)state;
    struct options options;
    char mine[] = "/mine";
    char *targets[] = {mine};
    assert_int_equal(options_init(&options, NULL), 0);
    options_set(&options, OPTION_DEPTH, "8", SOURCE_COMMAND_LINE, NULL);
    options_set_targets(&options, targets, 1, SOURCE_COMMAND_LINE, NULL);
    assert_int_equal(options_read(&options, "depth = 1\nwriters = 2\ntarget = /theirs\n", "f",
                                  SOURCE_FILE, false, NULL),
                     0);
    assert_true(options.common.depth == 8);
    assert_true(options.common.writers == 2);
    assert_int_equal(options.common.target_count, 1);
    assert_string_equal(options.common.targets[0], "/mine");
    options_release(&options);
}

static void some_options_are_not_inherited(void **state)
{
    (void)state;
    struct options options;
    static const char text[] = "seed = 7\nresult = old.h5\nlabel = old\noverwrite = yes\n"
                               "force = yes\noptions-from = x\nkeep = yes\ntarget = /t\n";
    assert_int_equal(read_text(&options, text, true, NULL), 0);
    assert_true(options.common.seed == 7);
    assert_true(options.run.keep);
    assert_null(options.run.result);
    assert_null(options.run.label);
    assert_false(options.run.overwrite);
    assert_false(options.run.force);
    assert_null(options.run.options_from);
    assert_string_equal(options.common.targets[0], "/t");
    options_release(&options);
}

static void targets_are_kept_without_target_lines(void **state)
{
    (void)state;
    struct options options;
    assert_int_equal(read_text(&options, "", false, NULL), 0);
    assert_int_equal(options.common.target_count, 0);
    assert_int_equal(options.common.targets_source, SOURCE_DEFAULT);
    options_release(&options);
}

static void random_text_is_parsed_or_refused(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "size", "depth", "label", "target", " = ",    "=",   "\"", "\\", "\\x",
        "\\x4", "#",     "[",     "]",      "\n",     "\r",  " ",  "\t", "4g",
        "1",    "a",     "\xff",  "-",      "verify", "yes", "\n",
    };
    struct property property = property_start("settings garbage");
    for (int round = 0; round < 20000; round++) {
        struct text text = {0};
        struct options options;
        struct failure why = {0};
        for (size_t count = property_below(&property, 16); count > 0; count--)
            text_add(&text, "%s",
                     pieces[property_below(&property, sizeof pieces / sizeof *pieces)]);
        int status = read_text(&options, text_string(&text), false, &why);
        assert_true(status == 0 || status == -EINVAL || status == -ERANGE);
        assert_int_equal(why.code, status);
        options_release(&options);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines_comments_and_blanks),
        cmocka_unit_test(errors_contain_file_and_line),
        cmocka_unit_test(the_command_line_takes_precedence),
        cmocka_unit_test(some_options_are_not_inherited),
        cmocka_unit_test(targets_are_kept_without_target_lines),
        cmocka_unit_test(random_text_is_parsed_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
