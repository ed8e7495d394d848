/*
 * The state of spreading a stop and progress along the tree (see cluster.h for what it gives).
 *
 * Each rank keeps what it knows (the reason that holds, the bytes below it) and, for each
 * neighbour, what that one has been told or has said. A message goes out whenever those differ and
 * the last one to that neighbour has left, so at most one send per neighbour is in flight, nothing
 * ever blocks, and a slow neighbour costs no memory.
 */
#ifndef TIDEMILL_SPREAD_H
#define TIDEMILL_SPREAD_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

#include "cluster/cluster.h"

/* Who has come to a gate, at and below a rank. */
struct spread_here {
    uint64_t gate;
    uint32_t ranks;
    uint32_t missing; /* lowest rank known not to have come; UINT32_MAX: none */
};

/* Bytes before edges of the rounds, in order, as they came; the oldest goes when there is no room.
 */
enum { SPREAD_EDGES = 32 };

struct spread_edge {
    uint64_t edge;
    uint64_t bytes;
};

struct spread_edges {
    uint32_t first;
    uint32_t count;
    struct spread_edge rows[SPREAD_EDGES];
};

struct spread_message {
    uint32_t kind;
    uint32_t phase;
    uint64_t value;
    struct stall stall;
    struct spread_here here;
    struct spread_edge edge;
};

struct spread_neighbour {
    int rank;
    bool closed;               /* has said that nothing more will come */
    enum stop_reason told;     /* the reason that this neighbour is known to know */
    uint64_t bytes;            /* below this neighbour, as last heard (children only) */
    struct stall stall;        /* the same */
    struct spread_edges edges; /* the same */
    struct spread_here here;
    MPI_Request request;
    struct spread_message message; /* belongs to MPI until 'request' is done */
};

struct spread {
    MPI_Comm comm;
    struct spread_neighbour *neighbours;
    uint32_t neighbour_count;
    bool has_parent; /* then it is neighbours[0] */
    uint32_t phase;
    enum stop_reason reason;
    uint64_t own_bytes;
    bool bytes_untold; /* bytes changed since they were sent */
    int64_t bytes_sent_ns;
    struct spread_edges own_edges;
    struct stall own_stall;
    struct stall told_stall; /* what the parent knows */
    int64_t stall_sent_ns;
    uint64_t gate; /* that this rank stands in, or stood in last; counts from 1 */
    int64_t gate_entered_ns;
    struct spread_here told_here; /* what the parent knows */
};

/* Local, no messages; 'comm' stays the caller's. -ENOMEM. */
int spread_open(struct spread *spread, MPI_Comm comm, const struct shape *shape, uint32_t rank);

/* Takes what has come and passes it on; never blocks. */
void spread_turn(struct spread *spread, int64_t now_ns);

/* Tells the parent who has come to the gate, if that is news to it. */
void spread_tell_here(struct spread *spread, const struct spread_here *here);

/* The queues of edges: begin empty, put at the end. */
void spread_edges_put(struct spread_edges *edges, const struct spread_edge *edge);

/* Takes the next edge that this rank and all below have told, with the sum of their bytes; false
 * when there is none yet. */
bool spread_edges_take(struct spread *spread, struct spread_edge *sum);

/* Waits until nothing is under way to or from any neighbour; every rank calls it. Accepts a zeroed
 * one. */
void spread_close(struct spread *spread);

/* Which of two reasons holds: failure before stall before SIGINT before SIGTERM before none. */
enum stop_reason spread_graver(enum stop_reason a, enum stop_reason b);

#endif
