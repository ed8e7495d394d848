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
#include "stored_objects.h"
#include "stored_writes.h"

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

static bool is_whole(const struct record_phase *phase)
{
    bool whole = phase->file_count > 0;
    for (size_t i = 0; i < phase->file_count; i++)
        whole &= phase->files[i].bytes_acknowledged == phase->files[i].bytes_planned;
    return whole;
}

/* What was acknowledged is recorded as positions in the order of writing. */
static int check_order(const struct record *record, const struct record_phase *phase,
                       const struct options *then, const struct options *now, struct failure *why)
{
    bool whole = true;
    struct text names = {0};
    for (; phase; phase = stored_next_write(record, "", (size_t)(phase - record->phases) + 1))
        whole &= is_whole(phase);
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

/* Results from before there was a choice have each node's files on one target. */
static int check_spread(const struct options *then, const struct options *now, struct failure *why)
{
    const bool by_node = then->common.spread <= SPREAD_NODE;
    if (now->common.target_count < 2 || now->common.spread == then->common.spread ||
        (by_node && now->common.spread <= SPREAD_NODE))
        return 0;
    return failure_set(why, -EINVAL,
                       "the stored run has its files on other targets than this --spread has: "
                       "leave the option out");
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
    if (!read_then(stored, &then, why) && !check_content(&then, now, why) &&
        !check_spread(&then, now, why))
        check_order(&stored->record, phase, &then, now, why);
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

/* Their own settings are checked as those of any section. */
static int check_section_objects(const struct stored *stored, const struct options *now,
                                 size_t index, struct failure *why)
{
    struct settings settings;
    if (check_section(stored, now, index, why) || section_settings(now, index, &settings, why))
        return why->code;
    stored_objects_check(&stored->record, now->sections[index].name, &settings, &settings, why);
    settings_release(&settings);
    return why->code;
}

static int check_sections(const struct stored *stored, const struct options *now,
                          struct failure *why)
{
    uint64_t generation;
    for (size_t i = 0; i < now->section_count && !why->code; i++) {
        const struct section *section = &now->sections[i];
        if (!phase_makes(section->phase))
            continue;
        if (section->phase == PHASE_CREATE) {
            check_section_objects(stored, now, i, why);
            continue;
        }
        if (!stored_last_write(&stored->record, section->name, &generation))
            return refuse_no_data(section->name, why);
        check_section(stored, now, i, why);
    }
    return why->code;
}

static int check_objects(const struct stored *stored, const struct options *now,
                         struct failure *why)
{
    struct options then;
    if (!read_then(stored, &then, why) &&
        !stored_objects_check(&stored->record, "", &then.common, &now->common, why))
        check_content(&then, now, why);
    options_release(&then);
    return why->code;
}

int stored_check(const struct stored *stored, const struct options *options, uint32_t rank_count,
                 bool reads, bool visits, struct failure *why)
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
    if (visits && check_objects(stored, options, why))
        return why->code;
    const struct record_phase *phase = stored_last_write(&stored->record, "", &generation);
    if (!reads)
        return 0;
    if (!phase)
        return refuse_no_data("", why);
    return check_options(stored, phase, options, why);
}

void stored_release(struct stored *stored)
{
    record_release(&stored->record);
    *stored = (struct stored){0};
}
