/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/defaults.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/units.h"
#include "file_cut.h"
#include "plan/pool.h"

enum {
    REQUEST_BYTES = 1 << 20,
    PAGE_BYTES = 4096,
    IN_FLIGHT = 32,
    DEPTH_LEAST = 4,
    BUFFERS_LEAST = 2, /* of a rank's part of a preset: one is filled while another is written */
    MEMORY_PART = 4,   /* a default pool uses at most 1/4 of the memory */
    SIZE_PER_RANK_SHIFT = 30,
    WRITERS_MOST = 16, /* of a default; tune starts with more from 128 CPUs on */
    THREADS_MOST = 4096,
    BUFFERS_MOST = 1 << 24,
    OBJECTS_PER_RANK = 1000,
};

const struct usual *usual_for(uint64_t cpus)
{
    static const struct usual rows[] = {
        {128, 8 << 20, 32, 1024}, {64, 8 << 20, 16, 1024}, {32, 8 << 20, 12, 512},
        {16, 8 << 20, 8, 256},    {8, 4 << 20, 4, 128},    {4, 4 << 20, 2, 64},
        {2, 4 << 20, 1, 32},      {0, 4 << 20, 1, 16},
    };
    const struct usual *row = rows;
    while (cpus < row->cpus)
        row++;
    return row;
}

/* A synchronous engine has one request for each writer, so it gets at least 4 writers. */
static uint64_t writers_for(uint32_t cpus, bool synchronous)
{
    const uint64_t writers = smaller(usual_for(cpus)->writers, WRITERS_MOST);
    return synchronous ? larger(writers, 4) : writers;
}

/* The number of buffers that fit the part of the memory that a default may use. */
static uint64_t affordable(const struct settings *settings, const struct capacity *capacity)
{
    uint64_t count =
        capacity->memory_bytes / MEMORY_PART / pool_stride_bytes(settings->buffer_size_bytes);
    return smaller(larger(count, 1), BUFFERS_MOST);
}

static uint64_t given_or(const struct settings *settings, enum option_id id, uint64_t value,
                         uint64_t otherwise)
{
    return settings_given(settings, id) ? value : otherwise;
}

/* The depth of a synchronous engine: 1, or a batch; 0 for an asynchronous one. */
static uint64_t needed_depth(const struct capacity *capacity)
{
    if (capacity->batch > 1)
        return capacity->batch;
    return capacity->depth_max == 1;
}

/* The bytes of each file of a rank that has several, in whole pages. */
static uint64_t file_bytes(const struct settings *settings)
{
    return file_cut_size(settings->size_per_rank_bytes, settings->files_per_rank) /
           settings->files_per_rank;
}

/* Requests get smaller if the given values need more buffers than fit the memory, but contain at
 * least one block of --dedup-block. */
static void fit_buffer_size(struct settings *settings, const struct capacity *capacity)
{
    if (settings_given(settings, OPTION_BUFFER_SIZE))
        return;
    uint64_t writers = given_or(settings, OPTION_WRITERS, settings->writers, 1);
    uint64_t depth = capacity->depth_max > 1 ? given_or(settings, OPTION_DEPTH, settings->depth,
                                                        larger(needed_depth(capacity), 1))
                                             : 1;
    uint64_t wanted = given_or(settings, OPTION_BUFFER_COUNT, settings->buffer_count,
                               smaller(writers, BUFFERS_MOST) * smaller(depth, BUFFERS_MOST));
    uint64_t least =
        settings->dedup_ratio > 1 ? larger(settings->dedup_block_bytes, PAGE_BYTES) : PAGE_BYTES;
    settings->buffer_size_bytes = larger(REQUEST_BYTES, least);
    if (settings->interleave_bytes)
        settings->buffer_size_bytes =
            smaller(settings->buffer_size_bytes, settings->interleave_bytes);
    if (settings->files_per_rank > 1 && settings->size_per_rank_bytes)
        settings->buffer_size_bytes =
            larger(smaller(settings->buffer_size_bytes, file_bytes(settings)), least);
    while (settings->buffer_size_bytes / 2 >= least && affordable(settings, capacity) < wanted)
        settings->buffer_size_bytes /= 2;
}

