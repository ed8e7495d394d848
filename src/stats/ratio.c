/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/ratio.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    const double one = *(const double *)a;
    const double other = *(const double *)b;
    return (one > other) - (one < other);
}

/*
 * Sets chance[u] to the probability that the Mann-Whitney statistic of samples of 'm' and 'n' equal
 * distributions is u, for u <= most: by the largest of all numbers, which is of either sample.
 */
static void mann_whitney(size_t m, size_t n, size_t most, double *chance)
{
    double rows[RATIO_MOST + 1][RATIO_MOST * RATIO_MOST / 2 + 1];
    for (size_t i = 0; i <= m; i++) {
        memset(rows[i], 0, (most + 1) * sizeof **rows);
        rows[i][0] = 1;
    }
    for (size_t j = 1; j <= n; j++)
        for (size_t i = 1; i <= m; i++)
            for (size_t u = most + 1; u-- > 0;) {
                const double with = u >= j ? rows[i - 1][u - j] : 0;
                const double share = (double)i / (double)(i + j);
                rows[i][u] = share * with + (1 - share) * rows[i][u];
            }
    memcpy(chance, rows[m], (most + 1) * sizeof *chance);
}

/* How many of the smallest pairwise ratios, and of the largest, are outside the interval; sets the
 * level, 0 without an interval. */
static size_t outside(size_t m, size_t n, int64_t *level_ppm)
{
    static const double tail = 0.025;
    double chance[RATIO_MOST * RATIO_MOST / 2 + 1];
    const size_t most = m * n / 2;
    mann_whitney(m, n, most, chance);
    double sum = 0;
    size_t count = 0;
    *level_ppm = 0;
    while (count <= most && sum + chance[count] <= tail) {
        sum += chance[count++];
        *level_ppm = (int64_t)((1 - 2 * sum) * 1e6);
    }
    return count ? count - 1 : 0;
}

struct ratio ratio_estimate(const int64_t *before, size_t before_count, const int64_t *after,
                            size_t after_count)
{
    double ratios[RATIO_MOST * RATIO_MOST];
    const size_t m = before_count < RATIO_MOST ? before_count : RATIO_MOST;
    const size_t n = after_count < RATIO_MOST ? after_count : RATIO_MOST;
    const size_t count = m * n;
    struct ratio ratio = {0};
    for (size_t i = 0; i < count; i++) {
        if (before[i / n] <= 0 || after[i % n] <= 0)
            return ratio;
        ratios[i] = (double)after[i % n] / (double)before[i / n];
    }
    if (!count)
        return ratio;
    qsort(ratios, count, sizeof *ratios, compare);
    ratio.value = (ratios[(count - 1) / 2] + ratios[count / 2]) / 2;
    const size_t cut = outside(m, n, &ratio.level_ppm);
    if (ratio.level_ppm) {
        ratio.low = ratios[cut];
        ratio.high = ratios[count - 1 - cut];
    }
    return ratio;
}
