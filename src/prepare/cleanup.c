/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "metadata/object_tree.h"
#include "plan/names.h"
#include "platform/file.h"
#include "platform/leftovers.h"
#include "record/store.h"

/* The same on all ranks. */
struct dead_run {
    const char *result;     /* its path */
    struct options options; /* as that run resolved them */
    char *run_id;
    char *about; /* run id, start, host and job */
    uint64_t ranks;
};

/* As in: run 0123456789abcdef (started 2026-01-02T03:04:05Z on node1, job 7). */
static char *describe(const struct record *record)
{
    struct text text = {0};
    text_add(&text, "run %s (started %s on %s%s%s)", record->run_id, record->started_utc,
             record->node_count ? record->nodes[0].hostname : "an unknown host",
             record->job.job_id[0] ? ", job " : "", record->job.job_id);
    return text.data;
}

static void dead_run_release(struct dead_run *run)
{
    options_release(&run->options);
    free(run->run_id);
    free(run->about);
}

static int read_result(const char *path, char **canonical, struct dead_run *run,
                       struct failure *why)
{
    struct record record = {0};
    if (store_load(path, &record, why))
        return why->code;
    for (size_t i = 0; i < record.node_count; i++)
        run->ranks += (uint64_t)record.nodes[i].ranks;
    *canonical = strdup(record.options ? record.options : "");
    run->run_id = strdup(record.run_id);
    run->about = describe(&record);
    record_release(&record);
    if (!*canonical || !run->run_id || !run->about)
        return failure_set(why, -ENOMEM, "not enough memory for the result '%s'", path);
    /* the run id becomes part of a path */
    if (strspn(run->run_id, "0123456789abcdef") != 16 || strlen(run->run_id) != 16)
        return failure_set(why, -EINVAL, "the result '%s' has no run id", path);
    return 0;
}

static int share_run(struct setup *setup, struct dead_run *run, struct failure *why)
{
    struct failure failure = {0};
    char *canonical = NULL;
    options_init(&run->options, &failure);
    if (setup->cluster->rank == 0 && !failure.code)
        read_result(run->result, &canonical, run, &failure);
    if (!setup_agree_with_first(setup, &failure, why)) {
        if (cluster_broadcast_text(setup->cluster, &canonical) ||
            cluster_broadcast_text(setup->cluster, &run->run_id) ||
            cluster_broadcast_text(setup->cluster, &run->about))
            failure_set(&failure, -ENOMEM, "not enough memory for the options");
        else if (!options_read(&run->options, canonical, run->result, SOURCE_FILE, true, &failure))
            sections_select(&run->options, false, &failure);
        if (!setup_agree(setup, &failure, why))
            cluster_broadcast(setup->cluster, &run->ranks, sizeof run->ranks);
    }
    free(canonical);
    return why->code;
}

/* A directory that the run may have created on a target, and what it may hold. */
struct folder {
    const struct dead_run *run;
    const struct settings *settings; /* of the files in it; NULL: it holds directories only */
    const char *target;
    const char *section; /* the section that it belongs to, or "" */
    bool creates;        /* objects */
    struct object_layout layout;
};

/* Is a phase about objects? They are its own, or those of an earlier run with the same id. */
static bool has_objects(const struct dead_run *run)
{
    const struct options *options = &run->options;
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    bool has = false;
    for (size_t i = 0; i < options->section_count; i++)
        has |= phase_kinds[options->sections[i].phase].unit == UNIT_OPERATION;
    if (options->run.phases && !options->section_count)
        phases_parse(options->run.phases, phases, &count, NULL);
    for (size_t i = 0; i < count; i++)
        has |= phase_kinds[phases[i]].unit == UNIT_OPERATION;
    return has;
}

/* Objects are too many to be removed by hand. */
static int check_run(const struct setup *setup, const struct dead_run *run, struct failure *why)
{
    if (run->options.run.keep && !has_objects(run))
        return failure_set(why, -EINVAL,
                           "the run of '%s' kept its files on request (--keep): remove "
                           "'tidemill-%s' by hand",
                           setup->options.run.cleanup, run->run_id);
    return 0;
}

static bool has_prefix(const char *name)
{
    for (int use = FILES_OF_PROBE; use < FILE_USES; use++)
        if (!strncmp(name, plan_file_prefixes[use], strlen(plan_file_prefixes[use])))
            return true;
    return false;
}

/* With --files-per-rank, which points of a sweep may have, a name of a file may be that of a
 * directory. */
static bool is_cut_folder(const struct folder *folder, const char *name)
{
    const struct settings *settings = folder->settings;
    return (settings->files_per_rank > 1 || has_prefix(name)) &&
           plan_has_file_name(settings->layout, folder->run->ranks, settings->writers, name);
}

static bool is_own(const char *name, void *context)
{
    const struct folder *folder = context;
    const struct settings *settings = folder->settings;
    return settings &&
           plan_has_file_name(settings->layout, folder->run->ranks, settings->writers, name);
}

/* A directory of data may hold that of objects; the one above those of the sections holds them. */
static bool is_own_folder(const char *name, void *context)
{
    const struct folder *folder = context;
    const struct options *options = &folder->run->options;
    if (folder->settings)
        return (folder->creates && !strcmp(name, object_tree_top_name)) ||
               (!folder->run->options.run.keep && is_cut_folder(folder, name));
    return section_find(options, name) < options->section_count;
}

static bool is_inside(const char *name, void *context)
{
    const struct folder *folder = context;
    const struct settings *settings = folder->settings;
    return (settings->objects == OBJECTS_FILES && objects_has_name(&folder->layout, name)) ||
           plan_has_cut_name(name);
}

