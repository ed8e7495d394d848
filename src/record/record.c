/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/schema.h"

void record_phase_release(struct record_phase *phase)
{
    for (size_t i = 0; i < phase->file_count; i++) {
        free(phase->files[i].path);
        free(phase->files[i].holes);
        free(phase->files[i].unsettled);
    }
    for (size_t i = 0; i < phase->slowest_count; i++)
        free(phase->slowest[i].path);
    for (size_t i = 0; i < phase->objects_count; i++)
        free(phase->objects[i].holes);
    for (size_t i = 0; i < phase->renamed_count; i++)
        free(phase->renamed[i].holes);
    free(phase->failure);
    free(phase->nodes);
    free(phase->ranks);
    free(phase->writers);
    free(phase->files);
    free(phase->differences);
    free(phase->objects);
    free(phase->renamed);
    free(phase->errors);
    free(phase->bins);
    free(phase->devices);
    free(phase->readers);
    free(phase->used_targets);
    free(phase->slowest);
    for (int i = 0; phase->halves && i < HALVES; i++)
        free(phase->halves[i].bins);
    free(phase->halves);
    free(phase->node_latency);
    free(phase->latency_nodes);
}

void record_clear_advice(struct record *record)
{
    for (size_t i = 0; i < record->advice_count; i++)
        free(record->advice[i].text);
    free(record->advice);
    record->advice = NULL;
    record->advice_count = 0;
}

void record_release(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++)
        record_phase_release(&record->phases[i]);
    record_clear_advice(record);
    free(record->label);
    free(record->removal_failure);
    free(record->command_line);
    free(record->options);
    free(record->job.environment);
    free(record->nodes);
    free(record->targets);
    free(record->block_devices);
    free(record->networks);
    free(record->clocks);
    free(record->phases);
    free(record->summary);
    free(record->ceilings);
    free(record->warm_ups);
    free(record->sweep);
    free(record->sweep_runs);
    free(record->pfs);
    free(record->checkpoints);
    free(record->deviations);
    free(record->tune);
    free(record->tune_choices);
    free(record->tune_results);
    memset(record, 0, sizeof *record);
}

struct record_phase *record_add_phase(struct record *record)
{
    size_t count = record->phase_count;
    struct record_phase *phases = reallocarray(record->phases, count + 1, sizeof *phases);
    if (!phases)
        return NULL;
    record->phases = phases;
    record->phase_count = count + 1;
    memset(&phases[count], 0, sizeof phases[count]);
    return &phases[count];
}

int record_add_ceiling(struct record *record, const struct record_ceiling *ceiling)
{
    size_t count = record->ceiling_count;
    struct record_ceiling *ceilings = reallocarray(record->ceilings, count + 1, sizeof *ceilings);
    if (!ceilings)
        return -ENOMEM;
    record->ceilings = ceilings;
    record->ceiling_count = count + 1;
    ceilings[count] = *ceiling;
    ceilings[count].per_s =
        ceiling->reason[0] ? 0 : schema_per_second(ceiling->bytes, ceiling->duration_ns);
    return 0;
}

int record_add_warm_up(struct record *record, const struct record_warm_up *warm_up)
{
    struct record_warm_up *rows =
        reallocarray(record->warm_ups, record->warm_up_count + 1, sizeof *rows);
    if (!rows)
        return -ENOMEM;
    record->warm_ups = rows;
    rows[record->warm_up_count++] = *warm_up;
    return 0;
}

int record_add_tune(struct record *record, const struct record_tune *probe)
{
    struct record_tune *rows = reallocarray(record->tune, record->tune_count + 1, sizeof *rows);
    if (!rows)
        return -ENOMEM;
    record->tune = rows;
    rows[record->tune_count] = *probe;
    rows[record->tune_count++].per_s =
        probe->reason[0] ? 0 : schema_per_second(probe->bytes, probe->duration_ns);
    return 0;
}

