/* SPDX-License-Identifier: Apache-2.0 */
/* What a rank's crew did, as one outcome, and what it leaves for later phases. */
#include "work_names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wrong_row {
    uint32_t rank; /* the one that found it */
    struct object object;
    struct difference difference;
};

static void merge_slowest(const struct work_names *names, uint32_t thread, struct slowest *into)
{
    struct slowest own = crew_outcome(names->crew, thread)->slowest;
    for (uint32_t i = 0; i < own.count; i++) {
        own.requests[i].rank = names->phase->run->cluster->rank;
        own.requests[i].writer = thread;
        own.requests[i].file_writer = own.requests[i].piece;
    }
    slowest_merge(into, &own);
}

static const char checks_first[] =
    "each rename first checked whether the new name was free: the file system cannot refuse to "
    "replace a file";

/* What the thread was not granted. */
static void set_modes(const struct work_names *names, uint32_t i, struct record_modes *modes)
{
    const bool checks = crew_outcome(names->crew, i)->checks_first;
    const char *const reason = crew_reason(names->crew, i);
    modes->not_granted_set = (reason[0] ? GRANT_ENGINE_MODE : 0) + (checks ? GRANT_SAFE_RENAME : 0);
    snprintf(modes->not_granted, sizeof modes->not_granted, "%s%s%s", reason,
             reason[0] && checks ? "; " : "", checks ? checks_first : "");
}

static void add_thread(const struct work_names *names, uint32_t i, struct work_outcome *outcome)
{
    const struct crew_outcome *thread = crew_outcome(names->crew, i);
    const struct counters *counters = &thread->counters;
    if (counters->started_ns == INT64_MAX && !counters->failed_requests)
        return;
    if (outcome->threads) {
        struct record_row *row = &outcome->threads[outcome->thread_count++];
        *row = (struct record_row){.writer = i, .counters = *counters};
        row->counters.bad_blocks = 0; /* counted for the rank */
        set_modes(names, i, &row->modes);
        text_copy(row->first_failure, sizeof row->first_failure, thread->failure.text);
        record_latency_of(&thread->latency, &row->latency);
    }
    outcome->beside.bad_blocks += counters->bad_blocks;
    histogram_merge(&outcome->latency, &thread->latency);
    histogram_merge(&outcome->intended, &thread->intended);
    _Static_assert((int)OPERATION_PARTS == (int)WORK_PARTS && (int)PART_CLOSE == (int)WORK_CLOSE,
                   "the same parts in the same order");
    for (int part = 0; part < OPERATION_PARTS; part++)
        histogram_merge(&outcome->parts[part], &thread->parts[part]);
    timeline_merge(&outcome->timeline, &thread->timeline);
    if (counters->last_ns > outcome->last_ns)
        outcome->last_ns = counters->last_ns;
    if (counters->end_ns > outcome->last_ns && counters->last_ns == 0)
        outcome->last_ns = counters->end_ns; /* a lost thread did everything at the end */
    merge_slowest(names, i, &outcome->slowest);
    failure_set(&outcome->failure, thread->failure.code, "%s", thread->failure.text);
}

static void keep_created(const struct work_names *names)
{
    struct object_tree *tree = names->tree;
    for (uint32_t i = 0; i < tree->layout.threads; i++)
        tree->places[i] = crew_created(names->crew, i, &tree->created[i]);
}

void work_names_join(struct work *work, struct work_outcome *outcome)
{
    struct work_names *names = (struct work_names *)work;
    const uint64_t planned = crew_planned(names->crew);
    uint64_t tried = 0;
    work_outcome_clear(outcome);
    if (names->kind->lists)
        names->matches = crew_check_listed(names->crew);
    outcome->threads = calloc(names->threads, sizeof *outcome->threads);
    for (uint32_t i = 0; i < names->threads; i++) {
        const struct crew_outcome *thread = crew_outcome(names->crew, i);
        add_thread(names, i, outcome);
        tried += (uint64_t)(thread->counters.operations + thread->counters.failed_requests);
    }
    outcome->left = planned ? planned - (tried < planned ? tried : planned)
                            : names->kind->creates; /* until the deadline: never all */
    if (names->kind->creates)
        keep_created(names);
    if (!outcome->threads)
        failure_set(&outcome->failure, -ENOMEM, "not enough memory for the results");
}

