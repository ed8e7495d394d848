/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2 };

static size_t columns_of(const char *text)
{
    size_t letters = 0;
    for (; *text; text++)
        letters += (*text & 0xc0) != 0x80;
    return letters;
}

void table_add(struct table *table, const char *format, ...)
{
    char *cell;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&cell, format, arguments);
    va_end(arguments);
    if (length < 0) {
        table->cells.failed = true;
        return;
    }
    text_add_printable(&table->cells, cell);
    text_add_bytes(&table->cells, "", 1);
    table->cell_count++;
    free(cell);
}

/* Spaces are owed until something follows them, so that no line ends with one. */
static void write_cell(struct text *out, const char *cell, size_t width, bool left, size_t *owed)
{
    size_t padding = width - columns_of(cell);
    if (!left)
        *owed += padding;
    if (cell[0]) {
        text_add(out, "%*s%s", (int)*owed, "", cell);
        *owed = 0;
    }
    if (left)
        *owed += padding;
}

/* The cells of a table, found once, and the width of each column. */
struct layout {
    const char **cells;
    size_t *widths;
    size_t lines;
};

static bool lay_out(const struct table *table, struct layout *layout)
{
    layout->lines = table->columns ? table->cell_count / table->columns : 0;
    const size_t count = layout->lines * table->columns;
    layout->cells = calloc(count + 1, sizeof *layout->cells);
    layout->widths = calloc(table->columns + 1, sizeof *layout->widths);
    if (!layout->cells || !layout->widths || table->cells.failed)
        return false;
    const char *cell = table->cells.data;
    for (size_t i = 0; i < count; i++, cell += strlen(cell) + 1) {
        const size_t width = columns_of(cell);
        layout->cells[i] = cell;
        if (width > layout->widths[i % table->columns])
            layout->widths[i % table->columns] = width;
    }
    return true;
}

/* The end of the columns from 'from' on that fit into a line behind the first one; at least one. */
static size_t fitting(const struct table *table, const struct layout *layout, size_t indent,
                      size_t from)
{
    size_t width = indent + layout->widths[0];
    size_t to = from;
    while (to < table->columns && (to == from || width + GAP + layout->widths[to] <= PAGE_WIDTH))
        width += GAP + layout->widths[to++];
    return to;
}

/* All lines with the first column and those between 'from' and 'to'. */
static void write_part(const struct table *table, const struct layout *layout, size_t indent,
                       size_t from, size_t to, struct text *out)
{
    for (size_t line = 0; line < layout->lines; line++) {
        const char **cells = layout->cells + line * table->columns;
        size_t owed = indent;
        write_cell(out, cells[0], layout->widths[0], true, &owed);
        for (size_t i = from; i < to; i++) {
            owed += GAP;
            write_cell(out, cells[i], layout->widths[i], table->left >> i & 1, &owed);
        }
        text_add(out, "\n");
    }
}

void table_write(const struct table *table, size_t indent, struct text *out)
{
    struct layout layout;
    size_t from = 1;
    if (lay_out(table, &layout)) {
        while (from < table->columns) {
            const size_t to = fitting(table, &layout, indent, from);
            text_add(out, "%s", from > 1 && layout.lines ? "\n" : "");
            write_part(table, &layout, indent, from, to, out);
            from = to;
        }
    } else {
        out->failed = true;
    }
    free(layout.cells);
    free(layout.widths);
}

void table_release(struct table *table)
{
    text_release(&table->cells);
    table->cell_count = 0;
}
