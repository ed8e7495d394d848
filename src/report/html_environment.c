/* SPDX-License-Identifier: Apache-2.0 */
/* How to repeat the run, and the nodes, targets, devices and networks that it ran on. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "html_parts.h"
#include "record/schema_tables.h"

enum { VALUES_SHOWN = 6, GROUPS_SHOWN = 24 };

/* Lines of a text stay lines. */
static void add_lines(struct text *out, const char *text)
{
    for (const char *line = text; *line;) {
        const size_t length = strcspn(line, "\n");
        struct text part = {0};
        text_add_bytes(&part, line, length);
        html_add(out, text_string(&part));
        text_add(out, "\n");
        out->failed |= part.failed;
        text_release(&part);
        line += length + (line[length] == '\n');
    }
}

static void add_start(const struct record *record, struct text *out)
{
    const struct record_job *job = &record->job;
    int64_t ranks = 0;
    for (size_t i = 0; i < record->node_count; i++)
        ranks += record->nodes[i].ranks;
    if (!job->launched)
        return;
    if (strcmp(job->launcher, "srun") == 0)
        text_add(out, "srun -N %zu -n %lld ", record->node_count, (long long)ranks);
    else if (record->node_count > 1)
        text_add(out, "mpirun -n %lld --map-by ppr:%lld:node --bind-to none ", (long long)ranks,
                 (long long)record->nodes[0].ranks);
    else
        text_add(out, "mpirun -n %lld --bind-to none ", (long long)ranks);
}

void html_repeat(const struct html_page *page)
{
    const struct record *record = page->record;
    struct text *out = page->out;
    struct text start = {0};
    text_add(out, "<section id=\"repeat\"><h2>Repeat it</h2>\n");
    if (record->command_line && *record->command_line) {
        text_add(out, "<p>The command as it was given:</p><pre>");
        add_lines(out, record->command_line);
        text_add(out, "</pre>\n");
    }
    const bool searched =
        record->tune_count && !record->phase_count; /* and would not vary what these fix */
    if (record->options && *record->options && !searched) {
        add_start(record, &start);
        text_add(out, "<p>With all settings resolved, seed included: save the lines below as "
                      "<code>repeat.conf</code>, then</p><pre>");
        html_add(out, text_string(&start));
        text_add(out, "tidemill run --options-from repeat.conf</pre>\n<details><summary>"
                      "repeat.conf</summary><pre id=\"settings\">");
        add_lines(out, record->options);
        text_add(out, "</pre></details>\n");
    }
    text_add(out, "</section>\n");
    out->failed |= start.failed;
    text_release(&start);
}

/* --- environment: a line for each column, with its values over all rows of a group */

struct group {
    const struct schema_table *table;
    const struct column *by; /* rows are of one group if they agree here; NULL: all are */
    const char *rows;
    size_t count;
};

static void show_value(const struct column *column, const char *row, struct text *out)
{
    int64_t number;
    char shown[UNITS_TEXT];
    if (schema_form(column->kind) != FORM_NUMBER) {
        text_add(out, "%s", schema_text(column, row));
        return;
    }
    memcpy(&number, row + column->offset, sizeof number);
    if (number > 0 && strcmp(column->unit, "byte") == 0) {
        units_format_size((uint64_t)number, shown);
        text_add(out, "%s", shown);
    } else if (number > 0 && strcmp(column->unit, "ns") == 0) {
        units_format_duration(number, shown);
        text_add(out, "%s", shown);
    } else {
        text_add(out, "%lld", (long long)number);
    }
}

static bool in_group(const struct group *group, const char *row, const char *first)
{
    return !group->by || strcmp(schema_text(group->by, row), schema_text(group->by, first)) == 0;
}

struct value {
    struct text text;
    size_t count;
};

