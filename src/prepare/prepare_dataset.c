/* The last checks before the first trace, and the first trace itself: folders on the targets. */
#include "prepare/prepared.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "platform/target.h"

static int refuse_size(const char *option, uint64_t bytes, uint64_t instead, uint32_t multiple_of,
                       const char *target, struct failure *why)
{
    char better[UNITS_TEXT];
    units_exact_size(instead, better);
    return failure_set(why, -EINVAL,
                       "direct I/O is required, and on '%s' it takes multiples of %" PRIu32
                       " bytes, which '--%s' of %" PRIu64
                       " bytes is not: use '--%s %s', or '--direct prefer'",
                       target, multiple_of, option, bytes, option, better);
}

/* Requests of a size that direct I/O takes, on a target where it has an effect, to the last one. */
static int check_direct(const struct prepared *prepared, struct failure *why)
{
    uint32_t number = geometry_target(&prepared->plan.geometry, prepared->cluster->rank);
    const struct record_target *target = &prepared->targets[number];
    const char *path = prepared->settings->targets[number];
    const uint64_t request = prepared->settings->buffer_size_bytes;
    const uint64_t total = prepared->plan.geometry.setup.total_bytes;
    char reason[RECORD_LINE];
    uint32_t unit;
    const uint64_t nearest = target_direct_size(target, request, &unit);
    if (nearest && nearest != request)
        return refuse_size("buffer-size", request, nearest, unit, path, why);
    if (target_direct(target, request, reason) == TRUTH_NO)
        return failure_set(why, -EINVAL,
                           "direct I/O is required and not possible on '%s': %s; use '--direct "
                           "prefer'",
                           path, reason);
    const uint64_t nearest_total = target_direct_size(target, total, &unit);
    if (nearest_total && nearest_total != total)
        return refuse_size("size", total, nearest_total, unit, path, why);
    return 0;
}

/* '--direct require' refuses what is known to have no effect before anything is touched. */
int prepare_direct(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    if (prepared->settings->direct == REQUIRE)
        check_direct(prepared, &failure);
    return setup_agree(prepared->setup, &failure, why);
}

/* 'auto' reads from the next node where that makes sense. */
static uint64_t shift_wanted(const struct prepared *prepared)
{
    const char *shift = prepared->settings->shift;
    bool several = prepared->cluster->shape.node_count > 1;
    const struct prepared *writer = prepared->source ? prepared->source : prepared;
    bool local = writer->dataset.shared == TRUTH_NO;
    if (!strcmp(shift, "auto"))
        return several && !local ? 1 : 0;
    return strcmp(shift, "none") ? strtoull(shift, NULL, 10) : 0;
}

/* Does a data set that is made before this one have its folder in the same one? */
static bool shares_folder(const struct prepared *prepared)
{
    const struct dataset *dataset = &prepared->dataset;
    const struct setup *setup = prepared->setup;
    for (uint32_t i = 0; dataset->above && setup->prepared[i] != prepared; i++)
        for (size_t j = 0;
             setup->prepared[i]->writes && j < setup->prepared[i]->settings->target_count; j++) {
            const uint32_t target =
                geometry_target(&prepared->plan.geometry, prepared->cluster->rank);
            if (!strcmp(setup->prepared[i]->settings->targets[j],
                        prepared->settings->targets[target]))
                return true;
        }
    return false;
}

int prepare_dataset(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    struct agreement agreement;
    char line[FAILURE_TEXT];
    if (prepared->source) {
        plan_shift(&prepared->plan, shift_wanted(prepared), &failure);
        return setup_agree(prepared->setup, &failure, why);
    }
    dataset_init(&prepared->dataset, prepared->cluster, &prepared->plan, &failure);
    prepared->dataset.lookout = prepared->setup->lookout;
    int result = setup_agree(prepared->setup, &failure, why);
    if (result)
        return result;
    if (prepared->writes) {
        prepared->dataset.above_shared = shares_folder(prepared);
        result = dataset_make_folders(&prepared->dataset, &agreement);
        if (result) {
            agreement_line(prepared->cluster, &agreement, line, sizeof line);
            dataset_remove(&prepared->dataset, &failure);
            return failure_set(why, result, "%s", line);
        }
    } else if (prepared->setup->reads_stored) {
        stored_share(&prepared->setup->stored, &prepared->dataset, &failure);
    } else {
        for (uint32_t i = 0; i < prepared->dataset.part_count; i++) {
            struct part *part = &prepared->dataset.parts[i];
            acknowledged_all(&part->acknowledged, part->share.request_count, part->share.bytes);
        }
    }
    if (!failure.code)
        plan_shift(&prepared->plan, shift_wanted(prepared), &failure);
    return setup_agree(prepared->setup, &failure, why);
}
