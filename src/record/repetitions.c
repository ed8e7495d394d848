/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/schema.h"
#include "stats/describe.h"

/* How many phases the list has. */
static size_t list_length(const struct record *record)
{
    int64_t length = 0;
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].position > length)
            length = record->phases[i].position;
    return (size_t)length;
}

static const struct record_phase *first_at(const struct record *record, size_t place)
{
    const struct record_phase *phase = record->phases;
    while ((size_t)phase->position != place + 1)
        phase++;
    return phase;
}

/* Rates of the completed repetitions of the phase at 'place', in order of time. */
static size_t rates_of(const struct record *record, size_t place, int64_t *rates)
{
    size_t count = 0;
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if ((size_t)phase->position == place + 1 && phase->status == RECORD_COMPLETE)
            rates[count++] = schema_per_second(phase->amount, phase->duration_ns);
    }
    return count;
}

/* The first one against the median of the others, whose order is not kept. */
static void compare_first(int64_t *rates, size_t count, struct record_summary *row)
{
    row->first_per_s = rates[0];
    describe_sort(rates + 1, count - 1);
    row->rest_median_per_s = describe_median(rates + 1, count - 1);
}

static void measure_spread(const int64_t *sorted, size_t count, struct record_summary *row)
{
    struct interval interval;
    row->median_per_s = describe_median(sorted, count);
    row->least_per_s = sorted[0];
    row->most_per_s = sorted[count - 1];
    if (row->median_per_s > 0)
        row->spread_ppm = (int64_t)((double)(row->most_per_s - row->least_per_s) * 1e6 /
                                        (double)row->median_per_s +
                                    0.5);
    if (!describe_interval(count, &interval)) {
        text_copy(row->method, sizeof row->method, "none: fewer than 6 repetitions");
        return;
    }
    row->low_per_s = sorted[interval.low];
    row->high_per_s = sorted[interval.high];
    row->level_ppm = interval.level_ppm;
    text_copy(row->method, sizeof row->method, "order statistics of the median");
}

int record_summarise(struct record *record)
{
    size_t length = list_length(record);
    struct record_summary *rows = calloc(length + 1, sizeof *rows);
    int64_t *rates = calloc(record->phase_count + 1, sizeof *rates);
    if (!rows || !rates) {
        free(rows);
        free(rates);
        return -ENOMEM;
    }
    for (size_t place = 0; place < length; place++) {
        struct record_summary *row = &rows[place];
        size_t count = rates_of(record, place, rates);
        *row = (struct record_summary){.position = (int64_t)place + 1,
                                       .count = (int64_t)count,
                                       .low_per_s = -1,
                                       .high_per_s = -1};
        const struct record_phase *first = first_at(record, place);
        row->unit = first->unit;
        text_copy(row->phase, sizeof row->phase, first->section[0] ? first->section : first->kind);
        if (count == 0)
            continue;
        compare_first(rates, count, row);
        describe_sort(rates, count);
        measure_spread(rates, count, row);
    }
    free(rates);
    free(record->summary);
    record->summary = rows;
    record->summary_count = length;
    return 0;
}

bool record_settled(const struct record *record, double share)
{
    for (size_t i = 0; i < record->summary_count; i++) {
        const struct record_summary *row = &record->summary[i];
        double half = (double)(row->high_per_s - row->low_per_s) / 2;
        if (row->level_ppm == 0 || half > share * (double)row->median_per_s)
            return false;
    }
    return record->summary_count > 0;
}
