/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a record as comma-separated values. */
#include "report/export.h"

#include <inttypes.h>
#include <string.h>

#include "csv_cell.h"

void csv_add_cell(struct text *out, const char *text)
{
    struct text valid = {0};
    const bool evaluated = *text && strchr("=+-@", *text);
    const bool quoted = evaluated || strpbrk(text, ",\"'\n\r") || *text == ' ';
    text_add_utf8(&valid, text);
    text_add(out, "%s%s", quoted ? "\"" : "", evaluated ? "'" : "");
    for (const char *at = text_string(&valid); *at; at++)
        if (*at == '"')
            text_add(out, "\"\"");
        else
            text_add(out, "%c", (unsigned char)*at < ' ' || *at == 127 ? '?' : *at);
    text_add(out, "%s", quoted ? "\"" : "");
    out->failed |= valid.failed;
    text_release(&valid);
}

static void add_header(struct text *out, const struct schema_table *table, bool of_phases)
{
    text_add(out, "%s", of_phases ? "phase" : "");
    for (size_t i = 0; i < table->column_count; i++)
        text_add(out, "%s%s", i || of_phases ? "," : "", table->columns[i].name);
    text_add(out, "\n");
}

/* A cell is empty if the column is of another unit. */
static void add_value(struct text *out, const struct schema_table *table,
                      const struct column *column, enum amount_unit unit, const char *row)
{
    const bool other = schema_unit_column(table) ? schema_other_row(table, column, row)
                                                 : schema_other_unit(column->kind, unit);
    int64_t number;
    if (other)
        return;
    if (schema_form(column->kind) != FORM_NUMBER) {
        csv_add_cell(out, schema_text(column, row));
        return;
    }
    memcpy(&number, row + column->offset, sizeof number);
    text_add(out, "%" PRId64, number);
}

static void add_rows(struct text *out, const struct schema_table *table, const char *rows,
                     size_t count, const struct record_phase *phase)
{
    for (const char *row = rows; row < rows + count * table->row_bytes; row += table->row_bytes) {
        if (phase)
            csv_add_cell(out, phase->name);
        for (size_t i = 0; i < table->column_count; i++) {
            text_add(out, "%s", i || phase ? "," : "");
            add_value(out, table, &table->columns[i], phase ? phase->unit : UNIT_BYTE, row);
        }
        text_add(out, "\n");
    }
}

static void add_table(struct text *out, const struct schema_rows *list, const struct record *record)
{
    size_t count;
    const void *rows = schema_rows_of(list, record->detail, record, &count);
    add_header(out, list->table, false);
    add_rows(out, list->table, rows, count, NULL);
}

/* The halves of all mixed phases, or one of their tables. */
static void add_halves(struct text *out, int which, const struct schema_rows *list,
                       const struct record *record)
{
    const struct schema_table *table = list ? list->table : &schema_half;
    add_header(out, table, true);
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        size_t count = 1;
        if (!phase->halves)
            continue;
        const void *half = &phase->halves[which];
        const void *rows = list ? schema_rows_of(list, record->detail, half, &count) : half;
        add_rows(out, table, rows, count, phase);
    }
}

/* The attributes of all phases, their totals, or one of their tables. */
static void add_phases(struct text *out, const struct schema_table *table,
                       const struct schema_rows *list, const struct record *record)
{
    add_header(out, table, true);
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        size_t count = 1;
        const void *rows = list ? schema_rows_of(list, record->detail, phase, &count)
                           : table == &schema_phase ? (const void *)phase
                                                    : (const void *)&phase->total;
        add_rows(out, table, rows, count, phase);
    }
}

static size_t length_of(const struct schema_rows *list)
{
    size_t length = 0;
    while (list[length].name)
        length++;
    return length;
}

/* The index counts through the run, its environment, its phases, their tables and halves, and the
 * rest. */
bool export_table(const struct record *record, size_t index, struct text *name, struct text *out)
{
    enum { RUN, JOB, PHASES, TOTAL, SINGLE };
    static const char *const names[SINGLE] = {"run", "environment_job", "phases", "phases_total"};
    const size_t environment = length_of(schema_environment_tables);
    const size_t phases = length_of(schema_phase_tables);
    const size_t each = 1 + length_of(schema_half_tables);
    const size_t halves = HALVES * each;
    text_add(name, "%s", index < SINGLE ? names[index] : "");
    if (index == RUN || index == JOB) {
        const struct schema_table *table = index == RUN ? &schema_run : &schema_job;
        add_header(out, table, false);
        add_rows(out, table, index == RUN ? (const char *)record : (const char *)&record->job, 1,
                 NULL);
    } else if (index < SINGLE) {
        add_phases(out, index == PHASES ? &schema_phase : &schema_row, NULL, record);
    } else if ((index -= SINGLE) < environment) {
        text_add(name, "environment_%s", schema_environment_tables[index].name);
        add_table(out, &schema_environment_tables[index], record);
    } else if ((index -= environment) < phases) {
        const struct schema_rows *list = &schema_phase_tables[index];
        text_add(name, "phases_%s", list->name);
        add_phases(out, list->table, list, record);
    } else if ((index -= phases) < halves) {
        const struct schema_rows *list =
            index % each ? &schema_half_tables[index % each - 1] : NULL;
        text_add(name, "phases_%s%s%s", schema_half_names[index / each], list ? "_" : "",
                 list ? list->name : "");
        add_halves(out, (int)(index / each), list, record);
    } else if ((index -= halves) < length_of(schema_run_tables)) {
        text_add(name, "%s", schema_run_tables[index].name);
        add_table(out, &schema_run_tables[index], record);
    } else {
        return false;
    }
    return true;
}
