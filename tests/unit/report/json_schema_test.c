/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results/schema.json matches the table map. With TIDEMILL_TEST_UPDATE set, the file is
 * written instead of compared. And what the JSON of a large run leaves out.
 */
#include "report/export.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void find_schema(char *path, size_t size)
{
    const char own[] = "tests/unit/report/json_schema_test.c";
    snprintf(path, size, "%.*sresults/schema.json", (int)(strlen(__FILE__) - strlen(own)),
             __FILE__);
}

static json_t *described(const char *type, const char *long_name, const char *unit)
{
    struct text text = {0};
    text_add(&text, "%s%s%s%s", long_name, *unit && strcmp(unit, "1") != 0 ? " [" : "",
             *unit && strcmp(unit, "1") != 0 ? unit : "",
             *unit && strcmp(unit, "1") != 0 ? "]" : "");
    json_t *property = json_pack("{s:s, s:s}", "type", type, "description", text_string(&text));
    text_release(&text);
    assert_non_null(property);
    return property;
}

static json_t *object_with(json_t *properties, json_t *required)
{
    json_t *object = json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties,
                               "required", required);
    assert_non_null(object);
    return object;
}

static json_t *array_of(json_t *items)
{
    json_t *array = json_pack("{s:s, s:o}", "type", "array", "items", items);
    assert_non_null(array);
    return array;
}

static json_t *column_schema(const struct column *column)
{
    const char *const *names;
    const enum column_form form = schema_form(column->kind);
    if (column->kind == COLUMN_FLAG)
        return described("boolean", column->long_name, "");
    if (form == FORM_NUMBER)
        return described("integer", column->long_name, column->unit);
    json_t *property = described("string", column->long_name, "");
    size_t count = schema_enum_names(column->kind, &names);
    if (count) {
        json_t *values = json_array();
        for (size_t i = 0; i < count; i++)
            if (names[i])
                json_array_append_new(values, json_string(names[i]));
        json_object_set_new(property, "enum", values);
    }
    return property;
}

static void add(json_t *object, const char *name, json_t *property)
{
    json_object_set_new(json_object_get(object, "properties"), name, property);
    json_array_append_new(json_object_get(object, "required"), json_string(name));
}

/* Amounts of another unit than the row's are left out, so none is required. */
static json_t *table_schema(const struct schema_table *table)
{
    json_t *object = object_with(json_object(), json_array());
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (column->kind == COLUMN_BYTES || column->kind == COLUMN_OPERATIONS)
            json_object_set_new(json_object_get(object, "properties"), column->name,
                                column_schema(column));
        else
            add(object, column->name, column_schema(column));
    }
    return object;
}

static void add_tables(json_t *object, const struct schema_rows *list)
{
    for (; list->name; list++) {
        json_t *array = array_of(table_schema(list->table));
        json_object_set_new(array, "description", json_string(list->table->long_name));
        add(object, list->name, array);
    }
}

static json_t *histogram_schema(bool nodes)
{
    json_t *bucket = object_with(json_object(), json_array());
    add(bucket, "from_ns", described("integer", "lower edge of the bucket, included", "ns"));
    add(bucket, "below_ns", described("integer", "upper edge of the bucket, not included", "ns"));
    add(bucket, "count", described("integer", "requests in the bucket", "1"));
    json_t *object = table_schema(&schema_latency);
    add(object, "counts", array_of(bucket));
    if (nodes) {
        json_t *node = histogram_schema(false);
        add(node, "node", described("integer", "number of the node", "1"));
        json_object_set_new(json_object_get(object, "properties"), "nodes", array_of(node));
    }
    return object;
}

