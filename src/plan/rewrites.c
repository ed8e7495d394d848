/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/rewrites.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int compare_places(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

void unsettled_from(struct unsettled *set, uint64_t below, uint64_t *places, uint64_t count)
{
    *set = (struct unsettled){.below = below};
    if (count)
        qsort(places, count, sizeof *places, compare_places);
    if (count > ACKNOWLEDGED_HOLES && places[count - ACKNOWLEDGED_HOLES - 1] >= below)
        set->below = places[count - ACKNOWLEDGED_HOLES - 1] + 1;
    for (uint64_t i = 0; i < count; i++)
        if (places[i] >= set->below)
            set->places[set->count++] = places[i];
}

static bool is_unsettled(const struct unsettled *set, uint64_t place)
{
    return place < set->below || (set->count && bsearch(&place, set->places, set->count,
                                                        sizeof place, compare_places) != NULL);
}

void unsettled_print(const struct unsettled *set, struct text *out)
{
    const char *comma = "";
    if (set->below) {
        text_add(out, "0-%" PRIu64, set->below - 1);
        comma = ",";
    }
    for (uint64_t i = 0; i < set->count; i++, comma = ",")
        text_add(out, "%s%" PRIu64, comma, set->places[i]);
}

static const char *read_place(const char *text, uint64_t *place)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *place = strtoull(text, &end, 10);
    return errno || *place == UINT64_MAX ? NULL : end;
}

int unsettled_parse(struct unsettled *set, const char *text, struct failure *why)
{
    const char *at = text;
    uint64_t place;
    *set = (struct unsettled){0};
    if (!strncmp(at, "0-", 2)) {
        at = read_place(at + 2, &place);
        set->below = at ? place + 1 : 0;
    } else if (*at) {
        at = read_place(at, &set->places[0]);
        set->count = 1;
    }
    while (at && *at == ',') {
        at = set->count < ACKNOWLEDGED_HOLES ? read_place(at + 1, &place) : NULL;
        if (at && (place < set->below || (set->count && place <= set->places[set->count - 1])))
            at = NULL;
        if (at)
            set->places[set->count++] = place;
    }
    if (at && !*at)
        return 0;
    *set = (struct unsettled){0};
    return failure_set(why, -EINVAL, "cannot read the unsettled requests '%.60s' of a stored file",
                       text);
}

void rewrites_start(struct rewrites *rewrites, uint64_t generation)
{
    *rewrites = (struct rewrites){.generation = generation};
}

/* The end of the requests that a rewrite may have changed. */
static uint64_t reach_of(const struct rewrite *rewrite)
{
    const struct unsettled *unsettled = &rewrite->unsettled;
    uint64_t reach = rewrite->done.issued;
    if (unsettled->below > reach)
        reach = unsettled->below;
    if (unsettled->count && unsettled->places[unsettled->count - 1] >= reach)
        reach = unsettled->places[unsettled->count - 1] + 1;
    return reach;
}

/* The end of the requests of which a rewrite has certainly changed all that it writes. */
static uint64_t whole_of(const struct rewrite *rewrite)
{
    const struct acknowledged *done = &rewrite->done;
    return done->hole_count ? done->holes[0] : done->issued;
}

/* Does 'newer' write every request that 'older' writes, as far as it gets? */
static bool writes_as_many(const struct mix *newer, const struct mix *older)
{
    return newer->reads == 0 || (newer->reads == older->reads && newer->key == older->key);
}

/* Drops rewrites of which nothing is left after the newest one. */
static void drop_covered(struct rewrites *rewrites, const struct rewrite *newest)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < rewrites->count; i++)
        if (reach_of(&rewrites->kept[i]) > whole_of(newest) ||
            !writes_as_many(&newest->mix, &rewrites->kept[i].mix))
            rewrites->kept[left++] = rewrites->kept[i];
    rewrites->count = left;
}

static void add_one(struct rewrites *rewrites, const struct rewrite *rewrite,
                    struct acknowledged *written)
{
    if (rewrite->mix.reads == MIX_ALL)
        return;
    if (rewrite->mix.reads == 0 && whole_of(rewrite) >= written->issued) {
        rewrites_start(rewrites, rewrite->generation);
        return;
    }
    drop_covered(rewrites, rewrite);
    if (rewrites->count == REWRITES_KEPT) {
        const struct rewrite oldest = rewrites->kept[0];
        rewrites->generation = oldest.generation;
        *written = oldest.mix.reads ? (struct acknowledged){0} : oldest.done;
        rewrites->count--;
        memmove(&rewrites->kept[0], &rewrites->kept[1], rewrites->count * sizeof *rewrites->kept);
    }
    rewrites->kept[rewrites->count++] = *rewrite;
}

void rewrites_add(struct rewrites *rewrites, const struct rewrite *rewrite, uint64_t passes,
                  struct acknowledged *written)
{
    if (passes) {
        struct rewrite whole = {.generation = rewrite->generation - 1, .mix = rewrite->mix};
        acknowledged_all(&whole.done, written->issued, 0);
        add_one(rewrites, &whole, written);
    }
    add_one(rewrites, rewrite, written);
}

void rewrites_at(const struct rewrites *rewrites, uint64_t place, struct generations *at)
{
    at->count = 0;
    for (uint32_t i = rewrites->count; i-- > 0;) {
        const struct rewrite *rewrite = &rewrites->kept[i];
        if (mix_reads(&rewrite->mix, place))
            continue;
        const bool done = acknowledged_has(&rewrite->done, place);
        if (done || is_unsettled(&rewrite->unsettled, place))
            at->all[at->count++] = rewrite->generation;
        if (done)
            return;
    }
    at->all[at->count++] = rewrites->generation;
}
