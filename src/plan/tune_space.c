/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/tune_space.h"

#include "base/checked.h"
#include "plan/pool.h"

enum {
    AXIS_SIZE,
    AXIS_WRITERS,
    AXIS_DEPTH,
    AXIS_ENGINE,
    AXIS_DIRECT,
    AXIS_BUFFERS,
    AXIS_PRODUCERS
};
enum { AXIS_PAGES = AXIS_PRODUCERS + 1, AXIS_BLOCKS, AXES };
enum {
    SIZE_LEAST = 64 << 10,
    SIZE_MOST = 32 << 20,
    WRITERS_MOST = 64,
    DEPTH_MOST = 128,
    DEPTH_START = 32,
    PRODUCERS_MOST = 16,
    FLIGHT_MOST = 512 << 20, /* of the start; the first probe may show that it must be less */
    MEMORY_PART = 4,         /* as of a default pool */
};

static const enum option_id ids[AXES] = {
    [AXIS_SIZE] = OPTION_BUFFER_SIZE,    [AXIS_WRITERS] = OPTION_WRITERS,
    [AXIS_DEPTH] = OPTION_DEPTH,         [AXIS_ENGINE] = OPTION_ENGINE,
    [AXIS_DIRECT] = OPTION_DIRECT,       [AXIS_BUFFERS] = OPTION_BUFFER_COUNT,
    [AXIS_PRODUCERS] = OPTION_PRODUCERS, [AXIS_PAGES] = OPTION_HUGE_PAGES,
    [AXIS_BLOCKS] = OPTION_PREALLOCATE,
};

static bool is_given(const struct tune_limits *limits, enum option_id id)
{
    return limits->given->source[id] > SOURCE_PRESET;
}

static bool from_preset(const struct tune_limits *limits)
{
    for (int i = 0; i < AXES; i++)
        if (limits->given->source[ids[i]] == SOURCE_PRESET)
            return true;
    return false;
}

/* Values to start from, in the order of the axes. */
static void find_start(const struct tune_limits *limits, uint64_t start[AXES])
{
    const struct settings *base = limits->base;
    const uint64_t ranks = larger(limits->capacity.node_ranks, 1);
    const uint64_t memory = limits->capacity.memory_bytes / MEMORY_PART;
    const struct usual *usual = usual_for(limits->capacity.cpus * ranks);
    uint64_t size = usual->buffer_size_bytes;
    uint64_t writers = usual->writers;
    uint64_t buffers = usual->buffer_count;
    if (from_preset(limits)) {
        size = base->buffer_size_bytes;
        writers = base->writers * ranks;
        buffers = base->buffer_count * ranks;
    }
    start[AXIS_SIZE] = is_given(limits, OPTION_BUFFER_SIZE) || base->interleave_bytes
                           ? base->buffer_size_bytes
                           : size;
    start[AXIS_WRITERS] =
        is_given(limits, OPTION_WRITERS) ? base->writers : larger(writers / ranks, 1);
    while (start[AXIS_SIZE] > SIZE_LEAST && !is_given(limits, OPTION_BUFFER_SIZE) &&
           (start[AXIS_WRITERS] + base->producers) * pool_stride_bytes(start[AXIS_SIZE]) > memory)
        start[AXIS_SIZE] /= 2;
    const uint64_t most = memory / pool_stride_bytes(start[AXIS_SIZE]);
    if (is_given(limits, OPTION_BUFFER_COUNT))
        buffers = base->buffer_count * ranks;
    const uint64_t held = smaller(buffers / ranks, most - smaller(most, base->producers));
    start[AXIS_DEPTH] = 1;
    while (start[AXIS_DEPTH] < smaller(DEPTH_START, limits->capacity.depth_max) &&
           2 * start[AXIS_DEPTH] * start[AXIS_WRITERS] <= held)
        start[AXIS_DEPTH] *= 2;
    if (is_given(limits, OPTION_DEPTH))
        start[AXIS_DEPTH] = base->depth;
    start[AXIS_ENGINE] = limits->engine;
    start[AXIS_DIRECT] = base->direct;
    start[AXIS_BUFFERS] = is_given(limits, OPTION_BUFFER_COUNT) ? base->buffer_count : 1;
    start[AXIS_PRODUCERS] = base->producers;
    start[AXIS_PAGES] = base->huge_pages;
    start[AXIS_BLOCKS] = base->preallocate;
}

