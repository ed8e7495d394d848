/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "links.h"
#include "node_map.h"
#include "vanished.h"

static void library_name(char out[RECORD_NAME])
{
    char full[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(full, &length);
    full[strcspn(full, ",\n")] = '\0';
    snprintf(out, RECORD_NAME, "%.*s", RECORD_NAME - 1, full);
}

/* Numbers the groups of ranks that have the same key, from 0 by their lowest ranks. '*groups' is
 * malloc'ed. */
static int number_groups(const struct cluster *cluster, uint64_t key, uint32_t **groups,
                         uint32_t *group_count)
{
    const MPI_Comm world = cluster->links->world;
    uint32_t count = cluster->shape.rank_count;
    uint64_t *keys = calloc(count, sizeof *keys);
    *groups = calloc(count, sizeof **groups);
    int code = links_worst(world, keys && *groups ? 0 : -ENOMEM);
    if (!code) {
        MPI_Allgather(&key, 1, MPI_UINT64_T, keys, 1, MPI_UINT64_T, world);
        code = links_worst(world, node_map_number(keys, count, *groups, group_count));
    }
    free(keys);
    return code;
}

/* Some containers hide the boot id; then the host name must do. */
static uint64_t kernel_key(const struct host_identity *identity)
{
    struct host_identity kernel = *identity;
    if (identity->boot_id[0])
        kernel.hostname[0] = '\0';
    return node_map_key(&kernel);
}

/* A node has a name and a kernel; containers on one kernel are nodes that share a page cache. */
static int number_nodes(struct cluster *cluster, const struct host_identity *identity)
{
    struct cluster_links *links = cluster->links;
    struct shape *shape = &cluster->shape;
    int code =
        number_groups(cluster, node_map_key(identity), &links->rank_node, &shape->node_count);
    if (!code)
        code =
            number_groups(cluster, kernel_key(identity), &links->rank_kernel, &shape->kernel_count);
    if (code)
        return code;
    shape->rank_node = links->rank_node;
    shape->rank_kernel = links->rank_kernel;
    cluster->node = links->rank_node[cluster->rank];
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        cluster->kernel_ranks += shape->rank_kernel[rank] == shape->rank_kernel[cluster->rank];
    return 0;
}

static void connect_nodes(struct cluster *cluster)
{
    struct cluster_links *links = cluster->links;
    int order = (int)cluster->rank;
    int local_rank = 0;
    int local_count = 0;
    MPI_Comm_split(links->world, (int)cluster->node, order, &links->node);
    MPI_Comm_rank(links->node, &local_rank);
    MPI_Comm_size(links->node, &local_count);
    cluster->local_rank = (uint32_t)local_rank;
    cluster->local_count = (uint32_t)local_count;
    cluster->leader = local_rank == 0;
    MPI_Comm_split(links->world, cluster->leader ? 0 : MPI_UNDEFINED, order, &links->leaders);
}

/* Groups the ranks that read the same monotonic clock: same kernel and time namespace. */
static int connect_clocks(struct cluster *cluster, const struct host_identity *identity)
{
    struct cluster_links *links = cluster->links;
    uint32_t *rank_clock = NULL;
    uint64_t key = kernel_key(identity) ^ (identity->time_namespace * UINT64_C(0x9e3779b97f4a7c15));
    int code = number_groups(cluster, key, &rank_clock, &cluster->clocks);
    if (code)
        goto out;
    int order = (int)cluster->rank;
    int clock_rank = 0;
    MPI_Comm_split(links->world, (int)rank_clock[cluster->rank], order, &links->clock);
    MPI_Comm_rank(links->clock, &clock_rank);
    cluster->clock_leader = clock_rank == 0;
    MPI_Comm_split(links->world, cluster->clock_leader ? 0 : MPI_UNDEFINED, order, &links->keepers);
out:
    free(rank_clock);
    return code;
}

/* Keys are hashes: two nodes with equal keys must be detected, because their ranks would be
 * merged. */
static int check_identity(struct cluster *cluster, const struct host_identity *identity,
                          struct failure *why)
{
    struct host_identity leader = *identity;
    MPI_Bcast(&leader, sizeof leader, MPI_BYTE, 0, cluster->links->node);
    bool same = strcmp(leader.hostname, identity->hostname) == 0 &&
                strcmp(leader.boot_id, identity->boot_id) == 0;
    int code = links_worst(cluster->links->world, same ? 0 : -EEXIST);
    if (code)
        failure_set(why, code, "two hosts have the same name and boot id hash; rename one of them");
    return code;
}

static int name_nodes(struct cluster *cluster, const struct host_identity *identity)
{
    struct cluster_links *links = cluster->links;
    uint32_t count = cluster->shape.node_count;
    cluster->node_names = calloc(count, sizeof *cluster->node_names);
    int code = links_worst(links->world, cluster->node_names ? 0 : -ENOMEM);
    if (code)
        return code;
    char mine[RECORD_NAME] = "";
    node_map_short_name(identity->hostname, mine);
    if (cluster->leader)
        MPI_Allgather(mine, RECORD_NAME, MPI_CHAR, cluster->node_names, RECORD_NAME, MPI_CHAR,
                      links->leaders);
    links_broadcast(links->node, cluster->node_names, count * sizeof *cluster->node_names);
    return links_worst(links->world, node_map_make_names_unique(cluster->node_names, count));
}

/* Two sources for which ranks share memory: MPI and the host identities. The latter are used. */
static void compare_with_shared_memory(struct cluster *cluster)
{
    struct cluster_links *links = cluster->links;
    MPI_Comm shared = MPI_COMM_NULL;
    MPI_Comm_split_type(links->world, MPI_COMM_TYPE_SHARED, (int)cluster->rank, MPI_INFO_NULL,
                        &shared);
    int order = MPI_UNEQUAL;
    int shared_rank = 0;
    int shared_count = 0;
    MPI_Comm_compare(shared, links->node, &order);
    MPI_Comm_rank(shared, &shared_rank);
    MPI_Comm_size(shared, &shared_count);
    MPI_Comm_free(&shared);

    uint32_t groups = shared_rank == 0;
    MPI_Allreduce(MPI_IN_PLACE, &groups, 1, MPI_UINT32_T, MPI_SUM, links->world);
    cluster->mpi_nodes = groups;
    cluster->mpi_local_count = (uint32_t)shared_count;
    cluster->mpi_agrees = order == MPI_IDENT || order == MPI_CONGRUENT;
}

static int find_nodes(struct cluster *cluster, const struct host_identity *identity,
                      struct failure *why)
{
    int code = number_nodes(cluster, identity);
    if (code)
        return failure_set(why, code, "cannot find the nodes: out of memory");
    connect_nodes(cluster);
    code = connect_clocks(cluster, identity);
    if (code)
        return failure_set(why, code, "cannot find the clocks: out of memory");
    code = check_identity(cluster, identity, why);
    if (code)
        return code;
    code = name_nodes(cluster, identity);
    if (code)
        return failure_set(why, code, "cannot name the nodes: out of memory");
    compare_with_shared_memory(cluster);
    struct cluster_links *links = cluster->links;
    code = vanished_open(cluster);
    if (code)
        return failure_set(why, code, "cannot find the neighbours of this rank: out of memory");
    code = spread_open(&links->spread, links->spread_comm, &cluster->shape, cluster->rank);
    code = links_worst(links->world, code);
    if (code)
        return failure_set(why, code, "cannot find the neighbours of this rank: out of memory");
    return 0;
}

static struct cluster_links *make_links(void)
{
    struct cluster_links *links = calloc(1, sizeof *links);
    if (links) {
        links->world = links->node = links->leaders = links->spread_comm = MPI_COMM_NULL;
        links->clock = links->keepers = MPI_COMM_NULL;
        links->gate = MPI_REQUEST_NULL;
    }
    return links;
}

static int start_mpi(struct cluster *cluster, struct failure *why)
{
    /* Ranks that wait in MPI must yield their cores to ranks that work. If each rank has its own
     * core, this costs a system call that returns at once. A value that the user has set is
     * kept. */
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
    int granted = MPI_THREAD_SINGLE;
    int rank = 0;
    int count = 0;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &granted);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    cluster->rank = (uint32_t)rank;
    cluster->shape.rank_count = (uint32_t)count;
    library_name(cluster->library);
    cluster->links = make_links();
    int code = links_worst(MPI_COMM_WORLD, cluster->links ? 0 : -ENOMEM);
    if (code)
        return failure_set(why, code, "cannot start MPI: out of memory");
    if (granted < MPI_THREAD_FUNNELED)
        code = failure_set(why, -ENOTSUP,
                           "'%s' does not support MPI_THREAD_FUNNELED: use an "
                           "MPI library built with thread support",
                           cluster->library);
    struct cluster_links *links = cluster->links;
    MPI_Comm_dup(MPI_COMM_WORLD, &links->world);
    MPI_Comm_dup(MPI_COMM_WORLD, &links->spread_comm);
    return code;
}

