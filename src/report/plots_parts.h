/* SPDX-License-Identifier: Apache-2.0 */
/* What the plots_*.c files share. */
#ifndef TIDEMILL_REPORT_PLOTS_PARTS_H
#define TIDEMILL_REPORT_PLOTS_PARTS_H

#include "report/plots.h"

/* Up to this many nodes each has its bar; more are a curve and a heat map. */
enum { PLOT_BARS = 32 };

/* Colours that colour-blind people can distinguish (Okabe and Ito); the page replaces them in the
 * dark. */
#define PLOT_BLUE   "#0072b2"
#define PLOT_RED    "#d55e00"
#define PLOT_GREEN  "#009e73"
#define PLOT_GREY   "#767676"
#define PLOT_INK    "#000000"
#define PLOT_VIOLET "#cc79a7"

/* Adds a number without a locale. */
void plot_number(struct text *out, double value);

/* Sets at most 'count' round ticks above 0 of a horizontal axis up to 'most', which is positive. */
void plot_ticks(struct text *out, double most, int count);
enum { PLOT_TICKS = 5, PLOT_TIME_TICKS = 7 };

/* Adds a name in single quotes, without what gnuplot could interpret. */
void plot_quote(struct text *out, const char *name, size_t most);

/* Divides amounts per second to get the unit of a phase's axis: "GiB/s", "kop/s". */
double plot_unit(enum amount_unit unit);

/* Adds the lines that begin a picture of this height at the width of all. */
void plot_begin(struct text *out, enum plot_format format, int height);

void plot_throughput(const struct record_phase *phase, enum plot_format format, struct text *out);
void plot_nodes(const struct record_phase *phase, enum plot_format format, struct text *out);
void plot_heat(const struct record_phase *phase, enum plot_format format, struct text *out);
void plot_targets(const struct record_phase *phase, enum plot_format format, struct text *out);
void plot_latency(const struct record *record, enum plot_format format, struct text *out);
void plot_waits(const struct record *record, enum plot_format format, struct text *out);
void plot_sweep(const struct record *record, const char *phase, enum plot_format format,
                struct text *out);
void plot_load(const struct record *record, const char *phase, enum plot_format format,
               struct text *out);
void plot_tune(const struct record *record, const char *phase, enum plot_format format,
               struct text *out);
void plot_candidates(const struct record *record, const char *phase, enum plot_format format,
                     struct text *out);

/* Does a phase have two points of a load curve, two probes, or two candidates? */
bool plot_has_load(const struct record *record, const char *phase);
bool plot_has_probes(const struct record *record, const char *phase);
bool plot_has_candidates(const struct record *record, const char *phase);

/* Adds ticks of an axis of latencies in ms; with 'fine' ones within powers of ten. */
void plot_latency_ticks(struct text *out, bool fine);

/* Begins a picture of bars at the rows 0 to 'count' - 1, up to the list of their names; adds a row
 * of a bar, and how a block of these rows is drawn. */
void plot_begin_bars(struct text *out, enum plot_format format, size_t count);
void plot_bar(struct text *out, size_t y, double from, double to);
extern const char plot_bars[];

/* Returns how many nodes have bins of their own. */
size_t plot_heat_nodes(const struct record_phase *phase);

/* How many nodes a row of the heat map stands for. */
size_t plot_heat_step(const struct record_phase *phase);

/* Is a phase among those that are plotted together: the median of its repetitions? */
bool plot_shown(const struct record *record, const struct record_phase *phase);

#endif
