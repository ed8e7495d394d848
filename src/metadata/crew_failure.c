/* SPDX-License-Identifier: Apache-2.0 */
/* Failed operations: counted by error, the first one in words. */
#include <errno.h>
#include <string.h>

#include "base/units.h"
#include "crew_parts.h"
#include "platform/space.h"

/* Errors that are about one object, so that the next one may well succeed. */
static bool is_of_object(int error)
{
    return error == EEXIST || error == ENOENT || error == EBADMSG || error == ENOTEMPTY ||
           error == EISDIR || error == ENOTDIR || error == ELOOP;
}

static void count_error(struct crew_outcome *outcome, int error)
{
    uint32_t i = 0;
    while (i < CREW_ERRORS - 1 && outcome->errors[i].count && outcome->errors[i].error != error)
        i++;
    outcome->errors[i].error = error;
    outcome->errors[i].count++;
    outcome->counters.failed_requests++;
}

static const char *explain(const struct crew_setup *setup, int error)
{
    if (setup->kind->creates && error == EEXIST)
        return ": another process created it, and it was left alone";
    if (setup->kind->renames && error == EEXIST)
        return ": another process created a file of its new name, and it was left alone";
    if (!setup->kind->creates && error == ENOENT)
        return ": another process removed it";
    return "";
}

void crew_set_lost(const struct crew *crew, const struct crew_state *seen, int64_t limit_ns,
                   struct failure *why)
{
    const struct crew_setup *setup = &crew->setup;
    struct text path = {0};
    char limit[UNITS_TEXT];
    units_format_duration(limit_ns, limit);
    objects_print_directory(&setup->layout, setup->top, &seen->object, &path);
    failure_set(why, -ETIMEDOUT, "%s in '%s' did not complete within %s (--stall-abort)",
                crew_wait_name(setup->kind, seen->what), text_string(&path), limit);
    text_release(&path);
}

bool crew_count_failure(struct crew_thread *thread, const struct crew_lane *lane, int result,
                        enum crew_wait what)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct crew_outcome *outcome = &thread->outcome;
    struct text path = {0};
    char note[SPACE_TEXT];
    const bool wrong_data = result == -EBADMSG && lane->operation.difference.length;
    if (what != CREW_SYNC)
        count_error(outcome, -result);
    if (outcome->failure.code || wrong_data)
        return is_of_object(-result);
    objects_print_directory(&setup->layout, setup->top, &lane->object, &path);
    const char *const folder = text_string(&path);
    if (what == CREW_OPERATION && result == -EBADMSG)
        failure_set(&outcome->failure, result,
                    "'%s/%s' does not have the type and size with which it was created", folder,
                    lane->operation.name);
    else if (what == CREW_OPERATION)
        failure_set(&outcome->failure, result, "cannot %s '%s/%s'%s: %s%s",
                    phase_kinds[setup->kind->phase].name, folder, lane->operation.name,
                    space_format_reason(folder, -result, note), strerrordesc_np(-result),
                    explain(setup, -result));
    else
        failure_system(&outcome->failure, -result, "cannot %s directory '%s'%s",
                       what == CREW_SYNC      ? "sync"
                       : setup->kind->creates ? "create"
                                              : "open",
                       folder, space_format_reason(setup->top, -result, note));
    text_release(&path);
    return what != CREW_SYNC && is_of_object(-result);
}
