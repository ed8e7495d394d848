/* SPDX-License-Identifier: Apache-2.0 */
/* A crew on a temporary directory, and what its phases came to. */
#ifndef TIDEMILL_TESTS_CREW_RIG_H
#define TIDEMILL_TESTS_CREW_RIG_H

#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "metadata/crew.h"
#include "metadata/object_tree.h"
#include "platform/clock.h"

enum { THREADS = 3, OBJECTS = 50, SIZE = 3901, LONG_NS = 1000 * 1000 * 1000 };

/* Each test is run with plain calls, and through io_uring with one and with several operations in
 * flight. */
static uint32_t depth;

struct rig {
    struct folder folder;
    struct content content;
    struct object_tree tree;
    struct crew_setup setup;
    struct crew *crew;
    uint64_t done;
    uint64_t failed;
    int64_t bad_blocks;
    int64_t behind;
    int64_t ring_cpu_ns;
    int64_t last_ns;
    uint64_t intended;
    uint64_t matches;
    struct failure failure;
};

static inline void rig_start(struct rig *rig, const struct object_layout *layout, bool directories)
{
    const struct content_setup content = {.seed = 7};
    *rig = (struct rig){0};
    folder_start(&rig->folder);
    assert_int_equal(content_init(&rig->content, &content, NULL, NULL), 0);
    struct object_layout creators = *layout;
    creators.threads *= depth ? depth : 1;
    if (layout->fan_out && !layout->levels)
        creators.levels = 1;
    assert_int_equal(
        object_tree_init(&rig->tree, &creators, directories, rig->folder.path, 0, NULL), 0);
    assert_int_equal(object_tree_make_top(&rig->tree, NULL), 0);
    assert_int_equal(object_tree_make_own(&rig->tree, NULL), 0);
    rig->tree.exists = true;
    rig->setup = (struct crew_setup){
        .operation = {.directories = directories,
                      .object_bytes = directories ? 0 : SIZE,
                      .content = &rig->content},
        .layout = rig->tree.layout,
        .top = rig->tree.top,
        .threads = layout->threads,
        .depth = depth,
        .objects = OBJECTS * (depth ? depth : 1), /* as many for each creator */
    };
}

static inline void keep_names(struct rig *rig)
{
    const uint32_t parts = crew_parts(rig->crew);
    struct object_tree *tree = &rig->tree;
    struct acknowledged *reached = calloc(parts, sizeof *reached);
    assert_non_null(reached);
    for (uint32_t i = 0; i < parts; i++)
        crew_renamed(rig->crew, i, &reached[i]);
    if (object_names_complete(tree->created, tree->layout.threads, reached, parts)) {
        free(reached);
        reached = NULL;
    }
    object_tree_set_names(tree, reached, parts);
}

/* Each operation on an open object has these parts, whose times add up to no more than its own. */
static inline void check_parts(const struct crew_setup *setup, const struct crew_outcome *outcome)
{
    const bool opens =
        setup->kind->opens && !(setup->kind->creates && setup->operation.directories);
    const bool reads = opens && !setup->kind->creates && !setup->operation.directories;
    const uint64_t done = outcome->latency.total;
    uint64_t sum_ns = 0;
    assert_int_equal(outcome->parts[PART_OPEN].total, opens ? done : 0);
    assert_int_equal(outcome->parts[PART_CLOSE].total, opens ? done : 0);
    assert_int_equal(outcome->parts[PART_TRANSFER].total,
                     reads || (opens && setup->operation.object_bytes) ? done : 0);
    assert_int_equal(outcome->parts[PART_SYNC].total,
                     setup->operation.sync_each && operation_changes(setup->kind) ? done : 0);
    for (int i = 0; i < OPERATION_PARTS; i++)
        sum_ns += (uint64_t)outcome->parts[i].sum_ns;
    assert_true(sum_ns <= (uint64_t)outcome->latency.sum_ns);
}

