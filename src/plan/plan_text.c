/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/checked.h"
#include "base/units.h"
#include "options/phases.h"
#include "plan/names.h"
#include "plan/schedule.h"

void plan_run_folder(const struct plan *plan, uint32_t target, struct text *out)
{
    plan_print_folder(plan->setup.settings->targets[target], plan->run_id, out);
}

void plan_folder(const struct plan *plan, uint32_t target, struct text *out)
{
    const char *section = plan->setup.section;
    plan_run_folder(plan, target, out);
    if (section && *section)
        text_add(out, "/%s", section);
}

void plan_path(const struct plan *plan, uint32_t rank, uint32_t writer, const struct share *share,
               struct text *out)
{
    if (plan->setup.target_kinds[share->target] != TARGET_DIRECTORY) {
        text_add(out, "%s", plan->setup.settings->targets[share->target]);
        return;
    }
    plan_folder(plan, share->target, out);
    text_add(out, "/%s", plan_file_prefixes[plan->setup.files]);
    switch (plan->geometry.setup.layout) {
    case LAYOUT_SHARED:
        text_add(out, "shared");
        break;
    case LAYOUT_RANK:
        text_add(out, "r%" PRIu32, rank);
        break;
    case LAYOUT_WRITER:
        text_add(out, "r%" PRIu32 ".w%" PRIu32, rank, writer);
        break;
    }
}

/* The bytes of a rank that are planned for one target. */
static uint64_t rank_bytes(const struct geometry *geometry, uint32_t rank, uint32_t target)
{
    uint64_t bytes = 0;
    if (!geometry_rank_uses(geometry, rank, target))
        return 0;
    if (geometry->setup.spread != SPREAD_WRITER)
        return geometry_rank_bytes(geometry, rank);
    for (uint32_t writer = 0; writer < geometry->setup.writers_per_rank; writer++) {
        struct share share;
        geometry_share(geometry, rank, writer, &share);
        bytes += share.target == target ? share.bytes : 0;
    }
    return bytes;
}

uint64_t plan_target_bytes(const struct plan *plan, uint32_t target)
{
    uint64_t bytes = 0;
    for (uint32_t rank = 0; rank < plan->setup.shape.rank_count; rank++)
        bytes += rank_bytes(&plan->geometry, rank, target);
    return bytes;
}

uint64_t plan_node_bytes(const struct plan *plan, uint32_t target, uint32_t node)
{
    const struct shape *shape = &plan->setup.shape;
    uint64_t bytes = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        if (shape->rank_node[rank] == node)
            bytes += rank_bytes(&plan->geometry, rank, target);
    return bytes;
}

bool plan_open_ended(const struct plan *plan)
{
    const uint64_t bytes = plan->setup.open_ended_bytes;
    return bytes && plan->geometry.setup.total_bytes == bytes;
}

static void describe_size(const struct plan *plan, struct text *out)
{
    const struct geometry *geometry = &plan->geometry;
    char total[UNITS_TEXT];
    char request[UNITS_TEXT];
    units_format_size(geometry->setup.total_bytes, total);
    units_format_exact_size(geometry->setup.request_bytes, request);
    text_add(out, "data set    %s (%" PRIu64 " bytes%s) in %" PRIu64 " request%s of %s\n", total,
             geometry->setup.total_bytes,
             plan_open_ended(plan) ? ", what the target can take: the time ends it" : "",
             geometry->request_count, geometry->request_count == 1 ? "" : "s", request);
}

static void describe_ceilings(const struct plan *plan, const struct run_settings *run,
                              struct text *out)
{
    const struct settings *settings = plan->setup.settings;
    char time[UNITS_TEXT];
    if (!run->ceilings || !(plan->setup.writes || plan->setup.reads))
        return;
    units_format_exact_duration(SCHEDULE_PROBE_NS, time);
    text_add(out,
             "ceilings    before the first write, read and verify phase, %d rounds of probes of up "
             "to %s: generator or checker only, storage only, both%s\n",
             SCHEDULE_ROUNDS, time, settings->rate_bytes ? "; without the rate limit" : "");
}

