/* SPDX-License-Identifier: Apache-2.0 */
#include "setup_tune.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "platform/target.h"
#include "prepare/prepared.h"

enum { USUAL_BYTES = 1 << 20 };

/* The engines that every rank has; a batch is an option of its own. */
static uint32_t find_engines(struct setup *setup)
{
    uint32_t engines = 0;
    for (enum engine_id id = ENGINE_AUTO + 1; id < ENGINE_COUNT; id++) {
        const struct engine_kind *kind = engine_kind_of(id);
        struct failure reason = {0};
        struct agreement agreement;
        kind->available(&reason);
        if (!cluster_agree(setup->cluster, &reason, &agreement) && id != ENGINE_NULL &&
            !kind->traits.batches)
            engines |= 1U << id;
    }
    return engines;
}

static bool all_direct(const struct prepared *prepared)
{
    char reason[RECORD_LINE];
    for (size_t i = 0; i < prepared->settings->target_count; i++)
        if (target_direct(&prepared->targets[i], USUAL_BYTES, reason) == TRUTH_NO)
            return false;
    return true;
}

static bool all_files(const struct prepared *prepared)
{
    for (size_t i = 0; i < prepared->settings->target_count; i++)
        if (prepared->target_kinds[i] != TARGET_DIRECTORY &&
            prepared->target_kinds[i] != TARGET_NEW_FILE)
            return false;
    return true;
}

/* Writing, and the first phase that reads. */
static void list_tuned(const struct setup *setup, struct tune_setup *tune)
{
    tune->phases[tune->phase_count++] = PHASE_WRITE;
    for (uint32_t i = 0; i < setup->item_count && tune->phase_count < TUNE_PHASES_MOST; i++)
        if (!phase_kinds[setup->items[i].phase].writes)
            tune->phases[tune->phase_count++] = setup->items[i].phase;
}

/* Off is what a search takes a flag for. */
static bool is_off(const struct options *options, enum option_id id)
{
    struct text value = {0};
    options_print_value(options, id, &value);
    const bool off = !strcmp(text_string(&value), "no");
    text_release(&value);
    return off;
}

int setup_check_tuning(const struct setup *setup, struct failure *why)
{
    static const enum option_id ids[] = {
        OPTION_CEILINGS, OPTION_REPEAT, OPTION_KEEP,         OPTION_MIN_RATE,
        OPTION_WARM_UP,  OPTION_PAUSE,  OPTION_UNTIL_STEADY, OPTION_EQUALISE,
    };
    const struct options *options = &setup->options;
    for (size_t i = 0; setup->tunes && i < sizeof ids / sizeof *ids; i++)
        if (options_source(options, ids[i]) == SOURCE_COMMAND_LINE && !is_off(options, ids[i]))
            return failure_set(why, -EINVAL,
                               "--%s is about phases, and tune has only short probes; use it with "
                               "run --auto, or leave it out",
                               options_name(ids[i]));
    return 0;
}

int setup_tune(struct setup *setup, struct failure *why)
{
    const struct prepared *base = setup->prepared[0];
    const struct run_settings *run = &setup->options.run;
    struct failure failure = {0};
    struct tune_setup tune = {
        .pool = &setup->pool,
        .limits = {.given = &setup->options.common,
                   .base = base->settings,
                   .capacity = base->capacity,
                   .engine = base->engine->id,
                   .engines = find_engines(setup),
                   .direct = cluster_min(setup->cluster, all_direct(base)),
                   .files = all_files(base) && !base->plan.setup.open_ended_bytes},
        .ranks = (uint32_t)setup->cluster->shape.rank_count,
        .budget_ns = run->budget_ns,
        .budget_bytes = run->budget_size_bytes,
    };
    list_tuned(setup, &tune);
    if (setup->cluster->rank == 0) {
        setup->tune = malloc(sizeof *setup->tune);
        if (!setup->tune)
            failure_set(&failure, -ENOMEM, "not enough memory for the search");
        else
            tune_init(setup->tune, &tune, &failure);
    }
    return setup_agree_with_first(setup, &failure, why);
}

void setup_describe_tune(const struct setup *setup, struct text *out)
{
    const struct tune *tune = setup->tune;
    struct settings start;
    char budget[UNITS_TEXT];
    char probe[UNITS_TEXT];
    if (!tune)
        return;
    units_format_duration(tune->setup.budget_ns, budget);
    units_format_duration(tune->probe_ns, probe);
    text_add(out,
             "tune        up to %s of probes of %s by all ranks; the files of each are removed\n",
             budget, probe);
    start = *setup->pool.items[0]; /* its texts are only read */
    tune_space_apply(&tune->passes[0].space, &tune->passes[0].space.search.start, &start);
    text_add(out, "  start     ");
    tune_print_settings(tune, &start, out);
    text_add(out, "\n");
}
