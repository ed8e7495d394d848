/* SPDX-License-Identifier: Apache-2.0 */
/* The table of phases, and below it why phases failed or were skipped. */
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "record/schema_tables.h"
#include "summary_parts.h"
#include "table.h"

static const double gb = 1e9;
static const double gib = 1 << 30;

/* Names that are longer lose their middle, so that lines stay short. */
enum {
    NAME_SHOWN = 14,
    REASON_SHOWN = 40,
    BYTE_COLUMNS = 11,
    OPERATION_COLUMNS = 8,
    REPETITION_COLUMNS = 10
};

static const char none[] = "-";

static void add_latency(int64_t ns, struct table *table)
{
    char text[FIGURES_TEXT];
    figures_latency(ns, text);
    table_add(table, "%s", ns > 0 ? text : none);
}

static const char *direct_name(const struct record_phase *phase)
{
    if (phase->discards)
        return none;
    if (phase->total.modes.uncached == TRUTH_YES)
        return "uncached";
    return record_truth_name((enum record_truth)phase->total.modes.direct_in_effect);
}

/* "all, 0 errors", or how much was checked where that is not all: "2.00 GiB, 0 errors". All that a
 * mixed phase reads is checked. */
static void add_verified(const struct record_phase *phase, struct table *table)
{
    const struct counters *counters = &phase->total.counters;
    char size[UNITS_TEXT] = "all";
    if (counters->producer_bytes != phase->amount && !phase->writes)
        units_format_size((uint64_t)counters->producer_bytes, size);
    if (!phase->checks)
        table_add(table, "%s", none);
    else
        table_add(table, "%s, %lld error%s", size, (long long)counters->bad_blocks,
                  summary_plural(counters->bad_blocks));
}

static void add_name(const char *name, struct table *table)
{
    struct text text = {0};
    summary_shorten(name, strlen(name), NAME_SHOWN, &text);
    table_add(table, "%s", text_string(&text));
    table->cells.failed |= text.failed;
    text_release(&text);
}

/* Rates of a phase; "-" if it moved nothing. */
static void add_rates(const struct record_phase *phase, struct table *table)
{
    const double rate = figures_rate(phase->amount, phase->duration_ns);
    char binary[FIGURES_TEXT];
    char decimal[FIGURES_TEXT];
    char requests[FIGURES_TEXT];
    figures_amount_rate(rate, phase->unit, binary);
    figures_rate_text(rate, gb, decimal);
    figures_count(figures_rate(phase->requests, phase->duration_ns), requests);
    table_add(table, "%s", rate > 0 ? binary : none);
    if (phase->unit == UNIT_OPERATION) {
        table_add(table, "%lld", (long long)phase->amount);
        return;
    }
    table_add(table, "%s", rate > 0 ? decimal : none);
    table_add(table, "%s", rate > 0 && phase->requests ? requests : none);
}

static void add_latencies(const struct histogram *histogram, bool with_max, struct table *table)
{
    struct record_latency latency;
    record_latency_of(histogram, &latency);
    add_latency(latency.p50_ns, table);
    add_latency(latency.p99_ns, table);
    if (with_max)
        add_latency(latency.max_ns, table);
}

static void add_phase(const struct record_phase *phase, struct table *table)
{
    const bool ran = phase->duration_ns > 0;
    const bool bytes = phase->unit == UNIT_BYTE;
    char time[UNITS_TEXT];
    units_format_duration(phase->duration_ns, time);
    add_name(phase->name, table);
    add_rates(phase, table);
    table_add(table, "%s", ran ? time : none);
    add_latencies(&phase->latency, true, table);
    if (bytes)
        table_add(table, "%s", ran ? direct_name(phase) : none);
    table_add(table, "%s", record_status_name(phase->status));
    if (bytes && ran)
        add_verified(phase, table);
    else if (bytes)
        table_add(table, "%s", none);
}

/* What of a mixed phase read, and what wrote; the columns from 'rest' on are those of the phase. */
static void add_halves(const struct record_phase *phase, struct table *table)
{
    for (int i = 0; phase->halves && i < HALVES; i++) {
        const struct record_half *half = &phase->halves[i];
        char text[FIGURES_TEXT];
        table_add(table, "  %s", schema_half_names[i]);
        figures_rate_text((double)half->bytes_per_s, gib, text);
        table_add(table, "%s", half->bytes ? text : none);
        figures_rate_text((double)half->bytes_per_s, gb, text);
        table_add(table, "%s", half->bytes ? text : none);
        figures_count((double)half->requests_per_s, text);
        table_add(table, "%s", half->bytes ? text : none);
        table_add(table, "%s", none);
        add_latencies(&half->histogram, true, table);
        for (int rest = 0; rest < 3; rest++)
            table_add(table, "%s", none);
    }
}

