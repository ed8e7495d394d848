/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "links.h"

/* How many leaders may send their rows to rank 0 at the same time: enough to hide the round trip,
 * few enough that thousands of small sends do not fill its receive queue. */
enum { LEADERS_AT_ONCE = 8 };

/* Size of the pieces in which rank 0 receives the rows of a node. */
enum { STAGE_BYTES = 4 << 20 };

struct gathering {
    struct cluster *cluster;
    uint64_t row_bytes;
    uint64_t *local_counts; /* leader: rows of each rank of its node */
    uint64_t node_rows;     /* leader: their sum */
    char *node_memory;      /* leader, but not rank 0: the node's rows */
    uint64_t *counts;       /* rank 0: rows of each rank, in the order of nodes */
    uint64_t *offsets;      /* rank 0: where the rows of each rank start in 'all', in rows */
    uint32_t *node_first;   /* rank 0: node_count + 1 positions in 'counts' */
    char *stage;            /* rank 0 */
    char *all;              /* rank 0 */
    uint64_t all_rows;
};

static void release(struct gathering *gathering)
{
    free(gathering->local_counts);
    free(gathering->node_memory);
    free(gathering->counts);
    free(gathering->offsets);
    free(gathering->node_first);
    free(gathering->stage);
}

/* Allocates the tables whose size is known in advance. */
static int make_tables(struct gathering *gathering)
{
    const struct cluster *cluster = gathering->cluster;
    if (cluster->leader) {
        gathering->local_counts = calloc(cluster->local_count, sizeof *gathering->local_counts);
        if (!gathering->local_counts)
            return -ENOMEM;
    }
    if (cluster->rank != 0)
        return 0;
    uint32_t ranks = cluster->shape.rank_count;
    gathering->counts = calloc(ranks, sizeof *gathering->counts);
    gathering->offsets = calloc(ranks, sizeof *gathering->offsets);
    gathering->node_first =
        calloc((size_t)cluster->shape.node_count + 1, sizeof *gathering->node_first);
    gathering->stage = malloc(STAGE_BYTES);
    bool whole =
        gathering->counts && gathering->offsets && gathering->node_first && gathering->stage;
    return whole ? 0 : -ENOMEM;
}

/* Rank 0: converts counts in node order to offsets in rank order. */
static int place_rows(struct gathering *gathering)
{
    const struct shape *shape = &gathering->cluster->shape;
    uint32_t *cursor = calloc(shape->node_count, sizeof *cursor);
    if (!cursor)
        return -ENOMEM;
    int code = 0;
    for (uint32_t rank = 0; rank < shape->rank_count && !code; rank++) {
        uint32_t node = shape->rank_node[rank];
        uint32_t at = gathering->node_first[node] + cursor[node]++;
        gathering->offsets[at] = gathering->all_rows;
        code = checked_add(gathering->all_rows, gathering->counts[at], &gathering->all_rows);
    }
    free(cursor);
    return code;
}

/* Rank 0: receives the counts of every node, node by node. */
static int collect_all_counts(struct gathering *gathering)
{
    const struct cluster *cluster = gathering->cluster;
    uint32_t nodes = cluster->shape.node_count;
    int *sizes = cluster->rank == 0 ? calloc(2 * (size_t)nodes, sizeof *sizes) : NULL;
    int code = cluster->rank == 0 && !sizes ? -ENOMEM : 0;
    code = links_worst(cluster->links->leaders, code);
    if (code)
        goto out;
    int *starts = sizes ? sizes + nodes : NULL;
    int local = (int)cluster->local_count;
    MPI_Gather(&local, 1, MPI_INT, sizes, 1, MPI_INT, 0, cluster->links->leaders);
    for (uint32_t node = 0; sizes && node < nodes; node++) {
        starts[node] = (int)gathering->node_first[node];
        gathering->node_first[node + 1] = gathering->node_first[node] + (uint32_t)sizes[node];
    }
    MPI_Gatherv(gathering->local_counts, local, MPI_UINT64_T, gathering->counts, sizes, starts,
                MPI_UINT64_T, 0, cluster->links->leaders);
    if (sizes)
        code = place_rows(gathering);
out:
    free(sizes);
    return code;
}

static int allocate_rows(char **memory, uint64_t rows, uint64_t row_bytes)
{
    uint64_t bytes = 0;
    int code = checked_multiply(rows, row_bytes, &bytes);
    if (code || bytes == 0)
        return code;
    *memory = malloc(bytes);
    return *memory ? 0 : -ENOMEM;
}

/* Sends the counts up; every rank that will hold rows allocates memory for them. */
static int collect_counts(struct gathering *gathering, uint64_t count)
{
    struct cluster *cluster = gathering->cluster;
    MPI_Gather(&count, 1, MPI_UINT64_T, gathering->local_counts, 1, MPI_UINT64_T, 0,
               cluster->links->node);
    if (!cluster->leader)
        return 0;
    int code = 0;
    for (uint32_t i = 0; i < cluster->local_count && !code; i++)
        code = checked_add(gathering->node_rows, gathering->local_counts[i], &gathering->node_rows);
    int all = collect_all_counts(gathering);
    if (code || all)
        return code ? code : all;
    if (cluster->rank == 0)
        return allocate_rows(&gathering->all, gathering->all_rows, gathering->row_bytes);
    return allocate_rows(&gathering->node_memory, gathering->node_rows, gathering->row_bytes);
}

