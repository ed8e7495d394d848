/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/slowest.h"

#include <stdbool.h>
#include <string.h>

void slowest_clear(struct slowest *slowest)
{
    memset(slowest, 0, sizeof *slowest);
    slowest->threshold_ns = -1;
}

static bool before(const struct slow_request *a, const struct slow_request *b)
{
    if (a->latency_ns != b->latency_ns)
        return a->latency_ns > b->latency_ns;
    if (a->sent_ns != b->sent_ns)
        return a->sent_ns < b->sent_ns;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->writer != b->writer)
        return a->writer < b->writer;
    return a->offset < b->offset;
}

void slowest_insert(struct slowest *slowest, const struct slow_request *request)
{
    uint32_t place = slowest->count;
    while (place > 0 && before(request, &slowest->requests[place - 1]))
        place--;
    if (place == SLOWEST_KEPT)
        return;
    if (slowest->count < SLOWEST_KEPT)
        slowest->count++;
    memmove(&slowest->requests[place + 1], &slowest->requests[place],
            (slowest->count - place - 1) * sizeof *request);
    slowest->requests[place] = *request;
    if (slowest->count == SLOWEST_KEPT)
        slowest->threshold_ns = slowest->requests[SLOWEST_KEPT - 1].latency_ns;
}

void slowest_merge(struct slowest *into, const struct slowest *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        slowest_insert(into, &from->requests[i]);
}