static inline void rig_sum(struct rig *rig)
{
    rig->done = rig->failed = rig->intended = 0;
    rig->bad_blocks = rig->behind = rig->ring_cpu_ns = 0;
    rig->failure = (struct failure){0};
    if (rig->setup.kind->lists)
        rig->matches = crew_check_listed(rig->crew);
    for (uint32_t i = 0; i < rig->setup.threads; i++) {
        const struct crew_outcome *outcome = crew_outcome(rig->crew, i);
        rig->done += (uint64_t)outcome->counters.operations;
        rig->failed += (uint64_t)outcome->counters.failed_requests;
        rig->bad_blocks += outcome->counters.bad_blocks;
        rig->behind += outcome->counters.threads_behind;
        rig->last_ns = outcome->counters.last_ns;
        rig->intended += outcome->intended.total;
        failure_set(&rig->failure, outcome->failure.code, "%s", outcome->failure.text);
        assert_int_equal(outcome->latency.total, outcome->counters.requests);
        rig->ring_cpu_ns += outcome->counters.ring_cpu_ns;
        check_parts(&rig->setup, outcome);
        uint64_t errors = 0;
        for (uint32_t j = 0; j < CREW_ERRORS; j++)
            errors += outcome->errors[j].count;
        assert_int_equal(errors, outcome->counters.failed_requests);
    }
    for (uint32_t i = 0; rig->setup.kind->creates && i < rig->setup.layout.threads; i++)
        rig->tree.places[i] = crew_created(rig->crew, i, &rig->tree.created[i]);
    if (rig->setup.kind->renames)
        keep_names(rig);
}

/* What a single rank expects to list. */
static inline void rig_expect(struct rig *rig)
{
    const struct object_tree *tree = &rig->tree;
    struct listing_setup *listing = &rig->setup.listing;
    struct object_cursor cursor;
    struct object object;
    listing->expected = (struct listing_sum){0};
    object_cursor_visit(&cursor, &tree->layout, 0, tree->created, &tree->names, 0, 1);
    while (object_cursor_next(&cursor, &object)) {
        char name[OBJECT_NAME];
        objects_write_name(&tree->layout, &object, name);
        listing_add(&listing->expected, &tree->layout, &object);
        listing->expected.matches +=
            listing_matches(&listing->search, name, tree->directories ? 0 : SIZE, INT64_MAX);
    }
    listing->parts = 1;
    listing->top = true;
    listing->directories = listing_directories(&tree->layout, tree->created);
}

static inline void rig_run(struct rig *rig, enum phase_id phase)
{
    struct failure why = {0};
    rig->setup.kind = operation_kind_of(phase);
    rig->setup.created = rig->setup.kind->creates ? NULL : rig->tree.created;
    rig->setup.names = rig->tree.names;
    if (rig->setup.kind->lists) {
        rig_expect(rig);
        rig->setup.depth = 0;
    }
    if (crew_open(&rig->crew, &rig->setup, &why))
        fail_msg("%s", why.text);
    crew_go_at(rig->crew, clock_now_ns());
    while (!crew_wait(rig->crew, LONG_NS))
        ;
    rig_sum(rig);
    crew_close(rig->crew);
    rig->setup.depth = depth;
}

static inline void rig_end(struct rig *rig)
{
    struct failure why = {0};
    rig->tree.shared_directories = object_tree_shared_directories(&rig->tree);
    object_tree_remove_own(&rig->tree, &why);
    object_tree_remove_shared(&rig->tree, &why);
    object_tree_remove_top(&rig->tree, &why);
    if (why.code)
        fail_msg("%s", why.text);
    object_tree_release(&rig->tree);
    assert_int_equal(rmdir(rig->folder.path), 0); /* nothing is left */
}

static inline void path_of(const struct rig *rig, uint32_t thread, uint64_t place,
                           char path[FOLDER_PATH])
{
    const struct object object = {.thread = thread, .place = place};
    struct text directory = {0};
    char name[OBJECT_NAME];
    objects_print_directory(&rig->setup.layout, rig->tree.top, &object, &directory);
    objects_write_name(&rig->setup.layout, &object, name);
    snprintf(path, FOLDER_PATH, "%.400s/%s", text_string(&directory), name);
    text_release(&directory);
}

static inline void write_file(const char *path, const char *text)
{
    const int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

#endif