static int keep_wrong(const struct work_names *names, const struct wrong_row *row,
                      struct record_difference *to, struct failure *why)
{
    const struct cluster *cluster = names->phase->run->cluster;
    const struct slow_request place = {
        .rank = row->rank, .file_writer = object_key(&row->object), .offset = row->object.place};
    uint64_t offset = 0;
    char *path = names->work.methods->path(&names->work, &place, &offset, why);
    if (!path)
        return why->code;
    *to = (struct record_difference){
        .rank = row->rank,
        .offset = (int64_t)row->difference.offset,
        .length = (int64_t)row->difference.length,
    };
    text_copy(to->host, sizeof to->host, cluster->node_names[cluster->shape.rank_node[row->rank]]);
    text_copy(to->path, sizeof to->path, path);
    text_copy(to->kind, sizeof to->kind, difference_kind_name(row->difference.kind));
    free(path);
    return 0;
}

/* The first object with wrong data of each thread. */
static int gather_wrong(const struct work_names *names, struct record_phase *into,
                        struct failure *why)
{
    struct cluster *cluster = names->phase->run->cluster;
    struct wrong_row *rows = calloc(names->threads, sizeof *rows);
    void *gathered = NULL;
    size_t count = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; rows && i < names->threads; i++) {
        const struct crew_outcome *thread = crew_outcome(names->crew, i);
        if (thread->difference.length)
            rows[used++] = (struct wrong_row){cluster->rank, thread->wrong, thread->difference};
    }
    if (!rows)
        failure_set(why, -ENOMEM, "not enough memory for the results");
    cluster_gather(cluster, rows, sizeof *rows, used, &gathered, &count, why);
    free(rows);
    if (into && !why->code) {
        into->differences = calloc(count + 1, sizeof *into->differences);
        if (!into->differences)
            failure_set(why, -ENOMEM, "not enough memory for the results");
        for (size_t i = 0; i < count && !why->code; i++, into->difference_count++)
            keep_wrong(names, (const struct wrong_row *)gathered + i, &into->differences[i], why);
    }
    free(gathered);
    return why->code;
}

/* Returns what this rank's crew has renamed, by part; NULL: everything. */
static struct acknowledged *renamed_parts(const struct work_names *names, bool *lost,
                                          struct failure *why)
{
    const uint32_t parts = crew_parts(names->crew);
    struct acknowledged *reached = calloc(parts, sizeof *reached);
    struct crew_state state;
    crew_peek(names->crew, &state);
    *lost = state.lost;
    for (uint32_t i = 0; reached && i < parts; i++)
        crew_renamed(names->crew, i, &reached[i]);
    if (!reached)
        failure_set(why, -ENOMEM, "not enough memory for the names of objects");
    return reached;
}

/* The rank that created the objects learns which of them have their other name now. */
static void return_names(const struct work_names *names, struct failure *why)
{
    struct cluster *cluster = names->phase->run->cluster;
    struct object_tree *tree = names->tree;
    const uint32_t parts = crew_parts(names->crew);
    const uint32_t visitor = work_names_visitor(names);
    bool lost = false;
    struct acknowledged *mine = renamed_parts(names, &lost, why);
    struct acknowledged *theirs = calloc(parts, sizeof *theirs);
    if (!theirs)
        failure_set(why, -ENOMEM, "not enough memory for the names of objects");
    const bool failed = cluster_max(cluster, !mine || !theirs);
    for (uint32_t i = 0; !failed && i < parts; i++)
        cluster_exchange(cluster, &mine[i], names->owner, &theirs[i], visitor, sizeof *mine);
    free(mine);
    tree->unsure |= cluster_max(cluster, lost || failed);
    if (failed || !cluster_max(cluster, !object_names_complete(tree->created, tree->layout.threads,
                                                               theirs, parts))) {
        free(theirs);
        theirs = NULL;
    }
    object_tree_set_names(tree, theirs, parts);
}

int work_names_gather(const struct work *work, struct record_phase *into, struct failure *why)
{
    const struct work_names *names = (const struct work_names *)work;
    struct cluster *cluster = names->phase->run->cluster;
    const struct work_outcome *outcome = &names->phase->outcome;
    struct object_tree *tree = names->tree;
    if (names->kind->lists) {
        const uint64_t matches = cluster_sum(cluster, names->matches);
        if (into && names->kind->on_file)
            into->matches = (int64_t)matches;
    }
    if (names->kind->creates)
        tree->shared_directories = cluster_max(cluster, object_tree_shared_directories(tree));
    if (names->kind->renames)
        return_names(names, why);
    /* after a removal that is not complete, the end of the run removes what is left */
    if (names->kind->removes && !cluster_sum(cluster, outcome->left || outcome->failure.code))
        object_tree_set_empty(tree);
    work_names_gather_state(names, into, why);
    work_names_gather_errors(names, into, why);
    return names->phase->kind->checks ? gather_wrong(names, into, why) : why->code;
}
