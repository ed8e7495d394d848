/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/acknowledged.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

void acknowledged_all(struct acknowledged *set, uint64_t count, uint64_t bytes)
{
    *set = (struct acknowledged){.issued = count, .bytes = bytes};
}

static int compare_places(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

void acknowledged_from(struct acknowledged *set, uint64_t issued, uint64_t bytes, uint64_t *missing,
                       uint64_t missing_count)
{
    acknowledged_all(set, issued, bytes);
    if (missing_count)
        qsort(missing, missing_count, sizeof *missing, compare_places);
    if (missing_count > ACKNOWLEDGED_HOLES) {
        missing_count = ACKNOWLEDGED_HOLES;
        if (missing[missing_count] < set->issued)
            set->issued = missing[missing_count];
    }
    /* the last request of a set is never a hole */
    while (missing_count && missing[missing_count - 1] + 1 >= set->issued)
        if (missing[--missing_count] < set->issued)
            set->issued = missing[missing_count];
    for (uint64_t i = 0; i < missing_count; i++)
        set->holes[i] = missing[i];
    set->hole_count = missing_count;
}

bool acknowledged_has_all(const struct acknowledged *set, uint64_t first, uint64_t last)
{
    uint64_t low = 0;
    uint64_t high = set->hole_count;
    while (low < high) { /* the first hole that is not below 'first' */
        uint64_t middle = low + (high - low) / 2;
        if (set->holes[middle] < first)
            low = middle + 1;
        else
            high = middle;
    }
    return last < set->issued && (low == set->hole_count || set->holes[low] > last);
}

bool acknowledged_has(const struct acknowledged *set, uint64_t place)
{
    return acknowledged_has_all(set, place, place);
}

uint64_t acknowledged_count(const struct acknowledged *set)
{
    return set->issued - set->hole_count;
}

uint64_t acknowledged_count_between(const struct acknowledged *set, uint64_t first, uint64_t end)
{
    end = end < set->issued ? end : set->issued;
    uint64_t count = end > first ? end - first : 0;
    for (uint64_t i = 0; i < set->hole_count; i++)
        count -= set->holes[i] >= first && set->holes[i] < end;
    return count;
}

void acknowledged_print_holes(const struct acknowledged *set, struct text *out)
{
    for (uint64_t i = 0; i < set->hole_count;) {
        uint64_t end = i + 1;
        while (end < set->hole_count && set->holes[end] == set->holes[end - 1] + 1)
            end++;
        text_add(out, "%s%" PRIu64, i ? "," : "", set->holes[i]);
        if (end - i > 1)
            text_add(out, "-%" PRIu64, set->holes[end - 1]);
        i = end;
    }
}

/* Parses one decimal number; NULL if there is none or it is too large. */
static const char *read_place(const char *text, uint64_t *place)
{
    if (*text < '0' || *text > '9')
        return NULL;
    char *end;
    errno = 0;
    *place = strtoull(text, &end, 10);
    return errno ? NULL : end;
}

static int add_hole(struct acknowledged *set, uint64_t place)
{
    if (set->hole_count == ACKNOWLEDGED_HOLES || place >= set->issued ||
        (set->hole_count && place <= set->holes[set->hole_count - 1]))
        return -EINVAL;
    set->holes[set->hole_count++] = place;
    return 0;
}

int acknowledged_parse_holes(struct acknowledged *set, const char *text, struct failure *why)
{
    const char *at = text;
    set->hole_count = 0;
    while (*at) {
        uint64_t first;
        at = read_place(at, &first);
        uint64_t last = first;
        if (at && *at == '-')
            at = read_place(at + 1, &last);
        if (!at || last < first || last - first >= ACKNOWLEDGED_HOLES)
            goto bad;
        for (uint64_t place = first; place <= last; place++)
            if (add_hole(set, place))
                goto bad;
        if (*at && (*at++ != ',' || !*at))
            goto bad;
    }
    return 0;
bad:
    return failure_set(why, -EINVAL, "invalid holes '%s' of a stored file", text);
}
