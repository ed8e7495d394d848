/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/geometry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/units.h"
#include "file_cut.h"
#include "rank_sort.h"

uint32_t geometry_target(const struct geometry *geometry, uint32_t rank)
{
    return target_spread_of(&geometry->spread, rank, 0);
}

bool geometry_rank_uses(const struct geometry *geometry, uint32_t rank, uint32_t target)
{
    return shape_works(&geometry->setup.shape, rank) &&
           target_spread_count(&geometry->spread, rank, target) > 0;
}

bool geometry_node_uses(const struct geometry *geometry, uint32_t node, uint32_t target)
{
    const struct shape *shape = &geometry->setup.shape;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        if (shape->rank_node[rank] == node && geometry_rank_uses(geometry, rank, target))
            return true;
    return false;
}

/* Where no file is shared, the places of ranks need not follow targets. */
static bool orders_by_target(const struct geometry_setup *setup)
{
    return setup->layout == LAYOUT_SHARED || setup->spread <= SPREAD_NODE;
}

static int order_ranks(struct geometry *geometry)
{
    const struct geometry_setup *setup = &geometry->setup;
    const uint32_t count = geometry->working;
    uint32_t idle = count;
    for (uint32_t rank = 0, place = 0; rank < setup->shape.rank_count; rank++)
        geometry->rank_at[shape_works(&setup->shape, rank) ? place++ : idle++] = rank;
    for (idle = count; idle < setup->shape.rank_count; idle++)
        geometry->place_of[geometry->rank_at[idle]] = idle;
    if (setup->by_node &&
        rank_sort(geometry->rank_at, count, setup->shape.rank_node, setup->shape.node_count))
        return -ENOMEM;
    uint32_t *target_of = calloc(setup->shape.rank_count, sizeof *target_of);
    if (!target_of)
        return -ENOMEM;
    for (uint32_t rank = 0; rank < setup->shape.rank_count; rank++)
        target_of[rank] = geometry_target(geometry, rank);
    int result = orders_by_target(setup)
                     ? rank_sort(geometry->rank_at, count, target_of, setup->target_count)
                     : 0;
    for (uint32_t place = 0; !result && place < count; place++) {
        uint32_t rank = geometry->rank_at[place];
        geometry->place_of[rank] = place;
        geometry->target_place[target_of[rank] + 1] = place + 1;
    }
    /* a target that no rank was given starts where the one before it ended */
    for (uint32_t target = 0; target < setup->target_count; target++)
        if (geometry->target_place[target + 1] < geometry->target_place[target])
            geometry->target_place[target + 1] = geometry->target_place[target];
    free(target_of);
    return result;
}

/* The place where the ranks of the next node begin; without by_node every rank is on its own. */
static uint32_t group_end(const struct geometry *geometry, uint32_t place)
{
    const struct shape *shape = &geometry->setup.shape;
    uint32_t end = place + 1;
    if (geometry->setup.by_node)
        while (end < geometry->working && shape->rank_node[geometry->rank_at[end]] ==
                                              shape->rank_node[geometry->rank_at[place]])
            end++;
    return end;
}

/* Where a number of requests of the single part ends. */
static uint64_t requests_end(const struct geometry *geometry, uint64_t requests)
{
    const struct geometry_setup *setup = &geometry->setup;
    uint64_t end = requests * setup->request_bytes;
    return end < setup->total_bytes ? end : setup->total_bytes;
}

/* Divides the bytes of a node, or of one rank, into whole requests among its ranks. */
static void divide_group(struct geometry *geometry, uint32_t place, uint32_t end,
                         uint64_t start_bytes, uint64_t bytes)
{
    const uint64_t request = geometry->setup.request_bytes;
    const uint64_t count = divide_up(bytes, request);
    for (uint32_t i = place; i < end; i++) {
        uint64_t before = checked_scale(count, i - place, end - place) * request;
        geometry->start_bytes[i] = start_bytes + (before < bytes ? before : bytes);
    }
    geometry->request_count += count;
}

static uint64_t target_bytes(const struct geometry *geometry, uint32_t target)
{
    const uint32_t *place = &geometry->target_place[target];
    return geometry->start_bytes[place[1]] - geometry->start_bytes[place[0]];
}

