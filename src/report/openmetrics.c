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
    text_add(out, ",");
    if (sample->half) {
        add_label(out, "direction", sample->half);
        text_add(out, ",");
    }
    add_label(out, "run_id", record->run_id);
    text_add(out, ",");
    add_label(out, "label", record->label);
    text_add(out, "} ");
    if (gauges[gauge].seconds)
        text_add(out, "%" PRId64 ".%09" PRId64 "\n", value / 1000000000, value % 1000000000);
    else
        text_add(out, "%" PRId64 "\n", value);
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

void export_openmetrics(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
        text_add(out, "# TYPE %s gauge\n# HELP %s %s\n", gauges[i].name, gauges[i].name,
                 gauges[i].help);
        for (size_t j = 0; j < record->phase_count; j++)
            add_phase(out, record, &record->phases[j], i);
    }
    text_add(out, "# EOF\n");
}