static bool has_unit(const struct record *record, enum amount_unit unit)
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].unit == unit)
            return true;
    return false;
}

bool summary_phase_rows(const struct record *record, enum amount_unit unit, struct table *table)
{
    static const char *const heads[UNIT_COUNT][BYTE_COLUMNS + 1] = {
        [UNIT_BYTE] = {"phase", "GiB/s", "GB/s", "IOPS", "time", "p50", "p99", "max", "direct",
                       "status", "verified", NULL},
        [UNIT_OPERATION] = {"phase", "kop/s", "op", "time", "p50", "p99", "max", "status", NULL},
    };
    *table = (struct table){.columns = unit == UNIT_BYTE ? BYTE_COLUMNS : OPERATION_COLUMNS,
                            .left = unit == UNIT_BYTE ? 7 << 8 : 1 << 7};
    if (!has_unit(record, unit))
        return false;
    for (size_t i = 0; heads[unit][i]; i++)
        table_add(table, "%s", heads[unit][i]);
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].unit == unit) {
            add_phase(&record->phases[i], table);
            add_halves(&record->phases[i], table);
        }
    return true;
}

/* Phases that count operations have a table of their own. */
static void write_phases(const struct record *record, enum amount_unit unit, struct text *out)
{
    struct table table;
    if (!summary_phase_rows(record, unit, &table))
        return;
    if (unit != UNIT_BYTE && has_unit(record, UNIT_BYTE))
        text_add(out, "\n");
    table_write(&table, 2, out);
    table_release(&table);
}

/* --- repetitions: one row for each phase of the list */

static int64_t count_phases(const struct record *record, int64_t position, bool complete)
{
    int64_t count = 0;
    for (size_t i = 0; i < record->phase_count; i++)
        count += record->phases[i].position == position &&
                 (!complete || record->phases[i].status == RECORD_COMPLETE);
    return count;
}

static const struct record_summary *summary_of(const struct record *record, int64_t position)
{
    for (size_t i = 0; i < record->summary_count; i++)
        if (record->summary[i].position == position)
            return &record->summary[i];
    return NULL;
}

static double distance(const struct record_phase *phase, int64_t per_s)
{
    const double difference = figures_rate(phase->amount, phase->duration_ns) - (double)per_s;
    return difference < 0 ? -difference : difference;
}

const struct record_phase *summary_median(const struct record *record,
                                          const struct record_phase *phase)
{
    const struct record_summary *summary = summary_of(record, phase->position);
    const struct record_phase *best = NULL;
    for (size_t i = 0; summary && i < record->phase_count; i++) {
        const struct record_phase *other = &record->phases[i];
        if (other->position == phase->position && other->status == RECORD_COMPLETE &&
            (!best ||
             distance(other, summary->median_per_s) < distance(best, summary->median_per_s)))
            best = other;
    }
    return best ? best : phase;
}

static void add_interval(const struct record_summary *summary, struct table *table)
{
    char low[FIGURES_TEXT];
    char high[FIGURES_TEXT];
    if (!summary || summary->level_ppm == 0) {
        table_add(table, "%s", none);
        return;
    }
    figures_amount_rate((double)summary->low_per_s, summary->unit, low);
    figures_amount_rate((double)summary->high_per_s, summary->unit, high);
    table_add(table, "%s to %s", low, high);
}

/* Requests per second at the median rate. */
static double requests_at(const struct record_phase *phase, const struct record_summary *summary)
{
    return summary && phase->amount > 0
               ? (double)phase->requests / (double)phase->amount * (double)summary->median_per_s
               : 0;
}

/* The median, and the rest of the repetition that comes nearest to it. */
static void add_repetitions(const struct record *record, const struct record_phase *first,
                            struct table *table)
{
    const struct record_phase *phase = summary_median(record, first);
    const struct record_summary *summary = summary_of(record, first->position);
    const int64_t runs = count_phases(record, first->position, false);
    const int64_t complete = count_phases(record, first->position, true);
    char text[FIGURES_TEXT];
    add_name(first->section[0] ? first->section : first->kind, table);
    table_add(table, "%lld", (long long)runs);
    figures_amount_rate(summary ? (double)summary->median_per_s : 0, phase->unit, text);
    table_add(table, "%s", complete ? text : none);
    add_interval(summary, table);
    figures_share(summary ? summary->spread_ppm : 0, 1000000, text);
    table_add(table, "%s", complete > 1 ? text : none);
    figures_count(requests_at(phase, summary), text);
    table_add(table, "%s", complete && phase->amount ? text : none);
    add_latencies(&phase->latency, false, table);
    if (complete == runs)
        table_add(table, "%s", record_status_name(RECORD_COMPLETE));
    else
        table_add(table, "%lld of %lld", (long long)complete, (long long)runs);
    add_verified(phase, table);
}

