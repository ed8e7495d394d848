/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spreads a stop and progress along the tree; cluster.h describes the result.
 *
 * Each rank keeps what it knows (the reason that holds, the amount of its subtree) and, for each
 * neighbour, what that neighbour knows. It sends a message when the two differ and the previous
 * message to that neighbour has been sent, so at most one send per neighbour is in flight, nothing
 * blocks, and a slow neighbour costs no memory.
 */
#ifndef TIDEMILL_SPREAD_H
#define TIDEMILL_SPREAD_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

#include "cluster/cluster.h"

/* Arrivals at a gate in a rank's subtree. */
struct spread_arrivals {
    uint64_t gate;
    uint32_t ranks;
    uint32_t missing; /* lowest rank known to be missing; UINT32_MAX: none */
};

/* A queue of amounts before edges of the rounds, in order of arrival; when it is full, the oldest
 * entry is dropped. */
enum { SPREAD_EDGES = 32 };

struct spread_edge {
    uint64_t edge;
    uint64_t amount;
};

struct spread_edges {
    uint32_t first;
    uint32_t count;
    struct spread_edge rows[SPREAD_EDGES];
};

/* The highest amount of --equalise: on the way up that of a subtree, on the way down that of all
 * ranks as far as it is known. */
struct spread_most {
    uint64_t amount;
    bool last; /* it cannot grow */
};

struct spread_message {
    uint32_t kind;
    uint32_t phase;
    uint64_t value;
    struct spread_most most;
    struct stall stall;
    struct spread_arrivals arrivals;
    struct spread_edge edge;
    struct pulse pulse;
};

struct spread_neighbour {
    int rank;
    uint32_t node;
    bool closed;               /* will send nothing more */
    enum stop_reason known;    /* the reason that this neighbour knows */
    uint64_t amount;           /* of this neighbour's subtree, as last received (children only) */
    struct stall stall;        /* the same */
    struct spread_edges edges; /* the same */
    struct spread_most most;   /* as last received */
    struct spread_most sent_most;
    struct pulse pulse; /* the same */
    struct spread_arrivals arrivals;
    MPI_Request request;
    struct spread_message message; /* owned by MPI until 'request' is complete */
};

struct spread {
    MPI_Comm comm;
    struct spread_neighbour *neighbours;
    uint32_t neighbour_count;
    bool has_parent; /* the parent is neighbours[0] */
    uint32_t node;
    uint32_t phase;
    enum stop_reason reason;
    uint64_t own_amount;
    bool amount_changed; /* since they were sent */
    int64_t amount_sent_ns;
    struct spread_edges own_edges;
    struct spread_most own_most;
    struct pulse own_pulse;
    int64_t pulse_taken_ns; /* when this rank reported it */
    uint64_t pulse_sent;    /* the second that was handed on last */
    struct stall own_stall;
    struct stall sent_stall; /* as last sent to the parent */
    int64_t stall_sent_ns;
    uint64_t gate; /* the gate that this rank waits in, or was in last; counts from 1 */
    int64_t gate_entered_ns;
    struct spread_arrivals sent_arrivals; /* as last sent to the parent */
};

/* Initialises the state; the caller keeps 'comm'. Local, no messages. -ENOMEM. */
int spread_open(struct spread *spread, MPI_Comm comm, const struct shape *shape, uint32_t rank);

/* Clears the state of the previous phase; no effect if 'phase' is the current or an earlier one. */
void spread_enter_phase(struct spread *spread, uint32_t phase);

/* Receives pending messages and forwards their contents; never blocks. */
void spread_progress(struct spread *spread, int64_t now_ns);

/* Sends the arrivals to the parent if they have changed. */
void spread_send_arrivals(struct spread *spread, const struct spread_arrivals *arrivals);

/* Appends an edge to a queue. */
void spread_edges_put(struct spread_edges *edges, const struct spread_edge *edge);

/* Removes the next edge that this rank and all ranks below have reported, and returns the sum of
 * their amounts; false if there is none yet. */
bool spread_edges_take(struct spread *spread, struct spread_edge *sum);

/* Returns the highest amount of this rank and all ranks below; and that of all ranks, as far as it
 * is known here. */
struct spread_most spread_most_below(const struct spread *spread);
struct spread_most spread_most_known(const struct spread *spread);

/* Adds up the last second of this rank and all ranks below, once it is known of all of them or
 * late; false if there is nothing new. */
bool spread_pulse_take(struct spread *spread, int64_t now_ns, struct pulse *sum);

/* Waits until no message to or from any neighbour is pending; every rank calls it. Accepts a zeroed
 * struct. */
void spread_close(struct spread *spread);

#endif
