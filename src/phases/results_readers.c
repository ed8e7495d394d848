/* SPDX-License-Identifier: Apache-2.0 */
/* Which rank wrote what each rank reads, as the plan has it. */
#include <errno.h>
#include <stdlib.h>

#include "results.h"

/* Returns the node of a rank in an earlier run, or NULL if its result does not show it. The rows of
 * ranks are in their order. */
static const struct record_node *earlier_node(const struct record *record, uint32_t rank)
{
    for (size_t i = record->phase_count; i-- > 0;) {
        const struct record_phase *phase = &record->phases[i];
        if (!phase->writes || rank >= phase->rank_count)
            continue;
        const struct record_row *row = &phase->ranks[rank];
        if (row->rank == rank && row->node >= 0 && (size_t)row->node < record->node_count)
            return &record->nodes[row->node];
    }
    return NULL;
}

static void keep_writer(const struct record_node *node, int64_t rank, struct record_reader *reader)
{
    reader->written_rank = rank;
    if (!node)
        return;
    text_copy(reader->written_node, sizeof reader->written_node, node->hostname);
    text_copy(reader->written_boot_id, sizeof reader->written_boot_id, node->boot_id);
}

static uint32_t owner_of(const struct phase *phase, uint32_t rank)
{
    return phase->work->methods->owner(phase->work, rank);
}

static void list_readers(const struct phase *phase, bool own, struct record_phase *into)
{
    const struct setup *setup = phase->prepared->setup;
    const struct record *record = phase->run->record;
    const uint32_t *rank_node = phase->run->cluster->shape.rank_node;
    for (uint32_t rank = 0; rank < into->reader_count; rank++) {
        const struct record_node *node = &record->nodes[rank_node[rank]];
        struct record_reader *reader = &into->readers[rank];
        const uint32_t from = owner_of(phase, rank);
        *reader = (struct record_reader){
            .rank = rank, .node_number = rank_node[rank], .written_rank = -1};
        text_copy(reader->node, sizeof reader->node, node->hostname);
        text_copy(reader->boot_id, sizeof reader->boot_id, node->boot_id);
        if (own)
            keep_writer(&record->nodes[rank_node[from]], from, reader);
        else if (setup->reads_stored)
            keep_writer(earlier_node(&setup->stored.record, from), from, reader);
    }
}

void results_readers(const struct phase *phase, struct record_phase *into, struct failure *why)
{
    const struct plan *plan = &phase->prepared->plan;
    const struct shape *shape = &plan->setup.shape;
    const struct prepared *prepared = phase->prepared;
    const bool own = prepared->writes || prepared->creates || prepared->source; /* of this run */
    const uint32_t *kernel = shape->rank_kernel ? shape->rank_kernel : shape->rank_node;
    uint32_t same = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        same += kernel[owner_of(phase, rank)] == kernel[rank];
    into->shift = plan->shift;
    if (phase->kind->unit == UNIT_OPERATION || phase->kind->writes)
        into->shift =
            (shape->rank_node[owner_of(phase, 0)] + shape->node_count - shape->rank_node[0]) %
            shape->node_count;
    into->same_node_ranks = own ? same : 0;
    into->written_by = !own   ? WRITTEN_BY_EARLIER_RUN
                       : same ? WRITTEN_BY_SAME_NODE
                              : WRITTEN_BY_OTHER_NODE;
    into->readers = calloc(plan->setup.shape.rank_count, sizeof *into->readers);
    if (!into->readers) {
        failure_set(why, -ENOMEM, "not enough memory for the results");
        return;
    }
    into->reader_count = plan->setup.shape.rank_count;
    list_readers(phase, own, into);
}
