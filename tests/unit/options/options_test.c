/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "option_table.h"
#include "options/options.h"
#include "unit.h"

static struct options fresh(void)
{
    struct options options;
    assert_int_equal(options_init(&options, NULL), 0);
    return options;
}

static void set(struct options *options, enum option_id id, const char *value,
                enum option_source source)
{
    struct failure why = {0};
    if (options_set(options, id, value, source, &why))
        fail_msg("%s", why.text);
}

static void defaults_are_those_of_the_table(void **state)
{
    (void)state;
    struct options options = fresh();
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        struct text text = {0};
        assert_false(options_given(&options, (enum option_id)id));
        options_print_value(&options, (enum option_id)id, &text);
        if (*option_table[id].fallback)
            assert_string_equal(text_string(&text), option_table[id].fallback);
        text_release(&text);
    }
    assert_true(options.common.size_bytes == 0);
    assert_null(options.run.phases);
    assert_int_equal(options.common.direct, PREFER);
    assert_int_equal(options.common.target_count, 0);
    options_release(&options);
    options_release(&options);
}

static void names_lead_back_to_rows(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++)
        assert_int_equal(options_find(options_name((enum option_id)id)), id);
    assert_int_equal(options_find("num-writers"), OPTION_WRITERS);
    assert_int_equal(options_find("max-threads"), OPTION_PRODUCERS);
    assert_int_equal(options_find("siz"), OPTION_COUNT);
    assert_int_equal(options_find(""), OPTION_COUNT);
    assert_int_equal(options_find("--size"), OPTION_COUNT);
}

/* The enums of options.h follow the words of options.def. */
static void choices_have_their_enum(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        const char *word;
        int value;
    } choices[] = {
        {OPTION_LAYOUT, "rank", LAYOUT_RANK},
        {OPTION_LAYOUT, "shared", LAYOUT_SHARED},
        {OPTION_LAYOUT, "writer", LAYOUT_WRITER},
        {OPTION_ORDER, "sequential", ORDER_SEQUENTIAL},
        {OPTION_ORDER, "strided", ORDER_STRIDED},
        {OPTION_ORDER, "random", ORDER_RANDOM},
        {OPTION_GENERATE, "each", GENERATE_EACH},
        {OPTION_GENERATE, "once", GENERATE_ONCE},
        {OPTION_ENGINE, "auto", ENGINE_AUTO},
        {OPTION_ENGINE, "uring", ENGINE_URING},
        {OPTION_ENGINE, "pwrite", ENGINE_PWRITE},
        {OPTION_ENGINE, "pwritev", ENGINE_PWRITEV},
        {OPTION_ENGINE, "null", ENGINE_NULL},
        {OPTION_FIXED_BUFFERS, "prefer", PREFER},
        {OPTION_FIXED_BUFFERS, "require", REQUIRE},
        {OPTION_FIXED_BUFFERS, "never", NEVER},
        {OPTION_HUGE_PAGES, "prefer", PREFER},
        {OPTION_HUGE_PAGES, "require", REQUIRE},
        {OPTION_HUGE_PAGES, "never", NEVER},
        {OPTION_CACHE, "measure", CACHE_MEASURE},
        {OPTION_CACHE, "drop", CACHE_DROP},
        {OPTION_CACHE, "keep", CACHE_KEEP},
        {OPTION_NUMA, "auto", NUMA_AUTO},
        {OPTION_NUMA, "force", NUMA_FORCE},
        {OPTION_NUMA, "off", NUMA_OFF},
        {OPTION_DIRECT, "prefer", PREFER},
        {OPTION_DIRECT, "require", REQUIRE},
        {OPTION_DIRECT, "never", NEVER},
        {OPTION_FSYNC, "end", FSYNC_END},
        {OPTION_FSYNC, "each", FSYNC_EACH},
        {OPTION_FSYNC, "never", FSYNC_NEVER},
        {OPTION_PROGRESS, "auto", PROGRESS_AUTO},
        {OPTION_PROGRESS, "none", PROGRESS_NONE},
    };
    struct options options = fresh();
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        set(&options, choices[i].id, choices[i].word, SOURCE_COMMAND_LINE);
        assert_int_equal(*(const int *)option_field(&options, choices[i].id), choices[i].value);
    }
    options_release(&options);
}

