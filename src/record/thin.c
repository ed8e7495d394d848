/* SPDX-License-Identifier: Apache-2.0 */
#include "record/thin.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/checked.h"

enum {
    MOST_ROWS = 32768,    /* of ranks or writers, by default */
    ALL_LATENCIES = 4096, /* nodes */
    EACH_EXTREME = 16,    /* outliers of one kind */
    MOST_READINGS = 1 << 17,
    FEWEST_READINGS = 16, /* of a node */
};

enum record_detail thin_detail(uint64_t ranks, uint64_t writers)
{
    if (ranks > MOST_ROWS)
        return DETAIL_NODE;
    return writers > MOST_ROWS ? DETAIL_RANK : DETAIL_WRITER;
}

/* What makes a node an outlier, of four kinds; -1 = it is none. */
static int64_t extreme_of(const struct record_row *row, int kind)
{
    if (record_row_idle(row))
        return -1;
    switch (kind) {
    case 0:
        return row->latency.max_ns;
    case 1:
        return row->latency.p99_ns;
    case 2:
        return row->latency.p50_ns;
    default:
        return row->counters.end_ns;
    }
}

/* Marks the most extreme nodes of one kind. */
static void mark_extreme(const struct record_phase *phase, int kind, bool *marked)
{
    int64_t limit = INT64_MAX; /* the next one is at most this, and behind 'after' if equal */
    size_t after = 0;
    for (int found = 0; found < EACH_EXTREME; found++) {
        size_t best = phase->node_count;
        int64_t most = -1;
        for (size_t i = 0; i < phase->node_count; i++) {
            const int64_t value = extreme_of(&phase->nodes[i], kind);
            if (value > most && (value < limit || (value == limit && i > after))) {
                most = value;
                best = i;
            }
        }
        if (best == phase->node_count)
            return;
        marked[best] = true;
        limit = most;
        after = best;
    }
}

int thin_latency(struct record_phase *phase)
{
    enum { KINDS = 4 };
    const size_t nodes = phase->node_count;
    if (!phase->node_latency || phase->latency_nodes || nodes <= ALL_LATENCIES)
        return 0;
    bool *marked = calloc(nodes, sizeof *marked);
    int64_t *kept = malloc(KINDS * EACH_EXTREME * sizeof *kept);
    if (!marked || !kept) {
        free(marked);
        free(kept);
        return -ENOMEM;
    }
    for (int kind = 0; kind < KINDS; kind++)
        mark_extreme(phase, kind, marked);
    size_t count = 0;
    for (size_t i = 0; i < nodes; i++) {
        if (!marked[i])
            continue;
        phase->node_latency[count] = phase->node_latency[i];
        kept[count++] = (int64_t)i;
    }
    struct histogram *smaller =
        reallocarray(phase->node_latency, count ? count : 1, sizeof *smaller);
    phase->node_latency = smaller ? smaller : phase->node_latency;
    phase->latency_nodes = kept;
    phase->latency_node_count = count;
    free(marked);
    return 0;
}

size_t thin_readings(size_t nodes)
{
    const size_t each = MOST_READINGS / (nodes ? nodes : 1);
    return each < FEWEST_READINGS ? FEWEST_READINGS : each;
}

static void join(struct record_device *into, const struct record_device *next)
{
    into->width_ns += next->width_ns;
    into->busy_ns += next->busy_ns;
    into->queue_ns += next->queue_ns;
    into->request_ns += next->request_ns;
    into->requests += next->requests;
    into->read_bytes += next->read_bytes;
    into->written_bytes += next->written_bytes;
    into->received_bytes += next->received_bytes;
    into->sent_bytes += next->sent_bytes;
}

size_t thin_devices(struct record_device *rows, size_t count, size_t most)
{
    const size_t together = divide_up(count, most);
    if (together < 2)
        return count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (i % together == 0)
            rows[kept++] = rows[i];
        else
            join(&rows[kept - 1], &rows[i]);
    return kept;
}
