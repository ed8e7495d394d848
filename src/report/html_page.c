/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include <errno.h>
#include <string.h>

#include "html_parts.h"
#include "report/advice.h"
#include "summary_parts.h"

static const struct summary_style style = {.utf8 = true};

/* The lines of the summary's head below its first one, which becomes the title. */
static void add_head(const struct html_page *page)
{
    struct text head = {0};
    const char *status;
    struct text title = {0};
    summary_head(page->record, &style, &head);
    const char *lines = text_string(&head);
    const size_t length = strcspn(lines, "\n");
    text_add_bytes(&title, lines, length);
    status = strstr(text_string(&title), "   run ");
    status = status ? strstr(status + 3, "   ") : NULL;
    text_add(page->out, "<title>tidemill ");
    html_add(page->out, page->record->run_id);
    text_add(page->out, "</title>\n</head>\n<body>\n<header><p class=\"name\">tidemill ");
    html_add(page->out, page->record->tool_version);
    text_add(page->out, " · run ");
    html_add(page->out, page->record->run_id);
    text_add(page->out, "</p>");
    html_element(page->out, page->record->status == RECORD_COMPLETE ? "h1" : "h1 class=\"no\"",
                 status ? status + 3 : text_string(&title));
    text_add(page->out, "</header>\n<main>\n");
    html_cards(page);
    html_lines(page->out, lines + length + (lines[length] == '\n'), NULL);
    page->out->failed |= head.failed || title.failed;
    text_release(&title);
    text_release(&head);
}

static void add_phases(const struct html_page *page)
{
    const struct record *record = page->record;
    const bool repeated =
        record->phase_count && record->phases[record->phase_count - 1].repetition > 1;
    struct table table;
    if (!record->phase_count && (record->sweep_count || record->tune_count))
        return;
    text_add(page->out, "<section id=\"phases\"><h2>Phases</h2>\n");
    for (enum amount_unit unit = 0; unit < UNIT_COUNT; unit++) {
        if (repeated && summary_repetition_rows(record, unit, &table)) {
            html_table(page->out, &table,
                       "rates: median of the runs; spread: (max - min) / median; latencies: of "
                       "the run nearest to it");
            table_release(&table);
        }
        if (summary_phase_rows(record, unit, &table)) {
            html_table(page->out, &table, repeated ? "every run" : NULL);
            table_release(&table);
        }
    }
    text_add(page->out, "</section>\n");
}

static void add_advice(const struct html_page *page, bool notes)
{
    const struct record *record = page->record;
    size_t count = 0;
    for (enum record_severity severity = SEVERITY_SERIOUS + 1; severity-- > 0;)
        for (size_t i = 0; i < record->advice_count; i++) {
            const struct record_advice *advice = &record->advice[i];
            if (advice->severity != severity || (severity == SEVERITY_NOTE) != notes)
                continue;
            if (count++ == 0)
                text_add(page->out, "<section id=\"%s\"><h2>%s</h2><dl>\n",
                         notes ? "notes" : "warnings", notes ? "Notes" : "Warnings");
            html_element(page->out, notes ? "dt" : "dt class=\"no\"", advice_label(advice));
            text_add(page->out, "<dd>");
            html_add(page->out, advice->text ? advice->text : "");
            text_add(page->out, " <small>");
            html_add(page->out, advice->code);
            text_add(page->out, "</small></dd>\n");
        }
    text_add(page->out, "%s", count ? "</dl></section>\n" : "");
}

static void add_missing(const struct html_page *page)
{
    if (page->missing == -ENOENT)
        text_add(page->out,
                 "<p class=\"no\">No plots: gnuplot is not installed where this page was "
                 "made (Debian package gnuplot-nox).</p>\n");
    else if (page->missing)
        text_add(page->out, "<p class=\"no\">Plots are missing: gnuplot failed.</p>\n");
}

static void add_fixed(const char *const *line, struct text *out)
{
    for (; *line; line++)
        text_add(out, "%s", *line);
}

void export_html(const struct record *record, const struct html_plots *plots, struct text *out)
{
    struct html_page page = {.record = record, .plots = plots, .out = out};
    add_fixed(html_begin, out);
    add_head(&page);
    html_tune(&page);
    add_phases(&page);
    html_sweep(&page);
    html_figures(&page, PLOTS_OF_RUN, NULL);
    add_advice(&page, false);
    for (size_t i = 0; i < record->phase_count; i++)
        if (html_has_details(record, &record->phases[i]))
            html_phase(&page, &record->phases[i]);
    add_missing(&page);
    add_advice(&page, true);
    html_repeat(&page);
    html_environment(&page);
    add_fixed(html_end, out);
}
