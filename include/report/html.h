/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record as one page of HTML that needs neither the network nor
 * other files. Pure: the caller runs the program that draws.
 */
#ifndef TIDEMILL_REPORT_HTML_H
#define TIDEMILL_REPORT_HTML_H

#include "base/text.h"
#include "record/record.h"

/* Draws a script of plots.h as SVG: 0 or -errno, -ENOENT if the program for it is not installed. */
struct html_plots {
    int (*draw)(const struct text *script, struct text *svg, void *context);
    void *context;
};

/* Adds the page. Without a program that draws, it has tables only, and names the package to
 * install. */
void export_html(const struct record *record, const struct html_plots *plots, struct text *out);

#endif
