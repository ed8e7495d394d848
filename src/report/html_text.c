/* SPDX-License-Identifier: Apache-2.0 */
#include "html_text.h"

#include <ctype.h>
#include <string.h>

#include "summary_parts.h"
#include "table.h"

/* U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: bytes of a mark, 0 for other letters. */
static size_t direction_length(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    if (byte[0] != 0xe2)
        return 0;
    const bool mark = (byte[1] == 0x80 && (byte[2] == 0x8e || byte[2] == 0x8f ||
                                           (byte[2] >= 0xaa && byte[2] <= 0xae))) ||
                      (byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9);
    return mark ? 3 : 0;
}

static const char *entity_of(char letter)
{
    switch (letter) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_add(struct text *out, const char *text)
{
    struct text valid = {0};
    struct text safe = {0};
    text_add_utf8(&valid, text);
    text_add_printable(&safe, text_string(&valid));
    for (const char *at = text_string(&safe); *at; at++) {
        const char *entity = entity_of(*at);
        const size_t mark = direction_length(at);
        if (entity)
            text_add_bytes(out, entity, strlen(entity));
        else
            text_add_bytes(out, mark ? "?" : at, 1);
        at += mark ? mark - 1 : 0;
    }
    out->failed |= valid.failed || safe.failed;
    text_release(&safe);
    text_release(&valid);
}

void html_element(struct text *out, const char *open, const char *text)
{
    text_add(out, "<%s>", open);
    html_add(out, text);
    text_add(out, "</%.*s>", (int)strcspn(open, " "), open);
}

void html_table(struct text *out, const struct table *table, const char *caption)
{
    const size_t rows = table->columns ? table->cell_count / table->columns : 0;
    const char *cell = table->cells.data;
    if (rows < 2 || table->cells.failed) {
        out->failed |= table->cells.failed;
        return;
    }
    text_add(out, "<div class=\"wide\" tabindex=\"0\"><table>\n");
    if (caption)
        html_element(out, "caption", caption);
    for (size_t i = 0; i < rows * table->columns; i++, cell += strlen(cell) + 1) {
        const size_t column = i % table->columns;
        const bool left = column == 0 || table->left >> column & 1;
        const bool head = i < table->columns;
        if (column == 0)
            text_add(out, "%s<tr>", head ? "<thead>" : i == table->columns ? "<tbody>\n" : "");
        html_element(out,
                     head          ? left ? "th scope=\"col\" class=\"l\"" : "th scope=\"col\""
                     : column == 0 ? "th scope=\"row\""
                     : left        ? "td class=\"l\""
                                   : "td",
                     cell);
        if (column + 1 == table->columns)
            text_add(out, "</tr>%s\n", head ? "</thead>" : "");
    }
    text_add(out, "</tbody></table></div>\n");
}

static size_t letters_of(const char *bytes, size_t length)
{
    size_t letters = 0;
    for (size_t i = 0; i < length; i++)
        letters += (bytes[i] & 0xc0) != 0x80;
    return letters;
}

/* Was this line broken off the one before? Then its first word did not fit there. */
static bool is_continued(const char *before, size_t before_length, const char *line)
{
    const size_t start = 2 + SUMMARY_LABEL;
    if (!before || strncmp(line, "            ", start) != 0)
        return false;
    const size_t word = strcspn(line + start, " \n");
    return letters_of(before, before_length) + 1 + letters_of(line + start, word) > PAGE_WIDTH;
}

/* Length of the label of a line, which the words follow at their column, or behind two spaces if it
 * is longer; 0 for a sentence. */
static size_t label_length(const char *line, size_t length)
{
    size_t label = SUMMARY_LABEL;
    if (length <= 2 + SUMMARY_LABEL || !isalnum((unsigned char)line[2]))
        return 0;
    if (line[1 + SUMMARY_LABEL] != ' ')
        while (2 + label < length && strncmp(line + 2 + label, "  ", 2) != 0)
            label++;
    return 2 + label < length ? label : 0;
}

/* One line: its label, where it has one, and its words. */
static void add_line(struct text *out, const char *line, size_t length)
{
    struct text part = {0};
    size_t label = label_length(line, length);
    size_t words = 2 + label;
    while (words < length && line[words] == ' ')
        words++;
    while (label && line[1 + label] == ' ')
        label--;
    text_add_bytes(&part, line + 2, label);
    if (label)
        html_element(out, "dt", text_string(&part));
    text_clear(&part);
    text_add_bytes(&part, line + words, length - words);
    text_add(out, "<dd>");
    html_add(out, text_string(&part));
    out->failed |= part.failed;
    text_release(&part);
}

void html_lines(struct text *out, const char *lines, const char *end)
{
    const char *before = NULL;
    size_t before_length = 0;
    bool open = false;
    text_add(out, "<dl>\n");
    for (const char *line = lines; *line && (!end || line < end);) {
        const size_t length = strcspn(line, "\n");
        const char *next = line + length + (line[length] == '\n');
        if (is_continued(before, before_length, line)) {
            struct text rest = {0};
            text_add_bytes(&rest, line + 1 + SUMMARY_LABEL, length - 1 - SUMMARY_LABEL);
            html_add(out, text_string(&rest));
            out->failed |= rest.failed;
            text_release(&rest);
        } else if (length) {
            text_add(out, "%s", open ? "</dd>\n" : "");
            add_line(out, line, length);
            open = true;
        }
        before = line;
        before_length = length;
        line = next;
    }
    text_add(out, "%s</dl>\n", open ? "</dd>\n" : "");
}
