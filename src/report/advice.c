/* SPDX-License-Identifier: Apache-2.0 */
#include "report/advice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "outside.h"
#include "pfs.h"
#include "warnings.h"

/* A rate limit counts if it holds I/O threads back for more than this part of their time: 1 / 20.
 */
enum { PACED_SHARE = 20 };

bool warning_counts(const struct record_phase *phase)
{
    return phase->amount > 0 && phase->duration_ns > 0 && !phase->discards;
}

bool warning_counts_bytes(const struct record_phase *phase)
{
    return warning_counts(phase) && phase->unit == UNIT_BYTE;
}

bool warning_buffered(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && phase->total.modes.uncached != TRUTH_YES &&
           (phase->total.modes.direct_in_effect == TRUTH_NO ||
            phase->total.modes.direct_in_effect == TRUTH_MIXED);
}

bool warning_paced(const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    return counters->writer_paced_ns * PACED_SHARE > counters->writer_time_ns;
}

int64_t *warning_ranks(const struct record_phase *phase)
{
    const size_t nodes = phase->node_count;
    int64_t *ranks = calloc(nodes + 1, sizeof *ranks);
    for (size_t i = 0; ranks && i < phase->rank_count; i++) {
        const struct record_row *rank = &phase->ranks[i];
        if (rank->node >= 0 && (size_t)rank->node < nodes && !record_row_idle(rank))
            ranks[rank->node]++;
    }
    for (size_t i = 0; ranks && i < nodes; i++)
        ranks[i] = ranks[i] ? ranks[i] : 1;
    return ranks;
}

bool warning_same_kernel(const struct record_node *a, const struct record_node *b)
{
    return a == b || (a->boot_id[0] && strcmp(a->boot_id, b->boot_id) == 0);
}

/* Nodes on one kernel follow each other, in their own order. */
static int by_kernel(const void *a, const void *b, void *context)
{
    const struct record_node *nodes = context;
    const size_t left = *(const size_t *)a;
    const size_t right = *(const size_t *)b;
    const int order = strcmp(nodes[left].boot_id, nodes[right].boot_id);
    return order ? order : (left > right) - (left < right);
}

size_t *warning_kernels(const struct record *record)
{
    const size_t nodes = record->node_count;
    size_t *first = calloc(2 * nodes + 1, sizeof *first);
    size_t *order = first + nodes;
    if (!first)
        return NULL;
    for (size_t i = 0; i < nodes; i++)
        order[i] = i;
    qsort_r(order, nodes, sizeof *order, by_kernel, record->nodes);
    for (size_t i = 0; i < nodes; i++)
        first[order[i]] =
            i && warning_same_kernel(&record->nodes[order[i - 1]], &record->nodes[order[i]])
                ? first[order[i - 1]]
                : order[i];
    return first;
}

const struct record_phase *warning_phase(const struct record *record,
                                         bool (*applies)(const struct record_phase *))
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (applies(&record->phases[i]))
            return &record->phases[i];
    return NULL;
}

const struct record_phase *warning_free_phase(const struct record *record,
                                              bool (*applies)(const struct record_phase *))
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (applies(&record->phases[i]) && !outside_quota(record, &record->phases[i], NULL) &&
            !outside_cap(record, &record->phases[i], NULL))
            return &record->phases[i];
    return NULL;
}

const struct record_phase *warning_phases(const struct record *record,
                                          bool (*applies)(const struct record_phase *),
                                          struct text *out)
{
    const struct record_phase *first = warning_phase(record, applies);
    for (size_t i = 0; i < record->phase_count; i++)
        if (applies(&record->phases[i]))
            text_add(out, "%s%s", &record->phases[i] == first ? "" : ", ", record->phases[i].name);
    return first;
}

static const struct warning {
    const char *code;
    enum record_severity severity;
    void (*find)(const struct record *record, struct text *out);
} warnings[] = {
#define WARNING(name, code, severity) {code, SEVERITY_##severity, warn_##name},
#include "warnings.def"
#undef WARNING
};

static int raise_warning(struct record *record, const struct warning *warning)
{
    struct text line = {0};
    int result = 0;
    warning->find(record, &line);
    if (line.failed)
        result = -ENOMEM;
    else if (line.length)
        result =
            record_add_advice(record, warning->code, warning->severity, "%s", text_string(&line));
    text_release(&line);
    return result;
}

int advice_consider(struct record *record)
{
    int result = 0;
    record_clear_advice(record);
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0] && !result; i++)
        result = raise_warning(record, &warnings[i]);
    if (!result)
        result = pfs_consider(record);
    return result ? result : checkpoint_consider(record);
}

int advice_consider_sums(struct record *record)
{
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++)
        if (warnings[i].find == warn_sums)
            return raise_warning(record, &warnings[i]);
    return 0;
}

const char *advice_label(const struct record_advice *advice)
{
    return advice->severity == SEVERITY_SERIOUS ? "WARNING"
                                                : record_severity_name(advice->severity);
}
