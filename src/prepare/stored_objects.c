/* SPDX-License-Identifier: Apache-2.0 */
#include "stored_objects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "options/phases.h"
#include "stored_lines.h"

/* The same on all ranks. */
struct header {
    uint64_t generation;
    uint64_t content_bytes;
    int64_t since_ns;
    uint32_t creators; /* of each rank */
    uint32_t parts;    /* of each rank, after a rename that has not reached all; else 0 */
    bool second;
};

/* One part as sent to all ranks; holes are sent separately, since few parts have any. */
struct place {
    uint64_t places;
    uint64_t reached;
};

struct parts {
    struct place *places; /* of all ranks */
    char *holes;          /* lines of "rank part holes" */
};

static bool changes(const struct record_phase *phase)
{
    return !strcmp(phase->kind, phase_kinds[PHASE_CREATE].name) ||
           !strcmp(phase->kind, phase_kinds[PHASE_RENAME].name) ||
           !strcmp(phase->kind, phase_kinds[PHASE_REMOVE].name);
}

/* The last phase that changed objects of the section; NULL if none did. */
static const struct record_phase *last_change(const struct record *record, const char *section)
{
    const struct record_phase *last = NULL;
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        const char *owner = phase->data[0] ? phase->data : phase->section;
        if (phase->unit == UNIT_OPERATION && phase->status != RECORD_SKIPPED && changes(phase) &&
            !strcmp(owner, section))
            last = phase;
    }
    return last;
}

static int check_state(const struct record_phase *phase, struct failure *why)
{
    switch ((enum record_objects_state)phase->objects_state) {
    case OBJECTS_FIRST_NAMES:
    case OBJECTS_SECOND_NAMES:
    case OBJECTS_PARTLY_FIRST:
    case OBJECTS_PARTLY_SECOND:
        return 0;
    case OBJECTS_REMOVED:
        return failure_set(why, -ENODATA, "the stored run removed its objects, in phase '%s'",
                           phase->name);
    default:
        return failure_set(
            why, -ENODATA,
            "phase '%s' of the stored run did not end, so it is unknown which objects "
            "exist: remove them with --cleanup",
            phase->name);
    }
}

int stored_objects_check(const struct record *record, const char *section,
                         const struct settings *then, const struct settings *now,
                         struct failure *why)
{
    const struct record_phase *phase = last_change(record, section);
    const char *other = then->objects != now->objects                       ? "objects"
                        : then->object_size_bytes != now->object_size_bytes ? "object-size"
                        : then->shared_directory != now->shared_directory   ? "shared-directory"
                        : then->fan_out != now->fan_out                     ? "fan-out"
                        : then->tree_depth != now->tree_depth               ? "tree-depth"
                                                                            : NULL;
    if (!phase)
        return failure_set(why, -ENODATA,
                           "the stored run created no objects%s%s%s: see 'tidemill report'",
                           *section ? " in section '" : "", section, *section ? "'" : "");
    if (other)
        return failure_set(why, -EINVAL,
                           "the stored run created its objects with another --%s: leave it out",
                           other);
    return check_state(phase, why);
}

static int refuse_rows(const struct record_phase *phase, struct failure *why)
{
    return failure_set(why, -EINVAL, "the stored result does not list the objects of phase '%s'",
                       phase->name);
}

/* Rank 0: rows of the record in the order of ranks and parts. */
static int fill(const struct record_phase *phase, const struct record_objects *rows, size_t count,
                uint32_t each, struct parts *parts, struct failure *why)
{
    struct text holes = {0};
    for (size_t i = 0; i < count && !why->code; i++) {
        const struct record_objects *row = &rows[i];
        if (row->rank != (int64_t)(i / each) || row->part != (int64_t)(i % each) ||
            row->reached < 0 || row->places < row->reached ||
            row->places >= INT64_C(1) << OBJECTS_BITS) {
            refuse_rows(phase, why);
            break;
        }
        parts->places[i] = (struct place){(uint64_t)row->places, (uint64_t)row->reached};
        stored_lines_add(&holes, row->rank, row->part, row->holes);
    }
    if (holes.failed)
        failure_set(why, -ENOMEM, "not enough memory for the stored objects");
    parts->holes = holes.data;
    return why->code;
}