static void describe_warm_up(const struct plan *plan, struct text *out)
{
    const struct settings *settings = plan->setup.settings;
    char time[UNITS_TEXT];
    if (!settings->warm_up_ns || !(plan->setup.writes || plan->setup.reads))
        return;
    units_format_exact_duration(settings->warm_up_ns, time);
    text_add(out,
             "warm-up     %s of the same work before each phase that moves bytes, outside every "
             "number; what writes has a data set of its own, which is removed\n",
             time);
}

void plan_describe_slow_rate(const struct plan *plan, struct text *out)
{
    const struct settings *settings = plan->setup.settings;
    char rate[UNITS_TEXT], request[UNITS_TEXT], pause[UNITS_TEXT];
    if (!settings->rate_bytes || settings->rate_bytes >= settings->buffer_size_bytes)
        return;
    units_show_rate((double)settings->rate_bytes, UNIT_BYTE, rate);
    units_format_size(settings->buffer_size_bytes, request);
    const double pause_ns =
        (double)settings->buffer_size_bytes / (double)settings->rate_bytes * 1e9;
    units_format_duration(pause_ns < 9e18 ? (int64_t)pause_ns : INT64_MAX, pause);
    text_add(out, "at --rate %s a rank sends one request of %s every %s", rate, request, pause);
}

static void describe_settings(const struct plan *plan, const struct run_settings *run,
                              struct text *out)
{
    struct text canonical = {0};
    const struct options all = {.run = *run, .common = *plan->setup.settings}; /* owns nothing */
    options_print_canonical(&all, &canonical);
    text_add(out, "settings    ");
    options_print_shown(text_string(&canonical), out);
    text_add(out, "\n");
    out->failed |= canonical.failed;
    text_release(&canonical);
}

static void describe_objects(const struct plan *plan, struct text *out)
{
    const struct settings *settings = plan->setup.settings;
    const char *kind = settings->objects == OBJECTS_FILES ? "file" : "directory";
    const char *many = settings->objects == OBJECTS_FILES ? "files" : "directories";
    if (!plan->setup.creates)
        return;
    text_add(out, "objects     ");
    if (settings->objects_per_rank)
        text_add(out, "%" PRIu64 " %s", settings->objects_per_rank,
                 settings->objects_per_rank == 1 ? kind : many);
    else
        text_add(out, "as many %s as the time allows", many);
    text_add(out, " for each rank");
    if (settings->object_size_bytes)
        text_add(out, ", %" PRIu64 " byte%s each", settings->object_size_bytes,
                 settings->object_size_bytes == 1 ? "" : "s");
    text_add(out, ", %s",
             settings->shared_directory ? "in a directory of all ranks"
                                        : "in a directory of its own");
    if (settings->fan_out)
        text_add(out, ", at most %" PRIu64 " in one directory", settings->fan_out);
    if (settings->tree_depth)
        text_add(out, ", below %" PRIu64 " level%s of directories", settings->tree_depth,
                 settings->tree_depth == 1 ? "" : "s");
    text_add(out, "\n");
}

static const char *const spread_units[] = {"nodes", "nodes", "ranks", "writers"};

static void describe_target(const struct plan *plan, uint32_t target, struct text *out)
{
    uint64_t bytes = plan_target_bytes(plan, target);
    char shown[UNITS_TEXT];
    units_format_size(bytes, shown);
    text_add(out, "target      '");
    text_add_printable(out, plan->setup.settings->targets[target]);
    text_add(out, "' %s %s", plan->setup.writes ? "gets" : "holds", bytes ? shown : "nothing");
    if (!bytes)
        text_add(out, ": there are fewer %s than targets",
                 spread_units[plan->setup.settings->spread]);
    else if (plan->setup.target_kinds[target] == TARGET_NEW_FILE)
        text_add(out, " as a new file");
    text_add(out, "\n");
}

static bool adds_verification(enum phase_id id)
{
    return phase_kinds[id].reads && !phase_kinds[id].checks;
}

static void describe_phases(const struct settings *settings, const struct run_settings *run,
                            struct text *out)
{
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    phases_parse(run->phases, phases, &count, NULL);
    text_add(out, "phases     ");
    for (size_t i = 0; i < count; i++)
        text_add(out, " %s%s", phase_kinds[phases[i]].name,
                 settings->verify && adds_verification(phases[i]) ? " with verification" : "");
    text_add(out, "\n");
}

