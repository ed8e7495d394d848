/* SPDX-License-Identifier: Apache-2.0 */
#include "target_use.h"

static int64_t later(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

void target_use_clear(struct target_use *use)
{
    *use = (struct target_use){0};
    histogram_clear(&use->latency);
}

void target_use_add(struct target_use *use, const struct counters *counters,
                    const struct histogram *latency)
{
    if (counters->first_ns == INT64_MAX)
        return;
    use->ranks = 1;
    use->writers++;
    use->bytes += counters->bytes;
    use->operations += counters->operations;
    use->requests += counters->requests;
    use->end_ns = later(use->end_ns, counters->end_ns);
    histogram_merge(&use->latency, latency);
}

void target_use_merge(void *into, const void *from)
{
    struct target_use *sum = into;
    const struct target_use *use = from;
    sum->ranks += use->ranks;
    sum->writers += use->writers;
    sum->nodes += use->nodes;
    sum->bytes += use->bytes;
    sum->operations += use->operations;
    sum->requests += use->requests;
    sum->end_ns = later(sum->end_ns, use->end_ns);
    histogram_merge(&sum->latency, &use->latency);
}
