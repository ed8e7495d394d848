/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/target_spread.h"

#include <errno.h>
#include <stdlib.h>

#include "rank_sort.h"

int target_spread_init(struct target_spread *with, enum spread spread, uint32_t targets,
                       uint32_t writers, const struct shape *shape)
{
    uint32_t *ordered;
    *with = (struct target_spread){
        .spread = spread, .targets = targets, .writers = writers, .rank_node = shape->rank_node};
    if (spread != SPREAD_RANK && spread != SPREAD_WRITER)
        return 0;
    ordered = calloc(shape->rank_count, sizeof *ordered);
    with->turn_of = calloc(shape->rank_count, sizeof *with->turn_of);
    for (uint32_t rank = 0; ordered && rank < shape->rank_count; rank++)
        ordered[rank] = rank;
    if (!ordered || !with->turn_of ||
        rank_sort(ordered, shape->rank_count, shape->rank_node, shape->node_count)) {
        free(ordered);
        target_spread_release(with);
        return -ENOMEM;
    }
    for (uint32_t turn = 0; turn < shape->rank_count; turn++)
        with->turn_of[ordered[turn]] = turn;
    free(ordered);
    return 0;
}

void target_spread_release(struct target_spread *with)
{
    free(with->turn_of);
    with->turn_of = NULL;
}

uint32_t target_spread_of(const struct target_spread *with, uint32_t rank, uint32_t writer)
{
    if (!with->turn_of)
        return with->rank_node[rank] % with->targets;
    const uint64_t turn = with->turn_of[rank];
    const uint64_t number = with->spread == SPREAD_RANK ? turn : turn * with->writers + writer;
    return (uint32_t)(number % with->targets);
}

uint32_t target_spread_count(const struct target_spread *with, uint32_t rank, uint32_t target)
{
    const uint32_t first = target_spread_of(with, rank, 0);
    if (with->spread != SPREAD_WRITER)
        return first == target ? with->writers : 0;
    const uint32_t distance = target >= first ? target - first : target + with->targets - first;
    return with->writers / with->targets + (distance < with->writers % with->targets);
}

/* How the writers of some ranks use the targets. */
struct use {
    uint64_t used;
    uint64_t least;
    uint64_t most;
};

static void add_use(const uint64_t *writers_on, uint32_t targets, struct use *use)
{
    for (uint32_t target = 0; target < targets; target++) {
        use->used += writers_on[target] > 0;
        use->least = writers_on[target] < use->least ? writers_on[target] : use->least;
        use->most = writers_on[target] > use->most ? writers_on[target] : use->most;
    }
}

/* Over the targets of all nodes together, or over those that each node has. */
static int measure_use(const struct target_spread *with, const struct shape *shape, bool local,
                       struct use *use)
{
    const size_t groups = local ? shape->node_count : 1;
    uint64_t *writers_on = calloc(groups * with->targets, sizeof *writers_on);
    *use = (struct use){.least = UINT64_MAX};
    if (!writers_on)
        return -ENOMEM;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++) {
        uint64_t *own = writers_on + (local ? (size_t)shape->rank_node[rank] * with->targets : 0);
        for (uint32_t target = 0; target < with->targets; target++)
            own[target] += target_spread_count(with, rank, target);
    }
    for (size_t group = 0; group < groups; group++)
        add_use(writers_on + group * with->targets, with->targets, use);
    free(writers_on);
    return 0;
}

int target_spread_choose(const struct shape *shape, uint32_t targets, uint32_t writers, bool local,
                         bool by_writer, enum spread *chosen)
{
    const enum spread last = by_writer ? SPREAD_WRITER : SPREAD_RANK;
    uint64_t most_used = 0;
    *chosen = SPREAD_NODE;
    for (enum spread spread = SPREAD_NODE; spread <= last; spread++) {
        struct target_spread with;
        struct use use;
        int result = target_spread_init(&with, spread, targets, writers, shape);
        if (!result)
            result = measure_use(&with, shape, local, &use);
        target_spread_release(&with);
        if (result)
            return result;
        if (use.used <= most_used && use.least != use.most)
            continue;
        *chosen = spread;
        most_used = use.used;
        if (use.least == use.most)
            break;
    }
    return 0;
}

int target_spread_fit(struct settings *settings, const struct shape *shape,
                      const struct spread_choice *choice, struct failure *why)
{
    const bool free_layout =
        !settings_given(settings, OPTION_LAYOUT) && !settings->interleave_bytes && !choice->files;
    const bool by_writer = free_layout || settings->layout == LAYOUT_WRITER;
    const bool divides_nodes =
        settings->size_per_node_bytes && !settings->size_bytes && !settings->size_per_rank_bytes;
    enum spread chosen = SPREAD_NODE;
    if (settings->target_count < 2)
        return 0;
    if (settings->spread != SPREAD_AUTO)
        chosen = (enum spread)settings->spread;
    else if (!choice->stored && !choice->objects &&
             !(settings->layout == LAYOUT_SHARED && divides_nodes) &&
             target_spread_choose(shape, (uint32_t)settings->target_count,
                                  (uint32_t)settings->writers, choice->local, by_writer, &chosen))
        return failure_set(why, -ENOMEM, "not enough memory for a plan of %u ranks",
                           shape->rank_count);
    settings->spread = chosen;
    if (chosen == SPREAD_WRITER && free_layout)
        settings->layout = LAYOUT_WRITER;
    return 0;
}