/* In the files of all targets together. */
static uint64_t count_interleaved(const struct geometry *geometry)
{
    const struct geometry_setup *setup = &geometry->setup;
    uint64_t count = 0;
    for (uint32_t target = 0; target < setup->target_count; target++) {
        const uint64_t bytes = target_bytes(geometry, target);
        count += bytes / setup->turn_bytes * divide_up(setup->turn_bytes, setup->request_bytes) +
                 divide_up(bytes % setup->turn_bytes, setup->request_bytes);
    }
    return count;
}

static int check_interleave(const struct geometry_setup *setup, struct failure *why)
{
    uint64_t round = setup->turn_bytes;
    if (setup->layout != LAYOUT_SHARED || setup->request_bytes > setup->turn_bytes)
        return failure_set(why, -EINVAL,
                           "--interleave needs --layout shared, and a --buffer-size that is not "
                           "larger than a turn");
    if (checked_multiply(round, setup->shape.rank_count, &round) ||
        checked_multiply(round, setup->writers_per_rank, &round) || round > INT64_MAX)
        return failure_set(why, -EOVERFLOW,
                           "one turn of each writer is more than a file can hold (8 EiB): use a "
                           "smaller --interleave");
    return 0;
}

static int check_spread(const struct geometry_setup *setup, struct failure *why)
{
    if (setup->target_count < 2)
        return 0;
    if (setup->spread == SPREAD_WRITER && setup->layout != LAYOUT_WRITER)
        return failure_set(why, -EINVAL,
                           "--spread writer needs a file for each writer: use --layout writer, or "
                           "--spread rank");
    if (setup->spread == SPREAD_RANK && setup->layout == LAYOUT_SHARED && setup->by_node)
        return failure_set(
            why, -EINVAL,
            "--spread rank divides a node among the shared files of several targets: "
            "use --size instead of --size-per-node");
    return 0;
}

static void divide_data_set(struct geometry *geometry)
{
    const struct geometry_setup *setup = &geometry->setup;
    const struct shape *shape = &setup->shape;
    const uint64_t requests = divide_up(setup->total_bytes, setup->request_bytes);
    const uint32_t groups =
        setup->by_node ? shape_count_groups(shape, shape->rank_node) : geometry->working;
    uint32_t group = 0;
    for (uint32_t place = 0; place < geometry->working; group++) {
        uint32_t end = group_end(geometry, place);
        uint64_t first = setup->part_bytes
                             ? group * setup->part_bytes
                             : requests_end(geometry, checked_scale(requests, group, groups));
        uint64_t next = setup->part_bytes
                            ? first + setup->part_bytes
                            : requests_end(geometry, checked_scale(requests, group + 1U, groups));
        divide_group(geometry, place, end, first, next - first);
        place = end;
    }
    for (uint32_t place = geometry->working; place <= shape->rank_count; place++)
        geometry->start_bytes[place] = setup->total_bytes;
    if (setup->turn_bytes)
        geometry->request_count = count_interleaved(geometry);
}

/* The size of each file of a rank but the last; 0 if it is not cut into several. */
static uint64_t cut_bytes(const struct geometry *geometry, uint32_t rank)
{
    const struct geometry_setup *setup = &geometry->setup;
    return setup->files_per_rank > 1 ? file_cut(geometry_rank_bytes(geometry, rank),
                                                setup->files_per_rank, setup->request_bytes)
                                     : 0;
}

/* Each working rank must have something for each of its files. */
static int check_cut(const struct geometry *geometry, struct failure *why)
{
    const struct geometry_setup *setup = &geometry->setup;
    char size[UNITS_TEXT];
    if (setup->files_per_rank > 1 && setup->layout == LAYOUT_SHARED)
        return failure_set(
            why, -EINVAL, "--files-per-rank excludes --layout shared; use --layout rank or writer");
    for (uint32_t place = 0; place < geometry->working && setup->files_per_rank > 1; place++) {
        const uint64_t bytes = geometry_rank_bytes(geometry, geometry->rank_at[place]);
        if (cut_bytes(geometry, geometry->rank_at[place]))
            continue;
        units_format_exact_size(file_cut_size(bytes, setup->files_per_rank), size);
        return failure_set(why, -EINVAL,
                           "%" PRIu64 " bytes of a rank cannot be cut into %" PRIu64
                           " files of equal size: use fewer --files-per-rank, or --size-per-rank "
                           "%s",
                           bytes, setup->files_per_rank, size);
    }
    return 0;
}

