/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "option_table.h"
#include "options/arguments.h"
#include "property.h"
#include "unit.h"

enum { MOST = 16 };

/* Words of 'line', separated by one space each, behind the command's name. */
static int parse(struct options *options, const char *line, bool *help, struct failure *why)
{
    char copy[256];
    char command[] = "run";
    char *argv[MOST] = {command};
    int argc = 1;
    assert_true(text_copy(copy, sizeof copy, line));
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) && argc < MOST && *line;)
        argv[argc++] = word;
    assert_int_equal(options_init(options, NULL), 0);
    return arguments_parse(options, argc, argv, help, why);
}

static struct options parsed(const char *line)
{
    struct options options;
    struct failure why = {0};
    bool help = true;
    if (parse(&options, line, &help, &why))
        fail_msg("%s", why.text);
    assert_false(help);
    return options;
}

static void reads_options_anywhere(void **state)
{
    (void)state;
    struct options options = parsed("/a --size 4g --depth=8 /b --verify --layout shared -v");
    assert_true(options.common.size_bytes == 4ULL << 30);
    assert_true(options.common.depth == 8);
    assert_true(options.common.verify);
    assert_true(options.run.verbose);
    assert_int_equal(options.common.layout, LAYOUT_SHARED);
    assert_int_equal(options.common.target_count, 2);
    assert_string_equal(options.common.targets[0], "/a");
    assert_string_equal(options.common.targets[1], "/b");
    assert_int_equal(options.common.targets_source, SOURCE_COMMAND_LINE);
    options_release(&options);
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    struct options options = parsed("--keep -- --size -v - --");
    assert_true(options.run.keep);
    assert_false(options.run.verbose);
    assert_int_equal(options.common.target_count, 4);
    assert_string_equal(options.common.targets[0], "--size");
    assert_string_equal(options.common.targets[3], "--");
    options_release(&options);
}

static void flags_are_negated(void **state)
{
    (void)state;
    struct options options = parsed("--verify --no-verify --keep=yes --quiet=no");
    assert_false(options.common.verify);
    assert_true(options_given(&options, OPTION_VERIFY));
    assert_true(options.run.keep);
    assert_false(options.run.quiet);
    assert_int_equal(options.common.target_count, 0);
    options_release(&options);
}

static void the_last_of_two_counts(void **state)
{
    (void)state;
    struct options options = parsed("--depth 1 --label a --depth 2 --label b");
    assert_true(options.common.depth == 2);
    assert_string_equal(options.run.label, "b");
    options_release(&options);
}

static void the_older_names_work(void **state)
{
    (void)state;
    struct options options =
        parsed("--output /x --num-writers 4 --max-threads=2 --no-direct --output=/y=z");
    assert_int_equal(options.common.target_count, 2);
    assert_string_equal(options.common.targets[0], "/x");
    assert_string_equal(options.common.targets[1], "/y=z");
    assert_true(options.run.new_file);
    assert_true(options.common.writers == 4);
    assert_true(options.common.producers == 2);
    assert_int_equal(options.common.direct, NEVER);
    options_release(&options);
}

static void a_value_may_start_with_dashes(void **state)
{
    (void)state;
    struct options options = parsed("--label --size --result=--x");
    assert_string_equal(options.run.label, "--size");
    assert_string_equal(options.run.result, "--x");
    options_release(&options);
}

static void help_ends_the_parsing(void **state)
{
    (void)state;
    static const char *const lines[] = {"--help", "-h", "--size 4g -h --nonsense", "/a --help"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct options options;
        bool help = false;
        assert_int_equal(parse(&options, lines[i], &help, NULL), 0);
        assert_true(help);
        options_release(&options);
    }
}

