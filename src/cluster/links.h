/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MPI state of a cluster, for the files of this directory only.
 *
 * MPI errors: the default handler is kept (MPI_ERRORS_ARE_FATAL). After a peer is lost, Open MPI
 * guarantees nothing about any communicator, so a rank that continued could block forever. Ending
 * the job at once is the only safe reaction; the launcher reports which rank was lost.
 */
#ifndef TIDEMILL_LINKS_H
#define TIDEMILL_LINKS_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/cluster.h"
#include "spread.h"

enum {
    TAG_ROWS = 1, /* gather: rows, in pieces */
    TAG_GO,       /* gather: rank 0 allows a leader to send */
    TAG_EXCHANGE,
    TAG_MERGE,
    TAG_CLOCK,
};

struct process {
    uint32_t rank;
    int64_t number;
};

struct cluster_links {
    MPI_Comm world;
    MPI_Comm node;    /* the ranks of this node, in rank order */
    MPI_Comm leaders; /* MPI_COMM_NULL on other ranks; a leader's rank in it is its node's number */
    MPI_Comm clock;   /* the ranks that read this rank's clock */
    MPI_Comm keepers; /* the first rank of each clock; MPI_COMM_NULL on other ranks */
    MPI_Comm spread_comm; /* used by 'spread' only, so that no other receive matches its messages */
    MPI_Request gate;     /* MPI_REQUEST_NULL unless this rank waits in a gate */
    uint32_t *rank_node;
    uint32_t *rank_kernel;
    struct process *processes; /* the processes of this node's ranks, in rank order */
    struct spread spread;
    int64_t absent_after_ns; /* rank 0 */
    void (*absent)(void *context, const struct absence *absence);
    void *absent_context;
    bool absent_called; /* in this gate */
};

/* Reduces one value over all ranks. This, links_worst and links_broadcast sleep while they wait, as
 * rank 0 may be working. */
void links_reduce(MPI_Comm comm, const void *mine, void *all, MPI_Datatype type, MPI_Op operation);

/* Reduces numbers of each rank's to sums of that rank's, 'count' for each; sleeps too. */
void links_sum_for_each(MPI_Comm comm, const uint64_t *all, uint64_t *mine, int count);

/* Returns the smallest of all ranks' codes (0 or -errno), on every rank. */
int links_worst(MPI_Comm comm, int code);

/* Waits for a request that all ranks take part in; sleeps between polls and leaves the cores to
 * ranks that still work. */
void links_wait_sleeping(struct cluster_links *links, MPI_Request *request);

/* Send and receive 'length' bytes in pieces whose counts fit MPI's int; both sides pass the same
 * length. */
void links_send(MPI_Comm comm, const void *bytes, uint64_t length, int to, int tag);
void links_receive(MPI_Comm comm, void *bytes, uint64_t length, int from, int tag);

/* Broadcasts from rank 0 of 'comm', in pieces of the same size. */
void links_broadcast(MPI_Comm comm, void *bytes, uint64_t length);

#endif
