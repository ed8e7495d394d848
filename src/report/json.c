/* SPDX-License-Identifier: Apache-2.0 */
#include "report/export.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The object that is being written: members are separated by commas. */
struct writer {
    export_sink *sink;
    void *context;
    enum record_detail detail;
    bool comma; /* the next member follows another one */
    bool failed;
};

static json_t *text_value(const char *text)
{
    struct text valid = {0};
    text_add_utf8(&valid, text);
    json_t *value = valid.failed ? NULL : json_string(text_string(&valid));
    text_release(&valid);
    return value;
}

static json_t *value_of(const struct column *column, const void *row)
{
    int64_t number;
    if (column->kind == COLUMN_FLAG)
        return json_boolean(schema_enum_value(column, row));
    if (schema_form(column->kind) != FORM_NUMBER)
        return text_value(schema_text(column, row));
    memcpy(&number, (const char *)row + column->offset, sizeof number);
    return json_integer(number);
}

__attribute__((format(printf, 2, 3))) static void put(struct writer *writer, const char *format,
                                                      ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text ||
        writer->sink(text, (size_t)length, writer->context))
        writer->failed = true;
}

static void write_name(struct writer *writer, const char *name)
{
    put(writer, "%s\n\"%s\":", writer->comma ? "," : "", name);
    writer->comma = true;
}

/* Takes the value over. */
static void write_value(struct writer *writer, json_t *value)
{
    if (!value ||
        json_dump_callback(value, writer->sink, writer->context, JSON_COMPACT | JSON_ENCODE_ANY))
        writer->failed = true;
    json_decref(value);
}

static void open_object(struct writer *writer, const char *name)
{
    if (name)
        write_name(writer, name);
    put(writer, "{");
    writer->comma = false;
}

static void close_object(struct writer *writer)
{
    put(writer, "%s", "\n}");
    writer->comma = true;
}

static void write_members(struct writer *writer, const struct schema_table *table, const void *row)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (schema_other_row(table, column, row))
            continue;
        write_name(writer, column->name);
        write_value(writer, value_of(column, row));
    }
}

/* One row in a line of its own. */
static void write_row(struct writer *writer, const struct schema_table *table,
                      enum amount_unit unit, const void *row)
{
    json_t *object = json_object();
    const bool mixed = schema_unit_column(table) != NULL;
    for (size_t i = 0; object && i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (mixed ? schema_other_row(table, column, row) : schema_other_unit(column->kind, unit))
            continue;
        writer->failed |= json_object_set_new(object, column->name, value_of(column, row)) != 0;
    }
    write_value(writer, object);
}

static int by_number(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Where only outliers have a histogram, only they have bins and readings of devices. */
static bool is_kept(const struct record_phase *phase, const struct schema_table *table,
                    const void *row)
{
    int64_t node = -1;
    if (table == &schema_bin)
        node = ((const struct record_bin *)row)->node;
    else if (table == &schema_device)
        node = ((const struct record_device *)row)->node;
    return node < 0 || !phase || !phase->latency_nodes ||
           bsearch(&node, phase->latency_nodes, phase->latency_node_count, sizeof node, by_number);
}

/* 'phase' is the owner if that is one; else NULL. */
static void write_tables(struct writer *writer, const struct schema_rows *list,
                         enum amount_unit unit, const void *owner, const struct record_phase *phase)
{
    for (; list->name; list++) {
        const struct schema_table *table = list->table;
        const char *before = "\n";
        size_t count;
        const char *rows = schema_rows_of(list, writer->detail, owner, &count);
        if (table == &schema_file && writer->detail != DETAIL_WRITER)
            count = 0; /* its rows are those of I/O threads */
        write_name(writer, list->name);
        put(writer, "[");
        for (const char *row = rows; row < rows + count * table->row_bytes;
             row += table->row_bytes) {
            if (!is_kept(phase, table, row))
                continue;
            put(writer, "%s", before);
            write_row(writer, table, unit, row);
            before = ",\n";
        }
        put(writer, "]");
    }
}

/* Only buckets that hold something; each ends where the next one begins. */
static void write_buckets(struct writer *writer, const struct histogram *histogram)
{
    const char *before = "";
    write_name(writer, "counts");
    put(writer, "[");
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (!histogram->counts[i])
            continue;
        put(writer, "%s{\"from_ns\":%lld,\"below_ns\":%lld,\"count\":%llu}", before,
            (long long)histogram_edge(i), (long long)histogram_edge(i + 1),
            (unsigned long long)histogram->counts[i]);
        before = ",\n";
    }
    put(writer, "]");
}