/* Counts the values of a column; those beyond the first few together in the last entry. */
static void count_values(const struct group *group, const struct column *column, const char *first,
                         struct value values[VALUES_SHOWN + 1])
{
    struct text text = {0};
    for (size_t i = 0; i < group->count; i++) {
        const char *row = group->rows + i * group->table->row_bytes;
        size_t place = 0;
        if (!in_group(group, row, first))
            continue;
        text_clear(&text);
        show_value(column, row, &text);
        while (place < VALUES_SHOWN && values[place].count &&
               strcmp(text_string(&values[place].text), text_string(&text)) != 0)
            place++;
        if (!values[place].count && place < VALUES_SHOWN)
            text_add(&values[place].text, "%s", text_string(&text));
        values[place].count++;
    }
    text_release(&text);
}

static void add_column(const struct group *group, const struct column *column, const char *first,
                       struct text *out)
{
    struct value values[VALUES_SHOWN + 1] = {0};
    count_values(group, column, first, values);
    const bool many = values[1].count > 0;
    if (many || *text_string(&values[0].text)) {
        html_element(out, "tr><th scope=\"row\"", column->long_name);
        text_add(out, "<td class=\"l\">");
        for (size_t i = 0; i < VALUES_SHOWN && values[i].count; i++) {
            text_add(out, "%s", i ? "<br>" : "");
            html_add(out, *text_string(&values[i].text) ? text_string(&values[i].text) : "none");
            if (many)
                text_add(out, " <small>× %zu</small>", values[i].count);
        }
        if (values[VALUES_SHOWN].count)
            text_add(out, "<br>others <small>× %zu</small>", values[VALUES_SHOWN].count);
        text_add(out, "</td></tr>\n");
    }
    for (size_t i = 0; i < VALUES_SHOWN; i++)
        text_release(&values[i].text);
}

/* Is a column the name of the node, which the rows of one group differ in? */
static bool is_place(const struct column *column)
{
    return strcmp(column->name, "node") == 0 || strcmp(column->name, "boot_id") == 0;
}

static void add_group(const struct group *group, const char *first, struct text *out)
{
    text_add(out, "<div class=\"wide\" tabindex=\"0\"><table class=\"facts\"><tbody>\n");
    for (size_t i = 0; i < group->table->column_count; i++)
        if (!is_place(&group->table->columns[i]))
            add_column(group, &group->table->columns[i], first, out);
    text_add(out, "</tbody></table></div>\n");
}

static const struct column *column_named(const struct schema_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

/* A group for each path or name; of the nodes one for all. */
static void add_table(const struct group *group, const char *what, struct text *out)
{
    size_t groups = 0;
    for (size_t i = 0; i < group->count && groups < GROUPS_SHOWN; i++) {
        const char *row = group->rows + i * group->table->row_bytes;
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = in_group(group, group->rows + j * group->table->row_bytes, row);
        if (seen)
            continue;
        groups++;
        text_add(out, "<details><summary>%s ", what);
        html_add(out, group->by ? schema_text(group->by, row) : "");
        text_add(out, "</summary>\n");
        add_group(group, row, out);
        text_add(out, "</details>\n");
    }
}

void html_environment(const struct html_page *page)
{
    static const struct {
        const char *table, *by, *what;
    } shown[] = {{"nodes", NULL, "Nodes"},
                 {"targets", "path", "Target"},
                 {"devices", "name", "Device"},
                 {"networks", "name", "Network"}};
    struct text *out = page->out;
    text_add(out, "<section id=\"environment\"><h2>Environment</h2>\n");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        for (const struct schema_rows *list = schema_environment_tables; list->name; list++) {
            struct group group = {.table = list->table};
            if (strcmp(list->name, shown[i].table) != 0)
                continue;
            group.rows = schema_rows_of(list, DETAIL_NODE, page->record, &group.count);
            group.by = shown[i].by ? column_named(list->table, shown[i].by) : NULL;
            add_table(&group, shown[i].what, out);
        }
    if (page->record->job.environment && *page->record->job.environment) {
        text_add(out, "<details><summary>Variables of the job</summary><pre>");
        add_lines(out, page->record->job.environment);
        text_add(out, "</pre></details>\n");
    }
    text_add(out, "</section>\n");
}
