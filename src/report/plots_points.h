/* SPDX-License-Identifier: Apache-2.0 */
/* The measured points of a phase of a sweep, as places on an axis. Pure. */
#ifndef TIDEMILL_REPORT_PLOTS_POINTS_H
#define TIDEMILL_REPORT_PLOTS_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "plots_parts.h"
#include "swept.h"

enum { POINT_GROUPS = 4 }; /* lines in one plot */

enum point_axis {
    AXIS_VALUE,   /* of the option */
    AXIS_SCALE,   /* ranks or nodes */
    AXIS_OFFERED, /* GiB/s */
};

struct place {
    const struct record_sweep *row;
    double x;
    char value[32]; /* of the option on the axis, as it was given */
    size_t group;   /* points that differ in other options are of other groups */
};

struct point_list {
    struct place *places; /* in the order of x, or of the points without an axis */
    size_t count;
    size_t groups; /* 0: there is no axis: several options, or words */
    char names[POINT_GROUPS][64];
    enum point_axis axis;
    char name[32]; /* of the option on the axis */
    bool logarithmic;
    const char *overload; /* what points_overload found */
};

/* Finds the points; release them in any case. False without memory. */
bool points_find(const struct record *record, const char *phase, struct point_list *points);
void points_release(struct point_list *points);

/* Returns the point from which on the queue grows, or may grow; NULL without. */
const struct place *points_overload(const struct record *record, struct point_list *points);

/* Adds the values of "depth 4, engine uring" without the names: "4, uring". Or the names. */
void points_values(const char *settings, struct text *out);
void points_names(const char *settings, struct text *out);

/* The style of the line of each group. */
struct plot_curve {
    const char *colour;
    const char *dashes;
};

extern const struct plot_curve plot_curves[POINT_GROUPS];

#endif
