/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare/stored.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options/phases.h"
#include "plan/sequence.h"
#include "record/store.h"
#include "settings_text.h"

int stored_read_options(struct stored *stored, struct options *options, struct failure *why)
{
    const char *path = options->run.options_from;
    struct text text = {0};
    if (!path || settings_text_read("--options-from", path, &text, why))
        goto out;
    if (!settings_text_is_hdf5(&text)) {
        if (strlen(text_string(&text)) != text.length)
            failure_set(why, -EINVAL, "--options-from: '%s' is not a settings file or a result",
                        path);
        else
            options_read(options, text_string(&text), path, SOURCE_FILE, false, why);
        goto out;
    }
    if (store_load(path, &stored->record, why))
        goto out;
    stored->loaded = true;
    options_read(options, stored->record.options ? stored->record.options : "", path, SOURCE_FILE,
                 true, why);
out:
    text_release(&text);
    return why->code;
}

/* The last phase of the section ("" without sections) that wrote: the files hold its data. */
static const struct record_phase *last_write(const struct record *record, const char *section,
                                             uint64_t *generation)
{
    const struct record_phase *last = NULL;
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].writes && record->phases[i].file_count &&
            !strcmp(record->phases[i].section, section)) {
            *generation = last ? *generation + 1 : 0;
            last = &record->phases[i];
        }
    return last;
}

static bool checks_data(const struct options *options)
{
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    if (options->common.verify || phases_parse(options->run.phases, phases, &count, NULL))
        return options->common.verify;
    for (size_t i = 0; i < count; i++)
        if (phase_kinds[phases[i]].checks)
            return true;
    return false;
}

/* The first option with this flag whose value differs and matters, or OPTION_COUNT. */
static enum option_id first_other(const struct options *then, const struct options *now,
                                  enum option_flag flag)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        bool matters = true;
        if (id == OPTION_DEDUP_BLOCK)
            matters = then->common.dedup_ratio > 1;
        else if (id == OPTION_SEED && flag == SETS_SEQUENCE)
            matters = order_is_random(then->common.order);
        if (matters && options_flagged(id, flag) && !options_equal(then, now, id))
            return id;
    }
    return OPTION_COUNT;
}

/* With other content, intact data would be reported as damaged. */
static int check_content(const struct options *then, const struct options *now, struct failure *why)
{
    enum option_id other = first_other(then, now, SETS_CONTENT);
    if (other == OPTION_COUNT || !checks_data(now))
        return 0;
    return failure_set(why, -EINVAL,
                       "the stored run had another --%s, so all of its data would be reported as "
                       "damaged: leave the option out",
                       options_name(other));
}

/* What was acknowledged is recorded as positions in the order of writing. */
static int check_order(const struct record_phase *phase, const struct options *then,
                       const struct options *now, struct failure *why)
{
    bool whole = true;
    struct text names = {0};
    for (size_t i = 0; i < phase->file_count; i++)
        whole &= phase->files[i].bytes_acknowledged == phase->files[i].bytes_planned;
    if (whole || first_other(then, now, SETS_SEQUENCE) == OPTION_COUNT)
        return 0;
    options_list(SETS_SEQUENCE, &names);
    failure_set(why, -EINVAL,
                "the stored run did not write all of its data, so it can only be read in the "
                "order of writing: leave out %s",
                text_string(&names));
    text_release(&names);
    return -EINVAL;
}

/* The options of the stored run. */
static int read_then(const struct stored *stored, struct options *then, struct failure *why)
{
    if (!options_init(then, why) &&
        !options_read(then, stored->record.options, "the stored options", SOURCE_FILE, true, why))
        sections_select(then, true, why);
    return why->code;
}

static int check_options(const struct stored *stored, const struct record_phase *phase,
                         const struct options *now, struct failure *why)
{
    struct options then;
    if (!read_then(stored, &then, why) && !check_content(&then, now, why))
        check_order(phase, &then, now, why);
    options_release(&then);
    return why->code;
}

