/* SPDX-License-Identifier: Apache-2.0 */
/* The points of a sweep, summarised from its measurements. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "record/record.h"
#include "record/schema.h"
#include "stats/describe.h"
#include "stats/ratio.h"

static const double gib = 1073741824.0;

static bool is_of(const struct record_sweep_run *run, const struct record_sweep *row)
{
    return run->point == row->point && !strcmp(run->phase, row->phase);
}

/* One number of each measured repetition of a row, in the order of time. */
static size_t gather(const struct record *record, const struct record_sweep *row,
                     int64_t (*value)(const struct record_sweep_run *), int64_t *values)
{
    size_t count = 0;
    for (size_t i = 0; i < record->sweep_run_count; i++)
        if (is_of(&record->sweep_runs[i], row) && record->sweep_runs[i].per_s > 0)
            values[count++] = value(&record->sweep_runs[i]);
    return count;
}

/* The same, sorted. */
static size_t collect(const struct record *record, const struct record_sweep *row,
                      int64_t (*value)(const struct record_sweep_run *), int64_t *values)
{
    const size_t count = gather(record, row, value, values);
    describe_sort(values, count);
    return count;
}

static int64_t rate_of(const struct record_sweep_run *run)
{
    return run->per_s;
}

static int64_t p50_of(const struct record_sweep_run *run)
{
    return run->p50_ns;
}

static int64_t p99_of(const struct record_sweep_run *run)
{
    return run->p99_ns;
}

static int64_t cpu_of(const struct record_sweep_run *run)
{
    return run->bytes > 0 ? (int64_t)((double)run->cpu_ns * gib / (double)run->bytes + 0.5) : 0;
}

static void summarise(const struct record *record, struct record_sweep *row, int64_t *values)
{
    struct interval interval;
    size_t count = collect(record, row, rate_of, values);
    row->count = (int64_t)count;
    row->low_per_s = row->high_per_s = -1;
    row->median_per_s = describe_median(values, count);
    if (describe_interval(count, &interval)) {
        row->low_per_s = values[interval.low];
        row->high_per_s = values[interval.high];
        row->level_ppm = interval.level_ppm;
    }
    row->p50_ns = describe_median(values, collect(record, row, p50_of, values));
    count = collect(record, row, p99_of, values);
    row->p99_ns = count && values[0] < 0 ? -1 : describe_median(values, count);
    row->cpu_ns_per_gib = describe_median(values, collect(record, row, cpu_of, values));
}

/* 'values' has space for both. The order of time matters: of many numbers, the first are compared.
 */
static enum record_truth is_best(const struct record *record, const struct record_sweep *best,
                                 const struct record_sweep *row, int64_t *values)
{
    if (row == best)
        return TRUTH_YES;
    const size_t before = gather(record, best, rate_of, values);
    const size_t after = gather(record, row, rate_of, values + before);
    const struct ratio ratio = ratio_estimate(values, before, values + before, after);
    if (ratio.level_ppm == 0)
        return row->count ? TRUTH_UNKNOWN : TRUTH_NO;
    return ratio.high >= 1 ? TRUTH_YES : TRUTH_NO;
}

static void mark_best(const struct record *record, struct record_sweep *rows, size_t count,
                      int64_t *values)
{
    for (size_t i = 0; i < count; i++) {
        const struct record_sweep *best = &rows[i];
        for (size_t j = 0; j < count; j++)
            if (!strcmp(rows[j].phase, rows[i].phase) && rows[j].median_per_s > best->median_per_s)
                best = &rows[j];
        rows[i].best = (uint8_t)is_best(record, best, &rows[i], values);
    }
}

static void compare_with_base(struct record_sweep *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            const struct record_sweep *base = &rows[j];
            if (!rows[i].scale || base->point != rows[i].base_point || base->median_per_s <= 0 ||
                strcmp(base->phase, rows[i].phase) != 0)
                continue;
            const double each = (double)rows[i].median_per_s / (double)rows[i].scale;
            const double before = (double)base->median_per_s / (double)base->scale;
            rows[i].efficiency_ppm = (int64_t)(each / before * 1e6 + 0.5);
        }
}

static int by_point(const void *a, const void *b)
{
    const struct record_sweep *left = a;
    const struct record_sweep *right = b;
    if (left->point != right->point)
        return left->point < right->point ? -1 : 1;
    return strcmp(right->phase, left->phase); /* write before verify and read */
}

static size_t list_rows(const struct record *record, struct record_sweep *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < record->sweep_run_count; i++) {
        const struct record_sweep_run *run = &record->sweep_runs[i];
        size_t known = 0;
        while (known < count && !is_of(run, &rows[known]))
            known++;
        if (known < count)
            continue;
        rows[count] = (struct record_sweep){
            .point = run->point,
            .scale = run->scale,
            .base_point = run->base_point,
            .offered_per_s = run->offered_per_s,
        };
        text_copy(rows[count].phase, sizeof rows->phase, run->phase);
        text_copy(rows[count].settings, sizeof rows->settings, run->settings);
        count++;
    }
    return count;
}

int record_add_sweep_run(struct record *record, const struct record_sweep_run *run)
{
    const size_t count = record->sweep_run_count;
    struct record_sweep_run *runs = reallocarray(record->sweep_runs, count + 1, sizeof *runs);
    if (!runs)
        return -ENOMEM;
    record->sweep_runs = runs;
    record->sweep_run_count = count + 1;
    runs[count] = *run;
    runs[count].per_s = run->reason[0] ? 0 : schema_per_second(run->bytes, run->duration_ns);
    struct record_sweep *rows = calloc(count + 1, sizeof *rows);
    int64_t *values = calloc(2 * (count + 1), sizeof *values);
    if (rows && values) {
        const size_t row_count = list_rows(record, rows);
        qsort(rows, row_count, sizeof *rows, by_point);
        for (size_t i = 0; i < row_count; i++)
            summarise(record, &rows[i], values);
        mark_best(record, rows, row_count, values);
        compare_with_base(rows, row_count);
        free(record->sweep);
        record->sweep = rows;
        record->sweep_count = row_count;
        rows = NULL;
    } else
        record->sweep_run_count = count;
    const int result = rows || !values ? -ENOMEM : 0;
    free(rows);
    free(values);
    return result;
}
