/* SPDX-License-Identifier: Apache-2.0 */
#include "spread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "links.h"
#include "tree.h"

enum {
    KIND_STOP = 1,
    KIND_AMOUNT,
    KIND_CLOSED,
    KIND_STALL,
    KIND_ARRIVALS,
    KIND_EDGE,
    KIND_MOST,
    KIND_PULSE
};
enum { TAG_SPREAD = 1, SECOND_NS = 1000 * 1000 * 1000 };

static int severity(enum stop_reason reason)
{
    switch (reason) {
    case STOP_FAILURE:
        return 5;
    case STOP_STALL:
        return 4;
    case STOP_SIGINT:
        return 3;
    case STOP_SIGTERM:
        return 2;
    case STOP_STEADY:
        return 1;
    case STOP_NONE:
        break;
    }
    return 0;
}

static enum stop_reason more_severe(enum stop_reason a, enum stop_reason b)
{
    return severity(a) >= severity(b) ? a : b;
}

int spread_open(struct spread *spread, MPI_Comm comm, const struct shape *shape, uint32_t rank)
{
    *spread =
        (struct spread){.comm = comm, .has_parent = rank != 0, .node = shape->rank_node[rank]};
    uint32_t *ranks = NULL;
    uint32_t count = 0;
    int code = tree_neighbours(shape, rank, &ranks, &count);
    if (code)
        return code;
    spread->neighbours = calloc(count ? count : 1, sizeof *spread->neighbours);
    if (!spread->neighbours)
        code = -ENOMEM;
    for (uint32_t i = 0; i < count && !code; i++)
        spread->neighbours[i] = (struct spread_neighbour){
            .rank = (int)ranks[i], .node = shape->rank_node[ranks[i]], .request = MPI_REQUEST_NULL};
    spread->neighbour_count = code ? 0 : count;
    free(ranks);
    return code;
}

void spread_enter_phase(struct spread *spread, uint32_t phase)
{
    if (phase <= spread->phase)
        return;
    spread->phase = phase;
    spread->reason = STOP_NONE;
    spread->own_amount = 0;
    spread->amount_changed = false;
    spread->own_stall = spread->sent_stall = (struct stall){0};
    spread->own_edges.count = 0;
    spread->own_most = (struct spread_most){0};
    spread->own_pulse = (struct pulse){0};
    spread->pulse_sent = 0;
    for (uint32_t i = 0; i < spread->neighbour_count; i++) {
        spread->neighbours[i].known = STOP_NONE;
        spread->neighbours[i].amount = 0;
        spread->neighbours[i].stall = (struct stall){0};
        spread->neighbours[i].edges.count = 0;
        spread->neighbours[i].most = spread->neighbours[i].sent_most = (struct spread_most){0};
        spread->neighbours[i].pulse = (struct pulse){0};
    }
}

static struct spread_neighbour *neighbour_of(struct spread *spread, int rank)
{
    for (uint32_t i = 0; i < spread->neighbour_count; i++) {
        if (spread->neighbours[i].rank == rank)
            return &spread->neighbours[i];
    }
    return NULL;
}

static void receive_message(struct spread *spread, int from, const struct spread_message *message)
{
    struct spread_neighbour *neighbour = neighbour_of(spread, from);
    if (!neighbour)
        return;
    if (message->kind == KIND_CLOSED) {
        neighbour->closed = true;
        return;
    }
    if (message->kind == KIND_ARRIVALS) { /* gates are counted separately from phases */
        neighbour->arrivals = message->arrivals;
        return;
    }
    /* A sender in a later phase has passed a gate that this rank has entered: its old phase is
     * over. */
    spread_enter_phase(spread, message->phase);
    if (message->phase != spread->phase)
        return;
    if (message->kind == KIND_STOP) {
        enum stop_reason reason = (enum stop_reason)message->value;
        neighbour->known = more_severe(neighbour->known, reason);
        spread->reason = more_severe(spread->reason, reason);
    } else if (message->kind == KIND_STALL) {
        neighbour->stall = message->stall;
    } else if (message->kind == KIND_EDGE) {
        spread_edges_put(&neighbour->edges, &message->edge);
    } else if (message->kind == KIND_MOST) {
        neighbour->most = message->most;
    } else if (message->kind == KIND_PULSE) {
        neighbour->pulse = message->pulse;
    } else {
        neighbour->amount = message->value;
        spread->amount_changed = true;
    }
}

static void receive_all(struct spread *spread)
{
    /* A probe that finds nothing still advances MPI's internal queues, so the next one may find a
     * message. */
    for (int empty_probes = 0; empty_probes < 2;) {
        int found = 0;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_SPREAD, spread->comm, &found, &status);
        if (!found) {
            empty_probes++;
            continue;
        }
        struct spread_message message;
        MPI_Recv(&message, sizeof message, MPI_BYTE, status.MPI_SOURCE, TAG_SPREAD, spread->comm,
                 MPI_STATUS_IGNORE);
        receive_message(spread, status.MPI_SOURCE, &message);
    }
}

