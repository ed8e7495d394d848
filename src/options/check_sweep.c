/* SPDX-License-Identifier: Apache-2.0 */
#include "check_sweep.h"

#include <errno.h>

#include "options/phases.h"
#include "options/repeat_words.h"
#include "options/sweep_words.h"

/* Each point writes its own files, and what is removed after it cannot be read again. */
static int check_list(const struct options *options, struct failure *why)
{
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    if (!options->run.phases || phases_parse(options->run.phases, phases, &count, why))
        return why->code;
    for (size_t i = 0; i < count; i++)
        if (phase_kinds[phases[i]].unit != UNIT_BYTE)
            return failure_set(why, -EINVAL, "--sweep measures phases that move bytes, not '%s'",
                               phase_kinds[phases[i]].name);
    if (!phase_kinds[phases[0]].writes)
        return failure_set(why, -EINVAL,
                           "--sweep begins each point with new files, and --phases '%s' does not; "
                           "start with write",
                           options->run.phases);
    return 0;
}

static int check_given(const struct options *options, const struct sweep *sweep,
                       struct failure *why)
{
    for (size_t i = 0; i < sweep->option_count; i++)
        if (!sweep->options[i].crowd &&
            options_source(options, sweep->options[i].id) == SOURCE_COMMAND_LINE)
            return failure_set(why, -EINVAL, "--%s is given and swept; leave one of them out",
                               options_name(sweep->options[i].id));
    return 0;
}

int check_sweep(const struct options *options, struct failure *why)
{
    struct repeat repeat;
    struct sweep sweep = {0};
    if (!options->run.sweep)
        return 0;
    if (options->section_count)
        return failure_set(why, -EINVAL,
                           "--sweep and a settings file with sections exclude each "
                           "other; use one of them");
    if (options->run.keep)
        return failure_set(why, -EINVAL,
                           "--sweep removes the files of each point; leave --keep "
                           "out");
    if (options->run.ceilings)
        return failure_set(why, -EINVAL,
                           "--sweep and --ceilings exclude each other; use one of them");
    if (options->run.min_rate_bytes)
        return failure_set(why, -EINVAL,
                           "--sweep and --min-rate exclude each other; use one of them");
    if (repeat_parse(options->run.repeat, &repeat, why))
        return why->code;
    if (repeat.until > 0)
        return failure_set(why, -EINVAL,
                           "--sweep repeats each point as often as the others; use --repeat N");
    int status = sweep_parse(options->run.sweep, &sweep, why);
    if (!status)
        status = check_given(options, &sweep, why);
    sweep_release(&sweep);
    return status ? status : check_list(options, why);
}
