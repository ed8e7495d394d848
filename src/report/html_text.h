/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of a page in HTML. All text from outside passes html_add, which makes
 * it inert.
 */
#ifndef TIDEMILL_REPORT_HTML_TEXT_H
#define TIDEMILL_REPORT_HTML_TEXT_H

#include "base/text.h"
#include "table.h"

/* Adds a text for content and for values of attributes in quotes: no byte of it is markup. Control
 * characters are shown as \xHH, marks that change the direction of letters as '?', and so is what
 * is not UTF-8. */
void html_add(struct text *out, const char *text);

/* Adds "<tag>text</tag>"; 'open' is the tag with its attributes. */
void html_element(struct text *out, const char *open, const char *text);

/* Adds a table whose first row is its header; columns that table_write aligns to the left are
 * texts. */
void html_table(struct text *out, const struct table *table, const char *caption);

/* Adds the lines of a summary up to 'end' (NULL: all) as a list of labels and texts. */
void html_lines(struct text *out, const char *lines, const char *end);

#endif
