#include "table.h"

#include <stdarg.h>
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
    text_add_bytes(&table->cells, cell, (size_t)length + 1);
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

void table_write(const struct table *table, size_t indent, struct text *out)
{
    size_t lines = table->columns ? table->cell_count / table->columns : 0;
    size_t *widths = calloc(table->columns + 1, sizeof *widths);
    if (!widths || table->cells.failed) {
        out->failed = true;
        free(widths);
        return;
    }
    const char *cell = table->cells.data;
    for (size_t i = 0; i < lines * table->columns; i++, cell += strlen(cell) + 1) {
        size_t width = columns_of(cell);
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    size_t owed = 0;
    cell = table->cells.data;
    for (size_t i = 0; i < lines * table->columns; i++, cell += strlen(cell) + 1) {
        size_t column = i % table->columns;
        bool last = column + 1 == table->columns;
        owed = column == 0 ? indent : owed + GAP;
        bool left = column == 0 || table->left >> column & 1;
        write_cell(out, cell, widths[column], left, &owed);
        text_add(out, "%s", last ? "\n" : "");
    }
    free(widths);
}

void table_release(struct table *table)
{
    text_release(&table->cells);
    table->cell_count = 0;
}
