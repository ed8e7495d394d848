/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/describe.h"

#include <math.h>
#include <stdlib.h>

static const double least_level = 0.95;

static int ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

void describe_sort(int64_t *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending);
}

int64_t describe_median(const int64_t *sorted, size_t count)
{
    if (count == 0)
        return 0;
    int64_t upper = sorted[count / 2];
    if (count % 2)
        return upper;
    int64_t lower = sorted[count / 2 - 1];
    return lower + (int64_t)(((uint64_t)upper - (uint64_t)lower) / 2);
}

int64_t describe_deviation(const int64_t *values, size_t count, int64_t middle, int64_t *scratch)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = values[i] > middle ? values[i] - middle : middle - values[i];
    describe_sort(scratch, count);
    return describe_median(scratch, count);
}

/* Sign test: the median is between the d-th smallest and the d-th largest of n numbers unless fewer
 * than d of them are on one side of it. The probability is 1 - 2 P(B < d), where B is the number of
 * heads of n fair coins. */
static double confidence_of(size_t count, size_t d)
{
    double below = 0;
    for (size_t heads = 0; heads < d; heads++)
        below += exp(lgamma((double)count + 1) - lgamma((double)heads + 1) -
                     lgamma((double)(count - heads) + 1) - (double)count * log(2));
    return 1 - 2 * below;
}

bool describe_interval(size_t count, struct interval *interval)
{
    size_t best = 0;
    for (size_t d = 1; 2 * d <= count && confidence_of(count, d) >= least_level; d++)
        best = d;
    if (best == 0)
        return false;
    *interval = (struct interval){
        .low = best - 1,
        .high = count - best,
        .level_ppm = (int64_t)(confidence_of(count, best) * 1e6 + 0.5),
    };
    return true;
}
