/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare/setup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options/arguments.h"
#include "platform/host.h"
#include "prepare/prepared.h"
#include "prepare/preset.h"
#include "setup_tune.h"
#include "sweep_points.h"
#include "target_path.h"

int setup_agree(struct setup *setup, const struct failure *mine, struct failure *why)
{
    struct agreement agreement;
    char line[FAILURE_TEXT];
    int result = cluster_agree(setup->cluster, mine, &agreement);
    if (!result)
        return 0;
    agreement_format(setup->cluster, &agreement, line, sizeof line);
    return failure_set(why, result, "%s", line);
}

int setup_agree_with_first(struct setup *setup, const struct failure *mine, struct failure *why)
{
    struct failure first = *mine;
    cluster_broadcast(setup->cluster, &first, sizeof first);
    return first.code ? failure_set(why, first.code, "%s", first.text) : 0;
}

/* Returns true if a phase writes, or if the list of phases is not resolved yet. */
static bool any_writes(const struct options *options)
{
    enum phase_id phases[PHASES_MOST];
    size_t count;
    if (options->section_count)
        return sections_data_sets(options) > 0;
    if (!options->run.phases || phases_parse(options->run.phases, phases, &count, NULL))
        return true;
    for (size_t i = 0; i < count; i++)
        if (phase_kinds[phases[i]].writes)
            return true;
    return false;
}

/* A limit that ended the writing early would leave a part of the written data unread. */
static int lift_stored_limits(struct setup *setup, struct failure *why)
{
    setup->reads_stored = setup->stored.loaded && !any_writes(&setup->options);
    for (enum option_id id = 0; id < OPTION_COUNT && setup->reads_stored; id++)
        if (options_flagged(id, ENDS_EARLY) && options_reset(&setup->options, id, SOURCE_FILE, why))
            return why->code;
    return 0;
}

/* After a search, what it settled on is as if given in a file. */
static int read_settled(struct setup *setup, struct failure *why)
{
    if ((setup->tunes || setup->settled) &&
        options_set(&setup->options, OPTION_AUTO, setup->settled ? "no" : "yes",
                    SOURCE_COMMAND_LINE, why))
        return why->code;
    if (!setup->settled)
        return 0;
    return options_read(&setup->options, setup->settled, "the settings found", SOURCE_FILE, false,
                        why);
}

/* Rank 0 only. */
static int read_options(struct setup *setup, int argc, char *const *argv, struct failure *why)
{
    bool help;
    if (arguments_parse(&setup->options, argc, argv, &help, why) ||
        stored_read_options(&setup->stored, &setup->options, why) ||
        preset_read(&setup->options, why) || read_settled(setup, why) ||
        sections_select(&setup->options, setup->stored.loaded, why) ||
        lift_stored_limits(setup, why) || options_check(&setup->options, why) ||
        setup_check_tuning(setup, why) || points_check_size(setup, why))
        return why->code;
    return target_paths_absolute(&setup->options, why);
}

int setup_options(struct setup *setup, int argc, char *const *argv, struct failure *why)
{
    struct failure failure = {0};
    struct text text = {0};
    options_init(&setup->options, &failure);
    if (setup->cluster->rank == 0 && !failure.code && !read_options(setup, argc, argv, &failure) &&
        setup->reads_stored)
        setup->several_data_sets = stored_data_sets(&setup->stored, &failure) > 1;
    else
        setup->several_data_sets = sections_data_sets(&setup->options) > 1;
    int result = setup_agree_with_first(setup, &failure, why);
    if (result)
        return result;
    if (setup->cluster->rank == 0)
        options_pack(&setup->options, &text);
    if (cluster_broadcast_text(setup->cluster, &text.data) || text.failed)
        failure_set(&failure, -ENOMEM, "not enough memory for the options");
    else if (setup->cluster->rank != 0)
        options_unpack(&setup->options, text.data, &failure);
    text_release(&text);
    setup->reads_stored = cluster_max(setup->cluster, setup->reads_stored);
    setup->several_data_sets = cluster_max(setup->cluster, setup->several_data_sets);
    return setup_agree(setup, &failure, why);
}

/* Adds an entry for the next settings of the pool. */
static struct prepared *add_prepared(struct setup *setup, struct failure *why)
{
    struct prepared **all = reallocarray(setup->prepared, setup->prepared_count + 1U, sizeof *all);
    if (all)
        setup->prepared = all;
    struct prepared *prepared = all ? calloc(1, sizeof *prepared) : NULL;
    if (!prepared) {
        failure_set(why, -ENOMEM, "not enough memory for the settings");
        return NULL;
    }
    prepared->setup = setup;
    prepared->cluster = setup->cluster;
    prepared->settings = setup->pool.items[setup->prepared_count];
    prepared->section = prepared->folder = "";
    setup->prepared[setup->prepared_count++] = prepared;
    return prepared;
}

