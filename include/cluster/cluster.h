/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All ranks together: which rank is on which node, gates (barriers), agreement, gathering, and
 * spreading a stop. This is the only interface to MPI; main thread only (MPI_THREAD_FUNNELED).
 *
 * Always true: ranks are on the same node if and only if host name and boot id are equal, and on
 * the same kernel (with one page cache) if and only if the boot id is equal. A rank that failed
 * still takes part in every gate and every collective, so that no other rank blocks.
 */
#ifndef TIDEMILL_CLUSTER_CLUSTER_H
#define TIDEMILL_CLUSTER_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "plan/shape.h"
#include "platform/host.h"
#include "stats/histogram.h"

struct cluster_links; /* communicators; src/cluster/links.h */

struct cluster {
    uint32_t rank;
    uint32_t local_rank; /* among the ranks of this node */
    uint32_t local_count;
    uint32_t kernel_ranks; /* ranks on this node's kernel: more than local_count if it is one of
                              several containers, which share cores, memory and page cache */
    bool leader;           /* lowest rank of its node */
    uint32_t node;         /* index of this rank's node */
    bool clock_leader;     /* lowest rank of those that read the same monotonic clock */
    uint32_t clocks;       /* number of different monotonic clocks */
    struct shape shape;
    char (*node_names)[RECORD_NAME]; /* node_count host names, on every rank; different nodes with
                                        equal names get "#2" and so on */
    char library[RECORD_NAME];       /* "Open MPI v4.1.4" */
    uint32_t mpi_nodes;              /* nodes as MPI counts them, by shared memory */
    uint32_t mpi_local_count;        /* ranks that it puts on this rank's node */
    bool mpi_agrees;                 /* these are the ranks of this rank's node */
    struct cluster_links *links;
};

/* Calls MPI_Init and finds the nodes. If it fails, it fails on all ranks, and MPI is finalized;
 * cluster_close is still allowed then. */
int cluster_open(struct cluster *cluster, const struct host_identity *identity,
                 struct failure *why);

/* Receives all pending messages and calls MPI_Finalize. Every rank calls it, and it returns only
 * when all ranks have; so print and flush everything before. Accepts a zeroed cluster. */
void cluster_close(struct cluster *cluster);

/* Ends all ranks with this exit code: the last resort. Print the reason before. Does not return;
 * accepts a zeroed cluster. */
_Noreturn void cluster_abort(const struct cluster *cluster, int exit_code);

/* The combined outcome of all ranks. */
struct agreement {
    uint32_t failed_ranks; /* 0: none failed */
    uint32_t failed_nodes;
    struct failure first;    /* of the lowest rank that failed */
    char nodes[RECORD_LINE]; /* up to eight that failed, first the node of that rank: "n03, n04"
                                or "n03, ... and 12 more" */
};

/* Combines the outcome of all ranks ('mine' NULL or code 0: this rank did not fail); all ranks get
 * the same result. Returns 0 if none failed, else the code of the first failure. Sleeps while it
 * waits, because other ranks may still be working. Collective. */
int cluster_agree(struct cluster *cluster, const struct failure *mine, struct agreement *agreement);

/* Formats N failures as one line: "12 of 64 ranks (nodes n03, n04): cannot open ..."; if there is
 * only one rank, the text of the failure. Local, no messages. */
void agreement_format(const struct cluster *cluster, const struct agreement *agreement, char *out,
                      size_t size);

/* Checks that these bytes are equal on all ranks. Returns 0, or -EINVAL on every rank, naming the
 * first rank that differs from rank 0. 'what' names the bytes in the message. Collective. */
int cluster_check_same(struct cluster *cluster, const void *bytes, size_t length, const char *what,
                       struct failure *why);

/* A gate: no rank leaves before all have entered. A rank that waits sleeps between polls, so that
 * ranks that still work keep their cores. */
void cluster_gate_sleeping(struct cluster *cluster);

