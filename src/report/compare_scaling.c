/* SPDX-License-Identifier: Apache-2.0 */
/* How rates scale over several results: one table for each phase. */
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "report/compare_series.h"
#include "table.h"

enum { COLUMNS = 8, PATH_SHOWN = 40 };

struct scaling {
    struct table tables[PHASES_MOST];
    char names[PHASES_MOST][RECORD_NAME];
    size_t count;
    bool rounds; /* some interval is over the rounds of one run */
};

/* These follow from the number of ranks and from other options unless they are given. */
static bool is_derived(enum option_id id)
{
    return id == OPTION_BUFFER_COUNT || id == OPTION_DEPTH;
}

bool scaling_refuses(const struct comparison *comparison, struct text *why)
{
    size_t options = 0;
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        options += comparison->options[id] && !is_derived(id);
    if (!comparison->other && options <= 1)
        return false;
    text_add(why, "%s", text_string(&comparison->unlike));
    return true;
}

static void add_name(struct table *table, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct text name = {0};
    text_add_printable(&name, slash ? slash + 1 : path);
    table_add(table, "%.*s", PATH_SHOWN, text_string(&name));
    table->cells.failed |= name.failed;
    text_release(&name);
}

static void add_run(struct table *table, const char *path, const struct record *record,
                    const struct record_phase *phase)
{
    char rate[FIGURES_TEXT];
    add_name(table, path);
    table_add(table, "%zu", record->node_count);
    table_add(table, "%lld", (long long)compare_ranks(record));
    figures_rate_in(compare_median_rate(record, phase), phase->unit, rate);
    table_add(table, "%s", rate);
}

struct scaling *scaling_open(const char *path, const struct record *base)
{
    static const char *const heads[COLUMNS] = {"result", "nodes",    "ranks",      "rate",
                                               "ratio",  "interval", "efficiency", "differs in"};
    struct scaling *scaling = calloc(1, sizeof *scaling);
    for (size_t i = 0; scaling && i < base->phase_count && scaling->count < PHASES_MOST; i++) {
        const struct record_phase *phase = &base->phases[i];
        if (phase->repetition != 1)
            continue;
        struct table *table = &scaling->tables[scaling->count];
        text_copy(scaling->names[scaling->count++], RECORD_NAME, phase->name);
        *table = (struct table){.columns = COLUMNS, .left = 1 << (COLUMNS - 1)};
        for (size_t k = 0; k < COLUMNS; k++)
            table_add(table, "%s", heads[k]);
        add_run(table, path, base, phase);
        table_add(table, "1.00");
        table_add(table, "-");
        table_add(table, "-");
        table_add(table, "-");
    }
    return scaling;
}

/* The ratio by how many times as many nodes, or ranks, took part; "-" if as many did. */
static void add_efficiency(struct table *table, const struct record *base,
                           const struct record *record, double ratio)
{
    char share[FIGURES_TEXT];
    const double nodes =
        base->node_count ? (double)record->node_count / (double)base->node_count : 1;
    const int64_t ranks = compare_ranks(base);
    const double more = base->node_count != record->node_count ? nodes
                        : ranks > 0 ? (double)compare_ranks(record) / (double)ranks
                                    : 1;
    figures_fixed(more > 0 ? ratio / more * 100 : 0, 0, share);
    table_add(table, "%s%s", more > 0 && more != 1 && ratio > 0 ? share : "-",
              more > 0 && more != 1 && ratio > 0 ? " %" : "");
}

/* The options that differ, without nodes and ranks, which have columns of their own. */
static void add_options(struct table *table, const struct comparison *comparison)
{
    const char *options = strstr(text_string(&comparison->unlike), "--");
    table_add(table, "%s", options ? options : "-");
}

void scaling_add(struct scaling *scaling, const char *path, const struct record *base,
                 const struct record *record, const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct compare_phase *phase = &comparison->phases[i];
        struct table *table = NULL;
        char low[FIGURES_TEXT];
        char high[FIGURES_TEXT];
        for (size_t k = 0; k < scaling->count && !table; k++)
            if (strcmp(scaling->names[k], phase->before->name) == 0)
                table = &scaling->tables[k];
        if (!table)
            continue;
        add_run(table, path, record, phase->after);
        figures_fixed(phase->rate.value, 2, low);
        table_add(table, "%s", phase->rate.value > 0 ? low : "-");
        figures_fixed(phase->rate.low, 2, low);
        figures_fixed(phase->rate.high, 2, high);
        if (phase->basis == COMPARE_NOTHING)
            table_add(table, "none");
        else
            table_add(table, "%s to %s%s", low, high, phase->basis == COMPARE_ROUNDS ? " *" : "");
        scaling->rounds |= phase->basis == COMPARE_ROUNDS;
        add_efficiency(table, base, record, phase->rate.value);
        add_options(table, comparison);
    }
}

void scaling_write(const struct scaling *scaling, struct text *out)
{
    for (size_t i = 0; i < scaling->count; i++) {
        text_add(out, "%s%s\n", i ? "\n" : "", scaling->names[i]);
        table_write(&scaling->tables[i], 2, out);
        out->failed |= scaling->tables[i].cells.failed;
    }
    text_add(out,
             "\n  ratio: rate / rate of the first result, with the interval of 95 %% or more of "
             "the\n  Mann-Whitney test; efficiency: ratio / (nodes or ranks / those of the first)"
             "\n");
    if (scaling->rounds)
        text_add(out, "  * over the rounds of one run each: weaker, as the rounds of a run are not "
                      "independent; give --repeat 4\n");
}

void scaling_close(struct scaling *scaling)
{
    for (size_t i = 0; scaling && i < scaling->count; i++)
        table_release(&scaling->tables[i]);
    free(scaling);
}
