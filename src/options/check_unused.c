/* SPDX-License-Identifier: Apache-2.0 */
#include "check_unused.h"

#include <errno.h>

#include "option_table.h"
#include "options/phases.h"

enum user { EVERY_PHASE, PHASES_OF_BYTES, PHASES_OF_OPERATIONS, ONLY_MIXED, ONLY_FIND };

static const char *const user_words[] = {
    [PHASES_OF_BYTES] = "phases that move bytes",
    [PHASES_OF_OPERATIONS] = "phases that count operations, such as create",
    [ONLY_MIXED] = "phase mixed",
    [ONLY_FIND] = "phase find",
};

static enum user user_of(enum option_id id)
{
    switch (id) {
    case OPTION_SIZE:
    case OPTION_SIZE_PER_RANK:
    case OPTION_SIZE_PER_NODE:
        return PHASES_OF_BYTES;
    case OPTION_READ_FRACTION:
        return ONLY_MIXED;
    case OPTION_FIND_NAME:
    case OPTION_FIND_SIZE:
        return ONLY_FIND;
    default:
        return option_table[id].group == GROUP_METADATA ? PHASES_OF_OPERATIONS : EVERY_PHASE;
    }
}

static bool uses(enum phase_id phase, enum user user)
{
    return user == EVERY_PHASE || (user == ONLY_MIXED && phase == PHASE_MIXED) ||
           (user == ONLY_FIND && phase == PHASE_FIND) ||
           (user == PHASES_OF_BYTES && phase_kinds[phase].unit == UNIT_BYTE) ||
           (user == PHASES_OF_OPERATIONS && phase_kinds[phase].unit == UNIT_OPERATION);
}

static bool is_used(const struct options *options, const enum phase_id *list, size_t count,
                    enum user user)
{
    bool used = false;
    for (size_t i = 0; i < count; i++)
        used |= uses(list[i], user);
    for (size_t i = 0; i < options->section_count; i++)
        used |= uses(options->sections[i].phase, user);
    return used;
}

int check_unused(const struct options *options, struct failure *why)
{
    const bool listed = options->run.phases || options->section_count;
    enum phase_id list[PHASES_MOST];
    size_t count = 0;
    if (!options->section_count &&
        phases_parse(listed ? options->run.phases : "write,read", list, &count, why))
        return why->code;
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (options_source(options, id) == SOURCE_COMMAND_LINE &&
            !is_used(options, list, count, user_of(id)))
            return failure_set(why, -EINVAL, "--%s is for %s, and this run has none; %s",
                               options_name(id), user_words[user_of(id)],
                               listed ? "leave it out" : "add --phases, or leave it out");
    return 0;
}
