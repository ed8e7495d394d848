/* SPDX-License-Identifier: Apache-2.0 */
#include "pfs_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "phase_settings.h"

static const int64_t rule_time_ns = INT64_C(300000000000);
static const uint64_t rule_object_bytes = 3901;

const struct pfs_line pfs_lines[] = {
    {"easy-write", PFS_BANDWIDTH, true, false, 0},
    {"easy-create", PFS_METADATA, true, false, 0},
    {"hard-write", PFS_BANDWIDTH, true, false, 47008},
    {"hard-create", PFS_METADATA, true, false, 0},
    {"find", PFS_METADATA, false, false, 0},
    {"easy-read", PFS_BANDWIDTH, false, true, 0},
    {"easy-stat", PFS_METADATA, false, true, 0},
    {"hard-read", PFS_BANDWIDTH, false, true, 47008},
    {"hard-stat", PFS_METADATA, false, true, 0},
    {"easy-remove", PFS_METADATA, false, false, 0},
    {"hard-open", PFS_METADATA, false, true, 0},
    {"hard-remove", PFS_METADATA, false, false, 0},
    {"random-read", PFS_NO_MEAN, false, true, 4096},
};
const size_t pfs_line_count = sizeof pfs_lines / sizeof pfs_lines[0];

/* Does a phase of this line differ from a rule? 'settings' are its own. */
typedef bool rule_broken(const struct pfs_line *line, const struct record_phase *phase,
                         const struct settings *settings);

static bool other_time(const struct pfs_line *line, const struct record_phase *phase,
                       const struct settings *settings)
{
    (void)phase;
    return line->timed && settings->time_ns != rule_time_ns;
}

static bool ended_early(const struct pfs_line *line, const struct record_phase *phase,
                        const struct settings *settings)
{
    return line->timed && settings->time_ns && phase->status == RECORD_COMPLETE &&
           phase->ended_by == END_SIZE && phase->equalised == EQUALISED_NO;
}

static bool not_equalised(const struct pfs_line *line, const struct record_phase *phase,
                          const struct settings *settings)
{
    return line->timed && (!settings->equalise || phase->equalised == EQUALISED_CAPPED);
}

static bool read_in_part(const struct pfs_line *line, const struct record_phase *phase,
                         const struct settings *settings)
{
    (void)settings;
    return !line->timed && line->mean != PFS_NO_MEAN && phase->status == RECORD_COMPLETE &&
           phase->amount < phase->amount_planned;
}

static bool own_node(const struct pfs_line *line, const struct record_phase *phase,
                     const struct settings *settings)
{
    (void)settings;
    return line->shifted && phase->same_node_ranks > 0;
}

static bool other_request(const struct pfs_line *line, const struct record_phase *phase,
                          const struct settings *settings)
{
    (void)settings;
    return line->request_bytes && phase->request_bytes != line->request_bytes;
}

static bool other_object(const struct pfs_line *line, const struct record_phase *phase,
                         const struct settings *settings)
{
    (void)phase;
    const bool hard = !strcmp(line->section, "hard-create");
    const bool easy = !strcmp(line->section, "easy-create");
    return (hard && (settings->object_size_bytes != rule_object_bytes ||
                     !settings->shared_directory || settings->fan_out)) ||
           (easy && (settings->object_size_bytes || settings->shared_directory)) ||
           ((hard || easy) && settings->objects != OBJECTS_FILES);
}

static bool other_tree(const struct pfs_line *line, const struct record_phase *phase,
                       const struct settings *settings)
{
    (void)phase;
    (void)settings;
    return !strcmp(line->section, "find");
}

static bool not_synced(const struct pfs_line *line, const struct record_phase *phase,
                       const struct settings *settings)
{
    (void)phase;
    return line->timed && line->mean == PFS_BANDWIDTH && settings->fsync == FSYNC_NEVER;
}

static bool not_checked(const struct pfs_line *line, const struct record_phase *phase,
                        const struct settings *settings)
{
    (void)settings;
    return !line->timed && line->mean == PFS_BANDWIDTH && !phase->checks;
}

static const struct {
    rule_broken *applies;
    const char *words; /* behind the names of the phases */
} rules[] = {
    {other_time, "a time limit other than the 300 s of the rules"},
    {ended_early, "all was done before the time was over"},
    {not_equalised, "the ranks did not all continue to the count of the fastest"},
    {read_in_part, "not all that had been written or created was used"},
    {own_node, "ranks used what their own node had written or created"},
    {other_request, "requests of another size than by the rules (47008 bytes; 4 KiB at random)"},
    {other_object,
     "other objects than by the rules (easy: empty files in directories of their own; "
     "hard: files of 3901 bytes in one directory)"},
    {other_tree, "searched the objects of one phase, not all that the run had made"},
    {not_synced, "written data were not synced"},
    {not_checked, "data that were read were not checked"},
};

static int add_text(struct record *record, const char *words)
{
    struct record_deviation *longer =
        reallocarray(record->deviations, record->deviation_count + 1, sizeof *longer);
    if (!longer)
        return -ENOMEM;
    record->deviations = longer;
    struct record_deviation *added = &longer[record->deviation_count++];
    *added = (struct record_deviation){0};
    text_copy(added->text, sizeof added->text, words);
    return 0;
}

static bool any_repetition_breaks(const struct record *record, const struct options *options,
                                  const struct pfs_line *line, rule_broken *applies)
{
    bool broken = false;
    for (size_t i = 0; i < record->phase_count && !broken; i++) {
        const struct record_phase *phase = &record->phases[i];
        struct settings settings;
        if (strcmp(phase->section, line->section) != 0 || phase->status == RECORD_SKIPPED)
            continue;
        broken = phase_settings(options, phase, &settings) && applies(line, phase, &settings);
        settings_release(&settings);
    }
    return broken;
}

static int add_broken(struct record *record, const struct options *options, size_t rule)
{
    struct text line = {0};
    int result = 0;
    for (size_t i = 0; i < pfs_line_count; i++)
        if (any_repetition_breaks(record, options, &pfs_lines[i], rules[rule].applies))
            text_add(&line, "%s%s", line.length ? ", " : "", pfs_lines[i].section);
    if (line.length) {
        text_add(&line, ": %s", rules[rule].words);
        result = add_text(record, text_string(&line));
    }
    result = line.failed ? -ENOMEM : result;
    text_release(&line);
    return result;
}

/* Phases that were not done, or not as a whole: the means are of the others. */
static int add_missing(struct record *record)
{
    struct text line = {0};
    int result = 0;
    for (size_t i = 0; i < pfs_line_count; i++) {
        const struct record_summary *row = pfs_row(record, pfs_lines[i].section);
        if (!row || !row->count)
            text_add(&line, "%s%s", line.length ? ", " : "", pfs_lines[i].section);
    }
    if (line.length) {
        text_add(&line, ": not measured, so the means are of the other phases");
        result = add_text(record, text_string(&line));
    }
    result = line.failed ? -ENOMEM : result;
    text_release(&line);
    return result;
}

int pfs_deviations(struct record *record)
{
    struct options options;
    int result = add_text(record, "measured by tidemill, not by the unmodified application");
    if (!result)
        result = add_missing(record);
    const bool readable = phase_settings_open(record, &options);
    for (size_t i = 0; i < sizeof rules / sizeof *rules && readable && !result; i++)
        result = add_broken(record, &options, i);
    options_release(&options);
    return result;
}