static void describe_section(const struct section *section, struct text *out)
{
    text_add(out, "section     %s: %s", section->name, phase_kinds[section->phase].name);
    if (section->data[0])
        text_add(out, " what '%s' wrote", section->data);
    for (size_t i = 0; i < section->own_count; i++)
        text_add(out, "%s%s %s", i ? ", " : "; sets ",
                 section->own[i].id == OPTION_COUNT ? "target" : options_name(section->own[i].id),
                 section->own[i].value);
    text_add(out, "\n");
}

void plan_describe_preset(const struct plan *plan, const struct options *given, struct text *out)
{
    const struct settings *common = &given->common;
    const struct settings *settings = plan->setup.settings;
    const bool writers = common->source[OPTION_WRITERS] == SOURCE_PRESET;
    const bool buffers = common->source[OPTION_BUFFER_COUNT] == SOURCE_PRESET;
    const uint64_t ranks = divide_up(plan->setup.shape.rank_count, plan->setup.shape.node_count);
    if (!given->run.preset)
        return;
    text_add(out, "preset      ");
    text_add_printable(out, given->run.preset);
    if (writers)
        text_add(out, ", for each node %" PRIu64 " writers", common->writers);
    if (buffers)
        text_add(out, "%s%" PRIu64 " buffers", writers ? " and " : ", for each node ",
                 common->buffer_count);
    if (writers || buffers)
        text_add(out, "; for each rank %" PRIu64 " writer%s and %" PRIu64 " buffer%s",
                 settings->writers, settings->writers == 1 ? "" : "s", settings->buffer_count,
                 settings->buffer_count == 1 ? "" : "s");
    if (buffers && settings->buffer_count < common->buffer_count / ranks)
        text_add(out, ", as no more fit into a quarter of the memory");
    if (writers && common->writers < ranks)
        text_add(out, "; as there are more ranks, each has one writer");
    text_add(out, "\n");
}

static void describe_pool(const struct settings *settings, struct text *out)
{
    char pool[UNITS_TEXT];
    units_format_size(settings->buffer_count * settings->buffer_size_bytes, pool);
    text_add(out, "each rank   %" PRIu64 " buffer%s (%s)\n", settings->buffer_count,
             settings->buffer_count == 1 ? "" : "s", pool);
}

void plan_describe(const struct plan *plan, const struct run_settings *run,
                   const struct section *section, struct text *out)
{
    static const char *const turns[] = {"node", "node", "rank", "writer"};
    static const char *const layouts[] = {"one file for each rank", "one file for all ranks",
                                          "one file for each I/O thread"};
    const struct settings *settings = plan->setup.settings;
    const struct shape *shape = &plan->setup.shape;
    const bool bytes = plan->setup.writes || plan->setup.reads;
    if (section)
        describe_section(section, out);
    text_add(out, "plan        %" PRIu32 " rank%s on %" PRIu32 " node%s, ", shape->rank_count,
             shape->rank_count == 1 ? "" : "s", shape->node_count,
             shape->node_count == 1 ? "" : "s");
    if (bytes && settings->files_per_rank > 1)
        text_add(out, "%" PRIu64 " files for each rank, ", settings->files_per_rank);
    else if (bytes)
        text_add(out, "%s, ", layouts[settings->layout]);
    text_add(out, "%zu target%s", settings->target_count, settings->target_count == 1 ? "" : "s");
    if (settings->target_count > 1)
        text_add(out, " in turn by %s", turns[settings->spread]);
    text_add(out, "\n");
    for (uint32_t target = 0; target < settings->target_count; target++)
        if (bytes)
            describe_target(plan, target, out);
        else
            text_add(out, "target      '%s'\n", settings->targets[target]);
    if (bytes)
        describe_size(plan, out);
    describe_objects(plan, out);
    if (bytes)
        describe_pool(settings, out);
    describe_settings(plan, run, out);
    describe_ceilings(plan, run, out);
    describe_warm_up(plan, out);
    if (!section)
        describe_phases(settings, run, out);
    text_add(out, "run id      %s, seed %" PRIu64 "\n", plan->run_id, settings->seed);
}
