/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_sort.h"

#include <errno.h>
#include <stdlib.h>

int rank_sort(uint32_t *ranks, uint32_t count, const uint32_t *key_of, uint32_t key_count)
{
    uint32_t *next = calloc((size_t)key_count + 1, sizeof *next);
    uint32_t *sorted = calloc(count, sizeof *sorted);
    int result = next && sorted ? 0 : -ENOMEM;
    if (result)
        goto out;
    for (uint32_t i = 0; i < count; i++)
        next[key_of[ranks[i]] + 1]++;
    for (uint32_t key = 0; key < key_count; key++)
        next[key + 1] += next[key];
    for (uint32_t i = 0; i < count; i++)
        sorted[next[key_of[ranks[i]]]++] = ranks[i];
    for (uint32_t i = 0; i < count; i++)
        ranks[i] = sorted[i];
out:
    free(sorted);
    free(next);
    return result;
}