static bool is_object_folder(const char *name, void *context)
{
    const struct folder *folder = context;
    return objects_has_directory(&folder->layout, name) ||
           (folder->settings->objects == OBJECTS_DIRECTORIES &&
            objects_has_name(&folder->layout, name));
}

typedef int (*folder_act)(struct leftovers *leftovers, struct failure *why);

static void act_on(struct folder *folder, struct leftovers *leftovers, folder_act act,
                   struct failure *why)
{
    struct text path = {0};
    plan_print_folder(folder->target, folder->run->run_id, &path);
    text_add(&path, "%s%s", folder->section[0] ? "/" : "", folder->section);
    leftovers->folder = text_string(&path);
    leftovers->context = folder;
    struct leftovers objects = {
        .own = is_inside, .own_folder = is_object_folder, .context = folder};
    objects.inside = &objects;
    leftovers->inside = folder->settings ? &objects : NULL;
    if (path.failed)
        failure_set(why, -ENOMEM, "not enough memory");
    else if (path_exists(folder->target))
        act(leftovers, why);
    text_release(&path);
}

/* Targets that are files are left alone: nothing shows which run wrote them. */
static void act_on_targets(const struct dead_run *run, const struct settings *settings,
                           const char *section, bool creates, bool above,
                           struct leftovers *leftovers, folder_act act, struct failure *why)
{
    for (size_t i = 0; i < settings->target_count && !why->code; i++) {
        struct folder folder = {
            .run = run,
            .settings = above ? NULL : settings,
            .target = settings->targets[i],
            .section = section,
            .creates = creates,
            .layout = {.ranks = (uint32_t)run->ranks,
                       .threads = objects_creators(settings),
                       .fan_out = settings->fan_out,
                       .levels = objects_levels(settings),
                       .shared = settings->shared_directory},
        };
        act_on(&folder, leftovers, act, why);
    }
}

/* Calls 'act' for each directory that the run may have created: those of the sections before the
 * one above them. */
static void for_each_folder(const struct dead_run *run, struct leftovers *leftovers, folder_act act,
                            struct failure *why)
{
    const struct options *options = &run->options;
    struct settings settings;
    size_t writing = 0;
    if (!options->section_count)
        act_on_targets(run, &options->common, "", has_objects(run), false, leftovers, act, why);
    for (size_t i = 0; i < options->section_count; i++)
        writing += phase_makes(options->sections[i].phase);
    for (int above = 0; above < 2; above++)
        for (size_t i = 0; i < options->section_count && !why->code; i++) {
            const struct section *section = &options->sections[i];
            if (!phase_makes(section->phase) || (above && writing == 1) ||
                section_settings(options, i, &settings, why))
                continue;
            act_on_targets(run, &settings, writing > 1 && !above ? section->name : "",
                           section->phase == PHASE_CREATE, above, leftovers, act, why);
            settings_release(&settings);
        }
}

/* Every node's leader checks its folders before any leader removes anything. */
static void check_and_remove(struct setup *setup, struct dead_run *run, struct cleaned *cleaned,
                             struct failure *why)
{
    struct failure failure = {0};
    struct leftovers leftovers = {
        .own = is_own,
        .own_folder = is_own_folder,
        .force = setup->options.run.force,
        .folders_only = run->options.run.keep,
    };
    bool leads = setup->cluster->leader;
    if (leads)
        for_each_folder(run, &leftovers, leftovers_check, &failure);
    if (setup_agree(setup, &failure, why))
        return;
    cleaned->begun = true;
    if (leads)
        for_each_folder(run, &leftovers, leftovers_remove, &failure);
    setup_agree(setup, &failure, why);
    cleaned->files = cluster_sum(setup->cluster, leftovers.files);
    cleaned->folders = cluster_sum(setup->cluster, leftovers.folders);
}

int cleanup(struct setup *setup, struct cleaned *cleaned, struct failure *why)
{
    struct dead_run run = {.result = setup->options.run.cleanup};
    *cleaned = (struct cleaned){0};
    if (!share_run(setup, &run, why) && !check_run(setup, &run, why)) {
        text_copy(cleaned->run_id, sizeof cleaned->run_id, run.run_id);
        check_and_remove(setup, &run, cleaned, why);
        if (setup->cluster->rank == 0 && !why->code)
            store_remove_temporaries(setup->options.run.cleanup);
    }
    dead_run_release(&run);
    return why->code;
}

static int refuse_remaining(struct leftovers *leftovers, struct failure *why)
{
    const struct folder *folder = leftovers->context;
    if (!path_exists(leftovers->folder))
        return 0;
    return failure_set(why, -EEXIST,
                       "will not replace the result '%s' of %s: '%s' remains; if that run is dead, "
                       "run 'tidemill run --cleanup %s' first",
                       folder->run->result, folder->run->about, leftovers->folder,
                       folder->run->result);
}

int cleanup_refuse_remaining(struct setup *setup, struct failure *why)
{
    struct dead_run run = {.result = setup->options.run.result};
    struct leftovers leftovers = {0};
    struct failure failure = {0};
    bool exists = setup->cluster->rank == 0 && path_exists(run.result);
    if (!cluster_max(setup->cluster, exists))
        return 0;
    if (!share_run(setup, &run, &failure)) {
        if (setup->cluster->leader && !run.options.run.keep)
            for_each_folder(&run, &leftovers, refuse_remaining, &failure);
        setup_agree(setup, &failure, why);
    }
    dead_run_release(&run);
    return why->code;
}