static json_t *phase_schema(void)
{
    json_t *object = table_schema(&schema_phase);
    add(object, "name", described("string", "name of the phase's group in the result file", ""));
    for (size_t i = 0; i < schema_rate_count; i++)
        json_object_set_new(json_object_get(object, "properties"), schema_rates[i].name,
                            described("integer", "per second, rounded", ""));
    add(object, "total", table_schema(&schema_row));
    add_tables(object, schema_phase_tables);
    add(object, "latency", histogram_schema(true));
    for (const struct schema_histogram *list = schema_histograms; list->name; list++) {
        json_t *more = histogram_schema(false);
        json_object_set_new(more, "description", json_string(list->long_name));
        json_object_set_new(json_object_get(object, "properties"), list->name, more);
    }
    for (int i = 0; i < HALVES; i++) {
        json_t *half = table_schema(&schema_half);
        add_tables(half, schema_half_tables);
        add(half, "latency", histogram_schema(false));
        json_object_set_new(half, "description", json_string(schema_half.long_name));
        json_object_set_new(json_object_get(object, "properties"), schema_half_names[i], half);
    }
    return object;
}

static json_t *schema(void)
{
    json_t *object = table_schema(&schema_run);
    json_t *environment = object_with(json_object(), json_array());
    json_object_set_new(object, "$schema",
                        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(object, "title", json_string("A result of tidemill, schema version 1"));
    add_tables(environment, schema_environment_tables);
    add(environment, "job", table_schema(&schema_job));
    add(object, "environment", environment);
    add(object, "phases", array_of(phase_schema()));
    add_tables(object, schema_run_tables);
    return object;
}

static void the_published_schema_is_that_of_the_map(void **state)
{
    (void)state;
    json_error_t error;
    char path[4096];
    find_schema(path, sizeof path);
    json_t *made = schema();
    if (getenv("TIDEMILL_TEST_UPDATE"))
        assert_int_equal(json_dump_file(made, path, JSON_INDENT(1)), 0);
    json_t *published = json_load_file(path, 0, &error);
    if (!published)
        fail_msg("%s: %s", path, error.text);
    if (!json_equal(made, published))
        fail_msg("%s is out of date: run this test with TIDEMILL_TEST_UPDATE=1", path);
    json_decref(published);
    json_decref(made);
}

static int add_piece(const char *bytes, size_t length, void *context)
{
    text_add(context, "%.*s", (int)length, bytes);
    return 0;
}

/* Rows of a table of the only phase. */
static size_t rows_in_json(const struct record *record, const char *table)
{
    struct text json = {0};
    assert_int_equal(export_json(record, add_piece, &json), 0);
    json_t *result = json_loads(text_string(&json), 0, NULL);
    const json_t *rows =
        json_object_get(json_array_get(json_object_get(result, "phases"), 0), table);
    assert_true(json_is_array(rows));
    const size_t count = json_array_size(rows);
    json_decref(result);
    text_release(&json);
    return count;
}

static void nodes_without_a_histogram_have_no_bins(void **state)
{
    (void)state;
    enum { NODES = 5 };
    struct record_bin bins[NODES + 1] = {0};
    struct record_device devices[2 * NODES] = {0};
    struct record_file file = {0};
    struct histogram *latency = calloc(2, sizeof *latency);
    int64_t kept[] = {1, 3};
    struct record_phase phase = {.bins = bins,
                                 .bin_count = NODES + 1,
                                 .devices = devices,
                                 .device_count = 2 * NODES,
                                 .files = &file,
                                 .file_count = 1,
                                 .node_latency = latency};
    struct record record = {.phases = &phase, .phase_count = 1};
    for (int i = 0; i <= NODES; i++)
        bins[i].node = i - 1;
    for (int i = 0; i < 2 * NODES; i++)
        devices[i].node = i / 2;
    assert_int_equal(rows_in_json(&record, "timeline"), NODES + 1);
    assert_int_equal(rows_in_json(&record, "device"), 2 * NODES);
    assert_int_equal(rows_in_json(&record, "files"), 1);
    phase.latency_nodes = kept;
    phase.latency_node_count = 2;
    record.detail = DETAIL_NODE;
    assert_int_equal(rows_in_json(&record, "timeline"), 3);
    assert_int_equal(rows_in_json(&record, "device"), 4);
    assert_int_equal(rows_in_json(&record, "files"), 0);
    free(latency);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_schema_is_that_of_the_map),
        cmocka_unit_test(nodes_without_a_histogram_have_no_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