static uint64_t count_cut(const struct geometry *geometry)
{
    uint64_t count = 0;
    for (uint32_t place = 0; place < geometry->working; place++) {
        const uint32_t rank = geometry->rank_at[place];
        struct share all = {.request_bytes = geometry->setup.request_bytes,
                            .bytes = geometry_rank_bytes(geometry, rank)};
        share_cut(&all, cut_bytes(geometry, rank));
        count += all.request_count;
    }
    return count;
}

int geometry_init(struct geometry *geometry, const struct geometry_setup *setup,
                  struct failure *why)
{
    *geometry = (struct geometry){.setup = *setup, .working = shape_count_ranks(&setup->shape)};
    uint32_t ranks = setup->shape.rank_count;
    if (!setup->total_bytes || !setup->request_bytes || !setup->writers_per_rank || !ranks ||
        !setup->target_count)
        return failure_set(why, -EINVAL, "the data set is empty: use a larger size");
    if (setup->total_bytes > INT64_MAX)
        return failure_set(why, -EOVERFLOW,
                           "the data set is larger than 8 EiB: use a smaller size");
    if (check_spread(setup, why) || (setup->turn_bytes && check_interleave(setup, why)))
        return why->code;
    geometry->rank_at = calloc(ranks, sizeof *geometry->rank_at);
    geometry->place_of = calloc(ranks, sizeof *geometry->place_of);
    geometry->start_bytes = calloc((size_t)ranks + 1, sizeof *geometry->start_bytes);
    geometry->target_place =
        calloc((size_t)setup->target_count + 1, sizeof *geometry->target_place);
    if (!geometry->rank_at || !geometry->place_of || !geometry->start_bytes ||
        !geometry->target_place ||
        target_spread_init(&geometry->spread, setup->spread, setup->target_count,
                           setup->writers_per_rank, &setup->shape) ||
        order_ranks(geometry)) {
        geometry_release(geometry);
        return failure_set(why, -ENOMEM, "not enough memory for a plan of %u ranks", ranks);
    }
    divide_data_set(geometry);
    if (check_cut(geometry, why)) {
        geometry_release(geometry);
        return -EINVAL;
    }
    if (setup->files_per_rank > 1)
        geometry->request_count = count_cut(geometry);
    geometry->file_count = setup->layout == LAYOUT_SHARED ? setup->target_count
                           : setup->layout == LAYOUT_RANK
                               ? ranks
                               : (uint64_t)ranks * setup->writers_per_rank;
    return 0;
}

void geometry_release(struct geometry *geometry)
{
    free(geometry->rank_at);
    free(geometry->place_of);
    free(geometry->start_bytes);
    free(geometry->target_place);
    target_spread_release(&geometry->spread);
    *geometry = (struct geometry){0};
}

/* The turns of 'count' adjacent writers, counted over all writers of the file from 'first' on. */
static void set_interleaved(const struct geometry *geometry, uint32_t target, uint64_t first,
                            uint64_t count, uint64_t request_bytes, struct share *share)
{
    const uint32_t *place = &geometry->target_place[target];
    const uint64_t writers = (uint64_t)(place[1] - place[0]) * geometry->setup.writers_per_rank;
    const uint64_t period = writers * geometry->setup.turn_bytes;
    const uint64_t turn = count * geometry->setup.turn_bytes;
    const uint64_t bytes = target_bytes(geometry, target);
    const uint64_t offset = first * geometry->setup.turn_bytes;
    const uint64_t rest = bytes % period > offset ? bytes % period - offset : 0;
    *share = (struct share){
        .target = target,
        .file = target,
        .file_offset = offset,
        .file_base = geometry->start_bytes[place[0]],
        .request_bytes = request_bytes,
        .part_bytes = geometry->setup.turn_bytes,
        .turn_bytes = turn,
        .turn_requests = divide_up(turn, request_bytes),
        .period_bytes = period,
    };
    share_set_bytes(share, bytes / period * turn + (rest < turn ? rest : turn));
}

