#include "plan/defaults.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/units.h"
#include "plan/pool.h"

enum {
    REQUEST_BYTES = 1 << 20,
    PAGE_BYTES = 4096,
    IN_FLIGHT = 32,
    DEPTH_LEAST = 4,
    MEMORY_PART = 4, /* a default pool takes at most this part of the memory */
    SIZE_PER_RANK_SHIFT = 30,
    THREADS_MOST = 4096,
    BUFFERS_MOST = 1 << 24,
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The numbers of the benchmark that went before, which went by processors alone: 8: 4, 16: 8,
 * 32: 12, 64 and more: 16. A synchronous engine has one request for each writer, so it gets at
 * least 4 of them. */
static uint64_t writers_for(uint32_t cpus, bool synchronous)
{
    static const struct {
        uint32_t cpus;
        uint64_t writers;
    } steps[] = {{64, 16}, {32, 12}, {16, 8}, {8, 4}, {4, 2}, {0, 1}};
    size_t step = 0;
    while (cpus < steps[step].cpus)
        step++;
    return synchronous ? larger(steps[step].writers, 4) : steps[step].writers;
}

/* So many buffers fit the quarter of the memory that a default takes at most. */
static uint64_t affordable(const struct options *options, const struct capacity *capacity)
{
    uint64_t count =
        capacity->memory_bytes / MEMORY_PART / pool_stride_bytes(options->common.buffer_size_bytes);
    return smaller(larger(count, 1), BUFFERS_MOST);
}

static uint64_t given_or(const struct options *options, enum option_id id, uint64_t value,
                         uint64_t otherwise)
{
    return options_given(options, id) ? value : otherwise;
}

/* The depth that an engine needs which performs when it is asked to: 1, or a batch; else 0. */
static uint64_t needed_depth(const struct capacity *capacity)
{
    if (capacity->batch > 1)
        return capacity->batch;
    return capacity->depth_max == 1;
}

/* Requests get smaller where what was given asks for more buffers than the memory has room for, but
 * hold a whole block that is to be repeated. */
static void fit_buffer_size(struct options *options, const struct capacity *capacity)
{
    if (options_given(options, OPTION_BUFFER_SIZE))
        return;
    uint64_t writers = given_or(options, OPTION_WRITERS, options->common.writers, 1);
    uint64_t depth = capacity->depth_max > 1
                         ? given_or(options, OPTION_DEPTH, options->common.depth,
                                    larger(needed_depth(capacity), 1))
                         : 1;
    uint64_t wanted = given_or(options, OPTION_BUFFER_COUNT, options->common.buffer_count,
                               smaller(writers, BUFFERS_MOST) * smaller(depth, BUFFERS_MOST));
    uint64_t least = options->common.dedup_ratio > 1
                         ? larger(options->common.dedup_block_bytes, PAGE_BYTES)
                         : PAGE_BYTES;
    options->common.buffer_size_bytes = larger(REQUEST_BYTES, least);
    while (options->common.buffer_size_bytes / 2 >= least && affordable(options, capacity) < wanted)
        options->common.buffer_size_bytes /= 2;
}

static int check_block(const struct options *options, const struct capacity *capacity,
                       struct failure *why)
{
    char most[UNITS_TEXT];
    if (options_given(options, OPTION_BUFFER_SIZE) || options->common.dedup_ratio <= 1 ||
        options->common.dedup_block_bytes <= capacity->memory_bytes / MEMORY_PART)
        return 0;
    units_show_size(capacity->memory_bytes / MEMORY_PART, most);
    return failure_set(why, -EINVAL,
                       "'--dedup-block' %" PRIu64 " is larger than a buffer may be (%s, a quarter "
                       "of the memory): give a smaller one",
                       options->common.dedup_block_bytes, most);
}

static void fit_threads(struct options *options, const struct capacity *capacity)
{
    bool synchronous = needed_depth(capacity) > 0;
    uint64_t buffers = given_or(options, OPTION_BUFFER_COUNT, options->common.buffer_count,
                                affordable(options, capacity));
    if (!options_given(options, OPTION_PRODUCERS))
        options->common.producers = smaller(larger(capacity->cpus / 4, 1), 8);
    if (synchronous && (capacity->depth_max == 1 || !options_given(options, OPTION_DEPTH)))
        options->common.depth = needed_depth(capacity);
    if (!options_given(options, OPTION_WRITERS)) {
        uint64_t each = synchronous ? options->common.depth
                                    : given_or(options, OPTION_DEPTH, options->common.depth, 1);
        options->common.writers =
            smaller(writers_for(capacity->cpus, synchronous), larger(buffers / larger(each, 1), 1));
    }
    if (!synchronous && !options_given(options, OPTION_DEPTH))
        options->common.depth =
            smaller(larger(IN_FLIGHT / larger(options->common.writers, 1), DEPTH_LEAST),
                    capacity->depth_max);
}

/* What each writer gets when 'buffers' are shared and producers hold one each, where there are so
 * many. */
static uint64_t depth_for(const struct options *options, uint64_t buffers)
{
    uint64_t held = buffers > options->common.producers + options->common.writers
                        ? options->common.producers
                        : 0;
    return larger((buffers - held) / larger(options->common.writers, 1), 1);
}

/* Depth goes down, not below DEPTH_LEAST, until the pool fits the cache share; then, whatever it
 * takes, until it fits its part of the memory. */
static void fit_pool(struct options *options, const struct capacity *capacity)
{
    bool count_given = options_given(options, OPTION_BUFFER_COUNT);
    uint64_t most = affordable(options, capacity);
    uint64_t wanted;
    if (!options_given(options, OPTION_DEPTH) && !needed_depth(capacity)) {
        uint64_t cached =
            capacity->cache_bytes / pool_stride_bytes(options->common.buffer_size_bytes);
        if (capacity->cache_bytes && !count_given)
            options->common.depth =
                smaller(options->common.depth, larger(depth_for(options, cached), DEPTH_LEAST));
        options->common.depth =
            smaller(options->common.depth,
                    depth_for(options, count_given ? options->common.buffer_count : most));
    }
    if (count_given)
        return;
    if (checked_multiply(options->common.writers, options->common.depth, &wanted) ||
        checked_add(wanted, options->common.producers, &wanted))
        wanted = UINT64_MAX;
    options->common.buffer_count = smaller(wanted, larger(most, options->common.writers));
}

/* What no machine could do; each was given, as no default is so large. */
static int check_counts(const struct options *options, const struct capacity *capacity,
                        struct failure *why)
{
    const struct {
        const char *name;
        uint64_t value;
        uint64_t most;
    } counts[] = {
        {"writers", options->common.writers, THREADS_MOST},
        {"producers", options->common.producers, THREADS_MOST},
        {"buffer-count", options->common.buffer_count, BUFFERS_MOST},
        {"depth", options->common.depth, capacity->depth_max},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].value > counts[i].most)
            return failure_set(why, -EINVAL,
                               "'--%s' %" PRIu64 " is too much: at most %" PRIu64 " is possible",
                               counts[i].name, counts[i].value, counts[i].most);
    return 0;
}