static void every_option_is_accepted(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        char line[64];
        bool flag = option_table[id].kind == KIND_FLAG;
        const char *value = option_table[id].kind == KIND_CHOICE ? option_table[id].fallback
                            : option_table[id].kind == KIND_RATE ? "1B"
                                                                 : "1";
        snprintf(line, sizeof line, "--%s%s%s", option_table[id].name, flag ? "" : " ",
                 flag ? "" : value);
        struct options options = parsed(line);
        for (size_t other = 0; other < OPTION_COUNT; other++)
            assert_int_equal(options_given(&options, (enum option_id)other), other == id);
        options_release(&options);
    }
}

static void errors_show_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *starts;
    } bad[] = {
        {"--sise 4g", "unknown option '--sise'; did you mean '--size'?"},
        {"--siz=4g", "unknown option '--siz=4g'; did you mean '--size'?"},
        {"--size-per 4g", "unknown option '--size-per'; "},
        {"--prod 4", "unknown option '--prod'; did you mean '--producers'?"},
        {"--sphinx-of-quartz", "unknown option '--sphinx-of-quartz'; see 'tidemill"},
        {"-x", "unknown option '-x'; see 'tidemill run --help'"},
        {"-size 4g", "unknown option '-size'; see 'tidemill run --help'"},
        {"--=4g", "unknown option '--=4g'; see 'tidemill run --help'"},
        {"--no-size", "unknown option '--no-size'; "},
        {"--no-verify=yes", "'--no-verify=yes': this option takes no value"},
        {"--no-direct=never", "'--no-direct=never': this option takes no value"},
        {"--size", "--size needs a value (SIZE)"},
        {"--layout", "--layout needs a value (rank|shared|writer)"},
        {"--output", "--output needs a value (TARGET)"},
        {"--size --keep", "--size: '--keep' is not a size: a digit is expected at column 1"},
        {"--size=", "--size: '' is not a size: a number is missing"},
        {"--verify=maybe", "--verify: 'maybe' is not yes or no"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct options options;
        struct failure why = {0};
        bool help = false;
        assert_int_equal(parse(&options, bad[i].line, &help, &why), -EINVAL);
        if (strncmp(why.text, bad[i].starts, strlen(bad[i].starts)) != 0)
            fail_msg("'%s' is not '%s'", why.text, bad[i].starts);
        options_release(&options);
    }
}

static void a_very_long_name_is_refused(void **state)
{
    (void)state;
    char name[5000] = "--";
    memset(name + 2, 'x', sizeof name - 3);
    char command[] = "run";
    char *argv[] = {command, name, NULL};
    struct options options;
    struct failure why = {0};
    bool help;
    assert_int_equal(options_init(&options, NULL), 0);
    assert_int_equal(arguments_parse(&options, 2, argv, &help, &why), -EINVAL);
    options_release(&options);
}

static void random_arguments_are_parsed_or_refused(void **state)
{
    (void)state;
    static const char *const pieces[] = {"--",     "-",      "size", "no-", "=",    "4g",
                                         "verify", "layout", "rank", "x",   "\xff", "output",
                                         "v",      " ",      " ",    " "};
    struct property property = property_start("arguments garbage");
    for (int round = 0; round < 20000; round++) {
        struct text line = {0};
        struct options options;
        struct failure why = {0};
        bool help;
        for (size_t count = property_below(&property, 12); count > 0; count--)
            text_add(&line, "%s",
                     pieces[property_below(&property, sizeof pieces / sizeof *pieces)]);
        int status = parse(&options, text_string(&line), &help, &why);
        assert_true(status == 0 || status == -EINVAL || status == -ERANGE);
        assert_int_equal(why.code, status);
        options_release(&options);
        text_release(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_options_anywhere),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(flags_are_negated),
        cmocka_unit_test(the_last_of_two_counts),
        cmocka_unit_test(the_older_names_work),
        cmocka_unit_test(a_value_may_start_with_dashes),
        cmocka_unit_test(help_ends_the_parsing),
        cmocka_unit_test(every_option_is_accepted),
        cmocka_unit_test(errors_show_what_to_do),
        cmocka_unit_test(a_very_long_name_is_refused),
        cmocka_unit_test(random_arguments_are_parsed_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