static int check_block(const struct settings *settings, const struct capacity *capacity,
                       struct failure *why)
{
    char most[UNITS_TEXT];
    if (settings_given(settings, OPTION_BUFFER_SIZE) || settings->dedup_ratio <= 1 ||
        settings->dedup_block_bytes <= capacity->memory_bytes / MEMORY_PART)
        return 0;
    units_format_size(capacity->memory_bytes / MEMORY_PART, most);
    return failure_set(why, -EINVAL,
                       "'--dedup-block' %" PRIu64 " is larger than a buffer may be (%s, a quarter "
                       "of the memory): use a smaller one",
                       settings->dedup_block_bytes, most);
}

static bool is_preset(const struct settings *settings, enum option_id id)
{
    return settings->source[id] == SOURCE_PRESET;
}

static bool is_fixed(const struct settings *settings, enum option_id id)
{
    return settings->source[id] > SOURCE_PRESET;
}

/* Divides what a preset gives for a node among its ranks, with requests that fit the memory. */
static void divide_preset(struct settings *settings, const struct capacity *capacity)
{
    const uint64_t ranks = larger(capacity->node_ranks, 1);
    const uint64_t wanted = is_fixed(settings, OPTION_BUFFER_COUNT) ? settings->buffer_count
                            : is_fixed(settings, OPTION_WRITERS)    ? settings->writers
                                                                    : 1;
    if (is_preset(settings, OPTION_WRITERS))
        settings->writers = larger(settings->writers / ranks, 1);
    if (is_preset(settings, OPTION_BUFFER_COUNT))
        settings->buffer_count =
            larger(settings->buffer_count / ranks, ranks > 1 ? BUFFERS_LEAST : 1);
    while (is_preset(settings, OPTION_BUFFER_SIZE) &&
           settings->buffer_size_bytes / 2 >= PAGE_BYTES &&
           capacity->memory_bytes / MEMORY_PART / pool_stride_bytes(settings->buffer_size_bytes) <
               wanted)
        settings->buffer_size_bytes /= 2;
}

/* Shrinks its pool to the memory, and its writers to the pool. */
static void shrink_preset(struct settings *settings, const struct capacity *capacity)
{
    const uint64_t most = affordable(settings, capacity);
    if (is_preset(settings, OPTION_BUFFER_COUNT))
        settings->buffer_count = smaller(settings->buffer_count, most);
    if (is_preset(settings, OPTION_WRITERS))
        settings->writers = smaller(settings->writers, given_or(settings, OPTION_BUFFER_COUNT,
                                                                settings->buffer_count, most));
    else if (is_preset(settings, OPTION_BUFFER_COUNT) && settings_given(settings, OPTION_WRITERS))
        settings->buffer_count = larger(settings->buffer_count, settings->writers);
}

static void fit_threads(struct settings *settings, const struct capacity *capacity)
{
    bool synchronous = needed_depth(capacity) > 0;
    uint64_t buffers = given_or(settings, OPTION_BUFFER_COUNT, settings->buffer_count,
                                affordable(settings, capacity));
    if (!settings_given(settings, OPTION_PRODUCERS))
        settings->producers = smaller(larger(capacity->cpus / 4, 1), 8);
    if (synchronous && (capacity->depth_max == 1 || !settings_given(settings, OPTION_DEPTH)))
        settings->depth = needed_depth(capacity);
    if (!settings_given(settings, OPTION_WRITERS)) {
        uint64_t each =
            synchronous ? settings->depth : given_or(settings, OPTION_DEPTH, settings->depth, 1);
        settings->writers =
            smaller(writers_for(capacity->cpus, synchronous), larger(buffers / larger(each, 1), 1));
    }
    if (settings->files_per_rank > 1 && !is_fixed(settings, OPTION_WRITERS))
        settings->writers = smaller(settings->writers, settings->files_per_rank);
    if (!synchronous && !settings_given(settings, OPTION_DEPTH))
        settings->depth = smaller(larger(IN_FLIGHT / larger(settings->writers, 1), DEPTH_LEAST),
                                  capacity->depth_max);
}

