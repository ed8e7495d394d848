/* SPDX-License-Identifier: Apache-2.0 */
#include "swept.h"

#include <stdlib.h>
#include <string.h>

#include "options/options.h"

/* Below this share of the offered rate the queue grows as long as the load lasts. */
static const double kept_up = 0.98;

bool swept_next(const char **at, struct swept_option *option)
{
    if (!**at)
        return false;
    const char *end = strstr(*at, ", ");
    const size_t length = end ? (size_t)(end - *at) : strlen(*at);
    const size_t name = strcspn(*at, " ");
    option->name = *at;
    option->name_length = name < length ? name : length;
    option->value = *at + option->name_length + (name < length);
    option->value_length = length - option->name_length - (name < length);
    *at += length + (end ? 2 : 0);
    return true;
}

static bool is_first_of_phase(const struct record *record, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (!strcmp(record->sweep[i].phase, record->sweep[row].phase))
            return false;
    return true;
}

const char *swept_phase(const struct record *record, size_t index)
{
    for (size_t i = 0; i < record->sweep_count; i++)
        if (is_first_of_phase(record, i) && index-- == 0)
            return record->sweep[i].phase;
    return NULL;
}

static enum sort_by sort_of(const struct record *record)
{
    struct options options;
    struct failure ignored = {0};
    enum sort_by sort = SORT_RATE;
    if (!options_init(&options, &ignored) && record->options &&
        !options_read(&options, record->options, "", SOURCE_FILE, true, &ignored))
        sort = options.run.sort;
    options_release(&options);
    return sort;
}

/* What is sorted to the top is small. */
static int64_t key_of(const struct record_sweep *row, enum sort_by sort)
{
    switch (sort) {
    case SORT_P50:
        return row->count ? row->p50_ns : INT64_MAX;
    case SORT_P99:
        return row->count && row->p99_ns >= 0 ? row->p99_ns : INT64_MAX;
    case SORT_CPU:
        return row->count ? row->cpu_ns_per_gib : INT64_MAX;
    case SORT_POINT:
        return 0;
    case SORT_RATE:
        break;
    }
    return -row->median_per_s;
}

/* Phases stay apart, in the order of the list; equal keys in that of the points. */
static bool is_before(const struct record *record, const struct record_sweep *a,
                      const struct record_sweep *b, enum sort_by sort)
{
    if (strcmp(a->phase, b->phase) != 0) {
        for (size_t i = 0; i < record->sweep_count; i++)
            if (!strcmp(record->sweep[i].phase, a->phase))
                return true;
            else if (!strcmp(record->sweep[i].phase, b->phase))
                return false;
    }
    const int64_t left = key_of(a, sort);
    const int64_t right = key_of(b, sort);
    return left != right ? left < right : a->point < b->point;
}

const struct record_sweep **swept_sorted(const struct record *record)
{
    const enum sort_by sort = sort_of(record);
    const struct record_sweep **rows = calloc(record->sweep_count + 1, sizeof *rows);
    for (size_t i = 0; rows && i < record->sweep_count; i++) {
        size_t at = i;
        for (; at > 0 && is_before(record, &record->sweep[i], rows[at - 1], sort); at--)
            rows[at] = rows[at - 1];
        rows[at] = &record->sweep[i];
    }
    return rows;
}

const char *swept_mark(const struct record *record, const struct record_sweep *row)
{
    bool highest = row->count > 0;
    for (size_t i = 0; i < record->sweep_count; i++)
        highest = highest && (strcmp(record->sweep[i].phase, row->phase) != 0 ||
                              record->sweep[i].median_per_s <= row->median_per_s);
    return highest                      ? "best"
           : row->best == TRUTH_YES     ? "equal"
           : row->best == TRUTH_UNKNOWN ? "?"
                                        : "";
}

const struct record_sweep *swept_best(const struct record *record, const char *phase)
{
    const struct record_sweep *best = NULL;
    for (size_t i = 0; i < record->sweep_count; i++) {
        const struct record_sweep *row = &record->sweep[i];
        if (!strcmp(row->phase, phase) && row->count &&
            (!best || row->median_per_s > best->median_per_s))
            best = row;
    }
    return best;
}

static bool lags(const struct record_sweep *row, int64_t per_s)
{
    return row->count && row->offered_per_s && (double)per_s < kept_up * (double)row->offered_per_s;
}

static const struct record_sweep *first_lagging(const struct record *record, const char *phase,
                                                bool certain)
{
    const struct record_sweep *first = NULL;
    for (size_t i = 0; i < record->sweep_count; i++) {
        const struct record_sweep *row = &record->sweep[i];
        if (!strcmp(row->phase, phase) &&
            (certain ? row->level_ppm && lags(row, row->high_per_s)
                     : !row->level_ppm && lags(row, row->median_per_s)) &&
            (!first || row->offered_per_s < first->offered_per_s))
            first = row;
    }
    return first;
}

const struct record_sweep *swept_overload(const struct record *record, const char *phase,
                                          bool *certain)
{
    const struct record_sweep *first = first_lagging(record, phase, true);
    *certain = first;
    return first ? first : first_lagging(record, phase, false);
}
