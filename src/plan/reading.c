/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/reading.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"

static struct sequence written_sequence(const struct reading *reading, uint32_t writer)
{
    return sequence_of(&reading->shares[writer], reading->setup.written_order, reading->setup.seed);
}

static uint64_t start_of(const struct share *share)
{
    return share->file_base + share->file_offset;
}

/* Appends the first 'bytes' of a writing thread's share to the stretch before where that ends right
 * there, else as a stretch of their own. The writers' own shares are never joined. */
static void add_share(struct reading *reading, uint32_t writer, uint64_t bytes)
{
    const struct share *share = &reading->shares[writer];
    struct piece *stretch = &reading->stretches[reading->stretch_count];
    if (!bytes && !reading->same)
        return;
    if (reading->stretch_count && !reading->same && stretch[-1].share.file == share->file &&
        start_of(&stretch[-1].share) + stretch[-1].share.bytes == start_of(share)) {
        share_set_bytes(&stretch[-1].share, stretch[-1].share.bytes + bytes);
        return;
    }
    *stretch = (struct piece){.share = *share, .rank = reading->setup.rank, .writer = writer};
    stretch->share.request_bytes = reading->setup.request_bytes;
    if (share->cut_bytes)
        share_cut(&stretch->share, share->cut_bytes);
    share_set_bytes(&stretch->share, bytes);
    reading->stretch_count++;
}

/* How much of a share may be worth reading: up to the last request that was acknowledged, and the
 * end of its file if there are several. In the writers' own order it is all or nothing, as the
 * order goes over the whole share. */
static uint64_t useful_bytes(const struct reading *reading, uint32_t writer, uint64_t reach)
{
    const struct share *share = &reading->shares[writer];
    if (!acknowledged_count(&reading->setup.acknowledged[writer]))
        return 0;
    if (reading->same || !share->cut_bytes)
        return reading->same ? share->bytes : share_bytes_before(share, reach);
    return smaller(divide_up(reach, share->turn_requests) * share->cut_bytes, share->bytes);
}

/* The turns of all writing threads, up to the last one in which a request was acknowledged. */
static void make_interleaved(struct reading *reading)
{
    const struct reading_setup *setup = &reading->setup;
    struct piece *stretch = reading->stretches;
    uint64_t bytes = 0;
    *stretch = (struct piece){.rank = setup->rank};
    geometry_rank_interleaved(setup->written, setup->rank, setup->request_bytes, &stretch->share);
    reading->whole = true;
    for (uint32_t i = 0; i < setup->written->setup.writers_per_rank; i++) {
        const struct acknowledged *set = &setup->acknowledged[i];
        struct share *share = &reading->shares[i];
        geometry_share(setup->written, setup->rank, i, share);
        const struct sequence sequence = written_sequence(reading, i);
        const uint64_t reach = acknowledged_count(set) ? sequence_reach(&sequence, set->issued) : 0;
        const uint64_t end = divide_up(reach, share->turn_requests) * stretch->share.turn_bytes;
        bytes = end > bytes ? end : bytes;
        reading->whole &= acknowledged_count(set) == share->request_count;
    }
    share_set_bytes(&stretch->share, bytes < stretch->share.bytes ? bytes : stretch->share.bytes);
    reading->request_count = stretch->share.request_count;
    reading->stretch_count = bytes > 0;
}

static void make_stretches(struct reading *reading)
{
    const struct reading_setup *setup = &reading->setup;
    reading->whole = true;
    for (uint32_t i = 0; i < setup->written->setup.writers_per_rank; i++) {
        const struct acknowledged *set = &setup->acknowledged[i];
        geometry_share(setup->written, setup->rank, i, &reading->shares[i]);
        const struct sequence sequence = written_sequence(reading, i);
        uint64_t reach = sequence_reach(&sequence, set->issued);
        uint64_t bytes = useful_bytes(reading, i, reach);
        reading->whole &= reading->same ? !set->hole_count
                                        : acknowledged_count(set) ==
                                              share_request_from(&reading->shares[i], bytes);
        add_share(reading, i, bytes);
    }
    for (uint32_t i = 0; i < reading->stretch_count; i++) {
        reading->stretches[i].first_request = reading->request_count;
        reading->request_count += reading->stretches[i].share.request_count;
    }
}