/* The depth of each writer if each producer holds one of 'buffers' (if there are enough). */
static uint64_t depth_for(const struct settings *settings, uint64_t buffers)
{
    uint64_t held = buffers > settings->producers + settings->writers ? settings->producers : 0;
    return larger((buffers - held) / larger(settings->writers, 1), 1);
}

/* Each writer needs one, and for a mixed phase one for each direction. */
static uint64_t least_buffers(uint64_t writers, const struct capacity *capacity)
{
    return capacity->mixed && writers <= THREADS_MOST ? 2 * writers : writers;
}

/* Reduces the depth, to DEPTH_LEAST at least, until the pool fits the cache share; then without
 * limit until it fits its part of the memory. */
static void fit_pool(struct settings *settings, const struct capacity *capacity)
{
    bool count_given = settings_given(settings, OPTION_BUFFER_COUNT);
    uint64_t most = affordable(settings, capacity);
    uint64_t wanted;
    if (!settings_given(settings, OPTION_DEPTH) && !needed_depth(capacity) &&
        !capacity->names_only) {
        uint64_t cached = capacity->cache_bytes / pool_stride_bytes(settings->buffer_size_bytes);
        if (capacity->cache_bytes && !count_given)
            settings->depth =
                smaller(settings->depth, larger(depth_for(settings, cached), DEPTH_LEAST));
        settings->depth = smaller(settings->depth,
                                  depth_for(settings, count_given ? settings->buffer_count : most));
    }
    if (count_given)
        return;
    /* of a mixed phase's buffers, some wait for their turn while the depth is full of others */
    uint64_t each = settings->depth;
    if (capacity->mixed && checked_add(each, each / 2 + 2, &each))
        each = UINT64_MAX;
    if (checked_multiply(settings->writers, each, &wanted) ||
        checked_add(wanted, settings->producers, &wanted))
        wanted = UINT64_MAX;
    settings->buffer_count =
        smaller(wanted, larger(most, least_buffers(settings->writers, capacity)));
}

/* Refuses given values beyond any machine; defaults are never that large. */
static int check_counts(const struct settings *settings, const struct capacity *capacity,
                        struct failure *why)
{
    const struct {
        const char *name;
        uint64_t value;
        uint64_t most;
    } counts[] = {
        {"writers", settings->writers, THREADS_MOST},
        {"producers", settings->producers, THREADS_MOST},
        {"buffer-count", settings->buffer_count, BUFFERS_MOST},
        {"depth", settings->depth, capacity->depth_max},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].value > counts[i].most)
            return failure_set(why, -EINVAL,
                               "'--%s' %" PRIu64 " is too much: at most %" PRIu64 " is possible",
                               counts[i].name, counts[i].value, counts[i].most);
    return 0;
}

static int check_pool(const struct settings *settings, const struct capacity *capacity,
                      struct failure *why)
{
    if (settings->writers > settings->buffer_count)
        return failure_set(why, -EINVAL,
                           "%" PRIu64 " writers and only %" PRIu64
                           " buffers: give '--buffer-count' at least %" PRIu64,
                           settings->writers, settings->buffer_count, settings->writers);
    if (least_buffers(settings->writers, capacity) > settings->buffer_count)
        return failure_set(why, -EINVAL,
                           "%" PRIu64 " writers and only %" PRIu64
                           " buffers: a mixed phase needs two for each, so give '--buffer-count' "
                           "at least %" PRIu64,
                           settings->writers, settings->buffer_count, 2 * settings->writers);
    uint64_t pool;
    if (!checked_multiply(settings->buffer_count, pool_stride_bytes(settings->buffer_size_bytes),
                          &pool) &&
        pool <= capacity->memory_bytes)
        return 0;
    char memory[UNITS_TEXT];
    units_format_size(capacity->memory_bytes, memory);
    return failure_set(
        why, -EINVAL,
        "%" PRIu64 " buffers of %" PRIu64
        " bytes do not fit the %s that a rank may use (its part of the node's memory or of "
        "the control group's memory limit): use a smaller "
        "'--buffer-count' or '--buffer-size', or fewer '--writers'",
        settings->buffer_count, settings->buffer_size_bytes, memory);
}