/* cluster_gate_sleeping in two parts, for a rank that has other work while it waits (a progress
 * line, a signal to spread): enter once, then poll until true. Polling also forwards the stop and
 * progress messages of other ranks, as cluster_gate_sleeping does, so a rank that finishes early
 * does not cut off the tree. No other collective in between. */
void cluster_gate_enter(struct cluster *cluster);
bool cluster_gate_passed(struct cluster *cluster);

/* Ranks that have not entered a gate. A rank that waits below a missing leader is counted as
 * missing too, so 'ranks' is an upper bound. */
struct absence {
    uint32_t ranks; /* 0: all have entered since the last call */
    uint32_t first; /* lowest rank known to be missing */
    int64_t waited_ns;
};

/* Makes rank 0 call 'absent' repeatedly while it waits at an agreement or in cluster_gate_sleeping
 * for longer than 'after_ns' (0: never), and once more when the wait is over. Not while it is
 * between cluster_gate_enter and the end of that gate. */
void cluster_watch_gates(struct cluster *cluster, int64_t after_ns,
                         void (*absent)(void *context, const struct absence *absence),
                         void *context);

/* Sends bytes from rank 0 to all; 'length' must be the same on all ranks. Collective. */
void cluster_broadcast(struct cluster *cluster, void *bytes, size_t length);

/* Sends a text from rank 0 to all: the others get a malloc'ed copy in '*text', rank 0 keeps its
 * own. -ENOMEM on all ranks. Collective. */
int cluster_broadcast_text(struct cluster *cluster, char **text);

/* Gathers 'count' rows of 'row_bytes' from each rank (counts may differ) on rank 0, in rank order,
 * by way of the node leaders. On rank 0 '*all' is malloc'ed (NULL if there are no rows) and
 * '*all_count' set; elsewhere they are NULL and 0. A leader holds the rows of its node meanwhile.
 * -ENOMEM on all ranks. Collective. */
int cluster_gather(struct cluster *cluster, const void *rows, size_t row_bytes, size_t count,
                   void **all, size_t *all_count, struct failure *why);

/* Merges histograms within each node and gathers them on rank 0, where 'per_node' gets node_count
 * histograms in node order; it is NULL elsewhere. Collective. */
void cluster_gather_histograms(struct cluster *cluster, const struct histogram *mine,
                               struct histogram *per_node);

/* Return the sum, minimum and maximum over all ranks, on every rank. Collective. */
uint64_t cluster_sum(struct cluster *cluster, uint64_t value);
uint64_t cluster_min(struct cluster *cluster, uint64_t value);
uint64_t cluster_max(struct cluster *cluster, uint64_t value);

/* Adds numbers for each rank: 'all' holds 'count' of them for each rank in turn, the same count on
 * all ranks; 'mine' gets the sums of those that all ranks have for this rank. Collective. */
void cluster_sum_for_each(struct cluster *cluster, const uint64_t *all, uint64_t *mine, int count);

/* Sends 'length' bytes to rank 'to' and receives as many from rank 'from'; either may be this
 * rank. */
void cluster_exchange(struct cluster *cluster, const void *send, uint32_t to, void *receive,
                      uint32_t from, size_t length);

/* Returns how many ranks of this node have died, and the lowest of them in '*first'. Local, no
 * messages: for the time after the launcher has signalled that all ranks must end. */
uint32_t cluster_count_dead(const struct cluster *cluster, uint32_t *first);

/* --- Spreading a stop and progress while a phase runs: no collectives, only small messages along
 * the tree of node leaders. --- */

/* STOP_STEADY: no failure; rank 0 has detected steady state. */
enum stop_reason {
    STOP_NONE,
    STOP_FAILURE,
    STOP_SIGINT,
    STOP_SIGTERM,
    STOP_STALL,
    STOP_STEADY,
};

