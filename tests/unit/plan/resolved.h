/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options as they are when a plan is made: given ones, and the rest fitted to a small machine.
 */
#ifndef TIDEMILL_TESTS_RESOLVED_H
#define TIDEMILL_TESTS_RESOLVED_H

#include "plan/defaults.h"

static inline void option_give(struct options *options, enum option_id id, const char *value)
{
    struct failure failure = {0};
    if (options_set(options, id, value, SOURCE_COMMAND_LINE, &failure))
        fail_msg("%s", failure.text);
}

static inline void options_fresh(struct options *options)
{
    assert_int_equal(options_init(options, NULL), 0);
}

/* What defaults fill in, in the run's settings and in those of every section. */
static inline int options_fit(struct options *options, const struct capacity *capacity,
                              uint64_t random, struct failure *why)
{
    int result = defaults_fit_run(&options->run, capacity->null_target, why);
    return result ? result : defaults_fit(&options->common, capacity, random, why);
}

static inline void options_resolve(struct options *options)
{
    const struct capacity capacity = {
        .cpus = 8, .memory_bytes = UINT64_C(8) << 30, .cache_bytes = 16 << 20, .depth_max = 1024};
    struct failure failure = {0};
    if (options_fit(options, &capacity, 77, &failure))
        fail_msg("%s", failure.text);
}

static inline void options_target(struct options *options, const char *path)
{
    char *targets[] = {(char *)(uintptr_t)path};
    assert_int_equal(options_set_targets(options, targets, 1, SOURCE_COMMAND_LINE, NULL), 0);
}

#endif