static bool is_sent(struct spread_neighbour *neighbour)
{
    int done = 0;
    MPI_Test(&neighbour->request, &done, MPI_STATUS_IGNORE);
    return done != 0;
}

static void send_message(struct spread *spread, struct spread_neighbour *neighbour,
                         struct spread_message message)
{
    message.phase = spread->phase;
    neighbour->message = message;
    MPI_Isend(&neighbour->message, sizeof neighbour->message, MPI_BYTE, neighbour->rank, TAG_SPREAD,
              spread->comm, &neighbour->request);
}

static void send_to(struct spread *spread, struct spread_neighbour *neighbour, uint32_t kind,
                    uint64_t value)
{
    send_message(spread, neighbour, (struct spread_message){.kind = kind, .value = value});
}

static void send_reason(struct spread *spread)
{
    for (uint32_t i = 0; i < spread->neighbour_count; i++) {
        struct spread_neighbour *neighbour = &spread->neighbours[i];
        if (severity(spread->reason) <= severity(neighbour->known) || !is_sent(neighbour))
            continue;
        send_to(spread, neighbour, KIND_STOP, (uint64_t)spread->reason);
        neighbour->known = spread->reason;
    }
}

static uint64_t amount_of_subtree(const struct spread *spread)
{
    uint64_t sum = spread->own_amount;
    for (uint32_t i = spread->has_parent; i < spread->neighbour_count; i++)
        sum += spread->neighbours[i].amount;
    return sum;
}

static void send_amount(struct spread *spread, int64_t now_ns)
{
    if (!spread->has_parent || !spread->amount_changed)
        return;
    if (spread->amount_sent_ns && now_ns - spread->amount_sent_ns < SECOND_NS)
        return;
    if (!is_sent(&spread->neighbours[0]))
        return;
    send_to(spread, &spread->neighbours[0], KIND_AMOUNT, amount_of_subtree(spread));
    spread->amount_changed = false;
    spread->amount_sent_ns = now_ns;
}

static struct stall stalls_of_subtree(const struct spread *spread)
{
    struct stall all = spread->own_stall;
    for (uint32_t i = spread->has_parent; i < spread->neighbour_count; i++) {
        const struct stall *one = &spread->neighbours[i].stall;
        uint32_t ranks = all.ranks + one->ranks;
        if (one->ranks && (!all.ranks || one->waited_ns > all.waited_ns))
            all = *one;
        all.ranks = ranks;
    }
    return all;
}

/* Sends a new stall at once, and the duration of a known one once a second. */
static void send_stall(struct spread *spread, int64_t now_ns)
{
    struct stall all = stalls_of_subtree(spread);
    const struct stall *sent = &spread->sent_stall;
    bool same = all.ranks == sent->ranks && all.rank == sent->rank && all.writer == sent->writer &&
                all.what == sent->what && all.offset == sent->offset;
    if (!spread->has_parent || (same && !all.ranks) ||
        (same && now_ns - spread->stall_sent_ns < SECOND_NS) || !is_sent(&spread->neighbours[0]))
        return;
    send_message(spread, &spread->neighbours[0],
                 (struct spread_message){.kind = KIND_STALL, .stall = all});
    spread->sent_stall = all;
    spread->stall_sent_ns = now_ns;
}

static void send_edge(struct spread *spread)
{
    struct spread_edge sum;
    if (spread->has_parent && is_sent(&spread->neighbours[0]) && spread_edges_take(spread, &sum))
        send_message(spread, &spread->neighbours[0],
                     (struct spread_message){.kind = KIND_EDGE, .edge = sum});
}

/* Sends what a neighbour does not know yet. */
static void send_most(struct spread *spread)
{
    const struct spread_most up = spread_most_below(spread);
    const struct spread_most down = spread_most_known(spread);
    for (uint32_t i = 0; i < spread->neighbour_count; i++) {
        struct spread_neighbour *neighbour = &spread->neighbours[i];
        const struct spread_most *most = i || !spread->has_parent ? &down : &up;
        const struct spread_most *sent = &neighbour->sent_most;
        if ((most->amount == sent->amount && most->last == sent->last) || !is_sent(neighbour))
            continue;
        neighbour->sent_most = *most;
        send_message(spread, neighbour, (struct spread_message){.kind = KIND_MOST, .most = *most});
    }
}