int record_add_advice(struct record *record, const char *code, enum record_severity severity,
                      const char *format, ...)
{
    size_t count = record->advice_count;
    struct record_advice *advice = reallocarray(record->advice, count + 1, sizeof *advice);
    if (!advice)
        return -ENOMEM;
    record->advice = advice;

    struct record_advice *added = &advice[count];
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&added->text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return -ENOMEM;
    text_copy(added->code, sizeof added->code, code);
    added->severity = severity;
    record->advice_count = count + 1;
    return 0;
}

/* -1 where the samples are too few to carry the percentile. */
static int64_t carried(const struct histogram *histogram, double p)
{
    return histogram_supports(histogram, p) ? histogram_percentile(histogram, p) : -1;
}

void record_latency_of(const struct histogram *histogram, struct record_latency *latency)
{
    *latency = (struct record_latency){
        .mean_ns = histogram_mean(histogram),
        .p50_ns = histogram_percentile(histogram, 0.5),
        .p90_ns = carried(histogram, 0.9),
        .p99_ns = carried(histogram, 0.99),
        .p999_ns = carried(histogram, 0.999),
        .p9999_ns = carried(histogram, 0.9999),
        .max_ns = histogram->total ? histogram->max_ns : 0,
    };
}

void record_modes_clear(struct record_modes *modes)
{
    *modes = (struct record_modes){
        .direct_opened = TRUTH_UNKNOWN,
        .direct_in_effect = TRUTH_UNKNOWN,
        .uncached = TRUTH_UNKNOWN,
        .buffers_fixed = TRUTH_UNKNOWN,
    };
}

static void merge_truth(uint8_t *into, uint8_t part, bool first)
{
    if (first)
        *into = part;
    else if (*into != part)
        *into = TRUTH_MIXED;
}

void record_modes_merge(struct record_modes *into, const struct record_modes *part, bool first)
{
    merge_truth(&into->direct_opened, part->direct_opened, first);
    merge_truth(&into->direct_in_effect, part->direct_in_effect, first);
    merge_truth(&into->uncached, part->uncached, first);
    merge_truth(&into->buffers_fixed, part->buffers_fixed, first);
    if (into->direct_cause == DIRECT_NO_CAUSE) {
        into->direct_cause = part->direct_cause;
        memcpy(into->direct_reason, part->direct_reason, sizeof into->direct_reason);
    }
    if (!into->not_granted_set) {
        into->not_granted_set = part->not_granted_set;
        memcpy(into->not_granted, part->not_granted, sizeof into->not_granted);
    }
}

void record_total(struct record_phase *phase)
{
    struct record_row *total = &phase->total;
    text_copy(total->name, sizeof total->name, "total");
    total->node = total->rank = total->writer = -1;
    counters_clear(&total->counters);
    total->first_failure[0] = 0;
    for (size_t i = 0; i < phase->node_count; i++) {
        counters_merge(&total->counters, &phase->nodes[i].counters);
        if (!total->first_failure[0])
            memcpy(total->first_failure, phase->nodes[i].first_failure,
                   sizeof total->first_failure);
    }
    record_latency_of(&phase->latency, &total->latency);
}

int64_t record_row_amount(const struct record_row *row, enum amount_unit unit)
{
    return unit == UNIT_OPERATION ? row->counters.operations : row->counters.bytes;
}

bool record_row_idle(const struct record_row *row)
{
    return row->counters.first_ns == INT64_MAX;
}

size_t record_rows_active(const struct record_row *rows, size_t count)
{
    size_t active = 0;
    for (size_t i = 0; i < count; i++)
        active += !record_row_idle(&rows[i]);
    return active;
}

static int64_t half_of(const struct record_phase *phase, int which, bool does)
{
    if (phase->halves)
        return phase->halves[which].bytes;
    return does && phase->unit == UNIT_BYTE ? phase->amount : 0;
}

int64_t record_bytes_read(const struct record_phase *phase)
{
    return half_of(phase, HALF_READ, phase->reads);
}

int64_t record_bytes_written(const struct record_phase *phase)
{
    return half_of(phase, HALF_WRITE, phase->writes);
}
