/* SPDX-License-Identifier: Apache-2.0 */
#include "check_phases.h"

#include <errno.h>

#include "options/phases.h"

int check_phases(const struct options *options, struct phase_summary *phases, struct failure *why)
{
    enum phase_id list[PHASES_MOST];
    size_t count;
    const char *problem = NULL;
    uint32_t updates = 0; /* since the last phase that wrote all of the data set */
    bool loops = false;
    bool bytes = false;
    *phases = (struct phase_summary){.given = options->run.phases != NULL};
    if (options->common.loop && !options->common.time_ns)
        return failure_set(why, -EINVAL, "--loop starts over until --time; add --time");
    if (!phases->given)
        return 0;
    int status = phases_parse(options->run.phases, list, &count, why);
    for (size_t i = 0; !status && i < count; i++) {
        const struct phase_kind *kind = &phase_kinds[list[i]];
        if (kind->unit != UNIT_BYTE)
            continue;
        bytes = true;
        if (kind->updates && !phases->writes && !problem)
            problem = "rewrites before anything is written; start with write";
        if (phase_makes(list[i]) && phases->reads && !phases->writes)
            problem = "reads before anything is written; start with write";
        loops |= phase_can_loop(list[i]);
        updates = kind->updates ? updates + 1 : kind->writes ? 0 : updates;
        if (updates > PHASES_UPDATES_MOST && !problem)
            problem = "rewrites more than 8 times in a row; put a write between";
        phases->writes |= kind->writes;
        phases->reads |= kind->reads;
        phases->verifies |= kind->checks;
    }
    if (options->common.loop && !loops && !problem)
        problem = "has nothing that --loop could start over; add read, rewrite or mixed";
    if (options->common.warm_up_ns && !bytes && !problem)
        problem = "moves no bytes, which --warm-up is for; leave --warm-up out";
    if (!status && problem)
        return failure_set(why, -EINVAL, "--phases '%s' %s", options->run.phases, problem);
    return status;
}
