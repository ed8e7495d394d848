/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/search.h"

#include <math.h>

#include "search_end.h"
#include "search_step.h"

enum {
    STEPS_MOST = 3, /* along one axis */
    STRIDE = 2,
    STRIDES_FROM = 5, /* levels */
    PAIRS = 4,
    KNEE_ROUNDS = 6,
    SHIFTS_MOST = 2,
    RESERVE_PART = 3,
};

static const double shift_least = 1.3; /* a smaller change of the same settings is a drift */
static const double gain_least = 1.01;
static const double equal_enough = 1.03; /* the search does not refine further */

void search_init(struct search *search, const struct search_space *space)
{
    *search = (struct search){.space = space, .best = space->start, .knee = space->start};
}

static bool is_same(const struct search *search, const struct candidate *a,
                    const struct candidate *b)
{
    for (uint32_t i = 0; i < search->space->axis_count; i++)
        if (a->level[i] != b->level[i])
            return false;
    return true;
}

static bool is_due(const struct search *search, uint32_t axis)
{
    return search->space->axes[axis].levels > 1 && search->steps[axis] < STEPS_MOST &&
           (search->coarse[axis] || search->compared_at[axis] != search->changes + 1);
}

/* An axis that was never compared comes first. */
static int next_axis(const struct search *search)
{
    int found = -1;
    for (uint32_t i = search->space->axis_count; i-- > 0;)
        if (is_due(search, i) &&
            (!search->compared_at[i] || found < 0 || search->compared_at[(uint32_t)found]))
            found = (int)i;
    return found;
}

static void add_candidate(struct search_step *step, const struct search *search, uint32_t axis,
                          const struct candidate *from, uint8_t level)
{
    const struct search_space *space = search->space;
    struct candidate candidate = *from;
    candidate.level[axis] = level;
    if (step->count < SEARCH_LEVELS_MOST &&
        (!space->fit || space->fit(space->context, axis, &candidate)))
        step->candidates[step->count++] = candidate;
}

static uint32_t distance(uint8_t a, uint8_t b)
{
    return a > b ? (uint32_t)(a - b) : (uint32_t)(b - a);
}

/* Those of ordered axes: in strides at first, then the neighbours. */
static bool is_compared(const struct search *search, uint32_t axis, uint8_t level)
{
    const struct search_axis *kind = &search->space->axes[axis];
    const uint32_t far = distance(level, search->best.level[axis]);
    if (!kind->ordered || kind->levels < STRIDES_FROM)
        return far > 0;
    if (!search->steps[axis])
        return far > 0 && far % STRIDE == 0;
    return far == 1 || (far == STRIDE && !search->coarse[axis]);
}

/* The probes that pairs and knee take; of a small budget a part. */
static uint32_t reserve(const struct search *search, uint32_t affordable)
{
    const uint32_t most = (search->probes + affordable) / RESERVE_PART;
    uint32_t probes = 2 * PAIRS;
    for (uint32_t i = 0; i < search->space->axis_count; i++)
        if (search->space->axes[i].thrift)
            probes += SEARCH_ROUNDS_LEAST * (search->best.level[i] + 1U);
    return probes < most ? probes : most;
}

/* Rounds are shared evenly among the axes that are due. */
static uint32_t rounds_for(const struct search *search, uint32_t count, uint32_t affordable)
{
    uint32_t due = 0;
    for (uint32_t i = 0; i < search->space->axis_count; i++)
        due += is_due(search, i);
    const uint32_t spare =
        affordable > reserve(search, affordable) ? affordable - reserve(search, affordable) : 0;
    const uint32_t rounds = due && count ? spare / due / count : 0;
    return rounds < SEARCH_ROUNDS_SCARCE ? SEARCH_ROUNDS_SCARCE
           : rounds > SEARCH_ROUNDS_MOST ? SEARCH_ROUNDS_MOST
                                         : rounds;
}

static void begin_axis(struct search *search, uint32_t axis, uint32_t affordable)
{
    struct search_step *step = &search->step;
    *step = (struct search_step){.axis = axis, .count = 1, .candidates = {search->best}};
    for (uint8_t level = 0; level < search->space->axes[axis].levels; level++)
        if (is_compared(search, axis, level))
            add_candidate(step, search, axis, &search->best, level);
    step->most = rounds_for(search, step->count, affordable);
    search->coarse[axis] = !search->steps[axis] && search->space->axes[axis].ordered &&
                           search->space->axes[axis].levels >= STRIDES_FROM;
    search->steps[axis]++;
    search->compared_at[axis] = search->changes + 1;
    if (step->count > 1)
        return;
    step->count = 0; /* nothing else is possible */
    if (search->findings[axis].level != search->best.level[axis])
        search->findings[axis] =
            (struct search_finding){.compared = 1, .level = search->best.level[axis]};
}

