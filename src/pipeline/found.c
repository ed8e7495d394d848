/* SPDX-License-Identifier: Apache-2.0 */
#include "found.h"

#include <stdbool.h>

static bool before(const struct found *a, const struct found *b)
{
    if (a->io_thread != b->io_thread)
        return a->io_thread < b->io_thread;
    return a->piece != b->piece ? a->piece < b->piece : a->difference.offset < b->difference.offset;
}

void found_add(struct found_list *list, const struct found *found)
{
    uint32_t at = list->count;
    if (at < PIPELINE_DIFFERENCES)
        list->count++;
    else if (!before(found, &list->places[--at]))
        return;
    for (; at && before(found, &list->places[at - 1]); at--)
        list->places[at] = list->places[at - 1];
    list->places[at] = *found;
}