static int fit_text(char **value, const char *text, struct failure *why)
{
    free(*value);
    *value = strdup(text);
    return *value ? 0 : failure_set(why, -ENOMEM, "not enough memory");
}

int defaults_fit_run(struct run_settings *run, bool null_target, struct failure *why)
{
    if (null_target && run->source[OPTION_PHASES] == SOURCE_DEFAULT)
        return fit_text(&run->phases, "write", why);
    return run->phases ? 0 : fit_text(&run->phases, "write,read", why);
}

/* Files of a rank get whole pages; --time alone would leave their size open. */
static uint64_t default_size(const struct settings *settings)
{
    const uint64_t size = UINT64_C(1) << SIZE_PER_RANK_SHIFT;
    return settings->files_per_rank > 1 ? file_cut_size(size, settings->files_per_rank) : size;
}

int defaults_fit(struct settings *settings, const struct capacity *capacity, uint64_t random,
                 struct failure *why)
{
    if (!settings_given(settings, OPTION_SEED))
        settings->seed = random;
    if ((capacity->single_file || settings->interleave_bytes) &&
        !settings_given(settings, OPTION_LAYOUT))
        settings->layout = LAYOUT_SHARED;
    if (capacity->null_target && !settings_given(settings, OPTION_FSYNC))
        settings->fsync = FSYNC_NEVER;
    if (capacity->creates && !settings_given(settings, OPTION_OBJECTS_PER_RANK) &&
        !settings_given(settings, OPTION_TIME))
        settings->objects_per_rank = OBJECTS_PER_RANK;
    if (!capacity->names_only && !settings_given(settings, OPTION_SIZE) &&
        !settings_given(settings, OPTION_SIZE_PER_RANK) &&
        !settings_given(settings, OPTION_SIZE_PER_NODE) &&
        (!settings_given(settings, OPTION_TIME) || settings->files_per_rank > 1))
        settings->size_per_rank_bytes = default_size(settings);
    if (check_block(settings, capacity, why))
        return -EINVAL;
    divide_preset(settings, capacity);
    fit_buffer_size(settings, capacity);
    shrink_preset(settings, capacity);
    fit_threads(settings, capacity);
    fit_pool(settings, capacity);
    int result = check_counts(settings, capacity, why);
    return result ? result : check_pool(settings, capacity, why);
}

bool settings_are_open(const struct settings *settings)
{
    return !settings->size_bytes && !settings->size_per_rank_bytes &&
           !settings->size_per_node_bytes;
}

static bool is_sized(const struct settings *settings)
{
    return settings_given(settings, OPTION_SIZE) ||
           settings_given(settings, OPTION_SIZE_PER_RANK) ||
           settings_given(settings, OPTION_SIZE_PER_NODE);
}

/* The default size uses at most half of the free space, so that it is never refused. */
static void fit_default_size(struct settings *settings, const struct resolution *with)
{
    uint64_t half = with->space_bytes / 2;
    uint64_t total;
    if (!checked_multiply(settings->size_per_rank_bytes, with->ranks, &total) && total <= half)
        return;
    if (settings->files_per_rank >
        1) { /* at least a page for each file: the plan checks the space */
        half = file_cut_size(half / with->ranks, settings->files_per_rank);
        settings->size_per_rank_bytes = smaller(settings->size_per_rank_bytes, half);
        return;
    }
    settings->size_per_rank_bytes = 0;
    settings->size_bytes =
        half < settings->buffer_size_bytes ? half : align_down(half, settings->buffer_size_bytes);
}

int settings_resolve(struct settings *settings, const struct resolution *with, struct failure *why)
{
    if (with->capacity.names_only)
        return defaults_fit(settings, &with->capacity, with->random, why);
    if (with->reads_whole && !is_sized(settings))
        settings->size_bytes = with->space_bytes;
    if (defaults_fit(settings, &with->capacity, with->random, why))
        return why->code;
    if (!is_sized(settings) && settings->size_per_rank_bytes && !with->reads_whole)
        fit_default_size(settings, with);
    if (!settings_are_open(settings))
        return 0;
    settings->size_bytes = with->space_bytes;
    if (settings->size_bytes)
        return 0;
    return failure_set(why, -ENOSPC, "no free space on '%s'", settings->targets[0]);
}
