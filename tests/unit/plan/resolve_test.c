/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>

#include "resolved.h"

static const struct capacity machine = {
    .cpus = 4, .memory_bytes = UINT64_C(4) << 30, .depth_max = 1024};

/* Resolves with this free space; returns the data set's bytes of two ranks. */
static uint64_t resolved_bytes(struct options *options, uint64_t space_bytes, bool reads_whole)
{
    const struct resolution with = {
        .capacity = machine,
        .random = 5,
        .space_bytes = space_bytes,
        .ranks = 2,
        .reads_whole = reads_whole,
    };
    struct failure failure = {0};
    if (settings_resolve(&options->common, &with, &failure))
        fail_msg("%s", failure.text);
    const struct settings *settings = &options->common;
    return settings->size_bytes ? settings->size_bytes : 2 * settings->size_per_rank_bytes;
}

static void test_a_data_set_without_a_size(void **state)
{
    (void)state;
    static const struct {
        const char *time;
        uint64_t space_bytes;
        bool reads_whole;
        uint64_t right;
    } cases[] = {
        {NULL, 100 * 1024 * UINT64_C(1048576), false, 2048 * UINT64_C(1048576)}, /* 1 GiB a rank */
        {NULL, 100 * UINT64_C(1048576), false, 50 * UINT64_C(1048576)}, /* half of the space */
        {NULL, 100 * UINT64_C(1048576) + 5, true, 100 * UINT64_C(1048576) + 5}, /* all there is */
        {"5s", 100 * UINT64_C(1048576), false, 100 * UINT64_C(1048576)},        /* all that fits */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options;
        options_fresh(&options);
        if (cases[i].time)
            option_give(&options, OPTION_TIME, cases[i].time);
        assert_int_equal(resolved_bytes(&options, cases[i].space_bytes, cases[i].reads_whole),
                         cases[i].right);
        options_release(&options);
    }
}

static void test_no_free_space_is_refused(void **state)
{
    (void)state;
    const struct resolution with = {.capacity = machine, .ranks = 2};
    struct failure failure = {0};
    struct options options;
    options_fresh(&options);
    options_target(&options, "/full");
    option_give(&options, OPTION_TIME, "5s");
    assert_int_equal(settings_resolve(&options.common, &with, &failure), -ENOSPC);
    assert_string_equal(failure.text, "no free space on '/full'");
    options_release(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_data_set_without_a_size),
        cmocka_unit_test(test_no_free_space_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