static void begin_pairs(struct search *search)
{
    search->step = (struct search_step){
        .count = 2, .most = PAIRS, .candidates = {search->space->start, search->best}};
}

/* From the lowest level up to that of the winner; the axes before stay lowered. False: no axis is
 * left. */
static bool begin_knee(struct search *search)
{
    struct search_step *step = &search->step;
    while (++search->thrift <= search->space->axis_count) {
        uint32_t axis = 0;
        while (axis < search->space->axis_count &&
               search->space->axes[axis].thrift != search->thrift)
            axis++;
        if (axis == search->space->axis_count)
            return false;
        if (search->space->axes[axis].follows && search->knee.level[step->axis])
            continue;
        *step = (struct search_step){.axis = axis, .most = KNEE_ROUNDS};
        for (uint8_t level = 0; level <= search->knee.level[axis]; level++)
            add_candidate(step, search, axis, &search->knee, level);
        if (step->count > 1) {
            step->others = step->count;
            if (!is_same(search, &search->knee, &search->best))
                step->candidates[step->count++] = search->best;
            return true;
        }
        step->count = 0;
    }
    return false;
}

/* Did the incumbent keep to one level during this step? */
static bool is_level(const struct search_step *step, double middle, double change)
{
    for (uint32_t i = 0; i < step->rounds; i++)
        if (fabs(step->logs[0][i] - middle) > change / 2)
            return false;
    return true;
}

/* The same settings are much slower or faster than before: what was found does not hold any more.
 */
static void notice_shift(struct search *search, double middle)
{
    const struct search_step *step = &search->step;
    const double change = fabs(middle - search->best_log);
    const double sure = 3 * SEARCH_MIDDLE_DEVIATION * search_noise(search) *
                        sqrt(1.0 / step->rounds + 1.0 / search->best_rounds);
    if (change < log(shift_least) || change < sure || search->shifts == SHIFTS_MOST)
        return;
    search->shifts++;
    search->changes++;
    for (uint32_t i = 0; i < search->space->axis_count; i++)
        if (i != step->axis || !is_level(step, middle, change)) {
            search->steps[i] = 0;
            search->coarse[i] = false;
        }
}

/* Of those that dropped out too: by the rounds that they took part in. */
static int best_other(const struct search_step *step, int winner, double *difference,
                      uint32_t *rounds)
{
    int found = -1;
    for (uint32_t i = 0; i < step->count; i++) {
        const uint32_t common = step->out[i] ? step->dropped[i] : step->rounds;
        if ((int)i == winner || !common)
            continue;
        const double lead =
            step_middle(step, (uint32_t)winner, common) - step_middle(step, i, common);
        if (found >= 0 && lead >= *difference)
            continue;
        found = (int)i;
        *difference = lead;
        *rounds = common;
    }
    return found;
}

static void conclude_axis(struct search *search)
{
    const struct search_step *step = &search->step;
    const uint32_t axis = step->axis;
    int winner = step_best(step);
    if (winner < 0) {
        search->stage = search->measured || !search->probes ? search->stage : SEARCH_SETTLED;
        return;
    }
    search->measured = true;
    const double width = step_half_width(search, step->rounds);
    const double top = step_middle(step, (uint32_t)winner, step->rounds);
    if (!step->out[0]) {
        const double mine = step_middle(step, 0, step->rounds);
        if (search->best_rounds)
            notice_shift(search, mine);
        if (top - mine <= width / 2 || top - mine < log(gain_least))
            winner = 0;
    }
    double lead = 0;
    uint32_t rounds = step->rounds;
    const int other = best_other(step, winner, &lead, &rounds);
    const uint32_t before = step->out[0] ? step->dropped[0] : step->rounds;
    struct search_finding *finding = &search->findings[axis];
    const bool changed = winner > 0 || finding->changed;
    *finding = (struct search_finding){
        .rounds = step->rounds,
        .compared = step->count,
        .level = step->candidates[winner].level[axis],
        .other =
            other < 0 ? step->candidates[winner].level[axis] : step->candidates[other].level[axis],
        .changed = changed,
    };
    if (winner > 0 && before) { /* against what it replaces */
        finding->other = step->candidates[0].level[axis];
        rounds = before;
        lead = step_middle(step, (uint32_t)winner, before) - step_middle(step, 0, before);
    }
    finding->ratio = exp(lead);
    finding->half_width = expm1(step_half_width(search, rounds));
    finding->differs = other >= 0 && lead > step_half_width(search, rounds);
    search->changes += winner > 0;
    search->compared_at[axis] += winner > 0;
    search->best = step->candidates[winner];
    search->best_log = step_middle(step, (uint32_t)winner, step->rounds);
    search->best_rounds = step->rounds;
}

