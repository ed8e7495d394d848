/* SPDX-License-Identifier: Apache-2.0 */
/* The rates at the top of the page, and the sections of phases. */
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "html_parts.h"
#include "quotable.h"
#include "summary_parts.h"

enum { ROWS_SHOWN = 32, ROWS_OPEN = 16, FAILURES_SHOWN = 8 };

static const struct summary_style style = {.utf8 = true, .verbose = true};

bool html_has_details(const struct record *record, const struct record_phase *phase)
{
    return phase->duration_ns > 0 && phase->status != RECORD_SKIPPED &&
           (phase->status != RECORD_COMPLETE || summary_median(record, phase) == phase);
}

static const struct record_summary *repetitions_of(const struct record *record,
                                                   const struct record_phase *phase)
{
    for (size_t i = 0; i < record->summary_count; i++)
        if (record->summary[i].position == phase->position && record->summary[i].count > 1)
            return &record->summary[i];
    return NULL;
}

/* "11.0 s · 1.57 GB/s", or how many repetitions the median is of. */
static void add_about(struct text *out, const struct record_phase *phase,
                      const struct record_summary *repetitions)
{
    char low[FIGURES_TEXT];
    char high[FIGURES_TEXT];
    struct text line = {0};
    if (!repetitions) {
        units_format_duration(phase->duration_ns, low);
        figures_rate_text(figures_rate(phase->amount, phase->duration_ns), 1e9, high);
        text_add(&line, "in %s", low);
        if (phase->unit == UNIT_BYTE)
            text_add(&line, " · %s GB/s", high);
    } else {
        text_add(&line, "median of %lld runs", (long long)repetitions->count);
        figures_amount_rate((double)repetitions->low_per_s, repetitions->unit, low);
        figures_amount_rate((double)repetitions->high_per_s, repetitions->unit, high);
        if (repetitions->level_ppm)
            text_add(&line, ", 95 %% interval %s to %s", low, high);
    }
    html_element(out, "p", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

/* The codes of warnings that name the phase; the warnings themselves are in their section. */
static void add_warnings(struct text *out, const struct record *record,
                         const struct record_phase *phase)
{
    bool open = false;
    for (size_t i = 0; i < record->advice_count; i++) {
        const struct record_advice *advice = &record->advice[i];
        if (advice->severity == SEVERITY_NOTE || !advice->text ||
            !strstr(advice->text, phase->name))
            continue;
        text_add(out, "%s", open ? ", " : "<p class=\"no\">⚠ <a href=\"#warnings\">");
        html_add(out, advice->code);
        open = true;
    }
    text_add(out, "%s", open ? "</a></p>" : "");
}

static void add_card(const struct html_page *page, const struct record_phase *phase, size_t number)
{
    const struct record_summary *repetitions = repetitions_of(page->record, phase);
    const char *reason = quotable_reason(quotable_of(page->record, phase));
    const double rate = repetitions ? (double)repetitions->median_per_s
                                    : figures_rate(phase->amount, phase->duration_ns);
    struct text mode = {0};
    char number_text[FIGURES_TEXT];
    figures_amount_rate(rate, phase->unit, number_text);
    text_add(page->out, "<article class=\"card%s\"><h3><a href=\"#p%zu\">",
             *reason ? " unsure" : "", number);
    html_add(page->out, phase->section[0] && repetitions ? phase->section
                        : repetitions                    ? phase->kind
                                                         : phase->name);
    text_add(page->out, "</a></h3><p class=\"rate\"><b>%s</b> %s</p>", rate > 0 ? number_text : "–",
             figures_amount_unit(phase->unit));
    add_about(page->out, phase, repetitions);
    summary_mode_line(phase, &style, &mode);
    html_element(page->out, "p", text_string(&mode));
    if (phase->status != RECORD_COMPLETE && strcmp(reason, record_status_name(phase->status)) != 0)
        html_element(page->out, "p class=\"no\"", record_status_name(phase->status));
    if (*reason) {
        text_add(page->out, "<p class=\"no\">not to be quoted: ");
        html_add(page->out, reason);
        text_add(page->out, "</p>");
    }
    add_warnings(page->out, page->record, phase);
    text_add(page->out, "</article>\n");
    page->out->failed |= mode.failed;
    text_release(&mode);
}

void html_cards(const struct html_page *page)
{
    const struct record *record = page->record;
    text_add(page->out, "<section class=\"cards\" aria-label=\"rates\">\n");
    for (size_t i = 0; i < record->phase_count; i++)
        if (html_has_details(record, &record->phases[i]))
            add_card(page, &record->phases[i], i + 1);
    html_point_cards(page);
    text_add(page->out, "</section>\n");
}

/* A table of nodes, ranks or threads that opens on demand. */
static void add_rows(const struct record_phase *phase, const struct record_row *rows, size_t count,
                     const char *what, bool open, struct text *out)
{
    struct table table;
    if (count < 2)
        return;
    summary_row_table(rows, count, phase->unit, what, ROWS_SHOWN, &table);
    text_add(out, "<details%s><summary>%zu %ss%s</summary>\n",
             open && count <= ROWS_OPEN ? " open" : "", count, what,
             count > ROWS_SHOWN ? ": the slowest, the median and the fastest" : "");
    html_table(out, &table, NULL);
    text_add(out, "</details>\n");
    table_release(&table);
}

static void add_failures(const struct record_phase *phase, struct text *out)
{
    size_t count = 0;
    for (size_t i = 0; i < phase->rank_count; i++) {
        const struct record_row *rank = &phase->ranks[i];
        if (!rank->first_failure[0] || ++count > FAILURES_SHOWN)
            continue;
        text_add(out, "%s<li>", count == 1 ? "<ul class=\"no\">\n" : "");
        html_add(out, rank->name);
        text_add(out, ": ");
        html_add(out, rank->first_failure);
        text_add(out, "</li>\n");
    }
    if (count > FAILURES_SHOWN)
        text_add(out, "<li>and %zu more ranks</li>\n", count - FAILURES_SHOWN);
    text_add(out, "%s", count ? "</ul>\n" : "");
}

void html_phase(struct html_page *page, const struct record_phase *phase)
{
    struct text *out = page->out;
    struct text lines = {0};
    text_add(out, "<section id=\"p%zu\">", (size_t)(phase - page->record->phases) + 1);
    html_element(out, "h2", phase->name);
    if (phase->status != RECORD_COMPLETE && phase->failure)
        html_element(out, "p class=\"no\"", phase->failure);
    summary_phase_lines(page->record, phase, true, &style, &lines);
    const char *long_part = strstr(text_string(&lines), "\n  slowest ");
    const bool split = html_figure_count(page, phase) == 1;
    text_add(out, "%s", split ? "<div class=\"split\">\n" : "");
    html_figures(page, PLOTS_OF_PHASE, phase);
    html_lines(out, text_string(&lines), long_part);
    text_add(out, "%s", split ? "</div>\n" : "");
    if (long_part)
        html_lines(out, long_part + 1, NULL);
    add_failures(phase, out);
    add_rows(phase, phase->nodes, phase->node_count, "node", true, out);
    if (page->record->detail <= DETAIL_RANK)
        add_rows(phase, phase->ranks, phase->rank_count, "rank", false, out);
    if (page->record->detail <= DETAIL_WRITER)
        add_rows(phase, phase->writers, phase->writer_count, "I/O thread", false, out);
    text_add(out, "</section>\n");
    out->failed |= lines.failed;
    text_release(&lines);
}
