/* SPDX-License-Identifier: Apache-2.0 */
#include "report/export.h"

#include <inttypes.h>

/* A label's value: backslash, quote and newline are escaped. */
static void add_label(struct text *out, const char *name, const char *value)
{
    struct text valid = {0};
    text_add_utf8(&valid, value ? value : "");
    text_add(out, "%s=\"", name);
    for (const char *at = text_string(&valid); *at; at++)
        if (*at == '\n')
            text_add(out, "\\n");
        else
            text_add(out, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
    text_add(out, "\"");
    out->failed |= valid.failed;
    text_release(&valid);
}

/* The labels of the run, and the value. */
static void add_end(struct text *out, const struct record *record, int64_t value, bool seconds)
{
    text_add(out, ",");
    add_label(out, "run_id", record->run_id);
    text_add(out, ",");
    add_label(out, "label", record->label);
    text_add(out, "} ");
    if (seconds)
        text_add(out, "%" PRId64 ".%09" PRId64 "\n", value / 1000000000, value % 1000000000);
    else
        text_add(out, "%" PRId64 "\n", value);
}

static void add_head(struct text *out, const char *name, const char *help)
{
    text_add(out, "# TYPE %s gauge\n# HELP %s %s\n", name, name, help);
}

/* A phase, or what of a mixed one read or wrote. */
struct sample {
    const struct record_phase *phase;
    const struct histogram *latency;
    const char *half; /* NULL: all of the phase */
    int64_t amount;
};

static int64_t bytes_of(const struct sample *sample)
{
    return sample->phase->unit == UNIT_BYTE ? sample->amount : -1;
}

static int64_t operations_of(const struct sample *sample)
{
    return sample->phase->unit == UNIT_OPERATION ? sample->amount : -1;
}

static int64_t per_s(const struct sample *sample, int64_t amount)
{
    return amount < 0 ? -1 : schema_per_second(amount, sample->phase->duration_ns);
}

static int64_t byte_rate(const struct sample *sample)
{
    return per_s(sample, bytes_of(sample));
}

static int64_t operation_rate(const struct sample *sample)
{
    return per_s(sample, operations_of(sample));
}

static int64_t duration(const struct sample *sample)
{
    return sample->half ? -1 : sample->phase->duration_ns;
}

static int64_t complete(const struct sample *sample)
{
    return sample->half ? -1 : sample->phase->status == RECORD_COMPLETE;
}

static int64_t p50(const struct sample *sample)
{
    return sample->latency->total ? histogram_percentile(sample->latency, 0.5) : -1;
}

static int64_t p99(const struct sample *sample)
{
    return sample->latency->total ? histogram_percentile(sample->latency, 0.99) : -1;
}

static int64_t longest(const struct sample *sample)
{
    return sample->latency->total ? sample->latency->max_ns : -1;
}

/* 'of' returns -1 where there is no such figure; nanoseconds are printed as seconds. */
static const struct {
    const char *name;
    const char *help;
    int64_t (*of)(const struct sample *sample);
    bool seconds;
} gauges[] = {
    {"tidemill_phase_complete", "1 if the phase is complete", complete, false},
    {"tidemill_phase_bytes", "Bytes acknowledged by storage", bytes_of, false},
    {"tidemill_phase_operations", "Operations that succeeded", operations_of, false},
    {"tidemill_phase_duration_seconds", "Common start to last completion", duration, true},
    {"tidemill_phase_rate_bytes_per_second", "Bytes / duration", byte_rate, false},
    {"tidemill_phase_rate_operations_per_second", "Operations / duration", operation_rate, false},
    {"tidemill_phase_latency_p50_seconds", "Median latency of requests", p50, true},
    {"tidemill_phase_latency_p99_seconds", "99th percentile of latency", p99, true},
    {"tidemill_phase_latency_max_seconds", "Largest latency", longest, true},
};

static void add_sample(struct text *out, const struct record *record, const struct sample *sample,
                       size_t gauge)
{
    const int64_t value = gauges[gauge].of(sample);
    if (value < 0)
        return;
    text_add(out, "%s{", gauges[gauge].name);
    add_label(out, "phase", sample->phase->name);
    if (sample->half) {
        text_add(out, ",");
        add_label(out, "direction", sample->half);
    }
    add_end(out, record, value, gauges[gauge].seconds);
}

static void add_phase(struct text *out, const struct record *record,
                      const struct record_phase *phase, size_t gauge)
{
    struct sample sample = {phase, &phase->latency, NULL, phase->amount};
    add_sample(out, record, &sample, gauge);
    for (int i = 0; phase->halves && i < HALVES; i++) {
        const struct record_half *half = &phase->halves[i];
        sample = (struct sample){phase, &half->histogram, schema_half_names[i], half->bytes};
        add_sample(out, record, &sample, gauge);
    }
}

/* --- points of a sweep, and what a search settled on: their settings are a label */

static int64_t point_rate(const void *row)
{
    const struct record_sweep *point = row;
    return point->count ? point->median_per_s : -1;
}

static int64_t point_low(const void *row)
{
    return ((const struct record_sweep *)row)->low_per_s;
}

static int64_t point_high(const void *row)
{
    return ((const struct record_sweep *)row)->high_per_s;
}

static int64_t point_offered(const void *row)
{
    const struct record_sweep *point = row;
    return point->offered_per_s ? point->offered_per_s : -1;
}

static int64_t point_p50(const void *row)
{
    const struct record_sweep *point = row;
    return point->count ? point->p50_ns : -1;
}

static int64_t point_p99(const void *row)
{
    const struct record_sweep *point = row;
    return point->count ? point->p99_ns : -1;
}

static int64_t point_best(const void *row)
{
    const struct record_sweep *point = row;
    return point->best == TRUTH_UNKNOWN ? -1 : point->best == TRUTH_YES;
}

static int64_t search_finished(const void *row)
{
    return ((const struct record_tune_result *)row)->finished == TRUTH_YES;
}

static int64_t search_rate(const void *row)
{
    return ((const struct record_tune_result *)row)->settled_per_s;
}

static int64_t search_start(const void *row)
{
    return ((const struct record_tune_result *)row)->start_per_s;
}

struct points_gauge {
    const char *name;
    const char *help;
    int64_t (*of)(const void *row); /* as of gauges */
    bool seconds;
};

static const struct points_gauge sweep_gauges[] = {
    {"tidemill_sweep_rate_bytes_per_second", "Median of bytes / duration", point_rate, false},
    {"tidemill_sweep_rate_low_bytes_per_second", "Lower bound of its interval", point_low, false},
    {"tidemill_sweep_rate_high_bytes_per_second", "Upper bound of its interval", point_high, false},
    {"tidemill_sweep_offered_bytes_per_second", "Load offered by --rate", point_offered, false},
    {"tidemill_sweep_latency_p50_seconds", "Median of the median latencies", point_p50, true},
    {"tidemill_sweep_latency_p99_seconds", "Median of the 99th percentiles", point_p99, true},
    {"tidemill_sweep_best", "1 if not distinguishable from the best point", point_best, false},
};

static const struct points_gauge tune_gauges[] = {
    {"tidemill_tune_finished", "1 if every option was compared", search_finished, false},
    {"tidemill_tune_rate_bytes_per_second", "Median with settled settings", search_rate, false},
    {"tidemill_tune_start_bytes_per_second", "Median with those of the start", search_start, false},
};

static void add_point(struct text *out, const struct record *record,
                      const struct points_gauge *gauge, const void *row, const char *phase,
                      const char *settings)
{
    const int64_t value = gauge->of(row);
    if (value < 0)
        return;
    text_add(out, "%s{", gauge->name);
    add_label(out, "phase", phase);
    text_add(out, ",");
    add_label(out, "settings", settings);
    add_end(out, record, value, gauge->seconds);
}

static void add_points(struct text *out, const struct record *record)
{
    for (size_t i = 0; record->sweep_count && i < sizeof sweep_gauges / sizeof *sweep_gauges; i++) {
        add_head(out, sweep_gauges[i].name, sweep_gauges[i].help);
        for (size_t j = 0; j < record->sweep_count; j++)
            add_point(out, record, &sweep_gauges[i], &record->sweep[j], record->sweep[j].phase,
                      record->sweep[j].settings);
    }
    for (size_t i = 0; record->tune_result_count && i < sizeof tune_gauges / sizeof *tune_gauges;
         i++) {
        add_head(out, tune_gauges[i].name, tune_gauges[i].help);
        for (size_t j = 0; j < record->tune_result_count; j++)
            add_point(out, record, &tune_gauges[i], &record->tune_results[j],
                      record->tune_results[j].phase, record->tune_results[j].settings);
    }
}

void export_openmetrics(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
        add_head(out, gauges[i].name, gauges[i].help);
        for (size_t j = 0; j < record->phase_count; j++)
            add_phase(out, record, &record->phases[j], i);
    }
    add_points(out, record);
    text_add(out, "# EOF\n");
}
