/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/steady.h"

#include <math.h>

static const double range_most = 0.20;
static const double slope_most = 0.10;

/* Slope of the least-squares line over x = 0 ... STEADY_WINDOW - 1. */
static double slope_of(const int64_t *rounds)
{
    const double middle = (STEADY_WINDOW - 1) / 2.0;
    double products = 0;
    double squares = 0;
    for (int i = 0; i < STEADY_WINDOW; i++) {
        products += (i - middle) * (double)rounds[i];
        squares += (i - middle) * (i - middle);
    }
    return products / squares;
}

static bool is_steady(const int64_t *rounds, struct steady *steady)
{
    double sum = 0;
    double least = (double)rounds[0];
    double most = least;
    for (int i = 0; i < STEADY_WINDOW; i++) {
        double value = (double)rounds[i];
        sum += value;
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    double mean = sum / STEADY_WINDOW;
    if (mean <= 0)
        return false;
    double range = (most - least) / mean;
    double change = slope_of(rounds) * (STEADY_WINDOW - 1) / mean;
    steady->range_ppm = (int64_t)lround(range * 1e6);
    steady->slope_ppm = (int64_t)lround(change * 1e6);
    return range <= range_most && fabs(change) <= slope_most;
}

bool steady_find(const int64_t *rounds, size_t count, struct steady *steady)
{
    for (size_t first = 0; first + STEADY_WINDOW <= count; first++) {
        steady->first = first;
        if (is_steady(rounds + first, steady))
            return true;
    }
    return false;
}
