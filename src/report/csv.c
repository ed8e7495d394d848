/* SPDX-License-Identifier: Apache-2.0 */
#include "report/export.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "csv_cell.h"
#include "phase_settings.h"
#include "plots_probes.h"
#include "swept.h"

static const int64_t none = INT64_MIN; /* an empty cell */

/* What the columns of a phase, a point or a search show. */
struct row {
    const char *phase;
    const char *status;
    int64_t nodes;
    int64_t ranks;
    int64_t request_bytes;
    const struct settings *settings; /* NULL: not known */
    int64_t writers;
    int64_t depth;
    enum amount_unit unit;
    int64_t amount;
    int64_t duration_ns;
    int64_t per_s;
    int64_t p50_ns;
    int64_t p99_ns;
    int64_t max_ns;
    const char *direct;
    const char *point; /* what a point sets, or a search settled on */
};

static void add_text(struct text *out, const char *text)
{
    text_add(out, ",");
    csv_add_cell(out, text ? text : "");
}

static void add_number(struct text *out, int64_t number)
{
    if (number == none)
        text_add(out, ",");
    else
        text_add(out, ",%" PRId64, number);
}

static void add_option(struct text *out, const struct settings *settings, enum option_id id)
{
    struct text value = {0};
    if (settings)
        settings_print_value(settings, id, &value);
    add_text(out, text_string(&value));
    text_release(&value);
}

static void add_amounts(struct text *out, const struct row *row)
{
    const bool bytes = row->unit == UNIT_BYTE;
    add_number(out, bytes ? row->amount : none);
    add_number(out, bytes ? none : row->amount);
    add_number(out, row->duration_ns);
    add_number(out, bytes ? row->per_s : none);
    add_number(out, bytes ? none : row->per_s);
}

static void add_warnings(struct text *out, const struct record *record)
{
    struct text codes = {0};
    for (size_t i = 0; i < record->advice_count; i++)
        text_add(&codes, "%s%s", i ? " " : "", record->advice[i].code);
    add_text(out, text_string(&codes));
    text_release(&codes);
}

static void add_row(struct text *out, const struct record *record, const struct row *row)
{
    csv_add_cell(out, record->started_utc);
    add_text(out, record->label);
    add_text(out, record->run_id);
    add_text(out, record->job.job_id);
    add_number(out, row->nodes);
    add_number(out, row->ranks);
    add_text(out, row->phase);
    add_text(out, row->status);
    add_number(out, row->request_bytes);
    add_option(out, row->settings, OPTION_LAYOUT);
    add_option(out, row->settings, OPTION_ORDER);
    add_number(out, row->writers);
    add_number(out, row->depth);
    add_amounts(out, row);
    add_number(out, row->p50_ns);
    add_number(out, row->p99_ns);
    add_number(out, row->max_ns);
    add_text(out, row->direct);
    add_warnings(out, record);
    add_text(out, record->tool_version);
    add_text(out, row->point);
    text_add(out, "\n");
}

/* The value of a column by its name, as the result file shows it. */
static const char *named(const struct schema_table *table, const char *name, const void *row)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (!strcmp(table->columns[i].name, name))
            return schema_text(&table->columns[i], row);
    return "";
}

static int64_t ranks_of(const struct record *record)
{
    int64_t ranks = 0;
    for (size_t i = 0; i < record->node_count; i++)
        ranks += record->nodes[i].ranks;
    return ranks;
}

/* Of a mixed phase there is a row for what it read, and one for what it wrote. */
static void add_phase(struct text *out, const struct record *record, const struct options *options,
                      const struct record_phase *phase, int which)
{
    const struct record_half *half = which < HALVES ? &phase->halves[which] : NULL;
    const struct histogram *latency = half ? &half->histogram : &phase->latency;
    struct text name = {0};
    struct settings settings = {0};
    const bool known = options && phase_settings(options, phase, &settings);
    const int64_t amount = half ? half->bytes : phase->amount;
    text_add(&name, "%s%s%s", phase->name, half ? "/" : "", half ? schema_half_names[which] : "");
    const struct row row = {
        .phase = text_string(&name),
        .status = named(&schema_phase, "status", phase),
        .nodes = (int64_t)record->node_count,
        .ranks = ranks_of(record),
        .request_bytes = phase->request_bytes,
        .settings = known ? &settings : NULL,
        .writers = phase->writers_each,
        .depth = phase->depth,
        .unit = phase->unit,
        .amount = amount,
        .duration_ns = phase->duration_ns,
        .per_s = schema_per_second(amount, phase->duration_ns),
        .p50_ns = latency->total ? histogram_percentile(latency, 0.5) : none,
        .p99_ns = latency->total ? histogram_percentile(latency, 0.99) : none,
        .max_ns = latency->total ? latency->max_ns : none,
        .direct = named(&schema_row, "direct_in_effect", &phase->total),
    };
    add_row(out, record, &row);
    out->failed |= name.failed;
    settings_release(&settings);
    text_release(&name);
}

