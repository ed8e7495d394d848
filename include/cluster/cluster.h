/*
 * The ranks as one machine: who is on which node, gates, agreement, gathering, spreading a stop.
 * MPI is hidden behind it; main thread only (MPI_THREAD_FUNNELED).
 *
 * Always true: same node = same (host name, boot id). A rank that failed still walks through every
 * gate and every collective here, so that nobody waits for ever.
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

struct cluster_links; /* communicators, in cluster.c */

struct cluster {
    uint32_t rank;
    uint32_t local_rank; /* among the ranks of this node */
    uint32_t local_count;
    bool leader;     /* lowest rank of its node */
    uint32_t node;   /* number of this rank's node */
    bool keeper;     /* lowest rank of those that read the same monotonic clock */
    uint32_t clocks; /* how many such clocks there are */
    struct shape shape;
    char (*node_names)[RECORD_NAME]; /* node_count host names, on every rank; equal names of
                                        different nodes get "#2" and so on */
    char library[RECORD_NAME];       /* "Open MPI v4.1.4" */
    char doubt[RECORD_LINE]; /* set when host names and MPI disagree about the nodes, else "" */
    struct cluster_links *links;
};

/* MPI_Init, then finds the nodes. Fails on every rank together, and then MPI is finalized already;
 * the cluster may be closed all the same. */
int cluster_open(struct cluster *cluster, const struct host_identity *identity,
                 struct failure *why);

/* MPI_Finalize, after taking in what is still under way. Every rank calls it, and none gets out
 * before all have come; say and flush everything before. Accepts a zeroed cluster. */
void cluster_close(struct cluster *cluster);

/* The last resort: ends every rank with this exit code. Say why before. Does not return; accepts
 * a zeroed cluster. */
_Noreturn void cluster_abort(const struct cluster *cluster, int exit_code);

/* What all ranks together say. */
struct agreement {
    uint32_t failed_ranks; /* 0: all are well */
    uint32_t failed_nodes;
    uint32_t first_rank;     /* lowest rank that failed */
    struct failure first;    /* its failure */
    char nodes[RECORD_LINE]; /* up to eight that failed, that of the first rank first: "n03, n04",
                                "n03, ... and 12 more" */
};

/* Every rank says how it fared ('mine' NULL or code 0: well); all get the same answer. Returns 0
 * when nobody failed, else the first failure's code. Waits patiently: others may still prepare. */
int cluster_agree(struct cluster *cluster, const struct failure *mine, struct agreement *agreement);

/* N failures as one line: "12 of 64 ranks (nodes n03, n04): cannot open ..."; the failure's text
 * alone when there is but one rank. Local, no messages. */
void agreement_line(const struct cluster *cluster, const struct agreement *agreement, char *out,
                    size_t room);

/* Are these bytes equal on all ranks? 0, or -EINVAL on every rank with the first rank that
 * differs from rank 0. 'what' names them in the message. */
int cluster_same(struct cluster *cluster, const void *bytes, size_t length, const char *what,
                 struct failure *why);

/* Nobody leaves before everybody has come. The start gate leaves as promptly as it can; the patient
 * one sleeps between looks, so that ranks that still work keep their processors. */
void cluster_gate(struct cluster *cluster);
void cluster_gate_patient(struct cluster *cluster);

/* The patient gate in two pieces, for who has more to do while waiting (a progress line, a signal
 * to spread): enter once, then ask until true. Asking also passes on the stop and progress
 * messages of others, as the patient gate does: a rank that is done early cuts nobody off. No
 * other collective in between. */
void cluster_gate_enter(struct cluster *cluster);
bool cluster_gate_passed(struct cluster *cluster);

/* Ranks that all others wait for at a gate. A rank that leads others may stand for them, so 'ranks'
 * is how many it may be at most. */
struct absence {
    uint32_t ranks;
    uint32_t first; /* lowest rank known to be missing */
    int64_t waited_ns;
};

/* From now on rank 0 calls 'absent' again and again while it waits at an agreement or a patient
 * gate for longer than 'after_ns' (0: never). Not between cluster_gate_enter and its end. */
void cluster_watch_gates(struct cluster *cluster, int64_t after_ns,
                         void (*absent)(void *context, const struct absence *absence),
                         void *context);

/* From rank 0 to all; 'length' must be the same on all ranks. */
void cluster_broadcast(struct cluster *cluster, void *bytes, size_t length);

