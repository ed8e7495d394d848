/* SPDX-License-Identifier: Apache-2.0 */
#include "check_tune.h"

#include <errno.h>

#include "options/phases.h"

static int exclude(const char *option, struct failure *why)
{
    return failure_set(why, -EINVAL, "tune (--auto) and %s exclude each other; use one of them",
                       option);
}

/* The search writes new files, then reads them. */
static int check_list(const struct options *options, struct failure *why)
{
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    bool seen[PHASE_COUNT] = {0};
    if (!options->run.phases || phases_parse(options->run.phases, phases, &count, why))
        return why->code;
    for (size_t i = 0; i < count; i++) {
        const struct phase_kind *kind = &phase_kinds[phases[i]];
        if (kind->unit != UNIT_BYTE)
            return failure_set(why, -EINVAL,
                               "tune (--auto) is for phases that move bytes, not '%s'", kind->name);
        if (seen[kind->id])
            return failure_set(why, -EINVAL,
                               "tune (--auto) takes each phase once, and --phases '%s' has one "
                               "twice; use --repeat",
                               options->run.phases);
        seen[kind->id] = true;
    }
    if (phases[0] == PHASE_WRITE)
        return 0;
    return failure_set(why, -EINVAL,
                       "tune (--auto) begins with new files, and --phases '%s' does not; start "
                       "with write",
                       options->run.phases);
}

int check_tune(const struct options *options, struct failure *why)
{
    if (!options->run.automatic)
        return 0;
    if (options->section_count)
        return exclude("a settings file with sections", why);
    if (options->run.sweep)
        return exclude("--sweep", why);
    if (options->common.rate_bytes)
        return exclude("--rate", why);
    if (options->common.files_per_rank > 1)
        return exclude("--files-per-rank", why);
    return check_list(options, why);
}
