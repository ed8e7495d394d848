/* SPDX-License-Identifier: Apache-2.0 */
/* What a phase has left of all ranks' objects, for the record: a later run can visit them. */
#include <errno.h>
#include <stdlib.h>

#include "work_names.h"

struct state_row {
    uint32_t rank;
    uint32_t part;
    uint64_t places;
    struct acknowledged reached;
};

static int make_row(const struct state_row *row, struct record_objects *to, struct failure *why)
{
    struct text holes = {0};
    text_add(&holes, "%s", "");
    acknowledged_print_holes(&row->reached, &holes);
    *to = (struct record_objects){
        .rank = row->rank,
        .part = row->part,
        .places = (int64_t)row->places,
        .reached = (int64_t)row->reached.issued,
        .holes = holes.data,
    };
    return holes.failed ? failure_set(why, -ENOMEM, "not enough memory for the results") : 0;
}

/* 'places' may be NULL: as many as were reached. Rank 0 gets the rows of all ranks. */
static void gather_sets(const struct work_names *names, const struct acknowledged *sets,
                        const uint64_t *places, uint32_t count, struct record_objects **to,
                        size_t *to_count, struct failure *why)
{
    struct cluster *cluster = names->phase->run->cluster;
    struct state_row *rows = calloc(count + 1U, sizeof *rows);
    void *gathered = NULL;
    size_t gathered_count = 0;
    if (!rows)
        failure_set(why, -ENOMEM, "not enough memory for the results");
    for (uint32_t i = 0; rows && i < count; i++)
        rows[i] =
            (struct state_row){cluster->rank, i, places ? places[i] : sets[i].issued, sets[i]};
    cluster_gather(cluster, rows, sizeof *rows, rows ? count : 0, &gathered, &gathered_count, why);
    free(rows);
    if (to && !why->code) {
        *to = calloc(gathered_count + 1, sizeof **to);
        if (!*to)
            failure_set(why, -ENOMEM, "not enough memory for the results");
        for (size_t i = 0; i < gathered_count && !why->code; i++, (*to_count)++)
            make_row((const struct state_row *)gathered + i, &(*to)[i], why);
    }
    free(gathered);
}

static enum record_objects_state state_of(const struct work_names *names)
{
    const struct object_tree *tree = names->tree;
    if (names->kind->removes)
        return tree->exists ? OBJECTS_PARTLY_REMOVED : OBJECTS_REMOVED;
    if (tree->unsure)
        return OBJECTS_UNKNOWN_NAMES;
    if (tree->names.parts)
        return tree->names.second ? OBJECTS_PARTLY_SECOND : OBJECTS_PARTLY_FIRST;
    return tree->names.second ? OBJECTS_SECOND_NAMES : OBJECTS_FIRST_NAMES;
}

void work_names_gather_state(const struct work_names *names, struct record_phase *into,
                             struct failure *why)
{
    const struct object_tree *tree = names->tree;
    if (!operation_changes(names->kind))
        return;
    const uint64_t since_ns = cluster_min(names->phase->run->cluster, (uint64_t)tree->since_ns);
    if (into) {
        into->objects_state = (uint8_t)state_of(names);
        into->objects_generation = (int64_t)tree->generation;
        into->objects_since_ns = (int64_t)since_ns;
        into->objects_content_bytes = (int64_t)names->phase->content->setup.total_bytes;
    }
    if (names->kind->removes)
        return;
    gather_sets(names, tree->created, tree->places, tree->layout.threads,
                into ? &into->objects : NULL, into ? &into->objects_count : NULL, why);
    if (tree->names.parts)
        gather_sets(names, tree->reached, NULL, tree->names.parts, into ? &into->renamed : NULL,
                    into ? &into->renamed_count : NULL, why);
}
