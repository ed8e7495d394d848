#include "prepare/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/names.h"
#include "platform/file.h"
#include "platform/remains.h"
#include "record/store.h"

/* What is known of the dead run; the same on all ranks. */
struct dead_run {
    struct options options; /* as resolved then */
    char *run_id;
    uint64_t ranks;
};

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
    record_release(&record);
    if (!*canonical || !run->run_id)
        return failure_set(why, -ENOMEM, "not enough memory for the result '%s'", path);
    /* It becomes part of a path. */
    if (strspn(run->run_id, "0123456789abcdef") != 16 || strlen(run->run_id) != 16)
        return failure_set(why, -EINVAL, "the result '%s' has no run id", path);
    return 0;
}

static int check_run(const struct setup *setup, const struct dead_run *run, struct failure *why)
{
    if (run->options.run.keep)
        return failure_set(why, -EINVAL,
                           "the run of '%s' was told to keep its files (--keep): remove "
                           "'tidemill-%s' yourself",
                           setup->options.run.cleanup, run->run_id);
    return 0;
}

static int share(struct setup *setup, struct dead_run *run, struct failure *why)
{
    struct failure failure = {0};
    char *canonical = NULL;
    options_init(&run->options, &failure);
    if (setup->cluster->rank == 0 && !failure.code)
        read_result(setup->options.run.cleanup, &canonical, run, &failure);
    if (!setup_agree_with_first(setup, &failure, why)) {
        if (cluster_broadcast_text(setup->cluster, &canonical) ||
            cluster_broadcast_text(setup->cluster, &run->run_id))
            failure_set(&failure, -ENOMEM, "not enough memory for the options");
        else
            options_read(&run->options, canonical, setup->options.run.cleanup, SOURCE_FILE, false,
                         &failure);
        if (!setup_agree(setup, &failure, why)) {
            cluster_broadcast(setup->cluster, &run->ranks, sizeof run->ranks);
            check_run(setup, run, why);
        }
    }
    free(canonical);
    return why->code;
}

static bool is_own(const char *name, void *context)
{
    const struct dead_run *run = context;
    return plan_made_name(run->options.common.layout, run->ranks, run->options.common.writers,
                          name);
}

/* Each folder that the run may have made, by 'act'. Files that were targets themselves have no name
 * of the run's: nobody can tell whose they are by now. */
static void for_each_folder(struct dead_run *run, struct remains *remains,
                            int (*act)(struct remains *, struct failure *), struct failure *why)
{
    for (size_t i = 0; i < run->options.common.target_count && !why->code; i++) {
        const char *target = run->options.common.targets[i];
        struct text folder = {0};
        size_t length = strlen(target);
        text_add(&folder, "%s%stidemill-%s", target, length && target[length - 1] == '/' ? "" : "/",
                 run->run_id);
        remains->folder = text_string(&folder);
        if (folder.failed)
            failure_set(why, -ENOMEM, "not enough memory");
        else if (path_exists(target))
            act(remains, why);
        text_release(&folder);
    }
}

/* Every node's leader checks its folders before any leader removes anything. */
static void check_and_remove(struct setup *setup, struct dead_run *run, struct cleaned *cleaned,
                             struct failure *why)
{
    struct failure failure = {0};
    struct remains remains = {.own = is_own, .context = run, .force = setup->options.run.force};
    bool leads = setup->cluster->leader;
    if (leads)
        for_each_folder(run, &remains, remains_check, &failure);
    if (setup_agree(setup, &failure, why))
        return;
    cleaned->begun = true;
    if (leads)
        for_each_folder(run, &remains, remains_remove, &failure);
    setup_agree(setup, &failure, why);
    cleaned->files = cluster_sum(setup->cluster, remains.files);
    cleaned->folders = cluster_sum(setup->cluster, remains.folders);
}

int cleanup(struct setup *setup, struct cleaned *cleaned, struct failure *why)
{
    struct dead_run run = {0};
    *cleaned = (struct cleaned){0};
    if (!share(setup, &run, why)) {
        text_copy(cleaned->run_id, sizeof cleaned->run_id, run.run_id);
        check_and_remove(setup, &run, cleaned, why);
    }
    options_release(&run.options);
    free(run.run_id);
    return why->code;
}
