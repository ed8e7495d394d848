/* SPDX-License-Identifier: Apache-2.0 */
/* Plots as parts of the page. */
#include <errno.h>
#include <string.h>

#include "html_parts.h"

/* Returns what follows the part of a picture from 'open' to 'close', if it begins there. */
static const char *behind(const char *at, const char *open, const char *close)
{
    const char *end = strncmp(at, open, strlen(open)) == 0 ? strstr(at, close) : NULL;
    return end ? end + strlen(close) : NULL;
}

/* Adds the picture without what is for files of their own, and without names, as those of several
 * pictures would collide: the shapes of points are defined in the first one. */
static void add_picture(struct text *out, const char *svg, const char *caption, bool first)
{
    static const char *const dropped[][2] = {
        {"<title>", "</title>"}, {"<desc>", "</desc>"}, {" id=\"", "\" "}, {"<defs>", "</defs>"}};
    const size_t count = sizeof dropped / sizeof *dropped - first;
    const char *at = strstr(svg, "<svg");
    if (!at)
        return;
    text_add(out, "<svg role=\"img\" aria-label=\"");
    html_add(out, caption);
    text_add(out, "\"");
    for (at += 4; *at;) {
        const char *next = NULL;
        for (size_t i = 0; !next && i < count; i++)
            next = behind(at, dropped[i][0], dropped[i][1]);
        const size_t length = next ? 0 : 1 + strcspn(at + 1, "< ");
        text_add_bytes(out, at, length);
        at = next ? next : at + length;
    }
}

static void add_figure(struct html_page *page, const struct plot *plot)
{
    struct text script = {0};
    struct text svg = {0};
    struct text caption = {0};
    plot_script(page->record, plot, PLOT_SVG, &script);
    plot_caption(page->record, plot, &caption);
    page->missing =
        script.failed ? -ENOMEM : page->plots->draw(&script, &svg, page->plots->context);
    if (!page->missing) {
        text_add(page->out, "<figure>");
        add_picture(page->out, text_string(&svg), text_string(&caption), !page->marked);
        page->marked = true;
        html_element(page->out, "figcaption", text_string(&caption));
        text_add(page->out, "</figure>\n");
    }
    page->out->failed |= caption.failed;
    text_release(&caption);
    text_release(&svg);
    text_release(&script);
}

size_t html_figure_count(const struct html_page *page, const struct record_phase *phase)
{
    struct plot plot;
    size_t count = 0;
    for (size_t i = 0; !page->missing && plot_find(page->record, i, &plot); i++)
        count += plot.phase == phase;
    return count;
}

void html_figures(struct html_page *page, enum plot_group group, const void *subject)
{
    struct plot plot;
    bool open = false;
    for (size_t i = 0; !page->missing && plot_find(page->record, i, &plot); i++) {
        if (plot_group(&plot) != group || (subject && plot_subject(&plot) != subject))
            continue;
        text_add(page->out, "%s", open ? "" : "<div class=\"figures\">\n");
        open = true;
        add_figure(page, &plot);
    }
    text_add(page->out, "%s", open ? "</div>\n" : "");
}
