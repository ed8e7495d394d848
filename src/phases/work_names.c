/* SPDX-License-Identifier: Apache-2.0 */
#include "work_names.h"

#include <errno.h>
#include <stdlib.h>

/* Objects that exist from an earlier repetition are removed before the clock starts. */
static int remove_earlier(struct work_names *names, struct agreement *agreement)
{
    struct cluster *cluster = names->phase->run->cluster;
    struct failure failure = {0};
    object_tree_remove_own(names->tree, &failure);
    if (cluster_agree(cluster, &failure, agreement))
        return -1;
    object_tree_remove_shared(names->tree, &failure);
    return cluster_agree(cluster, &failure, agreement);
}

static int prepare_creating(struct work_names *names, struct agreement *agreement)
{
    struct cluster *cluster = names->phase->run->cluster;
    struct object_tree *tree = names->tree;
    struct failure failure = {0};
    if (tree->used && remove_earlier(names, agreement))
        return -1;
    const struct data_folder *folder =
        dataset_folder_on(names->phase->dataset,
                          geometry_target(&names->phase->dataset->plan->geometry, cluster->rank));
    if (folder && folder->made)
        object_tree_make_top(tree, &failure);
    if (cluster_agree(cluster, &failure, agreement))
        return -1;
    object_tree_make_own(tree, &failure);
    tree->generation += tree->used;
    tree->used = tree->exists = true;
    return cluster_agree(cluster, &failure, agreement);
}

/* The rank whose objects this kind of phase visits: as many times --shift away as its kind has it.
 */
static uint32_t owner_of(const struct work *work, uint32_t rank)
{
    const struct work_names *names = (const struct work_names *)work;
    const struct object_layout *layout = &names->tree->layout;
    if (names->kind->lists && layout->shared && !layout->fan_out)
        return rank; /* objects of all ranks are in the single directory */
    for (uint32_t i = 0; i < names->kind->shifts; i++)
        rank = names->phase->prepared->plan.reads_of[rank];
    return rank;
}

uint32_t work_names_visitor(const struct work_names *names)
{
    uint32_t visitor = 0;
    while (owner_of(&names->work, visitor) != names->phase->run->cluster->rank)
        visitor++;
    return visitor;
}

/* All ranks' objects are in as many parts. */
static void exchange_names(struct work_names *names, uint32_t visitor, struct failure *why)
{
    struct cluster *cluster = names->phase->run->cluster;
    const struct object_tree *tree = names->tree;
    cluster_exchange(cluster, &tree->names, visitor, &names->names, names->owner,
                     sizeof names->names);
    names->reached = calloc(tree->names.parts + 1, sizeof *names->reached);
    names->names.reached = names->reached;
    if (!names->reached)
        failure_set(why, -ENOMEM, "not enough memory for the names of objects");
}

static int prepare_visiting(struct work_names *names, struct agreement *agreement)
{
    struct cluster *cluster = names->phase->run->cluster;
    struct object_tree *tree = names->tree;
    struct failure failure = {0};
    const uint32_t visitor = work_names_visitor(names);
    if (names->kind->renames)
        object_tree_finish_rename(tree, &failure);
    if (cluster_agree(cluster, &failure, agreement))
        return -1;
    for (uint32_t i = 0; i < tree->layout.threads; i++)
        cluster_exchange(cluster, &tree->created[i], visitor, &names->created[i], names->owner,
                         sizeof *names->created);
    exchange_names(names, visitor, &failure);
    if (cluster_agree(cluster, &failure, agreement))
        return -1;
    for (uint32_t i = 0; i < tree->names.parts; i++)
        cluster_exchange(cluster, &tree->reached[i], visitor, &names->reached[i], names->owner,
                         sizeof *names->reached);
    return names->kind->lists ? work_names_prepare_list(names, agreement) : 0;
}

static int prepare(struct work *work, struct agreement *agreement)
{
    struct work_names *names = (struct work_names *)work;
    return names->kind->creates ? prepare_creating(names, agreement)
                                : prepare_visiting(names, agreement);
}