static void send_pulse(struct spread *spread, int64_t now_ns)
{
    struct pulse sum;
    if (spread->has_parent && is_sent(&spread->neighbours[0]) &&
        spread_pulse_take(spread, now_ns, &sum))
        send_message(spread, &spread->neighbours[0],
                     (struct spread_message){.kind = KIND_PULSE, .pulse = sum});
}

void spread_send_arrivals(struct spread *spread, const struct spread_arrivals *arrivals)
{
    const struct spread_arrivals *sent = &spread->sent_arrivals;
    bool same = arrivals->gate == sent->gate && arrivals->ranks == sent->ranks &&
                arrivals->missing == sent->missing;
    if (same || !is_sent(&spread->neighbours[0]))
        return;
    send_message(spread, &spread->neighbours[0],
                 (struct spread_message){.kind = KIND_ARRIVALS, .arrivals = *arrivals});
    spread->sent_arrivals = *arrivals;
}

void spread_progress(struct spread *spread, int64_t now_ns)
{
    receive_all(spread);
    send_reason(spread);
    send_stall(spread, now_ns);
    send_most(spread);
    send_amount(spread, now_ns);
    send_edge(spread);
    send_pulse(spread, now_ns);
}

void spread_close(struct spread *spread)
{
    /* Messages between two ranks stay in order: after KIND_CLOSED no other message follows. */
    for (uint32_t i = 0; i < spread->neighbour_count; i++) {
        MPI_Wait(&spread->neighbours[i].request, MPI_STATUS_IGNORE);
        send_to(spread, &spread->neighbours[i], KIND_CLOSED, 0);
    }
    for (uint32_t i = 0; i < spread->neighbour_count; i++) {
        struct spread_neighbour *neighbour = &spread->neighbours[i];
        while (!neighbour->closed) {
            struct spread_message message;
            MPI_Recv(&message, sizeof message, MPI_BYTE, neighbour->rank, TAG_SPREAD, spread->comm,
                     MPI_STATUS_IGNORE);
            receive_message(spread, neighbour->rank, &message);
        }
    }
    for (uint32_t i = 0; i < spread->neighbour_count; i++)
        MPI_Wait(&spread->neighbours[i].request, MPI_STATUS_IGNORE);
    free(spread->neighbours);
    memset(spread, 0, sizeof *spread);
}

enum stop_reason cluster_stop_poll(struct cluster *cluster, uint32_t phase, enum stop_reason mine)
{
    struct spread *spread = &cluster->links->spread;
    if (phase < spread->phase)
        return STOP_NONE;
    spread_enter_phase(spread, phase);
    receive_all(spread);
    /* Later reasons are mostly consequences of the first (such as a failure while draining after a
     * signal). But a phase that ends because of steady state may still fail. */
    if (spread->reason == STOP_NONE || spread->reason == STOP_STEADY)
        spread->reason = more_severe(spread->reason, mine);
    send_reason(spread);
    return spread->reason;
}

void cluster_stall_poll(struct cluster *cluster, uint32_t phase, const struct stall *mine,
                        struct stall *all)
{
    struct spread *spread = &cluster->links->spread;
    *all = (struct stall){0};
    if (phase < spread->phase)
        return;
    spread_enter_phase(spread, phase);
    spread->own_stall = *mine;
    *all = stalls_of_subtree(spread);
}

bool cluster_most_poll(struct cluster *cluster, uint32_t phase, uint64_t mine, bool last,
                       uint64_t *most)
{
    struct spread *spread = &cluster->links->spread;
    *most = 0;
    if (phase < spread->phase)
        return false;
    spread_enter_phase(spread, phase);
    spread->own_most = (struct spread_most){.amount = mine, .last = last};
    const struct spread_most known = spread_most_known(spread);
    *most = known.amount;
    return known.last;
}

uint64_t cluster_progress_poll(struct cluster *cluster, uint32_t phase, uint64_t amount,
                               int64_t now_ns)
{
    struct spread *spread = &cluster->links->spread;
    if (phase < spread->phase)
        return 0;
    spread_enter_phase(spread, phase);
    if (amount != spread->own_amount) {
        spread->own_amount = amount;
        spread->amount_changed = true;
    }
    spread_progress(spread, now_ns);
    return spread->has_parent ? 0 : amount_of_subtree(spread);
}

enum stop_reason cluster_stop_settle(struct cluster *cluster, uint32_t phase, enum stop_reason mine)
{
    int most_severe_here = severity(cluster_stop_poll(cluster, phase, mine));
    int most_severe = 0;
    MPI_Allreduce(&most_severe_here, &most_severe, 1, MPI_INT, MPI_MAX, cluster->links->world);
    for (int reason = STOP_NONE; reason <= STOP_STEADY; reason++) {
        if (severity((enum stop_reason)reason) == most_severe)
            cluster->links->spread.reason = (enum stop_reason)reason;
    }
    return cluster->links->spread.reason;
}