static void use_phase(struct prepared *prepared, enum phase_id phase)
{
    const struct phase_kind *kind = &phase_kinds[phase];
    const bool bytes = kind->unit == UNIT_BYTE;
    prepared->writes |= bytes && phase_makes(phase);
    prepared->reads |= bytes && !phase_makes(phase);
    prepared->mixed |= bytes && kind->reads && kind->writes;
    prepared->rewrites |= bytes && kind->updates;
    prepared->creates |= !bytes && kind->writes;
    prepared->visits |= !bytes && kind->reads;
}

/* A list that is not given begins with a write phase. */
static void use_phases(const struct setup *setup, struct prepared *prepared)
{
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    if (!setup->options.run.phases)
        prepared->writes = true;
    else
        phases_parse(setup->options.run.phases, phases, &count, NULL);
    for (size_t i = 0; i < count; i++)
        use_phase(prepared, phases[i]);
}

/* Without sections: the common settings alone, and the phases of --phases. */
static int add_common(struct setup *setup, struct failure *why)
{
    struct prepared *prepared = NULL;
    if (!settings_pool_add(&setup->pool, &setup->options.common))
        failure_set(why, -ENOMEM, "not enough memory for the settings");
    else if ((prepared = add_prepared(setup, why)))
        use_phases(setup, prepared);
    if (!why->code)
        points_add(setup, why);
    for (uint32_t i = 1; i <= setup->point_count && !why->code; i++)
        if ((prepared = add_prepared(setup, why)))
            prepared->point = i;
    return why->code;
}

/* Called when the targets are known: the default phases depend on them. */
static int list_phases(struct setup *setup, struct failure *why)
{
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    struct prepared *prepared = setup->prepared[0];
    if (defaults_fit_run(&setup->options.run, prepared_is_null(prepared), why) ||
        phases_parse(setup->options.run.phases, phases, &count, why))
        return why->code;
    for (size_t i = 0; i < count; i++) {
        setup->items[i] = (struct schedule_item){.phase = phases[i]};
        use_phase(prepared, phases[i]);
    }
    setup->item_count = (uint32_t)count;
    return 0;
}

/* A section has its own data set, unless it reads that of another section. One whose data an
 * earlier run kept is not carried out again. */
static int add_sections(struct setup *setup, struct failure *why)
{
    const struct options *options = &setup->options;
    for (uint32_t i = 0; i < options->section_count && !why->code; i++) {
        const struct section *section = &options->sections[i];
        const size_t data = section_find(options, section->data);
        struct settings settings;
        struct prepared *prepared = NULL;
        if (section_settings(options, i, &settings, why))
            return why->code;
        if (!settings_pool_add(&setup->pool, &settings))
            failure_set(why, -ENOMEM, "not enough memory for the settings");
        else
            prepared = add_prepared(setup, why);
        settings_release(&settings);
        if (!prepared)
            return why->code;
        prepared->section = section->name;
        prepared->phase = section->phase;
        prepared->folder = setup->several_data_sets ? section->name : "";
        if (setup->reads_stored && phase_makes(section->phase))
            continue;
        use_phase(prepared, section->phase);
        if (data < options->section_count)
            prepared->source = setup->prepared[data];
        setup->items[setup->item_count++] = (struct schedule_item){
            .phase = section->phase,
            .settings = i,
            .section = i,
            .dataset = data < options->section_count ? (uint32_t)data : i,
        };
    }
    return why->code;
}

/* A run that reads stored files has the run id of the one that wrote them. */
static void name_run(struct setup *setup)
{
    if (setup->cluster->rank == 0 && setup->reads_stored)
        text_copy(setup->run_id, sizeof setup->run_id, setup->stored.record.run_id);
    else if (setup->cluster->rank == 0)
        snprintf(setup->run_id, sizeof setup->run_id, "%016" PRIx64, host_random());
    cluster_broadcast(setup->cluster, setup->run_id, sizeof setup->run_id);
}

/* The section that writes is resolved first, and completes the settings of one that reads it. */
static int prepare_one(struct setup *setup, struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    if (prepared->source)
        section_adopt(prepared->settings, prepared->source->settings, prepared->phase, &failure);
    if (setup_agree(setup, &failure, why) || prepare_targets(prepared, why))
        return why->code;
    if (!setup->item_count)
        list_phases(setup, &failure);
    else if (prepared->point)
        use_phases(setup, prepared);
    if (setup_agree(setup, &failure, why) || prepare_engine(prepared, why) ||
        prepare_plan(prepared, why))
        return why->code;
    return 0;
}

