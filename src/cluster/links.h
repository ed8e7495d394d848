/*
 * What a cluster keeps of MPI, for the files of this folder only.
 *
 * Errors of MPI: the default handler stays (MPI_ERRORS_ARE_FATAL). After a lost peer Open MPI can
 * promise nothing about any communicator, so a rank that went on could only wait for ever; ending
 * the job at once is the one sure answer, and the launcher tells which rank was lost.
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
    TAG_GO,       /* gather: rank 0 to a leader: your turn */
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
    MPI_Comm node;     /* the ranks of this node, in rank order */
    MPI_Comm leaders;  /* MPI_COMM_NULL on others; a leader's rank there is its node's number */
    MPI_Comm clock;    /* the ranks that read this rank's clock */
    MPI_Comm keepers;  /* the first of each clock's ranks; MPI_COMM_NULL on others */
    MPI_Comm whispers; /* for 'spread' alone, so that nothing else can match its messages */
    MPI_Request gate;  /* MPI_REQUEST_NULL unless this rank stands in a gate */
    uint32_t *rank_node;
    struct process *processes; /* of this node's ranks, in rank order */
    struct spread spread;
    int64_t absent_after_ns; /* rank 0 */
    void (*absent)(void *context, const struct absence *absence);
    void *absent_context;
};

/* The smallest of all ranks' codes (0 or -errno), on every rank. */
int links_worst(MPI_Comm comm, int code);

/* Waits for a request that all ranks come to, looking seldom: the processors belong to ranks that
 * still work. */
void links_wait_patiently(struct cluster_links *links, MPI_Request *request);

/* 'length' bytes in pieces whose counts fit MPI's int; both sides call with equal lengths. */
void links_send(MPI_Comm comm, const void *bytes, uint64_t length, int to, int tag);
void links_receive(MPI_Comm comm, void *bytes, uint64_t length, int from, int tag);

/* From rank 0 of 'comm' to its others, in such pieces. */
void links_broadcast(MPI_Comm comm, void *bytes, uint64_t length);

#endif
