/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare/start_record.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "options/expected_rate.h"
#include "options/repeat_words.h"
#include "platform/block_device.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/host.h"
#include "platform/networks.h"
#include "platform/target.h"
#include "prepare/prepared.h"
#include "record/store.h"
#include "record/thin.h"

static const char results_folder[] = "results";

/* Default names have a resolution of one second: of the runs that start together, one gets its name
 * in each second. */
enum { NAME_TRIES = 30, SECOND_NS = 1000000000, WATCHED_NS = 200000000 };

static void print_name(const struct options *options, const char *job_id, struct text *name)
{
    char stamp[CLOCK_TEXT];
    if (options->run.result) {
        text_add(name, "%s", options->run.result);
        return;
    }
    clock_utc_compact(stamp);
    text_add(name, "%s/tidemill-%s%s%s.h5", results_folder, stamp, job_id[0] ? "-" : "", job_id);
}

int result_path(const struct options *options, const char *job_id, char **path, struct failure *why)
{
    struct text text = {0};
    struct failure taken = {0};
    bool named = options->run.result != NULL;
    int result = 0;
    if (!named && !path_exists(results_folder)) {
        result = directory_create(results_folder, 0777, why);
        if (result && result != -EEXIST)
            return result;
    }
    for (int try = 0; try < NAME_TRIES; try++) {
        text_clear(&text);
        taken.code = 0;
        print_name(options, job_id, &text);
        result = store_check(text_string(&text), named && options->run.overwrite, &taken);
        if (named || result != -EEXIST)
            break;
        clock_sleep_ns(SECOND_NS);
    }
    if (result)
        failure_set(why, result, "%s", taken.text);
    for (size_t i = 0; i < options->common.target_count && !result; i++)
        if (target_is_same(options->common.targets[i], text_string(&text)))
            result = failure_set(why, -EINVAL,
                                 "target '%s' is the result file itself; use another --result",
                                 options->common.targets[i]);
    *path = text.data;
    return result;
}

enum { MASK_WORDS = TOPOLOGY_MASK_BITS / 64 };

int result_claim(const struct options *options, const char *job_id, const struct record *record,
                 char **path, struct failure *why)
{
    int result = store_claim(*path, record, why);
    for (int try = 0; result == -EEXIST && !options->run.result && try < NAME_TRIES; try++) {
        struct failure taken = {0};
        free(*path);
        *path = NULL;
        result = result_path(options, job_id, path, &taken);
        if (!result)
            result = store_claim(*path, record, &taken);
        if (result && result != -EEXIST)
            return failure_set(why, result, "%s", taken.text);
    }
    if (!result)
        store_remove_temporaries(*path);
    else
        failure_set(why, result,
                    "another run has created the result '%s' meanwhile; use another --result",
                    *path);
    return result;
}

void start_record_place(const char *path, int64_t node, struct record *record)
{
    struct target_space own;
    struct failure ignored = {0};
    if (target_detect_space(path, &own, &ignored) || !own.number)
        return;
    for (size_t i = 0; i < record->target_count; i++) {
        struct record_target *target = &record->targets[i];
        struct target_space space;
        if (target->node_number == node && !target_detect_space(target->path, &space, &ignored))
            target->holds_result = space.number == own.number;
    }
}

/* Rank 0: the allowed CPUs of a node are those of all its ranks together. */
static int unite_masks(const struct shape *shape, const uint64_t *masks, struct record *record,
                       bool at_end)
{
    uint64_t *united = calloc((size_t)shape->node_count * MASK_WORDS, sizeof *united);
    if (!united)
        return -ENOMEM;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        for (size_t word = 0; word < MASK_WORDS; word++)
            united[(size_t)shape->rank_node[rank] * MASK_WORDS + word] |=
                masks[(size_t)rank * MASK_WORDS + word];
    for (size_t node = 0; node < record->node_count; node++)
        topology_format_mask(united + node * MASK_WORDS,
                             at_end ? record->nodes[node].cpus_at_end
                                    : record->nodes[node].allowed_cpus,
                             sizeof record->nodes[node].allowed_cpus);
    free(united);
    return 0;
}