static int open_crew(struct work *work, struct failure *why)
{
    struct work_names *names = (struct work_names *)work;
    const struct phase *phase = names->phase;
    const struct settings *settings = phase->prepared->settings;
    struct text top = {0};
    dataset_objects(phase->dataset, names->owner, &top);
    struct crew_setup setup = {
        .kind = names->kind,
        .operation = {.directories = settings->objects == OBJECTS_DIRECTORIES,
                      .object_bytes = settings->object_size_bytes,
                      .sync_each = settings->fsync == FSYNC_EACH,
                      .fill_once = settings->generate == GENERATE_ONCE,
                      .content = phase->content,
                      .generation = names->tree->generation},
        .layout = names->tree->layout,
        .top = text_string(&top),
        .rank = names->owner,
        .threads = names->threads,
        .depth = names->kind->lists ? 0 : objects_depth(settings),
        .objects = settings->objects_per_rank,
        .created = names->created,
        .names = names->names,
        .listing = names->listing,
        .limits = phase->limits,
        .sync_end = operation_changes(names->kind) && settings->fsync == FSYNC_END,
        .spins = phase->prepared->roomy,
    };
    if (top.failed)
        failure_set(why, -ENOMEM, "not enough memory");
    else
        crew_open(&names->crew, &setup, why);
    text_release(&top);
    return why->code;
}

static uint64_t planned(const struct work *work)
{
    return crew_planned(((const struct work_names *)work)->crew);
}

static bool modes(const struct work *work, struct record_modes *into)
{
    const struct work_names *names = (const struct work_names *)work;
    *into = (struct record_modes){0};
    return names->kind->creates || crew_planned(names->crew) > 0;
}

static void go_at(struct work *work, int64_t start_ns)
{
    crew_go_at(((struct work_names *)work)->crew, start_ns);
}

static bool wait_for_end(struct work *work, int64_t limit_ns)
{
    return crew_wait(((struct work_names *)work)->crew, limit_ns);
}

uint64_t work_names_place(const struct work_names *names, const struct object *object)
{
    return names->kind->lists ? objects_number(&names->tree->layout, object) : object->place;
}

static void peek(const struct work *work, struct work_state *state)
{
    struct crew_state seen;
    crew_peek(((const struct work_names *)work)->crew, &seen);
    *state = (struct work_state){
        .amount = seen.done,
        .edges = seen.edges,
        .failed = seen.failed,
        .lost = seen.lost,
        .waits = seen.waits,
        .wait = {.writer = object_key(&seen.object),
                 .what = (uint32_t)seen.what,
                 .offset = work_names_place((const struct work_names *)work, &seen.object),
                 .since_ns = seen.since_ns},
    };
    state->reported = crew_reports(((const struct work_names *)work)->crew, &state->sent);
}

static bool edge_of(const struct work *work, uint64_t edge, uint64_t *amount)
{
    return crew_edge(((const struct work_names *)work)->crew, edge, amount);
}

static void set_goal(struct work *work, uint64_t amount, bool settled)
{
    crew_set_goal(((struct work_names *)work)->crew, amount, settled);
}

static int64_t peak(const struct work *work, uint64_t first, uint64_t end)
{
    return crew_peak(((const struct work_names *)work)->crew, first, end);
}

/* What is removed anyway need not be durable. */
static void stop(struct work *work, enum stop_reason reason)
{
    const struct work_names *names = (const struct work_names *)work;
    const bool signalled = reason == STOP_SIGINT || reason == STOP_SIGTERM;
    crew_stop(names->crew, !signalled || names->phase->run->settings->keep);
}

static bool abandon(struct work *work, int64_t limit_ns)
{
    return crew_abandon(((struct work_names *)work)->crew, limit_ns);
}

/* The directory of an object, and with 'name' the object. */
static bool print_path(const struct work_names *names, const struct object *object, bool name,
                       struct text *out)
{
    struct text top = {0};
    char last[OBJECT_NAME];
    dataset_objects(names->phase->dataset, object->rank, &top);
    objects_print_directory(&names->tree->layout, text_string(&top), object, out);
    objects_write_name(&names->tree->layout, object, last);
    if (name)
        text_add(out, "/%s", last);
    out->failed |= top.failed;
    text_release(&top);
    return !out->failed;
}

