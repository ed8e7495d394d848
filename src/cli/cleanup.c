#include "cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "plan/names.h"
#include "platform/file.h"
#include "platform/remains.h"
#include "record/store.h"
#include "tell.h"

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
    if (run->options.keep)
        return failure_set(why, -EINVAL,
                           "the run of '%s' was told to keep its files (--keep): remove "
                           "'tidemill-%s' yourself",
                           setup->options.cleanup, run->run_id);
    return 0;
}

static int share(struct setup *setup, struct dead_run *run, struct failure *why)
{
    char *canonical = NULL;
    if (options_init(&run->options, why))
        return why->code;
    if (setup->cluster->rank == 0)
        read_result(setup->options.cleanup, &canonical, run, why);
    int result = setup_agree_with_first(setup, why);
    if (!result && (cluster_broadcast_text(setup->cluster, &canonical) ||
                    cluster_broadcast_text(setup->cluster, &run->run_id)))
        failure_set(why, -ENOMEM, "not enough memory for the options");
    else if (!result)
        options_read(&run->options, canonical, setup->options.cleanup, SOURCE_FILE, false, why);
    free(canonical);
    if (result || (result = setup_agree(setup, why)))
        return result;
    cluster_broadcast(setup->cluster, &run->ranks, sizeof run->ranks);
    if (setup->cluster->rank == 0)
        check_run(setup, run, why);
    return setup_agree_with_first(setup, why);
}

static bool is_own(const char *name, void *context)
{
    const struct dead_run *run = context;
    return plan_made_name((enum layout)run->options.layout, run->ranks, run->options.writers, name);
}

/* Each folder that the run may have made, by 'act'. Files that were targets themselves have no name
 * of the run's: nobody can tell whose they are by now. */
static void for_each_folder(struct dead_run *run, struct remains *remains,
                            int (*act)(struct remains *, struct failure *), struct failure *why)
{
    for (size_t i = 0; i < run->options.target_count && !why->code; i++) {
        const char *target = run->options.targets[i];
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

static int look_and_remove(struct setup *setup, struct dead_run *run)
{
    struct failure failure = {0};
    struct remains remains = {.own = is_own, .context = run, .force = setup->options.force};
    bool leads = setup->cluster->leader;
    if (leads)
        for_each_folder(run, &remains, remains_check, &failure);
    if (setup_agree(setup, &failure))
        return EXIT_REFUSED;
    if (leads)
        for_each_folder(run, &remains, remains_remove, &failure);
    int result = setup_agree(setup, &failure);
    uint64_t files = cluster_sum(setup->cluster, remains.files);
    uint64_t folders = cluster_sum(setup->cluster, remains.folders);
    if (setup->cluster->rank == 0 && !setup->options.quiet)
        printf("removed %" PRIu64 " file%s and %" PRIu64 " folder%s of run %s\n", files,
               files == 1 ? "" : "s", folders, folders == 1 ? "" : "s", run->run_id);
    return result ? 1 : 0;
}

int cleanup(struct setup *setup)
{
    struct dead_run run = {0};
    struct failure failure = {0};
    int code = share(setup, &run, &failure) ? EXIT_REFUSED : look_and_remove(setup, &run);
    options_release(&run.options);
    free(run.run_id);
    return code;
}
