/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/timeline.h"

#include <string.h>

/* 1024 bins of 2^53 ns cover all times that an int64_t can hold. */
enum { WIDEST_SHIFT = 53 };

void timeline_clear(struct timeline *timeline)
{
    memset(timeline, 0, sizeof *timeline);
    timeline->shift = TIMELINE_FIRST_SHIFT;
}

static void add_bin(struct timeline_bin *into, const struct timeline_bin *from)
{
    into->amount += from->amount;
    into->requests += from->requests;
    if (from->slowest_ns > into->slowest_ns)
        into->slowest_ns = from->slowest_ns;
}

static void double_width(struct timeline *timeline)
{
    uint32_t half = (timeline->used + 1) / 2;
    for (uint32_t i = 0; i < half; i++) {
        struct timeline_bin bin = timeline->bins[2 * i];
        if (2 * i + 1 < timeline->used)
            add_bin(&bin, &timeline->bins[2 * i + 1]);
        timeline->bins[i] = bin;
    }
    memset(&timeline->bins[half], 0, (timeline->used - half) * sizeof timeline->bins[0]);
    timeline->used = half;
    timeline->shift++;
}

void timeline_extend(struct timeline *timeline, int64_t at_ns)
{
    while (at_ns > 0 && (uint64_t)at_ns >> timeline->shift >= TIMELINE_BINS)
        double_width(timeline);
}

void timeline_shrink(struct timeline *timeline, uint32_t most)
{
    while (timeline->used > (most ? most : 1) && timeline->shift < WIDEST_SHIFT)
        double_width(timeline);
}

void timeline_merge(struct timeline *into, const struct timeline *from)
{
    while (into->shift < from->shift)
        double_width(into);
    uint32_t narrower = into->shift - from->shift;
    for (uint32_t i = 0; i < from->used; i++)
        add_bin(&into->bins[(uint64_t)i >> narrower], &from->bins[i]);
    uint32_t used = from->used ? (uint32_t)((uint64_t)(from->used - 1) >> narrower) + 1 : 0;
    if (used > into->used)
        into->used = used;
}

__extension__ typedef __int128 wide;

/* A span of time, and what was acknowledged in it. */
struct span {
    int64_t from_ns;
    int64_t to_ns; /* later than from_ns */
    struct timeline_bin bin;
};

/* Returns the part of a total that comes before 'at_ns', rounded to the nearest. */
static int64_t part_before(const struct span *span, int64_t total, int64_t at_ns)
{
    wide length_ns = span->to_ns - span->from_ns;
    return (int64_t)((2 * (wide)total * (at_ns - span->from_ns) + length_ns) / (2 * length_ns));
}

static void add_span(struct timeline *into, const struct span *span)
{
    struct timeline_bin done = {0};
    struct timeline_bin *largest = NULL;
    int64_t largest_ns = 0;
    timeline_extend(into, span->to_ns - 1);
    for (int64_t at_ns = span->from_ns; at_ns < span->to_ns;) {
        int64_t edge_ns = ((at_ns >> into->shift) + 1) << into->shift;
        int64_t next_ns = edge_ns < span->to_ns ? edge_ns : span->to_ns;
        struct timeline_bin part = {
            .amount = part_before(span, span->bin.amount, next_ns) - done.amount,
            .requests = part_before(span, span->bin.requests, next_ns) - done.requests,
        };
        struct timeline_bin *bin =
            part.amount || part.requests ? timeline_bin_at(into, at_ns) : NULL;
        if (bin && next_ns - at_ns > largest_ns) {
            largest_ns = next_ns - at_ns;
            largest = bin;
        }
        if (bin)
            add_bin(bin, &part);
        add_bin(&done, &part);
        at_ns = next_ns;
    }
    if (largest && span->bin.slowest_ns > largest->slowest_ns)
        largest->slowest_ns = span->bin.slowest_ns;
}

static int64_t distance(int64_t one_ns, int64_t other_ns)
{
    return one_ns < other_ns ? other_ns - one_ns : one_ns - other_ns;
}

int64_t timeline_add_converted(struct timeline *into, const struct timeline *from, int64_t last_ns,
                               const struct timeline_clock *clock)
{
    int64_t moved_ns = 0;
    while (into->shift < from->shift)
        double_width(into);
    for (uint32_t i = 0; i < from->used; i++) {
        int64_t start_ns = (int64_t)i << from->shift;
        int64_t end_ns = start_ns + timeline_width_ns(from);
        if (i + 1 == from->used && last_ns < end_ns)
            end_ns = last_ns < start_ns ? start_ns + 1 : last_ns + 1;
        struct span span = {.from_ns = clock->convert(clock->context, start_ns),
                            .to_ns = clock->convert(clock->context, end_ns),
                            .bin = from->bins[i]};
        int64_t start_moved_ns = distance(span.from_ns, start_ns);
        int64_t end_moved_ns = distance(span.to_ns, end_ns);
        int64_t most_ns = start_moved_ns < end_moved_ns ? end_moved_ns : start_moved_ns;
        moved_ns = moved_ns < most_ns ? most_ns : moved_ns;
        if (span.from_ns < 0)
            span.from_ns = 0;
        if (span.to_ns <= span.from_ns)
            span.to_ns = span.from_ns + 1;
        add_span(into, &span);
    }
    return moved_ns;
}

int64_t timeline_width_ns(const struct timeline *timeline)
{
    return INT64_C(1) << timeline->shift;
}
