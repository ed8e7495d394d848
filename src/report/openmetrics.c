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

static int64_t bytes_of(const struct record_phase *phase)
{
    return phase->unit == UNIT_BYTE ? phase->amount : -1;
}

static int64_t operations_of(const struct record_phase *phase)
{
    return phase->unit == UNIT_OPERATION ? phase->amount : -1;
}

static int64_t per_s(const struct record_phase *phase, int64_t amount)
{
    return amount < 0 ? -1 : schema_per_second(amount, phase->duration_ns);
}

static int64_t byte_rate(const struct record_phase *phase)
{
    return per_s(phase, bytes_of(phase));
}

static int64_t operation_rate(const struct record_phase *phase)
{
    return per_s(phase, operations_of(phase));
}

static int64_t duration(const struct record_phase *phase)
{
    return phase->duration_ns;
}

static int64_t complete(const struct record_phase *phase)
{
    return phase->status == RECORD_COMPLETE;
}

static int64_t p50(const struct record_phase *phase)
{
    return phase->latency.total ? histogram_percentile(&phase->latency, 0.5) : -1;
}

static int64_t p99(const struct record_phase *phase)
{
    return phase->latency.total ? histogram_percentile(&phase->latency, 0.99) : -1;
}

static int64_t longest(const struct record_phase *phase)
{
    return phase->latency.total ? phase->latency.max_ns : -1;
}

/* 'of' returns -1 where a phase has no such figure; nanoseconds are printed as seconds. */
static const struct {
    const char *name;
    const char *help;
    int64_t (*of)(const struct record_phase *phase);
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

static void add_sample(struct text *out, const struct record *record,
                       const struct record_phase *phase, size_t gauge)
{
    const int64_t value = gauges[gauge].of(phase);
    if (value < 0)
        return;
    text_add(out, "%s{", gauges[gauge].name);
    add_label(out, "phase", phase->name);
    text_add(out, ",");
    add_label(out, "run_id", record->run_id);
    text_add(out, ",");
    add_label(out, "label", record->label);
    text_add(out, "} ");
    if (gauges[gauge].seconds)
        text_add(out, "%" PRId64 ".%09" PRId64 "\n", value / 1000000000, value % 1000000000);
    else
        text_add(out, "%" PRId64 "\n", value);
}

void export_openmetrics(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
        text_add(out, "# TYPE %s gauge\n# HELP %s %s\n", gauges[i].name, gauges[i].name,
                 gauges[i].help);
        for (size_t j = 0; j < record->phase_count; j++)
            add_sample(out, record, &record->phases[j], i);
    }
    text_add(out, "# EOF\n");
}
