/* SPDX-License-Identifier: Apache-2.0 */
#include "options/settings_pool.h"

#include <stdlib.h>

struct settings *settings_pool_add(struct settings_pool *pool, const struct settings *from)
{
    struct settings **items = reallocarray(pool->items, pool->count + 1U, sizeof *items);
    if (!items)
        return NULL;
    pool->items = items;
    struct settings *copy = calloc(1, sizeof *copy);
    if (!copy || settings_copy(copy, from, NULL)) {
        free(copy);
        return NULL;
    }
    pool->items[pool->count++] = copy;
    return copy;
}

void settings_pool_release(struct settings_pool *pool)
{
    for (uint32_t i = 0; i < pool->count; i++) {
        settings_release(pool->items[i]);
        free(pool->items[i]);
    }
    free(pool->items);
    *pool = (struct settings_pool){0};
}
