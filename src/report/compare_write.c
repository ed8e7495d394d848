/* SPDX-License-Identifier: Apache-2.0 */
#include "report/compare.h"

#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "record/schema.h"
#include "table.h"

static const char *const verdicts[] = {
    [COMPARE_SAME] = "same",   [COMPARE_ALIKE] = "~",         [COMPARE_BETTER] = "better",
    [COMPARE_WORSE] = "worse", [COMPARE_UNCLEAR] = "unclear",
};

const char *compare_verdict_name(enum compare_verdict verdict)
{
    return verdicts[verdict];
}

/* What may explain a difference, the likeliest first: columns of the first rows of both. */
static const struct {
    const struct schema_table *table;
    const char *column;
} causes[] = {
    {&schema_phase, "engine_used"},
    {&schema_phase, "cache_state"},
    {&schema_phase, "buffers_fixed"},
    {&schema_row, "direct_in_effect"},
    {&schema_target, "path"},
    {&schema_target, "file_system"},
    {&schema_target, "options"},
    {&schema_target, "source"},
    {&schema_run, "tool_version"},
    {&schema_node, "tool_commit"},
    {&schema_node, "tool_build"},
    {&schema_node, "kernel"},
    {&schema_node, "cpu"},
    {&schema_node, "allowed_cpus"},
    {&schema_node, "cpu_quota_thousandths"},
    {&schema_node, "cpu_governor"},
    {&schema_node, "memory_bytes"},
    {&schema_node, "memory_limit_bytes"},
    {&schema_node, "virtual_machine"},
    {&schema_node, "container"},
    {&schema_node, "transparent_huge_pages"},
    {&schema_node, "mpi_library"},
    {&schema_node, "libraries"},
    {&schema_block_device, "model"},
    {&schema_block_device, "scheduler"},
    {&schema_block_device, "write_cache"},
    {&schema_block_device, "queue_requests"},
    {&schema_block_device, "cap_read_bytes_per_s"},
    {&schema_block_device, "cap_written_bytes_per_s"},
    {&schema_network, "bits_per_s"},
};

/* The first row of a table; of a phase that of the comparison's first one. NULL if there is none.
 */
static const void *row_of(const struct record *record, const struct record_phase *phase,
                          const struct schema_table *table)
{
    if (table == &schema_run)
        return record;
    if (table == &schema_phase)
        return phase;
    if (table == &schema_row)
        return phase ? &phase->total : NULL;
    if (table == &schema_node)
        return record->node_count ? record->nodes : NULL;
    if (table == &schema_target)
        return record->target_count ? record->targets : NULL;
    if (table == &schema_block_device)
        return record->block_device_count ? record->block_devices : NULL;
    return record->network_count ? record->networks : NULL;
}

static void add_value(const struct schema_table *table, const char *name, const void *row,
                      struct text *out)
{
    int64_t number;
    const struct column *column = table->columns;
    while (strcmp(column->name, name) != 0)
        column++;
    if (schema_form(column->kind) != FORM_NUMBER) {
        const char *value = schema_text(column, row);
        text_add_printable(out, *value ? value : "none");
        return;
    }
    memcpy(&number, (const char *)row + column->offset, sizeof number);
    text_add(out, "%lld%s%s", (long long)number, strcmp(column->unit, "1") != 0 ? " " : "",
             strcmp(column->unit, "1") != 0 ? column->unit : "");
}

static void write_differences(const struct record *before, const struct record *after,
                              const struct comparison *comparison, struct text *out)
{
    const struct record_phase *one = comparison->count ? comparison->phases[0].before : NULL;
    const struct record_phase *other = comparison->count ? comparison->phases[0].after : NULL;
    struct text first = {0};
    struct text second = {0};
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        const void *row = row_of(before, one, causes[i].table);
        const void *next = row_of(after, other, causes[i].table);
        text_clear(&first);
        text_clear(&second);
        if (!row || !next)
            continue;
        add_value(causes[i].table, causes[i].column, row, &first);
        add_value(causes[i].table, causes[i].column, next, &second);
        if (strcmp(text_string(&first), text_string(&second)) != 0)
            text_add(out, "  differs   %s: %.200s, now %.200s\n", causes[i].column,
                     text_string(&first), text_string(&second));
    }
    out->failed |= first.failed || second.failed;
    text_release(&first);
    text_release(&second);
}