size_t stored_data_sets(const struct stored *stored, struct failure *why)
{
    struct options then;
    size_t count = read_then(stored, &then, why) ? 0 : sections_data_sets(&then);
    options_release(&then);
    return count;
}

/* What a section wrote is read with its own settings, which only --set can have changed. */
static int check_section(const struct stored *stored, const struct options *now, size_t index,
                         struct failure *why)
{
    static const enum option_flag flags[] = {SETS_CONTENT, SETS_PLACE, SETS_SEQUENCE};
    const char *name = now->sections[index].name;
    struct options then;
    struct options before = {0};
    struct options after = {0};
    if (!read_then(stored, &then, why) &&
        !section_settings(&then, section_find(&then, name), &before.common, why) &&
        !section_settings(now, index, &after.common, why))
        for (size_t i = 0; i < sizeof flags / sizeof *flags && !why->code; i++) {
            const enum option_id other = first_other(&before, &after, flags[i]);
            if (other != OPTION_COUNT)
                failure_set(why, -EINVAL,
                            "section '%s' wrote its data with another --%s: leave '--set %s.%s' "
                            "out",
                            name, options_name(other), name, options_name(other));
        }
    settings_release(&after.common);
    settings_release(&before.common);
    options_release(&then);
    return why->code;
}

static int refuse_no_data(const char *section, struct failure *why)
{
    return failure_set(why, -ENODATA,
                       "the stored run wrote no data%s%s%s that could be read: see 'tidemill "
                       "report'",
                       *section ? " in section '" : "", section, *section ? "'" : "");
}

static int check_sections(const struct stored *stored, const struct options *now,
                          struct failure *why)
{
    uint64_t generation;
    for (size_t i = 0; i < now->section_count && !why->code; i++) {
        const struct section *section = &now->sections[i];
        if (!phase_kinds[section->phase].writes)
            continue;
        if (!last_write(&stored->record, section->name, &generation))
            return refuse_no_data(section->name, why);
        check_section(stored, now, i, why);
    }
    return why->code;
}

int stored_check(const struct stored *stored, const struct options *options, uint32_t rank_count,
                 struct failure *why)
{
    uint64_t generation;
    uint64_t ranks = 0;
    for (size_t i = 0; i < stored->record.node_count; i++)
        ranks += (uint64_t)stored->record.nodes[i].ranks;
    if (ranks != rank_count)
        return failure_set(why, -EINVAL,
                           "the stored run had %" PRIu64 " ranks and this one has %" PRIu32
                           ": start it with %" PRIu64,
                           ranks, rank_count, ranks);
    if (options->section_count)
        return check_sections(stored, options, why);
    const struct record_phase *phase = last_write(&stored->record, "", &generation);
    if (!phase)
        return refuse_no_data("", why);
    return check_options(stored, phase, options, why);
}

/* One part as sent to its rank; holes are sent separately, since few parts have any. */
struct stored_part {
    uint64_t issued;
    uint64_t bytes;
};

static int refuse_place(const struct record_file *file, struct failure *why)
{
    struct text names = {0};
    options_list(SETS_PLACE, &names);
    failure_set(why, -EINVAL, "the plan differs from the one that wrote '%s': leave out %s",
                file->path, text_string(&names));
    text_release(&names);
    return -EINVAL;
}