static void each_kind_is_read(void **state)
{
    (void)state;
    struct options options = fresh();
    set(&options, OPTION_SIZE, "1.5g", SOURCE_FILE);
    set(&options, OPTION_TIME, "250ms", SOURCE_FILE);
    set(&options, OPTION_DEPTH, "32", SOURCE_FILE);
    set(&options, OPTION_VERIFY, "yes", SOURCE_FILE);
    set(&options, OPTION_RATE, "100MB/s", SOURCE_FILE);
    set(&options, OPTION_LABEL, "a b", SOURCE_FILE);
    assert_true(options.common.size_bytes == 3ULL << 29);
    assert_true(options.common.time_ns == 250000000);
    assert_true(options.common.depth == 32);
    assert_true(options.common.verify);
    assert_true(options.common.rate_bytes == 100000000);
    assert_string_equal(options.run.label, "a b");
    set(&options, OPTION_RATE, "1m", SOURCE_FILE);
    assert_true(options.common.rate_bytes == 1048576);
    options_release(&options);
}

static void refusals_name_the_option_and_change_nothing(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        const char *value;
        int code;
        const char *text;
    } bad[] = {
        {OPTION_SIZE, "64x", -EINVAL, "--size: '64x' is not a size: unknown unit at column 3"},
        {OPTION_SIZE, "17000p", -ERANGE, "--size: '17000p' is too large for a size"},
        {OPTION_TIME, "5min", -EINVAL,
         "--time: '5min' is not a duration: unknown unit at column 2"},
        {OPTION_DEPTH, "2k", -EINVAL, "--depth: '2k' is not a whole number: see column 2"},
        {OPTION_LAYOUT, "share", -EINVAL, "--layout: 'share' is not rank, shared or writer"},
        {OPTION_LAYOUT, "", -EINVAL, "--layout: '' is not rank, shared or writer"},
        {OPTION_LAYOUT, "rank|shared", -EINVAL, "--layout: 'rank|shared' is not rank"},
        {OPTION_FSYNC, "all", -EINVAL, "--fsync: 'all' is not end, each or never"},
        {OPTION_VERIFY, "true", -EINVAL, "--verify: 'true' is not yes or no"},
        {OPTION_RATE, "50", -EINVAL,
         "--rate: '50' is 50 bytes per second; add the unit: 50MiB/s, or 50B/s"},
        {OPTION_RATE, "4095/s", -EINVAL, "--rate: '4095/s' is 4095 bytes per second"},
        {OPTION_RATE, "/s", -EINVAL, "--rate: '' is not a size"},
        {OPTION_RATE, "5m/m", -EINVAL, "--rate: '5m/m' is not a size: unknown unit at column 2"},
    };
    struct options options = fresh();
    struct text before = {0};
    options_print_canonical(&options, &before);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct failure why = {0};
        assert_int_equal(options_set(&options, bad[i].id, bad[i].value, SOURCE_FILE, &why),
                         bad[i].code);
        if (strncmp(why.text, bad[i].text, strlen(bad[i].text)) != 0)
            fail_msg("'%s' is not '%s'", why.text, bad[i].text);
        assert_false(options_given(&options, bad[i].id));
    }
    struct text after = {0};
    options_print_canonical(&options, &after);
    assert_string_equal(text_string(&before), text_string(&after));
    text_release(&before);
    text_release(&after);
    options_release(&options);
}

static void the_higher_source_counts_in_any_order(void **state)
{
    (void)state;
    static const char *const values[] = {NULL, "1", "2", "3"};
    static const enum option_source orders[][3] = {
        {SOURCE_PRESET, SOURCE_FILE, SOURCE_COMMAND_LINE},
        {SOURCE_COMMAND_LINE, SOURCE_FILE, SOURCE_PRESET},
        {SOURCE_FILE, SOURCE_COMMAND_LINE, SOURCE_PRESET},
        {SOURCE_COMMAND_LINE, SOURCE_PRESET, SOURCE_FILE},
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct options options = fresh();
        for (size_t j = 0; j < 3; j++)
            set(&options, OPTION_DEPTH, values[orders[i][j]], orders[i][j]);
        assert_true(options.common.depth == 3);
        assert_int_equal(options.common.source[OPTION_DEPTH], SOURCE_COMMAND_LINE);
        set(&options, OPTION_DEPTH, "4", SOURCE_COMMAND_LINE);
        assert_true(options.common.depth == 4);
        options_release(&options);
    }
}

