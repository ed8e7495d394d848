/* SPDX-License-Identifier: Apache-2.0 */
/* Failed operations: counted by error, the first one in words. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "crew_parts.h"
#include "platform/space.h"

/* Errors that are about one object, so that the next one may well succeed. */
static bool is_of_object(int error)
{
    return error == EEXIST || error == ENOENT || error == EBADMSG || error == ENOTEMPTY ||
           error == EISDIR || error == ENOTDIR || error == ELOOP || error == ESTALE;
}

void crew_add_errors(struct crew_error errors[CREW_ERRORS], const struct crew_error *more)
{
    uint32_t i = more->error ? 0 : CREW_ERRORS - 1;
    while (i < CREW_ERRORS - 1 && errors[i].count && errors[i].error != more->error)
        i++;
    if (!errors[i].count) {
        errors[i].first = more->first;
        errors[i].directory = more->directory;
    }
    errors[i].error = i < CREW_ERRORS - 1 ? more->error : 0;
    errors[i].count += more->count;
}

void crew_count_errors(struct crew_outcome *outcome, const struct crew_error *errors)
{
    crew_add_errors(outcome->errors, errors);
    outcome->counters.failed_requests += (int64_t)errors->count;
}

/* Errors of a call that the file system lacks, or has not for this. */
static bool is_unknown(int error)
{
    return error == ENOSYS || error == EOPNOTSUPP || error == EINVAL || error == EXDEV;
}

static const char *explain(const struct crew_setup *setup, int error)
{
    if (setup->kind->creates && error == EEXIST)
        return ": another process created it, and it was left alone";
    if (setup->kind->renames && error == EEXIST)
        return ": another process created a file of its new name, and it was left alone";
    if (setup->kind->removes && error == ENOTEMPTY)
        return ": another process created something in it, which was left alone";
    if (!setup->kind->creates && (error == EISDIR || error == ENOTDIR || error == ELOOP))
        return ": another process replaced it";
    if (setup->kind->renames && is_unknown(error))
        return ": the file system cannot rename it";
    if (setup->kind->creates && is_unknown(error))
        return ": the file system cannot create it";
    if (error == ENOENT || error == ESTALE)
        return setup->kind->creates ? ": another process removed its directory"
                                    : ": another process removed it";
    if (error == EMLINK)
        return ": its directory holds as many directories as the file system allows; use --fan-out";
    if (error == ENAMETOOLONG)
        return ": the file system allows only shorter names; use a shorter TARGET";
    if (error == EROFS)
        return ": the file system was remounted read-only, perhaps after an error";
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
        crew_count_errors(outcome, &(struct crew_error){.error = -result,
                                                        .count = 1,
                                                        .first = lane->object,
                                                        .directory = what == CREW_DIRECTORY});
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
        failure_set(&outcome->failure, result, "cannot %s directory '%s'%s: %s%s",
                    what == CREW_SYNC      ? "sync"
                    : setup->kind->creates ? "create"
                                           : "open",
                    folder, space_format_reason(setup->top, -result, note),
                    strerrordesc_np(-result), result == -EROFS ? explain(setup, EROFS) : "");
    text_release(&path);
    return what != CREW_SYNC && is_of_object(-result);
}

bool crew_count_listing(struct crew_thread *thread, int result, uint64_t count, const char *format,
                        ...)
{
    struct crew_outcome *outcome = &thread->outcome;
    char line[FAILURE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    crew_count_errors(outcome, &(struct crew_error){.error = -result,
                                                    .count = count,
                                                    .first = thread->lanes->object,
                                                    .directory = true});
    if (!outcome->failure.code)
        failure_set(&outcome->failure, result, "%s", line);
    return is_of_object(-result);
}