static int64_t known_or_none(uint64_t value)
{
    return value > 0 && value < INT64_MAX ? (int64_t)value : none;
}

/* Applies what a point sets; ranks= and nodes= set nothing. */
static bool point_settings(const struct options *options, const char *settings,
                           struct options *view)
{
    struct failure ignored = {0};
    struct swept_option option;
    bool good = options && !settings_copy(&view->common, &options->common, &ignored);
    for (const char *at = settings; good && swept_next(&at, &option);) {
        char name[32];
        char value[128];
        snprintf(name, sizeof name, "%.*s", (int)option.name_length, option.name);
        snprintf(value, sizeof value, "%.*s", (int)option.value_length, option.value);
        const enum option_id id = options_find(name);
        good = strcmp(name, "ranks") == 0 || strcmp(name, "nodes") == 0 ||
               (id < OPTION_COUNT && !options_set(view, id, value, SOURCE_COMMAND_LINE, &ignored));
    }
    return good;
}

/* A measurement of a point, with the settings of this point. */
static void add_point(struct text *out, const struct record *record, const struct options *options,
                      const struct record_sweep_run *run)
{
    struct options view = {0};
    const bool nodes = run->scale && strstr(run->settings, "nodes ");
    const bool known = point_settings(options, run->settings, &view);
    const bool measured = run->per_s > 0;
    const struct row row = {
        .phase = run->phase,
        .status = record_status_name(measured ? RECORD_COMPLETE : RECORD_FAILED),
        .nodes = nodes ? run->scale : (int64_t)record->node_count,
        .ranks = run->scale && !nodes ? run->scale : ranks_of(record),
        .request_bytes = known ? known_or_none(view.common.buffer_size_bytes) : none,
        .settings = known ? &view.common : NULL,
        .writers = known ? known_or_none(view.common.writers) : none,
        .depth = known ? known_or_none(view.common.depth) : none,
        .amount = run->bytes,
        .duration_ns = run->duration_ns,
        .per_s = run->per_s,
        .p50_ns = measured ? run->p50_ns : none,
        .p99_ns = measured ? run->p99_ns : none,
        .max_ns = none,
        .direct = measured ? named(&schema_sweep_run, "direct_in_effect", run) : "",
        .point = run->settings,
    };
    add_row(out, record, &row);
    settings_release(&view.common);
}

/* The number of an option of the command line that a search settled on. */
static int64_t settled(const struct record_tune_result *result, const char *name)
{
    char value[PROBE_VALUE];
    uint64_t number;
    probe_value(result->settings, name, value);
    return units_parse_size(value, &number, NULL) ? none : known_or_none(number);
}

/* What a search settled on: the rate is a median of several probes. */
static void add_search(struct text *out, const struct record *record, const struct options *options,
                       const struct record_tune_result *result)
{
    const struct row row = {
        .phase = result->phase,
        .status = record_status_name(result->finished == TRUTH_YES ? RECORD_COMPLETE
                                                                   : RECORD_INTERRUPTED),
        .nodes = (int64_t)record->node_count,
        .ranks = ranks_of(record),
        .request_bytes = settled(result, "buffer-size"),
        .settings = options ? &options->common : NULL,
        .writers = settled(result, "writers"),
        .depth = settled(result, "depth"),
        .amount = none,
        .duration_ns = none,
        .per_s = result->settled_per_s,
        .p50_ns = none,
        .p99_ns = none,
        .max_ns = none,
        .point = result->settings,
    };
    add_row(out, record, &row);
}

const char export_csv_header[] =
    "started_utc,label,run_id,job_id,nodes,ranks,phase,status,request_bytes,layout,order,writers,"
    "depth,bytes,operations,duration_ns,rate_whole_bytes_per_s,rate_whole_operations_per_s,"
    "latency_p50_ns,latency_p99_ns,latency_max_ns,direct_in_effect,warnings,tool_version,"
    "settings\n";

void export_csv(const struct record *record, struct text *out)
{
    struct options options;
    const bool known = phase_settings_open(record, &options);
    const struct options *own = known ? &options : NULL;
    for (size_t i = 0; i < record->tune_result_count; i++)
        add_search(out, record, own, &record->tune_results[i]);
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        add_phase(out, record, own, phase, HALVES);
        for (int which = 0; phase->halves && which < HALVES; which++)
            add_phase(out, record, own, phase, which);
    }
    for (size_t i = 0; i < record->sweep_run_count; i++)
        add_point(out, record, own, &record->sweep_runs[i]);
    options_release(&options);
}
