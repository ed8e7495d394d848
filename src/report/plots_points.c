/* SPDX-License-Identifier: Apache-2.0 */
#include "plots_points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

static const double gib = 1073741824.0;

/* From this ratio of the last value to the first one on, the axis is logarithmic. */
static const double wide = 8;

const struct plot_curve plot_curves[POINT_GROUPS] = {
    {PLOT_BLUE, "1"}, {PLOT_RED, "2"}, {PLOT_GREEN, "4"}, {PLOT_VIOLET, "(18,4)"}};

static bool is_named(const struct swept_option *part, const char *name)
{
    return part->name_length == strlen(name) && !strncmp(part->name, name, part->name_length);
}

static void add_parts(const char *settings, bool names, struct text *out)
{
    struct swept_option part;
    for (const char *at = settings; swept_next(&at, &part);) {
        text_add(out, "%s", part.name == settings ? "" : ", ");
        text_add_bytes(out, names ? part.name : part.value,
                       names ? part.name_length : part.value_length);
    }
}

void points_values(const char *settings, struct text *out)
{
    add_parts(settings, false, out);
}

void points_names(const char *settings, struct text *out)
{
    add_parts(settings, true, out);
}

/* The option on the axis: that which scales or sets the load, or the only one. */
static void find_axis(struct point_list *points)
{
    const struct record_sweep *first = points->places[0].row;
    struct swept_option part;
    size_t count = 0;
    points->name[0] = '\0';
    points->axis = first->scale ? AXIS_SCALE : first->offered_per_s ? AXIS_OFFERED : AXIS_VALUE;
    for (const char *at = first->settings; swept_next(&at, &part); count++)
        if (points->axis == AXIS_VALUE ||
            (points->axis == AXIS_SCALE ? is_named(&part, "ranks") || is_named(&part, "nodes")
                                        : is_named(&part, "rate")))
            snprintf(points->name, sizeof points->name, "%.*s", (int)part.name_length, part.name);
    if (points->axis == AXIS_VALUE && count != 1)
        points->name[0] = '\0';
}

/* Sets the value of the option on the axis, and the group by the others; false if it is missing or
 * if there are too many groups. */
static bool find_place(struct point_list *points, struct place *place)
{
    struct text others = {0};
    struct swept_option part;
    bool found = false;
    for (const char *at = place->row->settings; swept_next(&at, &part);) {
        if (is_named(&part, points->name)) {
            snprintf(place->value, sizeof place->value, "%.*s", (int)part.value_length, part.value);
            found = true;
            continue;
        }
        text_add(&others, "%s", others.length ? ", " : "");
        text_add_bytes(&others, part.value, part.value_length);
    }
    char name[sizeof *points->names];
    text_copy(name, sizeof name, text_string(&others));
    found = found && !others.failed;
    text_release(&others);
    for (place->group = 0; place->group < points->groups; place->group++)
        if (!strcmp(points->names[place->group], name))
            return found;
    if (points->groups == POINT_GROUPS)
        return false;
    text_copy(points->names[points->groups++], sizeof name, name);
    return found;
}

enum { AS_NUMBER, AS_SIZE, AS_DURATION, PARSERS };

static bool parse_value(const char *text, int parser, double *x)
{
    char plain[sizeof(struct place){0}.value];
    uint64_t bytes;
    int64_t ns;
    text_copy(plain, sizeof plain, text);
    const size_t length = strlen(plain);
    if (length > 2 && !strcmp(plain + length - 2, "/s"))
        plain[length - 2] = '\0';
    else if (length > 1 && plain[length - 1] == '%')
        plain[length - 1] = '\0';
    switch (parser) {
    case AS_NUMBER:
        return !units_parse_real(plain, x, NULL);
    case AS_SIZE:
        if (units_parse_size(plain, &bytes, NULL))
            return false;
        *x = (double)bytes;
        return true;
    default:
        if (units_parse_duration(plain, &ns, NULL))
            return false;
        *x = (double)ns;
        return true;
    }
}

/* All values are of one kind. */
static bool parse_values(struct point_list *points)
{
    for (int parser = 0; parser < PARSERS; parser++) {
        size_t parsed = 0;
        while (parsed < points->count &&
               parse_value(points->places[parsed].value, parser, &points->places[parsed].x))
            parsed++;
        if (parsed == points->count)
            return true;
    }
    return false;
}

static int by_place(const void *a, const void *b)
{
    const struct place *left = a;
    const struct place *right = b;
    if (left->x != right->x)
        return left->x < right->x ? -1 : 1;
    return (left->row->point > right->row->point) - (left->row->point < right->row->point);
}

/* A line needs two different numbers. */
static bool set_axis(struct point_list *points)
{
    find_axis(points);
    if (!points->name[0])
        return false;
    for (size_t i = 0; i < points->count; i++)
        if (!find_place(points, &points->places[i]))
            return false;
    if (points->axis == AXIS_VALUE && !parse_values(points))
        return false;
    for (size_t i = 0; i < points->count && points->axis != AXIS_VALUE; i++) {
        const struct record_sweep *row = points->places[i].row;
        points->places[i].x =
            points->axis == AXIS_SCALE ? (double)row->scale : (double)row->offered_per_s / gib;
        if (points->places[i].x <= 0)
            return false;
    }
    qsort(points->places, points->count, sizeof *points->places, by_place);
    const double first = points->places[0].x;
    const double last = points->places[points->count - 1].x;
    points->logarithmic = first > 0 && last / first >= wide;
    return last > first;
}

bool points_find(const struct record *record, const char *phase, struct point_list *points)
{
    *points =
        (struct point_list){.places = calloc(record->sweep_count + 1, sizeof *points->places)};
    if (!points->places)
        return false;
    for (size_t i = 0; i < record->sweep_count; i++)
        if (record->sweep[i].count && !strcmp(record->sweep[i].phase, phase))
            points->places[points->count++].row = &record->sweep[i];
    if (points->count && !set_axis(points))
        points->groups = 0;
    return true;
}

const struct place *points_overload(const struct record *record, struct point_list *points)
{
    bool certain;
    const struct record_sweep *first =
        points->count ? swept_overload(record, points->places[0].row->phase, &certain) : NULL;
    for (size_t i = 0; first && i < points->count; i++)
        if (points->places[i].row == first) {
            points->overload = certain ? "queue grows" : "queue may grow";
            return &points->places[i];
        }
    return NULL;
}

void points_release(struct point_list *points)
{
    free(points->places);
}