static bool is_step_over(const struct search *search)
{
    const struct search_step *step = &search->step;
    if (!step_left(step) || step->rounds >= step->most)
        return true;
    if (search->stage == SEARCH_PAIRS || step->rounds < SEARCH_ROUNDS_LEAST)
        return search->stage == SEARCH_AXES && step->rounds > 1 && step_left(step) == 1;
    if (search->stage == SEARCH_KNEE)
        return search_knee_is_clear(search);
    return step_left(step) == 1 || step_half_width(search, step->rounds) < log(equal_enough);
}

static void conclude(struct search *search)
{
    if (search->stage == SEARCH_AXES)
        conclude_axis(search);
    else if (search->stage == SEARCH_PAIRS)
        search_end_pairs(search);
    else if (search->stage == SEARCH_KNEE)
        search_end_knee(search);
    search->step.count = 0;
}

/* Begins the next step, or the next stage; that stage may be empty. */
static void begin(struct search *search, uint32_t affordable)
{
    if (search->stage == SEARCH_AXES) {
        const int axis = next_axis(search);
        if (axis >= 0) {
            begin_axis(search, (uint32_t)axis, affordable);
            return;
        }
        search->stage = SEARCH_PAIRS;
        search->knee = search->best;
        if (search->measured && !is_same(search, &search->best, &search->space->start))
            begin_pairs(search);
    } else if (search->stage == SEARCH_PAIRS) {
        search->stage = SEARCH_KNEE;
        search->step.axis = 0;
    } else if (!search->measured || !begin_knee(search))
        search->stage = SEARCH_SETTLED;
}

/* The rest of the budget is what pairs and knee take. */
static void stop_comparing(struct search *search)
{
    if (search->step.count && search->step.rounds)
        conclude(search);
    if (search->step.count || next_axis(search) >= 0)
        search->out_of_budget = true;
    search->step.count = 0;
    for (uint32_t i = 0; i < search->space->axis_count; i++)
        search->steps[i] = STEPS_MOST;
}

const struct candidate *search_next(struct search *search, uint32_t affordable)
{
    struct search_step *step = &search->step;
    if (search->stage == SEARCH_AXES && affordable <= reserve(search, affordable))
        stop_comparing(search);
    while (search->stage != SEARCH_SETTLED) {
        int index = step->count ? step_next(step) : -1;
        if (step->count && index < 0) {
            step_end_round(step, search);
            if (search->stage == SEARCH_AXES)
                step_drop(step, search);
            if (is_step_over(search))
                conclude(search);
            continue;
        }
        if (index >= 0 && affordable)
            return &step->candidates[index];
        if (index >= 0) {
            search->out_of_budget = true;
            conclude(search);
            search->stage = SEARCH_SETTLED;
        } else
            begin(search, affordable);
    }
    return NULL;
}

void search_add(struct search *search, double rate)
{
    struct search_step *step = &search->step;
    const int index = step_next(step);
    if (index < 0)
        return;
    search->probes++;
    if (rate > 0)
        step->logs[index][step->rounds] = log(rate);
    else {
        step->out[index] = true;
        step->dropped[index] = 0;
    }
    step->done++;
}

uint32_t search_probes_least(const struct search_space *space)
{
    uint32_t probes = 0;
    for (uint32_t i = 0; i < space->axis_count; i++) {
        const struct search_axis *axis = &space->axes[i];
        if (axis->levels > 1)
            probes += SEARCH_ROUNDS_LEAST * (axis->ordered && axis->levels >= STRIDES_FROM
                                                 ? (axis->levels + 1U) / STRIDE
                                                 : axis->levels);
    }
    return probes;
}
