/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "links.h"

enum { EXCHANGE_BYTES = 1 << 30 };

void cluster_broadcast(struct cluster *cluster, void *bytes, size_t length)
{
    links_broadcast(cluster->links->world, bytes, length);
}

int cluster_broadcast_text(struct cluster *cluster, char **text)
{
    MPI_Comm world = cluster->links->world;
    bool root = cluster->rank == 0;
    uint64_t length = root && *text ? strlen(*text) + 1 : 0; /* 0: no text */
    links_broadcast(world, &length, sizeof length);
    char *copy = root || !length ? NULL : malloc(length);
    int code = links_worst(world, root || !length || copy ? 0 : -ENOMEM);
    if (code) {
        free(copy);
        return code;
    }
    links_broadcast(world, root ? *text : copy, length);
    if (!root)
        *text = copy;
    return 0;
}

static uint64_t over_all(struct cluster *cluster, uint64_t value, MPI_Op operation)
{
    uint64_t result = 0;
    links_reduce(cluster->links->world, &value, &result, MPI_UINT64_T, operation);
    return result;
}

uint64_t cluster_sum(struct cluster *cluster, uint64_t value)
{
    return over_all(cluster, value, MPI_SUM);
}

uint64_t cluster_min(struct cluster *cluster, uint64_t value)
{
    return over_all(cluster, value, MPI_MIN);
}

uint64_t cluster_max(struct cluster *cluster, uint64_t value)
{
    return over_all(cluster, value, MPI_MAX);
}

void cluster_sum_for_each(struct cluster *cluster, const uint64_t *all, uint64_t *mine, int count)
{
    links_sum_for_each(cluster->links->world, all, mine, count);
}

void cluster_exchange(struct cluster *cluster, const void *send, uint32_t to, void *receive,
                      uint32_t from, size_t length)
{
    const char *out = send;
    char *in = receive;
    for (size_t done = 0; done < length;) {
        int piece = length - done < EXCHANGE_BYTES ? (int)(length - done) : EXCHANGE_BYTES;
        MPI_Sendrecv(out + done, piece, MPI_BYTE, (int)to, TAG_EXCHANGE, in + done, piece, MPI_BYTE,
                     (int)from, TAG_EXCHANGE, cluster->links->world, MPI_STATUS_IGNORE);
        done += (size_t)piece;
    }
}
