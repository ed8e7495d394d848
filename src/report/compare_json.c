/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons as one JSON object. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "record/schema.h"
#include "report/compare_series.h"

struct comparison_json {
    json_t *root;
    json_t *list;
};

/* json_object_set_new drops a value that could not be made. */
static void set_text(json_t *object, const char *name, const char *text)
{
    struct text valid = {0};
    text_add_utf8(&valid, text);
    json_object_set_new(object, name, json_string(text_string(&valid)));
    text_release(&valid);
}

/* What is unknown is null. */
static void set_ratio(json_t *object, const char *name, double ratio)
{
    json_object_set_new(object, name, ratio > 0 ? json_real(ratio) : json_null());
}

static json_t *run_object(const char *path, const struct record *record)
{
    json_t *run = json_object();
    set_text(run, "path", path);
    set_text(run, "run_id", record->run_id);
    set_text(run, "started_utc", record->started_utc);
    set_text(run, "label", record->label ? record->label : "");
    json_object_set_new(run, "nodes", json_integer((json_int_t)record->node_count));
    json_object_set_new(run, "ranks", json_integer(compare_ranks(record)));
    return run;
}

struct comparison_json *comparison_json_open(const char *path, const struct record *base,
                                             double tolerance)
{
    struct comparison_json *json = calloc(1, sizeof *json);
    if (!json)
        return NULL;
    json->root = json_object();
    json->list = json_array();
    json_object_set_new(json->root, "schema_version", json_integer(RECORD_SCHEMA));
    json_object_set_new(json->root, "tolerance", json_real(tolerance));
    json_object_set_new(json->root, "base", run_object(path, base));
    return json;
}

static json_t *phase_object(const struct record *base, const struct record *record,
                            const struct compare_phase *phase)
{
    static const char *const latencies[COMPARE_PERCENTILES] = {
        "latency_p50_ratio", "latency_p99_ratio", "latency_p999_ratio"};
    static const char *const bases[] = {[COMPARE_REPETITIONS] = "repetitions",
                                        [COMPARE_ROUNDS] = "rounds",
                                        [COMPARE_NOTHING] = "none"};
    const bool bytes = phase->before->unit == UNIT_BYTE;
    const double one = compare_median_rate(base, phase->before);
    const double other = compare_median_rate(record, phase->after);
    json_t *object = json_object();
    set_text(object, "phase", phase->before->name);
    json_object_set_new(object, bytes ? "base_median_bytes_per_s" : "base_median_operations_per_s",
                        json_integer((json_int_t)one));
    json_object_set_new(object, bytes ? "median_bytes_per_s" : "median_operations_per_s",
                        json_integer((json_int_t)other));
    set_ratio(object, "ratio", phase->rate.value);
    set_ratio(object, "interval_low", phase->rate.level_ppm ? phase->rate.low : 0);
    set_ratio(object, "interval_high", phase->rate.level_ppm ? phase->rate.high : 0);
    json_object_set_new(object, "level_ppm", json_integer(phase->rate.level_ppm));
    set_text(object, "interval_of", bases[phase->basis]);
    for (size_t i = 0; i < COMPARE_PERCENTILES; i++)
        set_ratio(object, latencies[i], phase->latency[i]);
    set_ratio(object, "cpu_ratio", phase->cpu);
    set_text(object, "verdict",
             phase->verdict == COMPARE_ALIKE ? "no difference shown"
                                             : compare_verdict_name(phase->verdict));
    return object;
}

void comparison_json_add(struct comparison_json *json, const char *path, const struct record *base,
                         const struct record *record, const struct comparison *comparison,
                         bool refused)
{
    json_t *entry = run_object(path, record);
    json_t *phases = json_array();
    set_text(entry, "verdict",
             refused                                ? "not comparable"
             : comparison->verdict == COMPARE_ALIKE ? "no difference shown"
                                                    : compare_verdict_name(comparison->verdict));
    set_text(entry, "unlike", text_string(&comparison->unlike));
    for (size_t i = 0; i < comparison->count && !refused; i++)
        json_array_append_new(phases, phase_object(base, record, &comparison->phases[i]));
    json_object_set_new(entry, "phases", phases);
    json_array_append_new(json->list, entry);
}

int comparison_json_write(const struct comparison_json *json, export_sink *sink, void *context)
{
    json_object_set(json->root, "comparisons", json->list);
    if (json_dump_callback(json->root, sink, context, JSON_INDENT(1)) || sink("\n", 1, context))
        return -EIO;
    return 0;
}

void comparison_json_close(struct comparison_json *json)
{
    if (!json)
        return;
    json_decref(json->list);
    json_decref(json->root);
    free(json);
}