/* A leader receives the rows of its ranks: rank 0 at their final offsets, others one after
 * another. */
static void receive_local(struct gathering *gathering, const void *own)
{
    const struct cluster *cluster = gathering->cluster;
    char *next = gathering->node_memory;
    for (uint32_t local = 0; local < cluster->local_count; local++) {
        uint64_t bytes = gathering->local_counts[local] * gathering->row_bytes;
        if (bytes == 0)
            continue;
        char *to = next;
        if (cluster->rank == 0)
            to = gathering->all + gathering->offsets[local] * gathering->row_bytes;
        else
            next += bytes;
        if (local == 0)
            memcpy(to, own, bytes);
        else
            links_receive(cluster->links->node, to, bytes, (int)local, TAG_ROWS);
    }
}

/* Rank 0: receives the rows of a node as one stream and copies them to their offsets. */
static void receive_node(struct gathering *gathering, uint32_t node)
{
    uint32_t at = gathering->node_first[node];
    uint32_t end = gathering->node_first[node + 1];
    uint64_t left = 0;
    for (uint32_t i = at; i < end; i++)
        left += gathering->counts[i] * gathering->row_bytes;
    uint64_t done = 0; /* bytes of rank 'at' that are copied */
    while (left > 0) {
        uint64_t staged = left < STAGE_BYTES ? left : STAGE_BYTES;
        links_receive(gathering->cluster->links->leaders, gathering->stage, staged, (int)node,
                      TAG_ROWS);
        left -= staged;
        for (uint64_t used = 0; used < staged;) {
            uint64_t whole = gathering->counts[at] * gathering->row_bytes;
            uint64_t part = whole - done < staged - used ? whole - done : staged - used;
            char *place_of_rank =
                gathering->all + gathering->offsets[at] * gathering->row_bytes + done;
            memcpy(place_of_rank, gathering->stage + used, part);
            used += part;
            done += part;
            if (done == whole) {
                at++;
                done = 0;
            }
        }
    }
}

static void allow_send(struct gathering *gathering, uint32_t node)
{
    if (node < gathering->cluster->shape.node_count)
        MPI_Send(NULL, 0, MPI_BYTE, (int)node, TAG_GO, gathering->cluster->links->leaders);
}

static void receive_from_leaders(struct gathering *gathering)
{
    uint32_t nodes = gathering->cluster->shape.node_count;
    for (uint32_t node = 1; node <= LEADERS_AT_ONCE; node++)
        allow_send(gathering, node);
    for (uint32_t node = 1; node < nodes; node++) {
        receive_node(gathering, node);
        allow_send(gathering, node + LEADERS_AT_ONCE);
    }
}

static void send_to_root(struct gathering *gathering)
{
    MPI_Comm leaders = gathering->cluster->links->leaders;
    uint64_t left = gathering->node_rows * gathering->row_bytes;
    const char *next = gathering->node_memory;
    MPI_Recv(NULL, 0, MPI_BYTE, 0, TAG_GO, leaders, MPI_STATUS_IGNORE);
    while (left > 0) {
        uint64_t part = left < STAGE_BYTES ? left : STAGE_BYTES;
        links_send(leaders, next, part, 0, TAG_ROWS);
        next += part;
        left -= part;
    }
}

int cluster_gather(struct cluster *cluster, const void *rows, size_t row_bytes, size_t count,
                   void **all, size_t *all_count, struct failure *why)
{
    struct gathering gathering = {.cluster = cluster, .row_bytes = row_bytes};
    *all = NULL;
    *all_count = 0;
    int code = links_worst(cluster->links->world, make_tables(&gathering));
    if (!code)
        code = links_worst(cluster->links->world, collect_counts(&gathering, count));
    if (code) {
        free(gathering.all);
        code =
            failure_set(why, -ENOMEM, "cannot gather rows of %zu bytes: out of memory", row_bytes);
        goto out;
    }
    if (cluster->leader)
        receive_local(&gathering, rows);
    else
        links_send(cluster->links->node, rows, (uint64_t)count * row_bytes, 0, TAG_ROWS);
    if (cluster->rank == 0)
        receive_from_leaders(&gathering);
    else if (cluster->leader)
        send_to_root(&gathering);
    *all = gathering.all;
    *all_count = cluster->rank == 0 ? gathering.all_rows : 0;
out:
    release(&gathering);
    return code;
}

static void merge_histograms(void *from, void *into, int *count, MPI_Datatype *type)
{
    (void)type;
    for (int i = 0; i < *count; i++)
        histogram_merge((struct histogram *)into + i, (const struct histogram *)from + i);
}

void cluster_gather_histograms(struct cluster *cluster, const struct histogram *mine,
                               struct histogram *per_node)
{
    MPI_Datatype type;
    MPI_Op merge;
    MPI_Type_contiguous(sizeof *mine, MPI_BYTE, &type);
    MPI_Type_commit(&type);
    MPI_Op_create(merge_histograms, 1, &merge);
    struct histogram node_histogram;
    histogram_clear(&node_histogram);
    MPI_Reduce(mine, &node_histogram, 1, type, merge, 0, cluster->links->node);
    if (cluster->leader)
        MPI_Gather(&node_histogram, 1, type, per_node, 1, type, 0, cluster->links->leaders);
    MPI_Op_free(&merge);
    MPI_Type_free(&type);
}
