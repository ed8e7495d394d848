/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a table that belong to one node. They are next to each other, in the order of the
 * nodes, so that a walk over the nodes finds each one's rows at once; a table of another order is
 * searched.
 */
#ifndef TIDEMILL_REPORT_NODE_ROWS_H
#define TIDEMILL_REPORT_NODE_ROWS_H

#include <stddef.h>
#include <stdint.h>

struct node_rows {
    const void *rows;
    size_t row_bytes;
    size_t node_offset; /* of the node's name or number in a row */
    size_t count;
    size_t begin, end; /* the rows of the node sought last; equal where it has none */
    size_t next;       /* where the next node's are expected */
};

#define NODE_ROWS(table, table_count)                                                              \
    {                                                                                              \
        .rows = (table), .row_bytes = sizeof *(table),                                             \
        .node_offset = offsetof(__typeof__(*(table)), node), .count = (table_count)                \
    }

/* Sets 'begin' and 'end'. */
void node_rows_seek(struct node_rows *rows, const char *node);

/* The same for a table whose rows have the number of their node. */
void node_rows_seek_number(struct node_rows *rows, int64_t node);

#endif