static void add_ratio(struct table *table, double ratio)
{
    char text[FIGURES_TEXT];
    figures_fixed(ratio, 2, text);
    table_add(table, "%s", ratio > 0 ? text : "-");
}

static void add_interval(struct table *table, const struct compare_phase *phase)
{
    char low[FIGURES_TEXT];
    char high[FIGURES_TEXT];
    figures_fixed(phase->rate.low, 2, low);
    figures_fixed(phase->rate.high, 2, high);
    if (phase->basis == COMPARE_NOTHING)
        table_add(table, "none");
    else
        table_add(table, "%s to %s%s", low, high, phase->basis == COMPARE_ROUNDS ? " *" : "");
}

double compare_median_rate(const struct record *record, const struct record_phase *phase)
{
    for (size_t i = 0; i < record->summary_count; i++)
        if (record->summary[i].position == phase->position)
            return (double)record->summary[i].median_per_s;
    return figures_rate(phase->amount, phase->duration_ns);
}

static void add_median(struct table *table, const struct record *record,
                       const struct record_phase *phase)
{
    char text[FIGURES_TEXT];
    figures_rate_in(compare_median_rate(record, phase), phase->unit, text);
    table_add(table, "%s", text);
}

static void write_phases(const struct record *before, const struct record *after,
                         const struct comparison *comparison, struct text *out)
{
    static const char *const heads[] = {"phase", "first", "second", "ratio",    "interval",
                                        "p50",   "p99",   "p99.9",  "CPU time", "verdict"};
    struct table table = {.columns = sizeof heads / sizeof *heads};
    for (size_t i = 0; i < table.columns; i++)
        table_add(&table, "%s", heads[i]);
    for (size_t i = 0; i < comparison->count; i++) {
        const struct compare_phase *phase = &comparison->phases[i];
        table_add(&table, "%s", phase->before->name);
        add_median(&table, before, phase->before);
        add_median(&table, after, phase->after);
        add_ratio(&table, phase->rate.value);
        add_interval(&table, phase);
        for (size_t k = 0; k < COMPARE_PERCENTILES; k++)
            add_ratio(&table, phase->latency[k]);
        add_ratio(&table, phase->cpu);
        table_add(&table, "%s", verdicts[phase->verdict]);
    }
    table_write(&table, 2, out);
    out->failed |= table.cells.failed;
    table_release(&table);
}

static bool any_on(const struct comparison *comparison, enum compare_basis basis)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->phases[i].basis == basis)
            return true;
    return false;
}

static bool any_alike(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->phases[i].verdict == COMPARE_ALIKE)
            return true;
    return false;
}

static void write_run(const char *label, const struct record *record, struct text *out)
{
    text_add(out, "  %s   run %s of %s", label, record->run_id, record->started_utc);
    if (record->label && *record->label) {
        text_add(out, ", ");
        text_add_printable(out, record->label);
    }
    text_add(out, "\n");
}

void compare_write(const struct record *before, const struct record *after,
                   const struct comparison *comparison, double tolerance, struct text *out)
{
    char percent[FIGURES_TEXT];
    figures_fixed(tolerance * 100, 1, percent);
    text_add(out, "comparison: %s\n",
             comparison->verdict == COMPARE_ALIKE ? "no difference shown"
                                                  : verdicts[comparison->verdict]);
    write_run("first ", before, out);
    write_run("second", after, out);
    text_add(out, "\n");
    write_phases(before, after, comparison, out);
    text_add(
        out,
        "\n  ratios are second / first, the median of all pairs of repetitions: rates, latency, "
        "CPU time\n  per byte or operation\n  worse or better: the interval excludes 1, and the "
        "ratio differs from it by more than %s %%\n",
        percent);
    if (any_alike(comparison))
        text_add(out, "  ~: no difference shown, but the interval is wider than that\n");
    if (any_on(comparison, COMPARE_REPETITIONS))
        text_add(out,
                 "  intervals: 95 %% or more, of the Mann-Whitney test over the repetitions\n");
    if (any_on(comparison, COMPARE_ROUNDS))
        text_add(out, "  * over the rounds of one run each: weaker, as the rounds of a run are not "
                      "independent; give --repeat 4\n");
    if (any_on(comparison, COMPARE_NOTHING))
        text_add(out, "  no interval: give --repeat 4 or more to both, or let phases take ten "
                      "seconds\n");
    if (comparison->unlike.length)
        text_add(out, "  unlike    %s\n", text_string(&comparison->unlike));
    write_differences(before, after, comparison, out);
}