static bool is_fixed(const struct tune_limits *limits, int axis)
{
    if (is_given(limits, ids[axis]))
        return true;
    switch (axis) {
    case AXIS_SIZE:
        return limits->base->interleave_bytes || limits->base->dedup_ratio > 1;
    case AXIS_ENGINE:
        return limits->engine == ENGINE_NULL || limits->base->uring_sqpoll ||
               limits->base->uring_iopoll || limits->base->fixed_buffers == REQUIRE;
    case AXIS_DEPTH:
        return limits->capacity.batch > 1;
    case AXIS_DIRECT: /* cached reads would measure memory; without a sync, cached writes too */
        return limits->reads || !limits->direct || limits->base->fsync == FSYNC_NEVER ||
               limits->base->uncached;
    case AXIS_BLOCKS:
        return limits->reads || !limits->files;
    default:
        return false;
    }
}

/* Keeps the values in ascending order, each once. */
static void add_value(struct tune_space *space, int axis, uint64_t value)
{
    uint64_t *values = space->axes[axis].values;
    uint8_t *count = &space->search.axes[axis].levels;
    uint8_t at = 0;
    while (at < *count && values[at] < value)
        at++;
    if (*count == SEARCH_LEVELS_MOST || (at < *count && values[at] == value))
        return;
    for (uint8_t i = (*count)++; i > at; i--)
        values[i] = values[i - 1];
    values[at] = value;
}

static void add_powers(struct tune_space *space, int axis, uint64_t least, uint64_t most)
{
    for (uint64_t value = least; value <= most; value *= 2)
        add_value(space, axis, value);
}

static void add_values(struct tune_space *space, const struct tune_limits *limits, int axis)
{
    switch (axis) {
    case AXIS_SIZE:
        add_powers(space, axis, SIZE_LEAST, SIZE_MOST);
        break;
    case AXIS_WRITERS:
        add_powers(space, axis, 1, WRITERS_MOST);
        break;
    case AXIS_DEPTH:
        add_powers(space, axis, 1, smaller(DEPTH_MOST, limits->capacity.depth_max));
        break;
    case AXIS_ENGINE:
        for (unsigned id = ENGINE_AUTO + 1; id < ENGINE_COUNT; id++)
            if (limits->engines & 1U << id)
                add_value(space, axis, id);
        break;
    case AXIS_DIRECT:
        add_value(space, axis, PREFER);
        add_value(space, axis, NEVER);
        break;
    case AXIS_BUFFERS:
        add_powers(space, axis, 1, 4);
        break;
    case AXIS_PRODUCERS:
        add_powers(space, axis, 1, smaller(PRODUCERS_MOST, larger(limits->capacity.cpus, 2)));
        break;
    case AXIS_PAGES:
        add_value(space, axis, PREFER);
        add_value(space, axis, NEVER);
        break;
    default:
        add_value(space, axis, false);
        add_value(space, axis, true);
    }
}

static uint64_t value_of(const struct tune_space *space, const struct candidate *candidate,
                         int axis)
{
    return space->axes[axis].values[candidate->level[axis]];
}

static uint64_t buffers_of(const struct tune_space *space, const struct candidate *candidate)
{
    const uint64_t buffers = value_of(space, candidate, AXIS_BUFFERS);
    if (space->axes[AXIS_BUFFERS].fixed)
        return buffers;
    return buffers * value_of(space, candidate, AXIS_WRITERS) *
               value_of(space, candidate, AXIS_DEPTH) +
           value_of(space, candidate, AXIS_PRODUCERS);
}

/* A synchronous engine has one request for each thread: as many threads as there were requests. */
static void make_synchronous(const struct tune_space *space, struct candidate *candidate)
{
    const uint64_t in_flight =
        value_of(space, candidate, AXIS_WRITERS) * value_of(space, candidate, AXIS_DEPTH);
    while (candidate->level[AXIS_WRITERS] + 1 < space->search.axes[AXIS_WRITERS].levels &&
           value_of(space, candidate, AXIS_WRITERS) < in_flight)
        candidate->level[AXIS_WRITERS]++;
}

uint64_t tune_space_in_flight(const struct tune_space *space, const struct candidate *candidate)
{
    return value_of(space, candidate, AXIS_SIZE) * value_of(space, candidate, AXIS_WRITERS) *
           value_of(space, candidate, AXIS_DEPTH);
}

