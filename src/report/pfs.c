/* SPDX-License-Identifier: Apache-2.0 */
#include "pfs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pfs_rules.h"
#include "preset_name.h"

static const double gib = 1073741824.0;
static const double kilo = 1000;
static const double million = 1e6;

static double value_of(const struct pfs_line *line, const struct record_summary *row)
{
    return row && row->count ? (double)row->median_per_s / (line->mean == PFS_METADATA ? kilo : gib)
                             : 0;
}

const struct record_summary *pfs_row(const struct record *record, const char *section)
{
    for (size_t i = 0; i < record->summary_count; i++)
        if (!strcmp(record->summary[i].phase, section))
            return &record->summary[i];
    return NULL;
}

/* A geometric mean in the making. */
struct mean {
    double logs;
    int64_t lines;
};

static double result_of(const struct mean *mean)
{
    return mean->lines ? exp(mean->logs / (double)mean->lines) : 0;
}

static void set_row(struct record_pfs *row, const char *name, const char *unit, double value)
{
    *row = (struct record_pfs){.value_millionths = (int64_t)(value * million + 0.5)};
    text_copy(row->name, sizeof row->name, name);
    text_copy(row->unit, sizeof row->unit, unit);
}

static void add_means(struct record_pfs *rows, const struct mean *bandwidth,
                      const struct mean *metadata)
{
    const double a = result_of(bandwidth);
    const double b = result_of(metadata);
    set_row(&rows[0], "bandwidth", "GiB/s", a);
    set_row(&rows[1], "metadata", "kIOP/s", b);
    set_row(&rows[2], "overall", "sqrt(GiB/s x kIOP/s)", sqrt(a * b));
    rows[0].lines = bandwidth->lines;
    rows[1].lines = metadata->lines;
    rows[2].lines = bandwidth->lines && metadata->lines ? bandwidth->lines + metadata->lines : 0;
}

static int fill(struct record *record)
{
    struct mean means[PFS_MEANS] = {0};
    record->pfs = calloc(pfs_line_count + 3, sizeof *record->pfs);
    if (!record->pfs)
        return -ENOMEM;
    for (size_t i = 0; i < pfs_line_count; i++) {
        const struct pfs_line *line = &pfs_lines[i];
        const double value = value_of(line, pfs_row(record, line->section));
        struct record_pfs *row = &record->pfs[i];
        set_row(row, line->section, line->mean == PFS_METADATA ? "kIOP/s" : "GiB/s", value);
        row->counts = line->mean != PFS_NO_MEAN && row->value_millionths > 0;
        if (!row->counts)
            continue;
        means[line->mean].logs += log(value);
        means[line->mean].lines++;
    }
    add_means(&record->pfs[pfs_line_count], &means[PFS_BANDWIDTH], &means[PFS_METADATA]);
    record->pfs_count = pfs_line_count + 3;
    return 0;
}

int pfs_consider(struct record *record)
{
    free(record->pfs);
    free(record->deviations);
    record->pfs = NULL;
    record->deviations = NULL;
    record->pfs_count = record->deviation_count = 0;
    if (!preset_is(record, "pfs") || !record->phase_count)
        return 0;
    return fill(record) ? -ENOMEM : pfs_deviations(record);
}
