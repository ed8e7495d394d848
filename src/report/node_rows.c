/* SPDX-License-Identifier: Apache-2.0 */
#include "node_rows.h"

#include <stdbool.h>
#include <string.h>

static bool is_of(const struct node_rows *rows, size_t row, const char *node)
{
    const char *at = (const char *)rows->rows + row * rows->row_bytes + rows->node_offset;
    return row < rows->count && strcmp(at, node) == 0;
}

void node_rows_seek(struct node_rows *rows, const char *node)
{
    size_t row = rows->next;
    if (!is_of(rows, row, node))
        for (row = 0; row < rows->count && !is_of(rows, row, node);)
            row++;
    rows->begin = rows->end = row;
    while (is_of(rows, rows->end, node))
        rows->end++;
    if (rows->begin < rows->end)
        rows->next = rows->end;
}
