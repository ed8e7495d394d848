/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "figures.h"
#include "preset_name.h"

/* A node that moves more than three times its memory cannot hold what it reads again. */
enum { MEMORY_TIMES = 3, MILLION = 1000000 };

static void add_rank(const struct record_row *rank, struct record_checkpoint *row)
{
    const struct counters *counters = &rank->counters;
    if (record_row_idle(rank) || counters->end_ns <= 0)
        return;
    const int64_t per_s =
        (int64_t)figures_rate(record_row_amount(rank, UNIT_BYTE), counters->end_ns);
    if (!row->slowest_ns || per_s < row->least_per_s)
        row->least_per_s = per_s;
    if (counters->end_ns <= row->slowest_ns)
        return;
    row->slowest_ns = counters->end_ns;
    text_copy(row->slowest_rank, sizeof row->slowest_rank, rank->name);
}

/* The least of all nodes that moved something. */
static int64_t memory_share(const struct record *record, const struct record_phase *phase)
{
    int64_t least = 0;
    for (size_t i = 0; i < phase->node_count; i++) {
        const struct record_row *node = &phase->nodes[i];
        const int64_t memory = node->node >= 0 && (size_t)node->node < record->node_count
                                   ? record->nodes[node->node].memory_bytes
                                   : 0;
        if (record_row_idle(node))
            continue;
        if (memory <= 0)
            return 0;
        const int64_t share =
            (int64_t)((double)record_row_amount(node, UNIT_BYTE) * MILLION / (double)memory);
        least = !least || share < least ? share : least;
    }
    return least;
}

static enum record_checkpoint_cache cache_of(const struct record_phase *phase, int64_t memory_ppm)
{
    if (phase->total.modes.direct_in_effect == TRUTH_YES)
        return CHECKPOINT_CACHE_BYPASSED;
    if (memory_ppm > MEMORY_TIMES * MILLION)
        return CHECKPOINT_CACHE_EXCEEDED;
    return phase->reads && phase->cache_state == CACHE_COLD ? CHECKPOINT_CACHE_EMPTY
                                                            : CHECKPOINT_CACHE_USED;
}

static void fill(const struct record *record, const struct record_phase *phase,
                 struct record_checkpoint *row)
{
    *row = (struct record_checkpoint){
        .bytes = phase->amount,
        .memory_ppm = memory_share(record, phase),
    };
    row->cache = (uint8_t)cache_of(phase, row->memory_ppm);
    text_copy(row->phase, sizeof row->phase, phase->name);
    for (size_t i = 0; i < phase->rank_count; i++)
        add_rank(&phase->ranks[i], row);
}

int checkpoint_consider(struct record *record)
{
    free(record->checkpoints);
    record->checkpoints = NULL;
    record->checkpoint_count = 0;
    if (!preset_is(record, "checkpoint") || !record->phase_count)
        return 0;
    record->checkpoints = calloc(record->phase_count, sizeof *record->checkpoints);
    if (!record->checkpoints)
        return -ENOMEM;
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].status == RECORD_COMPLETE && record->phases[i].unit == UNIT_BYTE)
            fill(record, &record->phases[i], &record->checkpoints[record->checkpoint_count++]);
    return 0;
}