static int check_pool(const struct options *options, const struct capacity *capacity,
                      struct failure *why)
{
    if (options->common.writers > options->common.buffer_count)
        return failure_set(why, -EINVAL,
                           "%" PRIu64 " writers and only %" PRIu64
                           " buffers: give '--buffer-count' at least %" PRIu64,
                           options->common.writers, options->common.buffer_count,
                           options->common.writers);
    uint64_t pool;
    if (!checked_multiply(options->common.buffer_count,
                          pool_stride_bytes(options->common.buffer_size_bytes), &pool) &&
        pool <= capacity->memory_bytes)
        return 0;
    char memory[UNITS_TEXT];
    units_show_size(capacity->memory_bytes, memory);
    return failure_set(why, -EINVAL,
                       "%" PRIu64 " buffers of %" PRIu64
                       " bytes do not fit the %s that a rank may use: give a smaller "
                       "'--buffer-count' or '--buffer-size', or fewer '--writers'",
                       options->common.buffer_count, options->common.buffer_size_bytes, memory);
}

static int fit_text(char **value, const char *text, struct failure *why)
{
    free(*value);
    *value = strdup(text);
    return *value ? 0 : failure_set(why, -ENOMEM, "not enough memory");
}

static int fit_null_target(struct options *options, struct failure *why)
{
    if (!options_given(options, OPTION_FSYNC))
        options->common.fsync = FSYNC_NEVER;
    if (!options_given(options, OPTION_PHASES))
        return fit_text(&options->run.phases, "write", why);
    return 0;
}

int defaults_fit(struct options *options, const struct capacity *capacity, uint64_t random,
                 struct failure *why)
{
    if (!options_given(options, OPTION_SEED))
        options->common.seed = random;
    if (capacity->single_file && !options_given(options, OPTION_LAYOUT))
        options->common.layout = LAYOUT_SHARED;
    if (capacity->null_target && fit_null_target(options, why))
        return -ENOMEM;
    if (!options->run.phases && fit_text(&options->run.phases, "write,read", why))
        return -ENOMEM;
    if (!options_given(options, OPTION_SIZE) && !options_given(options, OPTION_SIZE_PER_RANK) &&
        !options_given(options, OPTION_SIZE_PER_NODE) && !options_given(options, OPTION_TIME))
        options->common.size_per_rank_bytes = UINT64_C(1) << SIZE_PER_RANK_SHIFT;
    if (check_block(options, capacity, why))
        return -EINVAL;
    fit_buffer_size(options, capacity);
    fit_threads(options, capacity);
    fit_pool(options, capacity);
    int result = check_counts(options, capacity, why);
    return result ? result : check_pool(options, capacity, why);
}
