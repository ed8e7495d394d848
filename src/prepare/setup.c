#include "prepare/setup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "options/arguments.h"
#include "platform/target.h"
#include "target_path.h"

int setup_agree(struct setup *setup, const struct failure *mine, struct failure *why)
{
    struct agreement agreement;
    char line[FAILURE_TEXT];
    int result = cluster_agree(setup->cluster, mine, &agreement);
    if (!result)
        return 0;
    agreement_line(setup->cluster, &agreement, line, sizeof line);
    return failure_set(why, result, "%s", line);
}

int setup_agree_with_first(struct setup *setup, const struct failure *mine, struct failure *why)
{
    struct failure first = *mine;
    cluster_broadcast(setup->cluster, &first, sizeof first);
    return first.code ? failure_set(why, first.code, "%s", first.text) : 0;
}

/* What ended the writing would leave a part of what was written unread, and unchecked. */
static int lift_stored_limits(struct setup *setup, struct failure *why)
{
    bool reads_stored = setup->stored.loaded && !setup_writes(&setup->options);
    for (enum option_id id = 0; id < OPTION_COUNT && reads_stored; id++)
        if (options_flagged(id, ENDS_EARLY) &&
            options_forget(&setup->options, id, SOURCE_FILE, why))
            return why->code;
    return 0;
}

/* Rank 0: the command line, what it refers to, and the rules between options. */
static int read_options(struct setup *setup, int argc, char *const *argv, struct failure *why)
{
    bool help;
    if (arguments_parse(&setup->options, argc, argv, &help, why) ||
        stored_read_options(&setup->stored, &setup->options, why) ||
        lift_stored_limits(setup, why) || options_check(&setup->options, why))
        return why->code;
    return target_paths_absolute(&setup->options, why);
}

int setup_options(struct setup *setup, int argc, char *const *argv, struct failure *why)
{
    struct failure failure = {0};
    struct text text = {0};
    options_init(&setup->options, &failure);
    if (setup->cluster->rank == 0 && !failure.code)
        read_options(setup, argc, argv, &failure);
    int result = setup_agree_with_first(setup, &failure, why);
    if (result)
        return result;
    char *canonical = NULL;
    if (setup->cluster->rank == 0) {
        options_changed(&setup->options, &text);
        canonical = strdup(text_string(&text));
    }
    if (cluster_broadcast_text(setup->cluster, &canonical))
        failure_set(&failure, -ENOMEM, "not enough memory for the options");
    else if (setup->cluster->rank != 0)
        options_read(&setup->options, canonical, "options of rank 0", SOURCE_COMMAND_LINE, false,
                     &failure);
    text_release(&text);
    free(canonical);
    return setup_agree(setup, &failure, why);
}

static enum target_kind kind_of(const struct record_target *target)
{
    if (target->kind == TARGET_KIND_DIRECTORY)
        return TARGET_DIRECTORY;
    if (target->kind == TARGET_KIND_DEVICE)
        return TARGET_DEVICE;
    if (target->kind == TARGET_KIND_NULL)
        return TARGET_NULL;
    return target->size_bytes ? TARGET_FILE : TARGET_NEW_FILE;
}

bool setup_writes(const struct options *options)
{
    enum phase_id phases[PHASES_MOST];
    size_t count;
    if (!options->run.phases || phases_parse(options->run.phases, phases, &count, NULL))
        return true;
    for (size_t i = 0; i < count; i++)
        if (phase_kinds[phases[i]].writes)
            return true;
    return false;
}

static int look_at_targets(struct setup *setup, struct failure *why)
{
    const struct options *options = &setup->options;
    bool writes = setup_writes(options);
    for (size_t i = 0; i < options->common.target_count && !why->code; i++) {
        struct record_target *target = &setup->targets[i];
        if (target_look(options->common.targets[i], target, why) ||
            target_space_look(options->common.targets[i], &setup->spaces[i], why) ||
            (writes && target_allow(options->common.targets[i], options->run.overwrite,
                                    options->run.allow_block_device, why)))
            return why->code;
        text_copy(target->node, sizeof target->node,
                  setup->cluster->node_names[setup->cluster->node]);
        if (setup->cluster->rank != 0)
            continue;
        setup->target_kinds[i] = kind_of(target);
        if (setup->target_kinds[i] == TARGET_NEW_FILE && path_exists(options->common.targets[i]))
            setup->target_kinds[i] = TARGET_FILE;
        bool used_by_others =
            setup->target_kinds[i] == TARGET_FILE || setup->target_kinds[i] == TARGET_DEVICE;
        if (writes && used_by_others)
            target_refuse_used(options->common.targets[i], options->run.force, why);
    }
    return why->code;
}

/* Rank 0 looks first, so that what is wrong everywhere is said once and plainly. */
int setup_look(struct setup *setup, struct failure *why)
{
    size_t count = setup->options.common.target_count;
    struct failure failure = {0};
    setup->targets = calloc(count, sizeof *setup->targets);
    setup->spaces = calloc(count, sizeof *setup->spaces);
    setup->target_kinds = calloc(count, sizeof *setup->target_kinds);
    if (!setup->targets || !setup->spaces || !setup->target_kinds)
        failure_set(&failure, -ENOMEM, "not enough memory for %zu targets", count);
    if (setup->cluster->rank == 0 && !failure.code)
        look_at_targets(setup, &failure);
    int result = setup_agree_with_first(setup, &failure, why);
    if (result)
        return result;
    if (setup->cluster->rank != 0 && !failure.code)
        look_at_targets(setup, &failure);
    if (!failure.code)
        topology_look(&setup->topology, &failure);
    result = setup_agree(setup, &failure, why);
    if (!result)
        cluster_broadcast(setup->cluster, setup->target_kinds, count * sizeof *setup->target_kinds);
    return result;
}

void setup_release(struct setup *setup)
{
    dataset_release(&setup->dataset);
    numa_close(setup->numa);
    plan_release(&setup->plan);
    stored_release(&setup->stored);
    options_release(&setup->options);
    free(setup->targets);
    free(setup->spaces);
    free(setup->target_kinds);
}