static void write_histogram(struct writer *writer, const char *name,
                            const struct histogram *histogram)
{
    open_object(writer, name);
    write_members(writer, &schema_latency, histogram);
    write_buckets(writer, histogram);
    close_object(writer);
}

/* The whole, and one histogram for each node, with its number. */
static void write_latency(struct writer *writer, const struct record_phase *phase)
{
    const size_t count = phase->latency_nodes ? phase->latency_node_count : phase->node_count;
    open_object(writer, "latency");
    write_members(writer, &schema_latency, &phase->latency);
    write_buckets(writer, &phase->latency);
    if (phase->node_latency) {
        write_name(writer, "nodes");
        put(writer, "[");
        for (size_t i = 0; i < count; i++) {
            put(writer, "%s", i ? ",\n" : "\n");
            open_object(writer, NULL);
            write_name(writer, "node");
            put(writer, "%lld",
                phase->latency_nodes ? (long long)phase->latency_nodes[i] : (long long)i);
            write_members(writer, &schema_latency, &phase->node_latency[i]);
            write_buckets(writer, &phase->node_latency[i]);
            close_object(writer);
        }
        put(writer, "]");
    }
    close_object(writer);
}

static void write_rates(struct writer *writer, const struct record_phase *phase)
{
    for (size_t i = 0; i < schema_rate_count; i++) {
        if (schema_other_unit(schema_rates[i].kind, phase->unit))
            continue;
        write_name(writer, schema_rates[i].name);
        write_value(writer, json_integer(schema_rate_of(&schema_rates[i], phase)));
    }
}

static void write_phase(struct writer *writer, const struct record_phase *phase)
{
    open_object(writer, NULL);
    write_name(writer, "name");
    write_value(writer, text_value(phase->name));
    write_members(writer, &schema_phase, phase);
    write_rates(writer, phase);
    open_object(writer, "total");
    write_members(writer, &schema_row, &phase->total);
    close_object(writer);
    write_tables(writer, schema_phase_tables, phase->unit, phase, phase);
    write_latency(writer, phase);
    for (const struct schema_histogram *list = schema_histograms; list->name; list++) {
        const struct histogram *more = (const void *)((const char *)phase + list->offset);
        if (more->total)
            write_histogram(writer, list->name, more);
    }
    for (int i = 0; phase->halves && i < HALVES; i++) {
        const struct record_half *half = &phase->halves[i];
        open_object(writer, schema_half_names[i]);
        write_members(writer, &schema_half, half);
        write_tables(writer, schema_half_tables, UNIT_BYTE, half, NULL);
        write_histogram(writer, "latency", &half->histogram);
        close_object(writer);
    }
    close_object(writer);
}

int export_json(const struct record *record, export_sink *sink, void *context)
{
    struct writer writer = {.sink = sink, .context = context, .detail = record->detail};
    open_object(&writer, NULL);
    write_members(&writer, &schema_run, record);
    open_object(&writer, "environment");
    write_tables(&writer, schema_environment_tables, UNIT_BYTE, record, NULL);
    open_object(&writer, "job");
    write_members(&writer, &schema_job, &record->job);
    close_object(&writer);
    close_object(&writer);
    write_name(&writer, "phases");
    put(&writer, "[");
    for (size_t i = 0; i < record->phase_count; i++) {
        put(&writer, "%s", i ? ",\n" : "\n");
        write_phase(&writer, &record->phases[i]);
    }
    put(&writer, "]");
    write_tables(&writer, schema_run_tables, UNIT_BYTE, record, NULL);
    close_object(&writer);
    put(&writer, "\n");
    return writer.failed ? -EIO : 0;
}
