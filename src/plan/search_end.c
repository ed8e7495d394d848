/* SPDX-License-Identifier: Apache-2.0 */
#include "search_end.h"

#include <math.h>

#include "search_step.h"

void search_end_pairs(struct search *search)
{
    const struct search_step *step = &search->step;
    if (!step->rounds || step->out[0] || step->out[1])
        return;
    const double lead = step_middle(step, 0, step->rounds) - step_middle(step, 1, step->rounds);
    const double width = step_half_width(search, step->rounds);
    if (lead <= width / 2)
        return;
    for (uint32_t i = 0; i < search->space->axis_count; i++)
        if (search->best.level[i] != search->space->start.level[i])
            search->findings[i] = (struct search_finding){
                .rounds = step->rounds,
                .compared = search->findings[i].compared,
                .level = search->space->start.level[i],
                .other = search->best.level[i],
                .differs = lead > width,
                .ratio = exp(lead),
                .half_width = expm1(width),
            };
    search->best = search->knee = search->space->start;
}

static double knee_least(const struct search_step *step, uint32_t rounds)
{
    return step_middle(step, step->count - 1, rounds) + log(SEARCH_KNEE_PERCENT / 100.0);
}

/* A level that may reach the knee's share, for all that the noise shows, reaches it. Much noise
 * excuses no more than the share itself does. */
static double knee_tolerance(const struct search *search)
{
    return fmin(step_half_width(search, search->step.rounds), -log(SEARCH_KNEE_PERCENT / 100.0));
}

/* A level was found slower, but a lower one reaches the knee: a hiccup of the device was measured.
 */
static void correct_finding(struct search *search, uint32_t index)
{
    const struct search_step *step = &search->step;
    const double lead =
        step_middle(step, step->count - 1, step->rounds) - step_middle(step, index, step->rounds);
    const double width = step_half_width(search, step->rounds);
    const uint8_t level = search->knee.level[step->axis];
    struct search_finding *finding = &search->findings[step->axis];
    if (finding->other < level || finding->other >= search->best.level[step->axis])
        return;
    finding->rounds = step->rounds;
    finding->other = level;
    finding->differs = lead > width;
    finding->ratio = exp(lead);
    finding->half_width = expm1(width);
}

void search_end_knee(struct search *search)
{
    const struct search_step *step = &search->step;
    if (!step->rounds || step->out[step->count - 1])
        return;
    const double least = knee_least(step, step->rounds) - knee_tolerance(search);
    for (uint32_t i = 0; i < step->others; i++)
        if (!step->out[i] && step_middle(step, i, step->rounds) >= least) {
            search->knee = step->candidates[i];
            search->knee_known = true;
            correct_finding(search, i);
            return;
        }
}

bool search_knee_is_clear(const struct search *search)
{
    const struct search_step *step = &search->step;
    const double width = step_half_width(search, step->rounds);
    bool clear = step->rounds >= SEARCH_ROUNDS_LEAST && !step->out[step->count - 1];
    for (uint32_t i = 0; i + 1 < step->count && clear; i++)
        clear = step->out[i] ||
                fabs(step_middle(step, i, step->rounds) - knee_least(step, step->rounds)) > width;
    return clear;
}