static int fill_parts(const struct record_phase *phase, const struct plan *plan,
                      struct stored_part *parts, struct text *holes, struct failure *why)
{
    uint32_t writers = plan->geometry.setup.writers_per_rank;
    for (size_t i = 0; i < phase->file_count; i++) {
        const struct record_file *file = &phase->files[i];
        struct share share = {0};
        bool known = file->rank >= 0 && file->rank < plan->setup.shape.rank_count &&
                     file->writer >= 0 && file->writer < writers;
        if (known)
            geometry_share(&plan->geometry, (uint32_t)file->rank, (uint32_t)file->writer, &share);
        if (!known || share.file_offset != (uint64_t)file->offset ||
            share.bytes != (uint64_t)file->bytes_planned)
            return refuse_place(file, why);
        bool whole = file->bytes_acknowledged == file->bytes_planned;
        parts[file->rank * writers + file->writer] = (struct stored_part){
            .issued = whole ? share.request_count : (uint64_t)file->requests_done,
            .bytes = (uint64_t)file->bytes_acknowledged,
        };
        if (file->holes && file->holes[0])
            text_add(holes, "%" PRId64 " %" PRId64 " %s\n", file->rank, file->writer, file->holes);
    }
    return holes->failed ? failure_set(why, -ENOMEM, "not enough memory") : 0;
}

/* Parses this rank's lines of "rank writer holes". */
static int parse_holes(struct dataset *dataset, const char *lines, struct failure *why)
{
    while (*lines) {
        uint32_t rank;
        uint32_t writer;
        char holes[4096];
        if (sscanf(lines, "%" SCNu32 " %" SCNu32 " %4095s", &rank, &writer, holes) != 3)
            return failure_set(why, -EINVAL, "cannot read the holes of the stored files");
        if (rank == dataset->cluster->rank && writer < dataset->part_count &&
            acknowledged_parse_holes(&dataset->parts[writer].acknowledged, holes, why))
            return why->code;
        const char *end = strchr(lines, '\n');
        lines = end ? end + 1 : "";
    }
    return 0;
}

/* Only a run that writes can detect whether nodes see each other's files, so its result counts. */
static enum record_truth targets_shared(const struct record *record)
{
    bool local = record->target_count > 0;
    for (size_t i = 0; i < record->target_count; i++) {
        if (record->targets[i].shared == TRUTH_YES)
            return TRUTH_YES;
        local &= record->targets[i].shared == TRUTH_NO;
    }
    return local ? TRUTH_NO : TRUTH_UNKNOWN;
}

int stored_share(const struct stored *stored, const char *section, struct dataset *dataset,
                 struct failure *why)
{
    struct cluster *cluster = dataset->cluster;
    size_t count = (size_t)cluster->shape.rank_count * dataset->part_count;
    struct stored_part *parts = calloc(count, sizeof *parts);
    struct text holes = {0};
    struct failure failure = {0};
    uint64_t generation = 0;
    char *lines = NULL;
    if (!parts)
        failure_set(&failure, -ENOMEM, "not enough memory for the stored plan");
    else if (cluster->rank == 0)
        fill_parts(last_write(&stored->record, section, &generation), dataset->plan, parts, &holes,
                   &failure);
    struct agreement agreement;
    if (cluster_agree(cluster, &failure, &agreement)) {
        *why = agreement.first;
        goto out;
    }
    cluster_broadcast(cluster, parts, count * sizeof *parts);
    cluster_broadcast(cluster, &generation, sizeof generation);
    if (cluster->rank == 0)
        dataset->shared = targets_shared(&stored->record);
    cluster_broadcast(cluster, &dataset->shared, sizeof dataset->shared);
    if (cluster->rank == 0)
        lines = strdup(text_string(&holes));
    if (cluster_broadcast_text(cluster, &lines)) {
        failure_set(why, -ENOMEM, "not enough memory");
        goto out;
    }
    for (uint32_t i = 0; i < dataset->part_count; i++) {
        const struct stored_part *part = &parts[(size_t)cluster->rank * dataset->part_count + i];
        acknowledged_all(&dataset->parts[i].acknowledged, part->issued, part->bytes);
    }
    dataset->generation = generation;
    dataset->written = true;
    parse_holes(dataset, lines, why);
out:
    text_release(&holes);
    free(lines);
    free(parts);
    return why->code;
}

void stored_release(struct stored *stored)
{
    record_release(&stored->record);
    *stored = (struct stored){0};
}