int cluster_open(struct cluster *cluster, const struct host_identity *identity, struct failure *why)
{
    *cluster = (struct cluster){0};
    int code = start_mpi(cluster, why);
    if (!code)
        code = find_nodes(cluster, identity, why);
    if (code)
        cluster_close(cluster);
    return code;
}

static void free_comm(MPI_Comm *comm)
{
    if (*comm != MPI_COMM_NULL)
        MPI_Comm_free(comm);
}

/* Launchers kill the other ranks when the first one ends with a code other than 0: no rank may end
 * while rank 0 still stores or removes something. */
static void wait_for_all(struct cluster_links *links)
{
    MPI_Request request;
    MPI_Ibarrier(links->world, &request);
    links_wait_sleeping(links, &request);
}

void cluster_close(struct cluster *cluster)
{
    int started = 0;
    int finished = 0;
    MPI_Initialized(&started);
    MPI_Finalized(&finished);
    struct cluster_links *links = cluster->links;
    if (links && started && !finished) {
        wait_for_all(links);
        spread_close(&links->spread);
        free_comm(&links->keepers);
        free_comm(&links->clock);
        free_comm(&links->leaders);
        free_comm(&links->node);
        free_comm(&links->spread_comm);
        free_comm(&links->world);
        free(links->rank_node);
        free(links->rank_kernel);
        free(links->processes);
    }
    free(links);
    free(cluster->node_names);
    *cluster = (struct cluster){0};
    if (started && !finished)
        MPI_Finalize();
}

_Noreturn void cluster_abort(const struct cluster *cluster, int exit_code)
{
    if (cluster->links)
        MPI_Abort(cluster->links->world, exit_code);
    _Exit(exit_code);
}
