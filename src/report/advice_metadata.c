/* SPDX-License-Identifier: Apache-2.0 */
/* Notes about what limits metadata operations. */
#include <string.h>

#include "phase_settings.h"
#include "warnings.h"

static bool changes_names_at_once(const struct record_phase *phase)
{
    return phase->unit == UNIT_OPERATION && warning_counts(phase) &&
           (!strcmp(phase->kind, "create") || !strcmp(phase->kind, "rename") ||
            !strcmp(phase->kind, "remove")) &&
           !strcmp(phase->engine_used, "uring") && phase->depth * phase->writers_each > 1;
}

/* Under a fan-out each operation in flight has a directory of its own, unless all share them. */
static bool is_in_one_directory(const struct options *options, const struct record_phase *phase)
{
    struct settings settings;
    const bool known = phase_settings(options, phase, &settings);
    const bool one = known && (!settings.fan_out || settings.shared_directory);
    settings_release(&settings);
    return one;
}

void warn_one_directory(const struct record *record, struct text *out)
{
    struct options options;
    const struct record_phase *found = NULL;
    const bool known = phase_settings_open(record, &options);
    for (size_t i = 0; known && !found && i < record->phase_count; i++)
        if (changes_names_at_once(&record->phases[i]) &&
            is_in_one_directory(&options, &record->phases[i]))
            found = &record->phases[i];
    options_release(&options);
    if (found)
        text_add(out,
                 "in %s each rank had %lld operations in flight, but the kernel changes the names "
                 "in one directory one at a time; with --fan-out and without --shared-directory, "
                 "each of them has a directory of its own",
                 found->name, (long long)(found->depth * found->writers_each));
}

static bool reads_own_objects(const struct record_phase *phase)
{
    return phase->unit == UNIT_OPERATION && warning_counts(phase) && phase->same_node_ranks > 0 &&
           (!strcmp(phase->kind, "stat") || !strcmp(phase->kind, "find") ||
            !strcmp(phase->kind, "open"));
}

void warn_cached_attributes(const struct record *record, struct text *out)
{
    if (warning_phases(record, reads_own_objects, out))
        text_add(out, " read what the same node had created and may still have in memory: the rate "
                      "may be that of its cache, not of the file system; with several "
                      "nodes, --shift 1 takes the objects of another (open: with three or more)");
}