int setup_prepare(struct setup *setup, struct failure *why)
{
    struct failure failure = {0};
    if (topology_detect(&setup->topology, &failure) == 0 && setup->options.section_count)
        add_sections(setup, &failure);
    else if (!failure.code)
        add_common(setup, &failure);
    if (setup_agree(setup, &failure, why))
        return why->code;
    name_run(setup);
    for (uint32_t i = 0; i < setup->prepared_count; i++)
        if (prepare_one(setup, setup->prepared[i], why))
            return why->code;
    for (uint32_t i = 0; i < setup->prepared_count; i++) {
        struct prepared *prepared = setup->prepared[i];
        if (prepare_warm_up(prepared, why) || prepare_space(prepared, why) ||
            prepare_striping(prepared, why) || prepare_direct(prepared, why) ||
            prepare_mode(prepared, why))
            return why->code;
    }
    return setup->options.run.automatic ? setup_tune(setup, why) : 0;
}

int setup_datasets(struct setup *setup, struct failure *why)
{
    struct failure ignored = {0};
    for (uint32_t i = 0; i < setup->prepared_count; i++)
        if (prepare_dataset(setup->prepared[i], why)) {
            setup_remove(setup, 0, &ignored);
            return why->code;
        }
    return 0;
}

/* Higher than any generation of a data set, so that storage cannot deduplicate later data against
 * a probe's. */
static const uint64_t first_probe_generation = UINT64_C(1) << 32;

/* Rank 0 sends the settings as text, with every value resolved. */
static int share_settings(struct setup *setup, uint32_t index, struct failure *why)
{
    struct text text = {0};
    struct options options = {0};
    if (setup->cluster->rank == 0)
        settings_print_canonical(setup->pool.items[index], &text);
    if (cluster_broadcast_text(setup->cluster, &text.data) || text.failed)
        failure_set(why, -ENOMEM, "not enough memory for the settings");
    else if (setup->cluster->rank != 0 && !options_init(&options, why) &&
             !options_read(&options, text.data, "the settings of rank 0", SOURCE_COMMAND_LINE,
                           false, why) &&
             !settings_pool_add(&setup->pool, &options.common))
        failure_set(why, -ENOMEM, "not enough memory for the settings");
    text_release(&text);
    options_release(&options);
    return why->code;
}

int setup_prepare_step(struct setup *setup, const struct step *step, struct failure *why)
{
    struct failure failure = {0};
    struct prepared *prepared = NULL;
    if (step->settings < setup->prepared_count)
        return 0;
    if (!share_settings(setup, step->settings, &failure))
        prepared = add_prepared(setup, &failure);
    if (setup_agree(setup, &failure, why))
        return why->code;
    use_phase(prepared, step->phase);
    prepared->probe = step->role != STEP_PHASE && step->role != STEP_POINT;
    prepared->warms = step->role == STEP_WARM_UP;
    prepared->point = step->point;
    const uint32_t user =
        prepared->warms ? step->warmed_dataset : setup->items[step->position - 1].settings;
    prepared->folder = setup->prepared[user]->folder;
    if (step->dataset != step->settings)
        prepared->source = setup->prepared[step->dataset];
    if (prepare_targets(prepared, why) || prepare_engine(prepared, why) ||
        prepare_plan(prepared, why) || prepare_mode(prepared, why))
        return why->code;
    if (prepared->source)
        return prepare_dataset(prepared, why);
    dataset_init(&prepared->dataset, setup->cluster, &prepared->plan, &failure);
    prepared->dataset.pending_call = setup->pending_call;
    prepared->dataset.shared = setup->prepared[user]->dataset.shared;
    prepared->dataset.generation = first_probe_generation + ((uint64_t)step->settings << 20);
    return setup_agree(setup, &failure, why);
}

int setup_remove(struct setup *setup, int64_t limit_ns, struct failure *why)
{
    struct failure failure = {0};
    for (uint32_t i = setup->prepared_count; i-- > 0;) {
        struct dataset *dataset = &setup->prepared[i]->dataset;
        if (!dataset->cluster) /* it was never initialised */
            continue;
        if (limit_ns)
            dataset_remove_within(dataset, limit_ns, &failure);
        else
            dataset_remove(dataset, &failure);
    }
    return failure.code ? failure_set(why, failure.code, "%s", failure.text) : 0;
}

void setup_remove_early(struct setup *setup)
{
    for (uint32_t i = setup->prepared_count; i-- > 0;)
        dataset_remove_early(&setup->prepared[i]->dataset);
}

static void prepared_release(struct prepared *prepared)
{
    dataset_release(&prepared->dataset);
    numa_close(prepared->numa);
    plan_release(&prepared->plan);
    free(prepared->targets);
    free(prepared->first);
    free(prepared->spaces);
    free(prepared->target_kinds);
    *prepared = (struct prepared){0};
}

void setup_release(struct setup *setup)
{
    for (uint32_t i = 0; i < setup->prepared_count; i++) {
        prepared_release(setup->prepared[i]);
        free(setup->prepared[i]);
    }
    free(setup->prepared);
    free(setup->tune);
    settings_pool_release(&setup->pool);
    stored_release(&setup->stored);
    options_release(&setup->options);
}
