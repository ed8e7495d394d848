/* SPDX-License-Identifier: Apache-2.0 */
/* Whether all threads of a crew together have listed the objects that exist. */
#include <errno.h>
#include <inttypes.h>

#include "crew_list.h"

/* True if the thread could not list everything, or has counted missing objects itself. */
static bool has_gap(const struct crew_thread *thread)
{
    bool missing = false;
    for (uint32_t i = 0; i < CREW_ERRORS; i++)
        missing |= thread->outcome.errors[i].error == ENOENT;
    return missing || thread->over;
}

/* Adds what all threads have seen; false unless they listed everything. Sets 'failed' if one has
 * counted a failure, such as a foreign name. */
static bool add_seen(const struct crew *crew, struct listing_sum *sum, bool *failed)
{
    bool whole = true;
    *failed = false;
    *sum = (struct listing_sum){0};
    for (uint32_t i = 0; i < crew->setup.threads; i++) {
        const struct crew_thread *thread = &crew->threads[i];
        if (thread->instead)
            return false;
        whole &= crew_list_add(thread, sum) && !has_gap(thread);
        *failed |= thread->outcome.failure.code != 0;
    }
    return whole;
}

uint64_t crew_check_listed(struct crew *crew)
{
    const struct crew_setup *setup = &crew->setup;
    const struct listing_sum *expected = &setup->listing.expected;
    struct crew_thread *first = &crew->threads[0];
    struct listing_sum seen;
    bool failed;
    if (!add_seen(crew, &seen, &failed))
        return seen.matches;
    first->lanes->object = objects_first_in(&setup->layout, setup->rank, 0);
    if (seen.objects < expected->objects)
        crew_count_listing(first, -ENOENT, expected->objects - seen.objects,
                           "the directories in '%s' list %" PRIu64 " of %" PRIu64
                           " objects: the others are missing",
                           setup->top, seen.objects, expected->objects);
    else if (seen.objects > expected->objects)
        crew_count_listing(first, -EEXIST, seen.objects - expected->objects,
                           "the directories in '%s' list %" PRIu64 " names of %" PRIu64
                           " objects: some more than once",
                           setup->top, seen.objects, expected->objects);
    else if (seen.hashes != expected->hashes)
        crew_count_listing(first, -ENOENT, 1,
                           "the directories in '%s' list as many names as objects, but some more "
                           "than once, and others are missing",
                           setup->top);
    else if (setup->kind->on_file && !failed && seen.matches != expected->matches)
        crew_count_listing(first, -ENOENT, 1, "%" PRIu64 " objects match, but %" PRIu64 " should",
                           seen.matches, expected->matches);
    return seen.matches;
}