/* Counted over all writers of its target. */
static uint64_t first_writer(const struct geometry *geometry, uint32_t rank)
{
    const uint32_t first = geometry->target_place[geometry_target(geometry, rank)];
    return (uint64_t)(geometry->place_of[rank] - first) * geometry->setup.writers_per_rank;
}

void geometry_rank_interleaved(const struct geometry *geometry, uint32_t rank,
                               uint64_t request_bytes, struct share *share)
{
    if (!shape_works(&geometry->setup.shape, rank))
        *share = (struct share){.request_bytes = request_bytes};
    else
        set_interleaved(geometry, geometry_target(geometry, rank), first_writer(geometry, rank),
                        geometry->setup.writers_per_rank, request_bytes, share);
}

uint64_t geometry_rank_bytes(const struct geometry *geometry, uint32_t rank)
{
    if (geometry->setup.turn_bytes) {
        struct share share;
        geometry_rank_interleaved(geometry, rank, geometry->setup.request_bytes, &share);
        return share.bytes;
    }
    const uint64_t *start = &geometry->start_bytes[geometry->place_of[rank]];
    return start[1] - start[0];
}

/* The bytes of a rank that come before those of one of its writers: whole requests, or files. */
static uint64_t bytes_before(const struct geometry *geometry, uint32_t rank, uint64_t cut,
                             uint32_t writer)
{
    const struct geometry_setup *setup = &geometry->setup;
    uint64_t bytes = geometry_rank_bytes(geometry, rank);
    uint64_t unit = cut ? cut : setup->request_bytes;
    uint64_t before = checked_scale(divide_up(bytes, unit), writer, setup->writers_per_rank) * unit;
    return before < bytes ? before : bytes;
}

void geometry_share(const struct geometry *geometry, uint32_t rank, uint32_t writer,
                    struct share *share)
{
    const struct geometry_setup *setup = &geometry->setup;
    uint32_t target = target_spread_of(&geometry->spread, rank, writer);
    if (setup->turn_bytes && !shape_works(&setup->shape, rank)) {
        *share =
            (struct share){.target = target, .file = target, .request_bytes = setup->request_bytes};
        return;
    }
    if (setup->turn_bytes) {
        set_interleaved(geometry, target, first_writer(geometry, rank) + writer, 1,
                        setup->request_bytes, share);
        return;
    }
    uint64_t rank_start = geometry->start_bytes[geometry->place_of[rank]];
    uint64_t cut = cut_bytes(geometry, rank);
    uint64_t before = bytes_before(geometry, rank, cut, writer);
    uint64_t bytes = bytes_before(geometry, rank, cut, writer + 1U) - before;
    uint64_t base = setup->layout == LAYOUT_WRITER ? rank_start + before
                    : setup->layout == LAYOUT_RANK
                        ? rank_start
                        : geometry->start_bytes[geometry->target_place[target]];
    *share = (struct share){
        .target = target,
        .file = setup->layout == LAYOUT_WRITER ? (uint64_t)rank * setup->writers_per_rank + writer
                : setup->layout == LAYOUT_RANK ? rank
                                               : target,
        .file_offset = rank_start + before - base,
        .file_base = base,
        .bytes = bytes,
        .request_bytes = setup->request_bytes,
    };
    share_cut(share, cut);
    if (setup->layout == LAYOUT_SHARED && geometry_file_bytes(geometry, share) > setup->part_bytes)
        share->part_bytes = setup->part_bytes;
}

uint64_t geometry_file_bytes(const struct geometry *geometry, const struct share *share)
{
    if (geometry->setup.layout == LAYOUT_WRITER)
        return share->bytes;
    if (geometry->setup.layout == LAYOUT_RANK)
        return geometry_rank_bytes(geometry, (uint32_t)share->file);
    return target_bytes(geometry, share->target);
}

uint32_t geometry_first_rank(const struct geometry *geometry, uint32_t target)
{
    uint32_t end = geometry->target_place[target + 1];
    for (uint32_t place = geometry->target_place[target]; place < end; place++)
        if (geometry_rank_bytes(geometry, geometry->rank_at[place]))
            return geometry->rank_at[place];
    return geometry->rank_at[geometry->target_place[target] < geometry->setup.shape.rank_count
                                 ? geometry->target_place[target]
                                 : 0];
}