/* Of the same repetition. */
static void add_repeated_halves(const struct record *record, const struct record_phase *first,
                                struct table *table)
{
    const struct record_phase *phase = summary_median(record, first);
    for (int i = 0; phase->halves && i < HALVES; i++) {
        const struct record_half *half = &phase->halves[i];
        char text[FIGURES_TEXT];
        table_add(table, "  %s", schema_half_names[i]);
        table_add(table, "%s", none);
        figures_rate_text((double)half->bytes_per_s, gib, text);
        table_add(table, "%s", half->bytes ? text : none);
        table_add(table, "%s", none);
        table_add(table, "%s", none);
        figures_count((double)half->requests_per_s, text);
        table_add(table, "%s", half->bytes ? text : none);
        add_latencies(&half->histogram, false, table);
        table_add(table, "%s", none);
        table_add(table, "%s", none);
    }
}

bool summary_repetition_rows(const struct record *record, enum amount_unit unit,
                             struct table *table)
{
    const char *const heads[REPETITION_COLUMNS] = {
        "phase",         "runs",   figures_amount_unit(unit),
        "95 % interval", "spread", "IOPS",
        "p50",           "p99",    "status",
        "verified"};
    *table = (struct table){.columns = REPETITION_COLUMNS, .left = 3 << 8};
    if (!has_unit(record, unit))
        return false;
    for (size_t i = 0; i < REPETITION_COLUMNS; i++)
        table_add(table, "%s", heads[i]);
    for (size_t i = 0; i < record->phase_count && record->phases[i].repetition == 1; i++)
        if (record->phases[i].unit == unit) {
            add_repetitions(record, &record->phases[i], table);
            add_repeated_halves(record, &record->phases[i], table);
        }
    return true;
}

static void write_repetitions(const struct record *record, enum amount_unit unit, struct text *out)
{
    struct table table;
    if (!summary_repetition_rows(record, unit, &table))
        return;
    table_write(&table, 2, out);
    table_release(&table);
}

/* --- reasons */

void summary_reason(const struct record_phase *phase, struct text *out)
{
    const char *text = phase->failure ? phase->failure : "";
    const char *reason = NULL;
    if (phase->error_count) {
        summary_error_reason(phase, out);
        return;
    }
    for (const char *colon = strstr(text, ": "); colon; colon = strstr(reason, ": "))
        reason = colon + 2;
    const size_t length = reason ? strcspn(reason, ";'") : 0;
    if (length && length <= REASON_SHOWN && reason[length] != '\'')
        text_add(out, "%.*s", (int)length, reason);
}

static void write_reasons(const struct record *record, const struct summary_style *style,
                          struct text *out)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        const bool failed = phase->status == RECORD_FAILED;
        const bool reason = phase->failure && phase->failure[0];
        const bool ended = phase->status != RECORD_SKIPPED && phase->status != RECORD_RUNNING;
        struct text line = {0};
        text_add(&line, "%s: %s", phase->name,
                 reason                     ? phase->failure
                 : phase->unit == UNIT_BYTE ? "no data were moved"
                                            : "no operation succeeded");
        if (reason || (ended && phase->amount == 0))
            summary_text(out, failed ? PAINT_BAD : PAINT_WARNING, style, "", text_string(&line));
        out->failed |= line.failed;
        text_release(&line);
    }
}

void summary_table(const struct record *record, const struct summary_style *style, struct text *out)
{
    const size_t count = record->phase_count;
    if (count == 0) {
        text_add(out, "  no phase has ended\n");
        return;
    }
    const bool repeated = record->phases[count - 1].repetition > 1;
    for (enum amount_unit unit = 0; unit < UNIT_COUNT && repeated; unit++)
        write_repetitions(record, unit, out);
    if (repeated)
        text_add(out,
                 "  rates: median of the runs; spread: (max - min) / median; latencies: of the "
                 "run nearest to it\n");
    if (repeated && style->verbose)
        text_add(out, "\n");
    for (enum amount_unit unit = 0; unit < UNIT_COUNT && (!repeated || style->verbose); unit++)
        write_phases(record, unit, out);
    write_reasons(record, style, out);
}