bool tune_space_lower_start(struct tune_space *space, uint64_t bytes)
{
    struct candidate *start = &space->search.start;
    const uint8_t before = start->level[AXIS_DEPTH];
    while (start->level[AXIS_DEPTH] && tune_space_in_flight(space, start) > bytes)
        start->level[AXIS_DEPTH]--;
    space->in_flight_most = tune_space_in_flight(space, start);
    return start->level[AXIS_DEPTH] != before;
}

/* Larger requests or more threads get less depth, so that a probe ends in time. */
static bool limit_in_flight(const struct tune_space *space, uint32_t axis,
                            struct candidate *candidate)
{
    while (tune_space_in_flight(space, candidate) > space->in_flight_most && axis != AXIS_DEPTH &&
           candidate->level[AXIS_DEPTH])
        candidate->level[AXIS_DEPTH]--;
    return (axis != AXIS_DEPTH && axis != AXIS_WRITERS) ||
           tune_space_in_flight(space, candidate) <= space->in_flight_most;
}

/* Does it fit the memory and the probe, and can its engine do it? */
static bool fit(const void *context, uint32_t axis, struct candidate *candidate)
{
    const struct tune_space *space = context;
    const uint64_t bytes = pool_stride_bytes(value_of(space, candidate, AXIS_SIZE));
    if (space->synchronous[value_of(space, candidate, AXIS_ENGINE)] &&
        (!space->axes[AXIS_DEPTH].fixed || axis == AXIS_ENGINE)) {
        if ((axis == AXIS_DEPTH && candidate->level[AXIS_DEPTH]) ||
            (space->axes[AXIS_DEPTH].fixed && value_of(space, candidate, AXIS_DEPTH) > 1))
            return false;
        if (axis == AXIS_ENGINE)
            make_synchronous(space, candidate);
        candidate->level[AXIS_DEPTH] = 0;
    }
    if (!limit_in_flight(space, axis, candidate))
        return false;
    const uint64_t buffers = buffers_of(space, candidate);
    return buffers >= value_of(space, candidate, AXIS_WRITERS) &&
           buffers <= space->buffers_most / bytes &&
           (axis != AXIS_BUFFERS || buffers <= 2 * space->in_flight_most / bytes +
                                                   value_of(space, candidate, AXIS_PRODUCERS));
}

void tune_space_init(struct tune_space *space, const struct tune_limits *limits)
{
    uint64_t start[AXES];
    *space = (struct tune_space){
        .search = {.axis_count = AXES, .fit = fit},
        .buffers_most = limits->capacity.memory_bytes / MEMORY_PART,
        .base = limits->base,
        .synchronous = {[ENGINE_PWRITE] = true, [ENGINE_PWRITEV] = true},
    };
    find_start(limits, start);
    for (int axis = 0; axis < AXES; axis++) {
        space->axes[axis] = (struct tune_axis){.id = ids[axis], .fixed = is_fixed(limits, axis)};
        add_value(space, axis, start[axis]);
        if (!space->axes[axis].fixed)
            add_values(space, limits, axis);
        while (value_of(space, &space->search.start, axis) != start[axis])
            space->search.start.level[axis]++;
        space->search.axes[axis].ordered =
            axis <= AXIS_DEPTH || axis == AXIS_BUFFERS || axis == AXIS_PRODUCERS;
    }
    space->search.axes[AXIS_DEPTH].thrift = 1;
    space->search.axes[AXIS_WRITERS].thrift = 2;
    space->search.axes[AXIS_WRITERS].follows = true;
    space->search.axes[AXIS_BUFFERS].thrift = 3;
    space->search.context = space;
    tune_space_lower_start(space, FLIGHT_MOST);
}

void tune_space_apply(const struct tune_space *space, const struct candidate *candidate,
                      struct settings *settings)
{
    settings->buffer_size_bytes = value_of(space, candidate, AXIS_SIZE);
    settings->writers = value_of(space, candidate, AXIS_WRITERS);
    settings->depth = value_of(space, candidate, AXIS_DEPTH);
    settings->engine = (unsigned)value_of(space, candidate, AXIS_ENGINE);
    settings->direct = (unsigned)value_of(space, candidate, AXIS_DIRECT);
    settings->buffer_count = buffers_of(space, candidate);
    settings->producers = value_of(space, candidate, AXIS_PRODUCERS);
    settings->huge_pages = (unsigned)value_of(space, candidate, AXIS_PAGES);
    settings->preallocate = value_of(space, candidate, AXIS_BLOCKS);
    for (int axis = 0; axis < AXES; axis++)
        settings->source[ids[axis]] = SOURCE_COMMAND_LINE;
}
