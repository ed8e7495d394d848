/* SPDX-License-Identifier: Apache-2.0 */
#include "search_step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two standard deviations; that of the middle numbers is larger than that of a mean. */
static const double sureness = 2 * SEARCH_MIDDLE_DEVIATION;
static const double normal_from_deviation = 1.4826;
static const double least_noise = 0.002;
enum { RESIDUALS_LEAST = 4 };

static int compare(const void *a, const void *b)
{
    const double one = *(const double *)a;
    const double other = *(const double *)b;
    return (one > other) - (one < other);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* Each round goes through the candidates the other way round, and every second one starts with
 * another candidate. */
static uint32_t at_position(const struct search_step *step)
{
    const uint32_t forward = step->rounds % 2 ? step->count - 1 - step->done : step->done;
    return (forward + step->rounds / 2) % step->count;
}

int step_next(struct search_step *step)
{
    for (; step->done < step->count; step->done++)
        if (!step->out[at_position(step)])
            return (int)at_position(step);
    return -1;
}

uint32_t step_left(const struct search_step *step)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < step->count; i++)
        left += !step->out[i];
    return left;
}

/* What one round has above another, less what all candidates have in common. */
static void keep_residuals(const struct search_step *step, struct search *search)
{
    const uint32_t last = step->rounds - 1;
    const uint32_t left = step_left(step);
    double sum = 0;
    for (uint32_t i = 0; i < step->count; i++)
        if (!step->out[i])
            sum += step->logs[i][last] - step->logs[i][last - 1];
    for (uint32_t i = 0; i < step->count && left > 1; i++) {
        if (step->out[i] || search->residual_count == SEARCH_RESIDUALS_MOST)
            continue;
        const double difference = step->logs[i][last] - step->logs[i][last - 1] - sum / left;
        search->residuals[search->residual_count++] = difference / sqrt(2 * (1 - 1.0 / left));
    }
}

void step_end_round(struct search_step *step, struct search *search)
{
    step->done = 0;
    step->rounds++;
    search->rounds = step->rounds;
    if (step->rounds > 1)
        keep_residuals(step, search);
}

double search_noise(const struct search *search)
{
    double sizes[SEARCH_RESIDUALS_MOST];
    if (search->residual_count < RESIDUALS_LEAST)
        return 0;
    for (uint32_t i = 0; i < search->residual_count; i++)
        sizes[i] = fabs(search->residuals[i]);
    const double noise = normal_from_deviation * median(sizes, search->residual_count);
    return noise > least_noise ? noise : least_noise;
}

double step_half_width(const struct search *search, uint32_t rounds)
{
    const double noise = search_noise(search);
    return noise > 0 && rounds ? sureness * noise * sqrt(2.0 / rounds) : HUGE_VAL;
}

double search_half_width(const struct search *search)
{
    return -expm1(-step_half_width(search, search->rounds));
}

double step_middle(const struct search_step *step, uint32_t index, uint32_t rounds)
{
    double values[SEARCH_ROUNDS_MOST];
    const uint32_t cut = rounds > 2;
    double sum = 0;
    memcpy(values, step->logs[index], rounds * sizeof *values);
    qsort(values, rounds, sizeof *values, compare);
    for (uint32_t i = cut; i < rounds - cut; i++)
        sum += values[i];
    return sum / (rounds - 2 * cut);
}

int step_best(const struct search_step *step)
{
    int best = -1;
    for (uint32_t i = 0; i < step->count && step->rounds; i++)
        if (!step->out[i] && (best < 0 || step_middle(step, i, step->rounds) >
                                              step_middle(step, (uint32_t)best, step->rounds)))
            best = (int)i;
    return best;
}

void step_drop(struct search_step *step, const struct search *search)
{
    const int best = step_best(step);
    const double width =
        step_half_width(search, step->rounds) * (step->rounds < SEARCH_ROUNDS_LEAST ? 2 : 1);
    if (best < 0)
        return;
    const double least = step_middle(step, (uint32_t)best, step->rounds) - width;
    for (uint32_t i = 0; i < step->count; i++)
        if (!step->out[i] && step_middle(step, i, step->rounds) < least) {
            step->out[i] = true;
            step->dropped[i] = (uint8_t)step->rounds;
        }
}
