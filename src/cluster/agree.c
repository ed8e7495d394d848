/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "links.h"

enum { NAMES_SHOWN = 8, SAME_PIECE = 16 * 1024 };

/* The failures of a set of ranks; an MPI operation merges tallies and keeps the lowest node
 * numbers. */
struct tally {
    uint32_t failed_ranks;
    uint32_t failed_nodes;
    uint32_t listed;
    uint32_t nodes[NAMES_SHOWN]; /* ascending */
};

static void merge_tally(struct tally *into, const struct tally *from)
{
    struct tally merged = {.failed_ranks = into->failed_ranks + from->failed_ranks,
                           .failed_nodes = into->failed_nodes + from->failed_nodes};
    uint32_t a = 0;
    uint32_t b = 0;
    while (merged.listed < NAMES_SHOWN && (a < into->listed || b < from->listed)) {
        bool take_a = b == from->listed || (a < into->listed && into->nodes[a] < from->nodes[b]);
        merged.nodes[merged.listed++] = take_a ? into->nodes[a++] : from->nodes[b++];
    }
    *into = merged;
}

static void merge_tallies(void *from, void *into, int *count, MPI_Datatype *type)
{
    (void)type;
    for (int i = 0; i < *count; i++)
        merge_tally((struct tally *)into + i, (const struct tally *)from + i);
}

/* Only leaders contribute, so a node is listed once even if several of its ranks failed. */
static struct tally tally_all(struct cluster *cluster, bool failed)
{
    struct cluster_links *links = cluster->links;
    uint32_t on_node = failed;
    MPI_Allreduce(MPI_IN_PLACE, &on_node, 1, MPI_UINT32_T, MPI_SUM, links->node);
    struct tally tally = {0};
    if (cluster->leader && on_node)
        tally = (struct tally){
            .failed_ranks = on_node, .failed_nodes = 1, .listed = 1, .nodes = {cluster->node}};
    MPI_Datatype type;
    MPI_Op merge;
    MPI_Type_contiguous(sizeof tally, MPI_BYTE, &type);
    MPI_Type_commit(&type);
    MPI_Op_create(merge_tallies, 1, &merge);
    MPI_Allreduce(MPI_IN_PLACE, &tally, 1, type, merge, links->world);
    MPI_Op_free(&merge);
    MPI_Type_free(&type);
    return tally;
}

/* Formats "n03, n04 and 12 more"; a name that does not fit is counted, not cut. */
static void list_names(const struct cluster *cluster, const struct tally *tally, char *out,
                       size_t size)
{
    enum { MORE_BYTES = 24 }; /* for " and 4294967295 more" */
    size_t used = 0;
    uint32_t shown = 0;
    out[0] = '\0';
    for (; shown < tally->listed; shown++) {
        const char *name = cluster->node_names[tally->nodes[shown]];
        if (used + strlen(name) + MORE_BYTES > size)
            break;
        used += (size_t)snprintf(out + used, size - used, "%s%s", shown ? ", " : "", name);
    }
    if (shown < tally->failed_nodes)
        snprintf(out + used, size - used, " and %u more", tally->failed_nodes - shown);
}

/* The reported failure is that of the lowest rank, so its node is listed first. */
static void move_to_front(struct tally *tally, uint32_t node)
{
    uint32_t at = 0;
    while (at + 1 < tally->listed && tally->nodes[at] != node)
        at++;
    memmove(tally->nodes + 1, tally->nodes, at * sizeof tally->nodes[0]);
    tally->nodes[0] = node;
}

int cluster_agree(struct cluster *cluster, const struct failure *mine, struct agreement *agreement)
{
    struct cluster_links *links = cluster->links;
    bool failed = mine && mine->code;
    uint32_t failed_rank = failed ? cluster->rank : UINT32_MAX;
    uint32_t first = UINT32_MAX;
    MPI_Request request;
    MPI_Iallreduce(&failed_rank, &first, 1, MPI_UINT32_T, MPI_MIN, links->world, &request);
    links_wait_sleeping(links, &request);
    *agreement = (struct agreement){0};
    if (first == UINT32_MAX)
        return 0;

    struct tally tally = tally_all(cluster, failed);
    agreement->failed_ranks = tally.failed_ranks;
    agreement->failed_nodes = tally.failed_nodes;
    if (cluster->rank == first)
        agreement->first = *mine;
    MPI_Bcast(&agreement->first, sizeof agreement->first, MPI_BYTE, (int)first, links->world);
    move_to_front(&tally, cluster->shape.rank_node[first]);
    list_names(cluster, &tally, agreement->nodes, sizeof agreement->nodes);
    return agreement->first.code;
}

void agreement_format(const struct cluster *cluster, const struct agreement *agreement, char *out,
                      size_t size)
{
    if (cluster->shape.rank_count == 1)
        text_copy(out, size, agreement->first.text);
    else
        snprintf(out, size, "%u of %u ranks (%s %s): %s", agreement->failed_ranks,
                 cluster->shape.rank_count, agreement->failed_nodes == 1 ? "node" : "nodes",
                 agreement->nodes, agreement->first.text);
}

/* Rank 0 broadcasts its bytes in pieces; each rank compares them with its own. */
static bool equals_root(struct cluster *cluster, const void *bytes, size_t length)
{
    MPI_Comm world = cluster->links->world;
    uint64_t root_length = length;
    links_broadcast(world, &root_length, sizeof root_length);
    bool same = root_length == length;
    const char *mine = bytes;
    char piece[SAME_PIECE];
    for (uint64_t at = 0; at < root_length; at += SAME_PIECE) {
        size_t size = root_length - at < SAME_PIECE ? (size_t)(root_length - at) : SAME_PIECE;
        if (cluster->rank == 0)
            memcpy(piece, mine + at, size);
        links_broadcast(world, piece, size);
        same = same && memcmp(piece, mine + at, size) == 0;
    }
    return same;
}

int cluster_check_same(struct cluster *cluster, const void *bytes, size_t length, const char *what,
                       struct failure *why)
{
    bool same = equals_root(cluster, bytes, length);
    uint64_t differ = cluster_sum(cluster, !same);
    if (differ == 0)
        return 0;
    uint64_t first = cluster_min(cluster, same ? UINT64_MAX : cluster->rank);
    const char *name = cluster->node_names[cluster->shape.rank_node[first]];
    return failure_set(why, -EINVAL,
                       "'%s' differs from rank 0 on %llu of %u ranks, first on rank %llu ('%s')",
                       what, (unsigned long long)differ, cluster->shape.rank_count,
                       (unsigned long long)first, name);
}