static int gather_nodes(struct setup *setup, struct record *record, struct failure *why)
{
    struct cluster *cluster = setup->cluster;
    struct record_node node = {0};
    void *nodes = NULL;
    void *masks = NULL;
    size_t mask_count = 0;
    host_detect(&node, &setup->topology, why);
    node.ranks = cluster->local_count;
    node.ranks_by_mpi = cluster->mpi_local_count;
    node.mpi_agrees = cluster->mpi_agrees ? TRUTH_YES : TRUTH_NO;
    node.load_thousandths = setup->load_thousandths;
    text_copy(node.hostname, sizeof node.hostname, cluster->node_names[cluster->node]);
    build_detect(&setup->topology, &node);
    text_copy(node.mpi_library, sizeof node.mpi_library, cluster->library);
    cluster_gather(cluster, &node, sizeof node, cluster->leader, &nodes, &record->node_count, why);
    cluster_gather(cluster, setup->topology.allowed_mask, sizeof setup->topology.allowed_mask, 1,
                   &masks, &mask_count, why);
    record->nodes = nodes;
    if (cluster->rank == 0 && !why->code && unite_masks(&cluster->shape, masks, record, false))
        failure_set(why, -ENOMEM, "not enough memory for the record");
    free(masks);
    return why->code;
}

/* Lists every target of the run as this rank sees it, each path once; '*all' is malloc'ed. */
static int list_targets(const struct setup *setup, struct record_target **all, size_t *count)
{
    size_t most = 0;
    for (uint32_t i = 0; i < setup->prepared_count; i++)
        most += setup->prepared[i]->settings->target_count;
    *count = 0;
    *all = calloc(most + 1, sizeof **all);
    for (uint32_t i = 0; *all && i < setup->prepared_count; i++) {
        const struct prepared *prepared = setup->prepared[i];
        const struct prepared *writer = prepared->source ? prepared->source : prepared;
        for (uint32_t j = 0; j < prepared->settings->target_count; j++) {
            size_t known = 0;
            while (known < *count && strcmp((*all)[known].path, prepared->targets[j].path) != 0)
                known++;
            if (known == *count) {
                (*all)[known] = prepared->targets[j];
                (*all)[known].shared = (uint8_t)writer->dataset.shared;
                const struct data_folder *folder = dataset_folder_on(&writer->dataset, j);
                (*all)[known].apart = folder && folder->apart;
                ++*count;
            }
            if (!prepared->source && !prepared->point)
                (*all)[known].planned_bytes += (int64_t)plan_target_bytes(&prepared->plan, j);
        }
    }
    return *all ? 0 : -ENOMEM;
}

int start_record_targets(struct setup *setup, struct record *record, struct failure *why)
{
    struct cluster *cluster = setup->cluster;
    struct record_target *own = NULL;
    size_t own_count = 0;
    void *targets = NULL;
    int result = list_targets(setup, &own, &own_count);
    cluster_gather(cluster, own, sizeof *own, cluster->leader ? own_count : 0, &targets,
                   &record->target_count, why);
    free(record->targets);
    record->targets = targets;
    free(own);
    return result ? failure_set(why, result, "not enough memory for the record") : why->code;
}

static int gather_devices(struct setup *setup, struct record *record, struct failure *why)
{
    struct cluster *cluster = setup->cluster;
    struct record_target *targets = NULL;
    size_t target_count = 0;
    struct record_block_device *own = NULL;
    size_t own_count = 0;
    void *all = NULL;
    int result = list_targets(setup, &targets, &target_count);
    for (size_t i = 0; i < target_count && cluster->leader && !result; i++)
        result = block_devices_add("", targets[i].device, &own, &own_count);
    for (size_t i = 0; i < own_count; i++) {
        own[i].node_number = cluster->node;
        text_copy(own[i].node, sizeof own[i].node, cluster->node_names[cluster->node]);
    }
    block_devices_measure(own, own_count, WATCHED_NS); /* this run has no I/O in flight yet */
    cluster_gather(cluster, own, sizeof *own, own_count, &all, &record->block_device_count, why);
    record->block_devices = all;
    free(own);
    free(targets);
    return result ? failure_set(why, result, "not enough memory for the record") : why->code;
}

static int gather_networks(struct setup *setup, struct record *record, struct failure *why)
{
    struct cluster *cluster = setup->cluster;
    struct record_network *own = NULL;
    size_t own_count = 0;
    void *all = NULL;
    const int result = cluster->leader ? networks_detect("", &own, &own_count) : 0;
    for (size_t i = 0; i < own_count; i++) {
        own[i].node_number = cluster->node;
        text_copy(own[i].node, sizeof own[i].node, cluster->node_names[cluster->node]);
    }
    cluster_gather(cluster, own, sizeof *own, own_count, &all, &record->network_count, why);
    record->networks = all;
    free(own);
    return result ? failure_set(why, result, "not enough memory for the record") : why->code;
}

