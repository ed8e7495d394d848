/* SPDX-License-Identifier: Apache-2.0 */
#include "report/live.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

static const int64_t second_ns = 1000000000;

const char live_head[] = "{\"time\":\"";

static void set_text(json_t *object, const char *name, const char *value)
{
    struct text valid = {0};
    text_add_utf8(&valid, value);
    json_object_set_new(object, name, json_string(text_string(&valid)));
    text_release(&valid);
}

static void set_number(json_t *object, const char *name, int64_t value)
{
    json_object_set_new(object, name, json_integer(value));
}

static void set_time(json_t *object, int64_t utc_ns)
{
    char text[64];
    struct tm parts = {.tm_mday = 1, .tm_year = 70};
    const time_t seconds = (time_t)(utc_ns / second_ns);
    struct text time = {0};
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    text_add(&time, "%s.%03dZ", text, (int)(utc_ns % second_ns / 1000000));
    set_text(object, "time", text_string(&time));
    text_release(&time);
}

/* Keys keep their order. */
static json_t *begin(const struct record *record, const struct record_phase *phase, uint32_t point,
                     enum record_status status, int64_t utc_ns)
{
    json_t *line = json_object();
    set_time(line, utc_ns);
    set_text(line, "run_id", record->run_id);
    if (record->label && record->label[0])
        set_text(line, "label", record->label);
    set_text(line, "phase", phase->name);
    set_text(line, "kind", phase->kind);
    set_number(line, "repetition", phase->repetition);
    if (point)
        set_number(line, "point", point);
    set_text(line, "status", record_status_name(status));
    return line;
}

static int64_t rounded(double value)
{
    return (int64_t)(value + 0.5);
}

static void end(json_t *line, struct text *out)
{
    char *text = json_dumps(line, JSON_COMPACT);
    if (text)
        text_add(out, "%s\n", text);
    free(text);
    json_decref(line);
}

void live_second(const struct record *record, const struct record_live *live, struct text *out)
{
    const bool bytes = live->unit == UNIT_BYTE;
    json_t *line = begin(record, live->phase, live->point, RECORD_RUNNING, live->utc_ns);
    set_number(line, "elapsed_ns", live->elapsed_ns);
    set_number(line, bytes ? "bytes" : "operations", (int64_t)live->amount);
    set_number(line, bytes ? "rate_bytes_per_s" : "rate_operations_per_s", rounded(live->per_s));
    set_number(line, "latency_max_ns", live->latency_ns);
    set_number(line, "ranks_working", live->ranks);
    if (live->node) {
        set_text(line, "slowest_node", live->node);
        set_number(line,
                   bytes ? "slowest_node_rate_bytes_per_s" : "slowest_node_rate_operations_per_s",
                   rounded(live->node_per_s));
    }
    end(line, out);
}

void live_end(const struct record *record, const struct record_phase *phase, uint32_t point,
              int64_t utc_ns, struct text *out)
{
    const bool bytes = phase->unit == UNIT_BYTE;
    json_t *line = begin(record, phase, point, (enum record_status)phase->status, utc_ns);
    set_number(line, "elapsed_ns", phase->duration_ns);
    set_number(line, bytes ? "bytes" : "operations", phase->amount);
    if (phase->duration_ns > 0)
        set_number(line, bytes ? "rate_whole_bytes_per_s" : "rate_whole_operations_per_s",
                   rounded((double)phase->amount * 1e9 / (double)phase->duration_ns));
    if (phase->latency.total)
        set_number(line, "latency_max_ns", phase->latency.max_ns);
    end(line, out);
}
