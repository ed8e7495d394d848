/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep and tune found: cards, lines, tables and plots. */
#include <string.h>

#include "figures.h"
#include "html_parts.h"
#include "summary_parts.h"
#include "swept.h"

static void begin_card(struct text *out, const char *section, const char *phase, const char *what,
                       int64_t per_s, bool unsure)
{
    char rate[FIGURES_TEXT];
    figures_amount_rate((double)per_s, UNIT_BYTE, rate);
    text_add(out, "<article class=\"card%s\"><h3><a href=\"#%s\">", unsure ? " unsure" : "",
             section);
    html_add(out, phase);
    text_add(out, "%s</a></h3><p class=\"rate\"><b>%s</b> %s</p>", what, rate,
             figures_amount_unit(UNIT_BYTE));
}

static size_t equals_of(const struct record *record, const char *phase)
{
    size_t count = 0;
    for (size_t i = 0; i < record->sweep_count; i++)
        count += !strcmp(record->sweep[i].phase, phase) &&
                 !strcmp(swept_mark(record, &record->sweep[i]), "equal");
    return count;
}

static void add_sweep_card(const struct html_page *page, const struct record_sweep *best)
{
    struct text *out = page->out;
    char low[FIGURES_TEXT];
    char high[FIGURES_TEXT];
    const size_t equals = equals_of(page->record, best->phase);
    begin_card(out, "sweep", best->phase, "", best->median_per_s, false);
    html_element(out, "p", best->settings);
    text_add(out, "<p>best of the sweep, median of %lld", (long long)best->count);
    figures_amount_rate((double)best->low_per_s, UNIT_BYTE, low);
    figures_amount_rate((double)best->high_per_s, UNIT_BYTE, high);
    if (best->level_ppm)
        text_add(out, ", 95 %% interval %s to %s", low, high);
    text_add(out, "</p>");
    if (equals)
        text_add(out, "<p>%zu other point%s cannot be distinguished from it</p>", equals,
                 summary_plural((int64_t)equals));
    text_add(out, "</article>\n");
}

/* Each "--name value" stays on one line. */
static void add_options(struct text *out, const char *options)
{
    text_add(out, "<p>");
    for (const char *at = options; *at;) {
        const char *next = strstr(at + 1, " --");
        const size_t length = next ? (size_t)(next - at) : strlen(at);
        struct text part = {0};
        text_add_bytes(&part, at, length);
        html_element(out, "span class=\"option\"", text_string(&part));
        text_add(out, " ");
        out->failed |= part.failed;
        text_release(&part);
        at += length + (next != NULL);
    }
    text_add(out, "</p>");
}

static void add_tune_card(const struct html_page *page, const struct record_tune_result *result)
{
    struct text *out = page->out;
    const bool unsure = result->finished != TRUTH_YES;
    char ratio[FIGURES_TEXT];
    begin_card(out, "tune", result->phase, page->record->phase_count ? ", found by tune" : "",
               result->settled_per_s, unsure);
    figures_fixed((double)result->ratio_ppm / 1e6, 2, ratio);
    if (result->ratio_ppm)
        text_add(out, "<p>%s times the start</p>", ratio);
    add_options(out, result->settings);
    text_add(out, "%s</article>\n",
             unsure ? "<p class=\"no\">unfinished: the best so far</p>" : "");
}

void html_point_cards(const struct html_page *page)
{
    const struct record *record = page->record;
    const char *phase;
    for (size_t i = 0; i < record->tune_result_count; i++)
        add_tune_card(page, &record->tune_results[i]);
    for (size_t i = 0; (phase = swept_phase(record, i)); i++) {
        const struct record_sweep *best = swept_best(record, phase);
        if (best)
            add_sweep_card(page, best);
    }
}

/* Each line is a sentence. */
static void add_sentences(struct text *out, const char *lines)
{
    for (const char *line = lines; *line;) {
        const size_t length = strcspn(line, "\n");
        struct text part = {0};
        text_add_bytes(&part, line, length);
        html_element(out, "p", text_string(&part) + strspn(text_string(&part), " "));
        out->failed |= part.failed;
        text_release(&part);
        line += length + (line[length] == '\n');
    }
}

void html_sweep(struct html_page *page)
{
    const struct record *record = page->record;
    struct table table;
    struct text remarks = {0};
    if (!record->sweep_count)
        return;
    text_add(page->out, "<section id=\"sweep\"><h2>Sweep</h2>\n");
    html_figures(page, PLOTS_OF_SWEEP, NULL);
    page->out->failed |= !summary_sweep_rows(record, &table);
    html_table(page->out, &table,
               "rate, latencies and CPU time: median of n measurements; 95 %: interval of the "
               "median rate; equal: cannot be distinguished from the best");
    summary_sweep_remarks(record, &remarks);
    add_sentences(page->out, text_string(&remarks));
    text_add(page->out, "</section>\n");
    page->out->failed |= remarks.failed;
    text_release(&remarks);
    table_release(&table);
}

void html_tune(struct html_page *page)
{
    const struct record *record = page->record;
    struct text failed = {0};
    if (!record->tune_count)
        return;
    text_add(page->out, "<section id=\"tune\"><h2>Tune</h2>\n");
    for (size_t i = 0; i < record->tune_result_count; i++) {
        const struct record_tune_result *result = &record->tune_results[i];
        struct text lines = {0};
        struct table table;
        summary_tune_lines(record, result, &lines);
        html_lines(page->out, text_string(&lines), NULL);
        summary_tune_rows(record, result, true, &table);
        html_table(page->out, &table, NULL);
        html_figures(page, PLOTS_OF_TUNE, result->phase);
        page->out->failed |= lines.failed;
        table_release(&table);
        text_release(&lines);
    }
    summary_tune_rest(record, &failed);
    add_sentences(page->out, text_string(&failed));
    text_add(page->out, "</section>\n");
    page->out->failed |= failed.failed;
    text_release(&failed);
}
