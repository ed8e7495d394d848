/* SPDX-License-Identifier: Apache-2.0 */
#include "node_rows.h"

#include <stdbool.h>
#include <string.h>

typedef bool match(const char *at, const void *node);

static bool has_name(const char *at, const void *node)
{
    return strcmp(at, node) == 0;
}

static bool has_number(const char *at, const void *node)
{
    return memcmp(at, node, sizeof(int64_t)) == 0;
}

static void seek(struct node_rows *rows, match *is_of, const void *node)
{
    const char *nodes = (const char *)rows->rows + rows->node_offset;
    size_t row = rows->next;
    if (row >= rows->count || !is_of(nodes + row * rows->row_bytes, node))
        for (row = 0; row < rows->count && !is_of(nodes + row * rows->row_bytes, node);)
            row++;
    rows->begin = rows->end = row;
    while (rows->end < rows->count && is_of(nodes + rows->end * rows->row_bytes, node))
        rows->end++;
    if (rows->begin < rows->end)
        rows->next = rows->end;
}

void node_rows_seek(struct node_rows *rows, const char *node)
{
    seek(rows, has_name, node);
}

void node_rows_seek_number(struct node_rows *rows, int64_t node)
{
    seek(rows, has_number, &node);
}