int reading_init(struct reading *reading, const struct reading_setup *setup, struct failure *why)
{
    const struct geometry_setup *written = &setup->written->setup;
    uint32_t writers = written->writers_per_rank;
    const bool anew = setup->epoch && setup->order == ORDER_RANDOM && written->files_per_rank > 1;
    *reading = (struct reading){
        .setup = *setup,
        .same = setup->request_bytes == written->request_bytes &&
                setup->order == setup->written_order && setup->threads == writers && !anew,
        .anew = anew,
        .shares = calloc(writers, sizeof *reading->shares),
        .stretches = calloc(writers, sizeof *reading->stretches),
    };
    if (!reading->shares || !reading->stretches) {
        reading_release(reading);
        return failure_set(why, -ENOMEM, "not enough memory for %u I/O threads", writers);
    }
    if (written->turn_bytes && !reading->same)
        make_interleaved(reading);
    else
        make_stretches(reading);
    return 0;
}

void reading_release(struct reading *reading)
{
    free(reading->shares);
    free(reading->stretches);
    *reading = (struct reading){0};
}

/* The writing thread whose share holds a byte of the data set: the last one that begins at or
 * before it, as shares without bytes begin where the next one does. */
static uint32_t writer_at(const struct reading *reading, uint64_t offset)
{
    uint32_t low = 0;
    uint32_t high = reading->setup.written->setup.writers_per_rank;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (start_of(&reading->shares[middle]) <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Were the requests from 'first' to 'last' of a share acknowledged? */
static bool share_has(const struct reading *reading, uint32_t writer, uint64_t first, uint64_t last)
{
    const struct acknowledged *set = &reading->setup.acknowledged[writer];
    const struct sequence sequence = written_sequence(reading, writer);
    if (sequence.order == ORDER_SEQUENTIAL || acknowledged_count(set) >= sequence.count)
        return acknowledged_has_all(set, first, last);
    for (uint64_t request = first; request <= last; request++)
        if (!acknowledged_has(set, sequence_place_of(&sequence, request)))
            return false;
    return true;
}

/* Like reading_covers, where the writing threads took turns. */
static bool interleaved_covers(const struct reading *reading, uint64_t start, uint64_t end)
{
    const struct share *first = &reading->shares[0];
    while (start < end) {
        const uint64_t offset = start - start_of(first);
        const uint64_t turn = offset / first->period_bytes;
        const uint64_t within_round = offset % first->period_bytes;
        const uint64_t within = within_round % first->turn_bytes;
        const uint64_t left = first->turn_bytes - within;
        const uint64_t stop = end - start < left ? end : start + left;
        const uint64_t before = turn * first->turn_requests;
        if (!share_has(reading, (uint32_t)(within_round / first->turn_bytes),
                       before + within / first->request_bytes,
                       before + (within + (stop - start) - 1) / first->request_bytes))
            return false;
        start = stop;
    }
    return true;
}

bool reading_covers(const struct reading *reading, uint64_t start, uint64_t length)
{
    const uint64_t end = start + length;
    if (reading->setup.written->setup.turn_bytes)
        return interleaved_covers(reading, start, end);
    for (uint32_t writer = writer_at(reading, start); start < end; writer++) {
        const struct share *share = &reading->shares[writer];
        uint64_t first = start - start_of(share);
        uint64_t stop = end - start_of(share);
        if (stop > share->bytes)
            stop = share->bytes;
        if (first < stop && !share_has(reading, writer, share_request_at(share, first),
                                       share_request_at(share, stop - 1)))
            return false;
        start = start_of(share) + stop;
    }
    return true;
}

/* Adds the requests of a stretch that begin in the writing requests from 'first' to before 'end',
 * which were all acknowledged. Only the last of them may touch others. */
static void count_run(const struct reading *reading, const struct piece *stretch, uint32_t writer,
                      uint64_t first, uint64_t end, struct amount *amount)
{
    const struct share *share = &reading->shares[writer];
    const uint64_t base = start_of(share) - start_of(&stretch->share);
    uint64_t from = share_request_from(&stretch->share, base + share_bytes_before(share, first));
    uint64_t to = share_request_from(&stretch->share, base + share_bytes_before(share, end));
    if (from >= to)
        return;
    const struct extent last = share_extent(&stretch->share, to - 1);
    amount->requests += to - 1 - from;
    amount->bytes +=
        share_bytes_before(&stretch->share, to - 1) - share_bytes_before(&stretch->share, from);
    if (reading_covers(reading, stretch->share.file_base + last.offset, last.length)) {
        amount->requests++;
        amount->bytes += last.length;
    }
}

static void count_share(const struct reading *reading, const struct piece *stretch, uint32_t writer,
                        struct amount *amount)
{
    const struct acknowledged *set = &reading->setup.acknowledged[writer];
    const struct sequence sequence = written_sequence(reading, writer);
    uint64_t first = 0;
    if (sequence.order != ORDER_SEQUENTIAL && acknowledged_count(set) < sequence.count) {
        for (uint64_t place = 0; place < set->issued; place++) {
            uint64_t request = sequence_at(&sequence, place);
            if (acknowledged_has(set, place))
                count_run(reading, stretch, writer, request, request + 1, amount);
        }
        return;
    }
    for (uint64_t i = 0; i < set->hole_count; first = set->holes[i++] + 1)
        count_run(reading, stretch, writer, first, set->holes[i], amount);
    count_run(reading, stretch, writer, first, set->issued, amount);
}

/* The turns before the first one of a writing thread that lacks a request. */
static uint64_t complete_before(const struct reading *reading, uint32_t writer)
{
    const struct share *share = &reading->shares[writer];
    const struct acknowledged *set = &reading->setup.acknowledged[writer];
    if (acknowledged_count(set) >= share->request_count)
        return UINT64_MAX;
    if (reading->setup.written_order != ORDER_SEQUENTIAL)
        return 0;
    return (set->hole_count ? set->holes[0] : set->issued) / share->turn_requests;
}

static void count_interleaved(const struct reading *reading, struct amount *amount)
{
    const struct share *share = &reading->stretches[0].share;
    uint64_t turns = share->bytes / share->turn_bytes;
    if (!reading->stretch_count)
        return;
    for (uint32_t i = 0; i < reading->setup.written->setup.writers_per_rank; i++)
        turns = complete_before(reading, i) < turns ? complete_before(reading, i) : turns;
    amount->requests = turns * share->turn_requests;
    amount->bytes = turns * share->turn_bytes;
    for (uint64_t i = amount->requests; i < share->request_count; i++) {
        const struct extent extent = share_extent(share, i);
        if (!reading_covers(reading, share->file_base + extent.offset, extent.length))
            continue;
        amount->requests++;
        amount->bytes += extent.length;
    }
}

/* The writers' own requests where each turn may end with a short one. */
static void count_same_interleaved(const struct reading *reading, uint32_t writer,
                                   struct amount *amount)
{
    const struct share *share = &reading->shares[writer];
    const struct acknowledged *set = &reading->setup.acknowledged[writer];
    const struct sequence sequence = written_sequence(reading, writer);
    amount->requests += acknowledged_count(set);
    if (acknowledged_count(set) == share->request_count) {
        amount->bytes += share->bytes;
    } else if (sequence.order == ORDER_SEQUENTIAL) {
        amount->bytes += share_bytes_before(share, set->issued);
        for (uint64_t i = 0; i < set->hole_count; i++)
            amount->bytes -= share_extent(share, set->holes[i]).length;
    } else {
        for (uint64_t place = 0; place < set->issued; place++)
            if (acknowledged_has(set, place))
                amount->bytes += share_extent(share, sequence_at(&sequence, place)).length;
    }
}

/* The writers' own requests, of which only the last one of the share may be short. */
static void count_same(const struct reading *reading, uint32_t writer, struct amount *amount)
{
    const struct share *share = &reading->shares[writer];
    const struct acknowledged *set = &reading->setup.acknowledged[writer];
    uint64_t count = acknowledged_count(set);
    if (share->turn_bytes % share->request_bytes) {
        count_same_interleaved(reading, writer, amount);
        return;
    }
    amount->requests += count;
    amount->bytes += count * share->request_bytes;
    if (count && share_has(reading, writer, share->request_count - 1, share->request_count - 1))
        amount->bytes -= share->request_count * share->request_bytes - share->bytes;
}

void reading_count(const struct reading *reading, struct amount *amount)
{
    const struct piece *stretch = reading->stretches;
    const struct piece *end = stretch + reading->stretch_count;
    *amount = (struct amount){0};
    if (reading->whole && !reading->same) {
        amount->requests = reading->request_count;
        for (; stretch < end; stretch++)
            amount->bytes += stretch->share.bytes;
        return;
    }
    if (!reading->same && reading->setup.written->setup.turn_bytes) {
        count_interleaved(reading, amount);
        return;
    }
    for (uint32_t i = 0; i < reading->setup.written->setup.writers_per_rank; i++) {
        const uint64_t start = start_of(&reading->shares[i]);
        while (stretch + 1 < end && start_of(&stretch[1].share) <= start)
            stretch++;
        if (reading->same)
            count_same(reading, i, amount);
        else if (acknowledged_count(&reading->setup.acknowledged[i]))
            count_share(reading, stretch, i, amount);
    }
}