char *command_line(int argc, char *const *argv)
{
    struct text text = {0};
    text_add(&text, "tidemill");
    for (int i = 0; i < argc; i++) {
        bool plain = argv[i][0] && !strpbrk(argv[i], " \t\n\"'\\$`*?[](){}<>|&;#~!");
        if (plain) {
            text_add(&text, " %s", argv[i]);
            continue;
        }
        text_add(&text, " '");
        for (const char *at = argv[i]; *at; at++)
            if (*at == '\'')
                text_add(&text, "'\\''");
            else
                text_add_bytes(&text, at, 1);
        text_add(&text, "'");
    }
    return text.data;
}

/* What a preset gave before it was divided among the ranks of a node. */
static void describe_preset(const struct options *options, struct record *record)
{
    const struct settings *common = &options->common;
    struct expected_rate expected;
    if (options->run.preset) {
        const char *slash = strrchr(options->run.preset, '/');
        text_copy(record->preset, sizeof record->preset, slash ? slash + 1 : options->run.preset);
    }
    if (common->source[OPTION_WRITERS] == SOURCE_PRESET)
        record->preset_writers = (int64_t)common->writers;
    if (common->source[OPTION_BUFFER_COUNT] == SOURCE_PRESET)
        record->preset_buffers = (int64_t)common->buffer_count;
    expected_rate_parse(options->run.expected_rate, &expected, NULL);
    record->expected_least_per_s = (int64_t)expected.least_bytes;
    record->expected_most_per_s = (int64_t)expected.most_bytes;
}

static enum record_detail detail_of(const struct setup *setup)
{
    static const uint8_t given[] = {
        [FINEST_NODE] = DETAIL_NODE, [FINEST_RANK] = DETAIL_RANK, [FINEST_WRITER] = DETAIL_WRITER};
    const uint64_t ranks = setup->cluster->shape.rank_count;
    uint64_t writers = 0;
    for (size_t i = 0; i < setup->pool.count; i++)
        if (setup->pool.items[i]->writers > writers)
            writers = setup->pool.items[i]->writers;
    return setup->options.run.detail == FINEST_AUTO ? thin_detail(ranks, ranks * writers)
                                                    : given[setup->options.run.detail];
}

static void describe_run(const struct setup *setup, int argc, char *const *argv,
                         struct record *record)
{
    const struct prepared *first = setup->prepared[0];
    struct text canonical = {0};
    struct repeat repeat;
    record->schema_version = RECORD_SCHEMA;
    record->schema_revision = RECORD_REVISION;
    record->status = RECORD_RUNNING;
    record->kept = setup->options.run.keep;
    record->detail = (uint8_t)detail_of(setup);
    record->nodes_by_mpi = setup->cluster->mpi_nodes;
    repeat_parse(setup->options.run.repeat, &repeat, NULL);
    record->until_ppm = llround(repeat.until * 1e6);
    record->repetitions_most = (int64_t)repeat.count;
    text_copy(record->tool_version, sizeof record->tool_version, TIDEMILL_VERSION);
    clock_utc(record->started_utc);
    text_copy(record->run_id, sizeof record->run_id, setup->run_id);
    text_copy(record->generator, sizeof record->generator, first->content.path);
    text_copy(record->plan_fingerprint, sizeof record->plan_fingerprint, first->plan.fingerprint);
    record->label = strdup(setup->options.run.label ? setup->options.run.label : "");
    record->command_line = command_line(argc, argv);
    describe_preset(&setup->options, record);
    struct options resolved = setup->options; /* a view: owns nothing */
    resolved.section_count = resolved.section_total = 0;
    if (!setup->options.section_count)
        resolved.common = *first->settings;
    options_print_canonical(&resolved, &canonical);
    sections_print(&setup->options, setup->pool.items, &canonical);
    record->options = canonical.data;
}

int start_record(struct setup *setup, int argc, char *const *argv, struct record_job *job,
                 struct record *record, struct failure *why)
{
    gather_nodes(setup, record, why);
    start_record_targets(setup, record, why);
    gather_devices(setup, record, why);
    gather_networks(setup, record, why);
    if (setup->cluster->rank != 0 || why->code)
        return why->code;
    describe_run(setup, argc, argv, record);
    if (!record->label || !record->command_line || !record->options)
        return failure_set(why, -ENOMEM, "not enough memory for the record");
    record->job = *job;
    job->environment = NULL;
    return 0;
}

void start_record_compare(struct setup *setup, struct record *record)
{
    struct topology now = {0};
    struct failure ignored = {0};
    void *masks = NULL;
    size_t count = 0;
    topology_read_allowed(&now);
    cluster_gather(setup->cluster, now.allowed_mask, sizeof now.allowed_mask, 1, &masks, &count,
                   &ignored);
    if (setup->cluster->rank == 0 && masks)
        unite_masks(&setup->cluster->shape, masks, record, true);
    free(masks);
}
