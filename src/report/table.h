/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aligned columns of text: the first to the left, the others to the right unless 'left' names them,
 * two spaces between.
 * Owns its cells; a zeroed table with 'columns' set is valid. Widths count letters, not bytes.
 */
#ifndef TIDEMILL_REPORT_TABLE_H
#define TIDEMILL_REPORT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Letters of a line, of tables and of text. */
enum { PAGE_WIDTH = 100 };

struct table {
    size_t columns;
    uint32_t left; /* bit i: column i is aligned to the left, as the first one is */
    size_t cell_count;
    struct text cells; /* one after the other, each ended by a NUL */
};

/* The next cell, from left to right and line by line; control characters are escaped. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All lines, each behind 'indent' spaces; no spaces at their ends. Columns that do not fit
 * into a page follow as a table of their own, behind the first column again. A last line that is
 * not full is left out. */
void table_write(const struct table *table, size_t indent, struct text *out);

void table_release(struct table *table);

#endif