static int read_header(const struct record_phase *phase, uint32_t ranks, struct header *header,
                       struct failure *why)
{
    const enum record_objects_state state = (enum record_objects_state)phase->objects_state;
    const bool partly = state == OBJECTS_PARTLY_FIRST || state == OBJECTS_PARTLY_SECOND;
    *header = (struct header){
        .generation = (uint64_t)phase->objects_generation,
        .content_bytes = (uint64_t)phase->objects_content_bytes,
        .since_ns = phase->objects_since_ns,
        .creators = (uint32_t)(phase->objects_count / ranks),
        .parts = partly ? (uint32_t)(phase->renamed_count / ranks) : 0,
        .second = state == OBJECTS_SECOND_NAMES || state == OBJECTS_PARTLY_SECOND,
    };
    if (!header->creators || phase->objects_count % ranks || phase->objects_generation < 0 ||
        phase->objects_content_bytes <= 0 || (partly && !header->parts) ||
        phase->renamed_count % ranks)
        return refuse_rows(phase, why);
    return 0;
}

/* Sends the rows of rank 0, and gets what this rank's parts have reached. Collective. */
static int share_parts(struct cluster *cluster, const struct record_phase *phase, bool renamed,
                       uint32_t each, struct acknowledged *sets, uint64_t *places,
                       struct agreement *agreement)
{
    const size_t count = (size_t)cluster->shape.rank_count * each;
    struct parts parts = {.places = calloc(count + 1, sizeof *parts.places)};
    struct failure failure = {0};
    char holes[STORED_PLACES];
    if (!parts.places)
        failure_set(&failure, -ENOMEM, "not enough memory for the stored objects");
    else if (cluster->rank == 0)
        fill(phase, renamed ? phase->renamed : phase->objects, count, each, &parts, &failure);
    if (!cluster_agree(cluster, &failure, agreement)) {
        cluster_broadcast(cluster, parts.places, count * sizeof *parts.places);
        if (stored_lines_share(cluster, &parts.holes))
            failure_set(&failure, -ENOMEM, "not enough memory for the stored objects");
        for (uint32_t i = 0; i < each && !failure.code; i++) {
            const struct place *own = &parts.places[(size_t)cluster->rank * each + i];
            acknowledged_all(&sets[i], own->reached, 0);
            acknowledged_parse_holes(
                &sets[i], stored_lines_find(parts.holes, cluster->rank, i, holes), &failure);
            if (places)
                places[i] = own->places;
        }
        cluster_agree(cluster, &failure, agreement);
    }
    free(parts.places);
    free(parts.holes);
    return agreement->first.code;
}

int stored_objects_share(const struct stored *stored, const char *section, struct dataset *dataset,
                         uint64_t *content_bytes, struct agreement *agreement)
{
    struct cluster *cluster = dataset->cluster;
    struct object_tree *tree = &dataset->tree;
    const struct record_phase *phase = NULL;
    struct failure failure = {0};
    struct header header = {0};
    if (cluster->rank == 0) {
        phase = last_change(&stored->record, section);
        read_header(phase, cluster->shape.rank_count, &header, &failure);
    }
    if (cluster_agree(cluster, &failure, agreement))
        return agreement->first.code;
    cluster_broadcast(cluster, &header, sizeof header);
    *content_bytes = header.content_bytes;
    struct acknowledged *reached = calloc(header.parts + 1U, sizeof *reached);
    if (!reached)
        failure_set(&failure, -ENOMEM, "not enough memory for the stored objects");
    dataset_init_objects(dataset, header.creators, &failure);
    if (cluster_agree(cluster, &failure, agreement) ||
        share_parts(cluster, phase, false, header.creators, tree->created, tree->places,
                    agreement) ||
        (header.parts &&
         share_parts(cluster, phase, true, header.parts, reached, NULL, agreement))) {
        free(reached);
        return agreement->first.code;
    }
    tree->generation = header.generation;
    tree->since_ns = header.since_ns;
    tree->names.second = !header.second;
    if (!header.parts) {
        free(reached);
        reached = NULL;
    }
    object_tree_set_names(tree, reached, header.parts);
    tree->shared_directories = cluster_max(cluster, object_tree_shared_directories(tree));
    object_tree_take_over(tree, cluster->leader, &failure);
    return cluster_agree(cluster, &failure, agreement);
}
