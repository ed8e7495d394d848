/* SPDX-License-Identifier: Apache-2.0 */
/* What the html_*.c files share. */
#ifndef TIDEMILL_REPORT_HTML_PARTS_H
#define TIDEMILL_REPORT_HTML_PARTS_H

#include "html_text.h"
#include "report/html.h"
#include "report/plots.h"

/* The page as far as it is written. */
struct html_page {
    const struct record *record;
    const struct html_plots *plots;
    int missing; /* why nothing is drawn: 0 or -errno of the first attempt */
    bool marked; /* the shapes of points are defined, for all pictures */
    struct text *out;
};

/* Everything before the content, with style, and the script at the end: in lines, then NULL. */
extern const char *const html_begin[];
extern const char *const html_end[];

/* The rates, large, each with its mode and what speaks against quoting it. */
void html_cards(const struct html_page *page);

/* The best of a sweep and of tune, likewise; and their sections, if there are any. */
void html_point_cards(const struct html_page *page);
void html_sweep(struct html_page *page);
void html_tune(struct html_page *page);

/* Is a phase shown in detail: the median of its repetitions, or one that did not complete? */
bool html_has_details(const struct record *record, const struct record_phase *phase);

/* One phase: its lines, plots and tables. */
void html_phase(struct html_page *page, const struct record_phase *phase);

/* Returns how many plots a phase has. */
size_t html_figure_count(const struct html_page *page, const struct record_phase *phase);

/* The plots of a group, or those of it about one phase. */
void html_figures(struct html_page *page, enum plot_group group, const void *subject);

/* How to repeat the run, and what the nodes were. */
void html_repeat(const struct html_page *page);
void html_environment(const struct html_page *page);

#endif