/* Proposes a stop and returns the reason that holds as far as this rank knows. Every rank's main
 * thread calls it several times a second while its pools work; it never blocks. 'mine' is this
 * rank's reason (STOP_NONE: none). The first reason wins: a rank that knows one other than
 * STOP_STEADY drops its own later reasons. If several ranks stop before they know of each other,
 * the most severe reason holds on every rank: failure, stall, SIGINT, SIGTERM, steady. 'phase'
 * counts all phases of the run from 0 and never decreases; it separates late messages of earlier
 * phases. */
enum stop_reason cluster_stop_poll(struct cluster *cluster, uint32_t phase, enum stop_reason mine);

/* Ranks whose storage does not respond: how many, and the one that has waited longest. No pointers;
 * 'what' is defined by the caller. */
struct stall {
    uint32_t ranks; /* 0: none */
    uint32_t rank;
    uint32_t writer;
    uint32_t what;
    uint64_t offset;
    int64_t waited_ns;
};

/* Reports this rank's stall ('ranks' 0 or 1). Call it as often as cluster_progress_poll, and before
 * that. On rank 0 'all' gets what is known of all ranks, elsewhere of the ranks below. */
void cluster_stall_poll(struct cluster *cluster, uint32_t phase, const struct stall *mine,
                        struct stall *all);

/* cluster_edge_report reports how much of this rank was acknowledged before an edge of the
 * rounds (stats/rounds.h); edges only increase. They travel up with cluster_progress_poll. On rank
 * 0 cluster_edge_take returns the next edge that all ranks have reported, with the sum of their
 * amounts; false if there is none yet. An edge that one rank reports much later than the others is
 * skipped. */
void cluster_edge_report(struct cluster *cluster, uint32_t phase, uint64_t edge, uint64_t amount);
bool cluster_edge_take(struct cluster *cluster, uint32_t phase, uint64_t *edge, uint64_t *amount);

/* --equalise: reports the highest amount of an I/O thread of this rank so far, and with 'last' that
 * it cannot grow. Gets the highest of all ranks as far as this rank knows; true once all ranks have
 * reported their last one. Travels with cluster_progress_poll. */
bool cluster_most_poll(struct cluster *cluster, uint32_t phase, uint64_t mine, bool last,
                       uint64_t *most);

/* What the ranks did in a second of a phase. No pointers. */
struct pulse {
    uint64_t second;      /* of the phase, from 1: the one that has passed; 0: none yet */
    uint64_t amount;      /* since the start */
    double per_s;         /* in this second */
    int64_t latency_ns;   /* the largest in this second */
    uint32_t ranks;       /* that still work */
    uint32_t slowest;     /* of the nodes with such ranks: the one with the lowest rate */
    double slowest_per_s; /* its rate */
};

#define PULSE_NO_NODE UINT32_MAX /* 'slowest' where no rank works */

/* Reports the last second of this rank: 'second' to 'ranks' (1: it still works, 0) are set. They
 * travel up with cluster_progress_poll, and each hop adds them up and names one node, so that the
 * number of nodes does not matter. A rank that sends nothing for some seconds counts with rate 0.
 * True on rank 0 when 'all' has a new second, once for each; it may leave seconds out. */
bool cluster_pulse_poll(struct cluster *cluster, uint32_t phase, const struct pulse *mine,
                        int64_t now_ns, struct pulse *all);

/* Agrees on the reason that held, the same on every rank, even if a stop was still on its way at
 * the gate. Collective; call it after the phase's last gate. */
enum stop_reason cluster_stop_settle(struct cluster *cluster, uint32_t phase,
                                     enum stop_reason mine);

/* Reports this rank's amount of the phase so far, in the unit of the phase; each hop forwards them
 * at most once a second. Returns the latest known sum of all ranks on rank 0, elsewhere 0. 'now_ns'
 * is clock_now_ns(). */
uint64_t cluster_progress_poll(struct cluster *cluster, uint32_t phase, uint64_t amount,
                               int64_t now_ns);

#endif
