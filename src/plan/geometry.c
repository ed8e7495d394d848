#include "plan/geometry.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"
#include "rank_sort.h"

uint32_t geometry_target(const struct geometry *geometry, uint32_t rank)
{
    return geometry->setup.shape.rank_node[rank] % geometry->setup.target_count;
}

static int order_ranks(struct geometry *geometry)
{
    const struct geometry_setup *setup = &geometry->setup;
    uint32_t count = setup->shape.rank_count;
    for (uint32_t rank = 0; rank < count; rank++)
        geometry->rank_at[rank] = rank;
    if (setup->by_node &&
        rank_sort(geometry->rank_at, count, setup->shape.rank_node, setup->shape.node_count))
        return -ENOMEM;
    uint32_t *target_of = calloc(count, sizeof *target_of);
    if (!target_of)
        return -ENOMEM;
    for (uint32_t rank = 0; rank < count; rank++)
        target_of[rank] = geometry_target(geometry, rank);
    int result = rank_sort(geometry->rank_at, count, target_of, setup->target_count);
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

/* The place where the ranks of the next node begin; without by_node every rank is its own part. */
static uint32_t part_end(const struct geometry *geometry, uint32_t place)
{
    const struct shape *shape = &geometry->setup.shape;
    uint32_t end = place + 1;
    if (geometry->setup.by_node)
        while (end < shape->rank_count && shape->rank_node[geometry->rank_at[end]] ==
                                              shape->rank_node[geometry->rank_at[place]])
            end++;
    return end;
}

static void deal_requests(struct geometry *geometry)
{
    const struct shape *shape = &geometry->setup.shape;
    uint64_t requests = geometry->request_count;
    uint32_t parts = geometry->setup.by_node ? shape->node_count : shape->rank_count;
    uint32_t part = 0;
    for (uint32_t place = 0; place < shape->rank_count; part++) {
        uint32_t end = part_end(geometry, place);
        uint64_t first = checked_scale(requests, part, parts);
        uint64_t count = checked_scale(requests, part + 1, parts) - first;
        for (uint32_t i = place; i < end; i++)
            geometry->first_request[i] = first + checked_scale(count, i - place, end - place);
        place = end;
    }
    geometry->first_request[shape->rank_count] = requests;
}

int geometry_init(struct geometry *geometry, const struct geometry_setup *setup,
                  struct failure *why)
{
    *geometry = (struct geometry){.setup = *setup};
    uint32_t ranks = setup->shape.rank_count;
    if (!setup->total_bytes || !setup->request_bytes || !setup->writers_per_rank || !ranks ||
        !setup->target_count)
        return failure_set(why, -EINVAL, "the data set is empty: use a larger size");
    if (setup->total_bytes > INT64_MAX)
        return failure_set(why, -EOVERFLOW,
                           "the data set is larger than 8 EiB: use a smaller size");
    geometry->request_count = divide_up(setup->total_bytes, setup->request_bytes);
    geometry->rank_at = calloc(ranks, sizeof *geometry->rank_at);
    geometry->place_of = calloc(ranks, sizeof *geometry->place_of);
    geometry->first_request = calloc((size_t)ranks + 1, sizeof *geometry->first_request);
    geometry->target_place =
        calloc((size_t)setup->target_count + 1, sizeof *geometry->target_place);
    if (!geometry->rank_at || !geometry->place_of || !geometry->first_request ||
        !geometry->target_place || order_ranks(geometry)) {
        geometry_release(geometry);
        return failure_set(why, -ENOMEM, "not enough memory for a plan of %u ranks", ranks);
    }
    deal_requests(geometry);
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
    free(geometry->first_request);
    free(geometry->target_place);
    *geometry = (struct geometry){0};
}

/* Where a request of the data set starts, in bytes; the end of the data set for one past the last.
 */
static uint64_t request_start(const struct geometry *geometry, uint64_t request)
{
    return request >= geometry->request_count ? geometry->setup.total_bytes
                                              : request * geometry->setup.request_bytes;
}

void geometry_share(const struct geometry *geometry, uint32_t rank, uint32_t writer,
                    struct share *share)
{
    const struct geometry_setup *setup = &geometry->setup;
    uint32_t place = geometry->place_of[rank];
    uint32_t target = geometry_target(geometry, rank);
    uint64_t rank_first = geometry->first_request[place];
    uint64_t rank_count = geometry->first_request[place + 1] - rank_first;
    uint64_t first = rank_first + checked_scale(rank_count, writer, setup->writers_per_rank);
    uint64_t end = rank_first + checked_scale(rank_count, writer + 1U, setup->writers_per_rank);
    uint64_t file_first = setup->layout == LAYOUT_WRITER ? first
                          : setup->layout == LAYOUT_RANK
                              ? rank_first
                              : geometry->first_request[geometry->target_place[target]];
    uint64_t start = request_start(geometry, first);
    uint64_t base = request_start(geometry, file_first);
    *share = (struct share){
        .target = target,
        .file = setup->layout == LAYOUT_WRITER ? (uint64_t)rank * setup->writers_per_rank + writer
                : setup->layout == LAYOUT_RANK ? rank
                                               : target,
        .file_offset = start - base,
        .file_base = base,
        .bytes = request_start(geometry, end) - start,
        .request_count = end - first,
        .request_bytes = setup->request_bytes,
    };
}

uint64_t geometry_rank_bytes(const struct geometry *geometry, uint32_t rank)
{
    uint32_t place = geometry->place_of[rank];
    return request_start(geometry, geometry->first_request[place + 1]) -
           request_start(geometry, geometry->first_request[place]);
}

uint64_t geometry_file_bytes(const struct geometry *geometry, const struct share *share)
{
    if (geometry->setup.layout == LAYOUT_WRITER)
        return share->bytes;
    if (geometry->setup.layout == LAYOUT_RANK)
        return geometry_rank_bytes(geometry, (uint32_t)share->file);
    uint32_t end = geometry->target_place[share->target + 1];
    return request_start(geometry, geometry->first_request[end]) - share->file_base;
}

uint32_t geometry_first_rank(const struct geometry *geometry, uint32_t target)
{
    uint32_t end = geometry->target_place[target + 1];
    for (uint32_t place = geometry->target_place[target]; place < end; place++)
        if (geometry->first_request[place + 1] > geometry->first_request[place])
            return geometry->rank_at[place];
    return geometry->rank_at[geometry->target_place[target] < geometry->setup.shape.rank_count
                                 ? geometry->target_place[target]
                                 : 0];
}