static void a_value_of_a_lower_source_is_checked(void **state)
{
    (void)state;
    struct options options = fresh();
    set(&options, OPTION_LABEL, "mine", SOURCE_COMMAND_LINE);
    set(&options, OPTION_LABEL, "theirs", SOURCE_FILE);
    assert_string_equal(options.run.label, "mine");
    set(&options, OPTION_SIZE, "4g", SOURCE_COMMAND_LINE);
    assert_int_equal(options_set(&options, OPTION_SIZE, "x", SOURCE_FILE, NULL), -EINVAL);
    options_release(&options);
}

static void a_size_outranks_the_other_sizes(void **state)
{
    (void)state;
    struct options options = fresh();
    set(&options, OPTION_SIZE, "4g", SOURCE_FILE);
    set(&options, OPTION_SIZE_PER_RANK, "1g", SOURCE_COMMAND_LINE);
    assert_false(options_given(&options, OPTION_SIZE));
    assert_true(options.common.size_bytes == 0);
    set(&options, OPTION_SIZE_PER_NODE, "2g", SOURCE_FILE);
    assert_false(options_given(&options, OPTION_SIZE_PER_NODE));
    assert_true(options.common.size_per_rank_bytes == 1ULL << 30);
    options_release(&options);
}

static void targets_are_replaced_not_appended(void **state)
{
    (void)state;
    char names[] = "a\0b\0c";
    char *first[] = {names, names + 2};
    char *second[] = {names + 4};
    struct options options = fresh();
    assert_int_equal(options_set_targets(&options, second, 1, SOURCE_FILE, NULL), 0);
    assert_int_equal(options_set_targets(&options, first, 2, SOURCE_COMMAND_LINE, NULL), 0);
    assert_int_equal(options.common.target_count, 2);
    assert_string_equal(options.common.targets[1], "b");
    assert_int_equal(options_set_targets(&options, second, 1, SOURCE_FILE, NULL), 0);
    assert_int_equal(options.common.target_count, 2);
    assert_int_equal(options_set_targets(&options, second, 1, SOURCE_COMMAND_LINE, NULL), 0);
    assert_int_equal(options.common.target_count, 1);
    assert_string_equal(options.common.targets[0], "c");
    options_release(&options);
}

static void flags_are_listed(void **state)
{
    (void)state;
    struct text text = {0};
    options_list(SETS_SEQUENCE, &text);
    assert_string_equal(text_string(&text), "'--order', '--buffer-size' and '--seed'");
    assert_true(options_flagged(OPTION_TIME, ENDS_EARLY));
    assert_false(options_flagged(OPTION_RATE, ENDS_EARLY));
    text_release(&text);
}

static void equal_values_are_alike(void **state)
{
    (void)state;
    struct options a;
    struct options b;
    assert_int_equal(options_init(&a, NULL), 0);
    assert_int_equal(options_init(&b, NULL), 0);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        assert_true(options_equal(&a, &b, id));
    options_set(&a, OPTION_SIZE, "1024k", SOURCE_FILE, NULL);
    options_set(&b, OPTION_SIZE, "1m", SOURCE_COMMAND_LINE, NULL);
    assert_true(options_equal(&a, &b, OPTION_SIZE));
    options_set(&a, OPTION_LABEL, "x", SOURCE_FILE, NULL);
    assert_false(options_equal(&a, &b, OPTION_LABEL));
    options_release(&a);
    options_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(names_lead_back_to_rows),
        cmocka_unit_test(choices_have_their_enum),
        cmocka_unit_test(each_kind_is_read),
        cmocka_unit_test(refusals_name_the_option_and_change_nothing),
        cmocka_unit_test(the_higher_source_counts_in_any_order),
        cmocka_unit_test(a_value_of_a_lower_source_is_checked),
        cmocka_unit_test(a_size_outranks_the_other_sizes),
        cmocka_unit_test(targets_are_replaced_not_appended),
        cmocka_unit_test(flags_are_listed),
        cmocka_unit_test(equal_values_are_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
