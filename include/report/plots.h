/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plots of a record as scripts for gnuplot, which contain their data. Pure: runs nothing. Names
 * from outside lose every character that gnuplot could interpret.
 */
#ifndef TIDEMILL_REPORT_PLOTS_H
#define TIDEMILL_REPORT_PLOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "record/record.h"

enum plot_kind {
    PLOT_LATENCY, /* of all phases, as the next */
    PLOT_WAITS,
    PLOT_THROUGHPUT, /* of one phase, as those below */
    PLOT_NODES,
    PLOT_HEAT,
    PLOT_TARGETS,
    PLOT_SWEEP, /* of one phase of the points of a sweep, as the next */
    PLOT_LOAD,
    PLOT_TUNE, /* of one phase of tune, as the next */
    PLOT_CANDIDATES,
};

enum plot_group { PLOTS_OF_RUN, PLOTS_OF_PHASE, PLOTS_OF_SWEEP, PLOTS_OF_TUNE, PLOT_GROUPS };

enum plot_format { PLOT_SVG, PLOT_PNG, PLOT_PDF, PLOT_FORMATS };
extern const char *const plot_format_names[PLOT_FORMATS];

struct plot {
    enum plot_kind kind;
    const struct record_phase *phase; /* NULL: all, or none */
    const char *of;                   /* a phase of the points of a sweep, or of probes of tune */
};

enum plot_group plot_group(const struct plot *plot);

/* Returns what it is about: its phase, or the name of a phase of points or probes; NULL: all. */
const void *plot_subject(const struct plot *plot);

/* Sets the plot of this index, of those for which the record has data; false behind the last. */
bool plot_find(const struct record *record, size_t index, struct plot *plot);

/* Adds its name as a file has it: "01_write-throughput". */
void plot_name(const struct plot *plot, struct text *out);

/* Adds what it shows, in one sentence. */
void plot_caption(const struct record *record, const struct plot *plot, struct text *out);

/* Adds the script, which writes the picture to standard output. */
void plot_script(const struct record *record, const struct plot *plot, enum plot_format format,
                 struct text *out);

#endif