/* The object of a rank that a record is about. */
static struct object object_of(const struct work *work, uint32_t rank, uint32_t key, uint64_t place)
{
    const struct work_names *names = (const struct work_names *)work;
    struct object object = object_of_key(owner_of(work, rank), key, place);
    if (names->kind->lists) {
        const bool second = object.second;
        object = objects_of_number(&names->tree->layout, place);
        object.second = second;
    }
    return object;
}

static char *path_in(const struct work_names *names, const struct slow_request *request, bool whole,
                     struct failure *why)
{
    const struct object object =
        object_of(&names->work, request->rank, request->file_writer, request->offset);
    struct text path = {0};
    if (print_path(names, &object, whole, &path))
        return path.data;
    text_release(&path);
    failure_set(why, -ENOMEM, "not enough memory for the results");
    return NULL;
}

static char *path_of(const struct work *work, const struct slow_request *request, uint64_t *offset,
                     struct failure *why)
{
    (void)offset;
    const struct work_names *names = (const struct work_names *)work;
    const bool whole = !names->kind->lists || names->kind->on_file || names->tree->directories;
    return path_in(names, request, whole, why);
}

char *work_names_directory(const struct work_names *names, const struct slow_request *place,
                           struct failure *why)
{
    return path_in(names, place, false, why);
}

static bool describe(const struct work *work, const struct stall *stall, struct text *line)
{
    const struct work_names *names = (const struct work_names *)work;
    const struct object object = object_of(work, stall->rank, stall->writer, stall->offset);
    struct text path = {0};
    const bool whole = stall->what == CREW_OPERATION;
    const bool known = print_path(names, &object, whole, &path);
    if (known)
        text_add(line, "%s of '%s'", crew_wait_name(names->kind, (enum crew_wait)stall->what),
                 text_string(&path));
    text_release(&path);
    return known;
}

static void end(struct work *work)
{
    struct work_names *names = (struct work_names *)work;
    struct crew_state state = {0};
    if (names->crew)
        crew_peek(names->crew, &state);
    crew_close(names->crew);
    if (state.lost) /* its threads may still use what it borrowed */
        return;
    free(names->created);
    free(names->reached);
    free(names);
}

/* The objects of a rank are on one target. */
static void use_of(const struct work *work, uint32_t target, struct target_use *use)
{
    const struct work_names *names = (const struct work_names *)work;
    const struct phase *phase = names->phase;
    const uint32_t owner = owner_of(work, phase->run->cluster->rank);
    if (geometry_target(&phase->dataset->plan->geometry, owner) != target)
        return;
    for (uint32_t i = 0; i < names->threads; i++)
        target_use_add(use, &crew_outcome(names->crew, i)->counters,
                       &crew_outcome(names->crew, i)->latency);
}

static const struct work_methods methods = {
    .prepare = prepare,
    .open = open_crew,
    .planned = planned,
    .modes = modes,
    .owner = owner_of,
    .go_at = go_at,
    .wait = wait_for_end,
    .peek = peek,
    .edge = edge_of,
    .set_goal = set_goal,
    .peak = peak,
    .stop = stop,
    .abandon = abandon,
    .join = work_names_join,
    .use = use_of,
    .gather = work_names_gather,
    .path = path_of,
    .describe = describe,
    .close = end,
};

int work_names_init(struct phase *phase, struct failure *why)
{
    struct work_names *names = calloc(1, sizeof *names);
    if (!names)
        return failure_set(why, -ENOMEM, "not enough memory");
    *names = (struct work_names){
        .work.methods = &methods,
        .phase = phase,
        .kind = operation_kind_of(phase->kind->id),
        .tree = &phase->dataset->tree,
        .threads = (uint32_t)phase->prepared->settings->writers,
    };
    phase->work = &names->work;
    names->owner = owner_of(&names->work, phase->run->cluster->rank);
    phase->limits.equalise &= !names->kind->lists; /* the names in a directory are not divided */
    if (!names->kind->creates)
        names->created = calloc(names->tree->layout.threads, sizeof *names->created);
    if (!names->kind->creates && !names->created)
        return failure_set(why, -ENOMEM, "not enough memory for the objects of a rank");
    return 0;
}