/* Text from rank 0 to all: others get a malloc'ed copy in '*text' (rank 0 keeps its own). */
int cluster_broadcast_text(struct cluster *cluster, char **text);

/* 'count' rows of 'row_bytes' from each rank (counts may differ) to rank 0, in rank order, through
 * the node leaders. On rank 0 '*all' is malloc'ed (NULL when there are no rows) and '*all_count'
 * set; NULL and 0 elsewhere. A leader holds its own node's rows meanwhile. -ENOMEM on every rank
 * together. */
int cluster_gather(struct cluster *cluster, const void *rows, size_t row_bytes, size_t count,
                   void **all, size_t *all_count, struct failure *why);

/* Merged within each node, then to rank 0: there 'per_node' gets node_count histograms, in node
 * order; it is NULL elsewhere. */
void cluster_gather_histograms(struct cluster *cluster, const struct histogram *mine,
                               struct histogram *per_node);

/* On every rank. */
uint64_t cluster_sum(struct cluster *cluster, uint64_t value);
uint64_t cluster_min(struct cluster *cluster, uint64_t value);
uint64_t cluster_max(struct cluster *cluster, uint64_t value);

/* Sends 'length' bytes to rank 'to' and receives as many from rank 'from' (both may be oneself). */
void cluster_exchange(struct cluster *cluster, const void *send, uint32_t to, void *receive,
                      uint32_t from, size_t length);

/* How many ranks of this node have died, and the lowest of them, without any message: for when the
 * launcher has said that all must end. */
uint32_t cluster_vanished(const struct cluster *cluster, uint32_t *first);

/* --- Spreading a stop and progress while a phase runs: no collective, only small messages along
 * the tree of node leaders. --- */

/* STOP_STEADY: nothing is wrong, rank 0 has seen enough. */
enum stop_reason {
    STOP_NONE,
    STOP_FAILURE,
    STOP_SIGINT,
    STOP_SIGTERM,
    STOP_STALL,
    STOP_STEADY,
};

/* Called by every rank's main thread several times a second while its pools work; never blocks.
 * 'mine' is this rank's own wish (STOP_NONE: none). Returns the reason that holds as far as this
 * rank knows. The first reason wins: once a rank knows one other than STOP_STEADY, its own later
 * wishes are dropped. Of several that began apart before they met, the graver holds on every rank:
 * failure, stall, SIGINT, SIGTERM, steady. 'phase' counts all phases of the run from 0, never
 * falls, and keeps late messages of earlier phases apart. */
enum stop_reason cluster_stop_poll(struct cluster *cluster, uint32_t phase, enum stop_reason mine);

/* Ranks whose storage does not answer: how many, and the one that has waited longest. Plain data;
 * the numbers in it mean what the caller wants. */
struct stall {
    uint32_t ranks; /* 0: none */
    uint32_t rank;
    uint32_t writer;
    uint32_t what;
    uint64_t offset;
    int64_t waited_ns;
};

/* Tells this rank's own stall ('ranks' 0 or 1) as often as cluster_progress_poll is called, before
 * it; returns in 'all', on rank 0, what is known of all ranks, elsewhere of those below. */
void cluster_stall_poll(struct cluster *cluster, uint32_t phase, const struct stall *mine,
                        struct stall *all);

/* Tells how many bytes of this rank came before an edge of the rounds (stats/rounds.h); edges only
 * grow. They travel up with cluster_progress_poll. On rank 0 the second takes the next edge that
 * all ranks have told, with the sum of their bytes; false when there is none yet. Edges that one
 * rank tells much later than others are left out. */
void cluster_edge_tell(struct cluster *cluster, uint32_t phase, uint64_t edge, uint64_t bytes);
bool cluster_edge_take(struct cluster *cluster, uint32_t phase, uint64_t *edge, uint64_t *bytes);

/* A collective for after the phase's last gate: the one reason that held, the same on every rank,
 * also when the stop was still under way at the gate. */
enum stop_reason cluster_stop_settle(struct cluster *cluster, uint32_t phase,
                                     enum stop_reason mine);

/* Tells this rank's bytes of the phase so far; they travel up at most once a second at each hop.
 * Returns on rank 0 the latest known sum of all ranks, elsewhere 0. 'now_ns' is clock_now_ns(). */
uint64_t cluster_progress_poll(struct cluster *cluster, uint32_t phase, uint64_t bytes,
                               int64_t now_ns);

#endif
