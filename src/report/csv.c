/* SPDX-License-Identifier: Apache-2.0 */
#include "report/export.h"

#include <inttypes.h>
#include <string.h>

#include "csv_cell.h"
#include "phase_settings.h"

static void add_text(struct text *out, const char *text)
{
    text_add(out, ",");
    csv_add_cell(out, text ? text : "");
}

static void add_number(struct text *out, int64_t number)
{
    text_add(out, ",%" PRId64, number);
}

static void add_option(struct text *out, const struct settings *settings, enum option_id id)
{
    struct text value = {0};
    settings_print_value(settings, id, &value);
    add_text(out, text_string(&value));
    text_release(&value);
}

static void add_settings(struct text *out, const struct options *options,
                         const struct record_phase *phase)
{
    struct settings settings = {0};
    if (options && phase_settings(options, phase, &settings)) {
        add_option(out, &settings, OPTION_LAYOUT);
        add_option(out, &settings, OPTION_ORDER);
    } else {
        text_add(out, ",,");
    }
    settings_release(&settings);
}

static void add_amounts(struct text *out, const struct record_phase *phase, int64_t amount)
{
    const int64_t per_s = schema_per_second(amount, phase->duration_ns);
    const bool bytes = phase->unit == UNIT_BYTE;
    if (bytes)
        text_add(out, ",%" PRId64 ",,%" PRId64 ",%" PRId64 ",", amount, phase->duration_ns, per_s);
    else
        text_add(out, ",,%" PRId64 ",%" PRId64 ",,%" PRId64, amount, phase->duration_ns, per_s);
}

static void add_latency(struct text *out, const struct histogram *latency)
{
    if (!latency->total) {
        text_add(out, ",,,");
        return;
    }
    add_number(out, histogram_percentile(latency, 0.5));
    add_number(out, histogram_percentile(latency, 0.99));
    add_number(out, latency->max_ns);
}

static void add_warnings(struct text *out, const struct record *record)
{
    struct text codes = {0};
    for (size_t i = 0; i < record->advice_count; i++)
        text_add(&codes, "%s%s", i ? " " : "", record->advice[i].code);
    add_text(out, text_string(&codes));
    text_release(&codes);
}

/* The value of a column by its name, as the result file shows it. */
static void add_named(struct text *out, const struct schema_table *table, const char *name,
                      const void *row)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (!strcmp(table->columns[i].name, name)) {
            add_text(out, schema_text(&table->columns[i], row));
            return;
        }
}

/* Of a mixed phase there is a row for what it read, and one for what it wrote. */
static void add_phase(struct text *out, const struct record *record, const struct options *options,
                      const struct record_phase *phase, int which)
{
    const struct record_half *half = which < HALVES ? &phase->halves[which] : NULL;
    struct text name = {0};
    int64_t ranks = 0;
    for (size_t i = 0; i < record->node_count; i++)
        ranks += record->nodes[i].ranks;
    csv_add_cell(out, record->started_utc);
    add_text(out, record->label);
    add_text(out, record->run_id);
    add_text(out, record->job.job_id);
    add_number(out, (int64_t)record->node_count);
    add_number(out, ranks);
    text_add(&name, "%s%s%s", phase->name, half ? "/" : "", half ? schema_half_names[which] : "");
    add_text(out, text_string(&name));
    out->failed |= name.failed;
    text_release(&name);
    add_named(out, &schema_phase, "status", phase);
    add_number(out, phase->request_bytes);
    add_settings(out, options, phase);
    add_number(out, phase->writers_each);
    add_number(out, phase->depth);
    add_amounts(out, phase, half ? half->bytes : phase->amount);
    add_latency(out, half ? &half->histogram : &phase->latency);
    add_named(out, &schema_row, "direct_in_effect", &phase->total);
    add_warnings(out, record);
    add_text(out, record->tool_version);
    text_add(out, "\n");
}

const char export_csv_header[] =
    "started_utc,label,run_id,job_id,nodes,ranks,phase,status,request_bytes,layout,order,writers,"
    "depth,bytes,operations,duration_ns,rate_whole_bytes_per_s,rate_whole_operations_per_s,"
    "latency_p50_ns,latency_p99_ns,latency_max_ns,direct_in_effect,warnings,tool_version\n";

void export_csv(const struct record *record, struct text *out)
{
    struct options options;
    const bool known = phase_settings_open(record, &options);
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        add_phase(out, record, known ? &options : NULL, phase, HALVES);
        for (int which = 0; phase->halves && which < HALVES; which++)
            add_phase(out, record, known ? &options : NULL, phase, which);
    }
    options_release(&options);
}
