/* SPDX-License-Identifier: Apache-2.0 */
#include "options/nearest.h"

#include <stddef.h>
#include <string.h>

#include "option_table.h"
#include "options/phases.h"

enum { LONGEST = 40 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The number of edits between two names; swapping two neighbours is one edit. */
static unsigned distance(const char *a, const char *b)
{
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    if (a_length > LONGEST || b_length > LONGEST)
        return LONGEST;
    unsigned edits[LONGEST + 1][LONGEST + 1];
    for (unsigned j = 0; j <= b_length; j++)
        edits[0][j] = j;
    for (unsigned i = 1; i <= a_length; i++) {
        edits[i][0] = i;
        for (unsigned j = 1; j <= b_length; j++) {
            unsigned changed = edits[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            unsigned moved = least(edits[i - 1][j], edits[i][j - 1]) + 1;
            edits[i][j] = least(changed, moved);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                edits[i][j] = least(edits[i][j], edits[i - 2][j - 2] + 1);
        }
    }
    return edits[a_length][b_length];
}

struct search {
    const char *name;
    const char *best;
    unsigned edits;
    const char *completed; /* a name that starts with 'name' */
    unsigned completed_count;
};

static void consider(struct search *search, const char *candidate)
{
    unsigned edits = distance(search->name, candidate);
    if (edits < search->edits) {
        search->best = candidate;
        search->edits = edits;
    }
    if (*search->name && strncmp(candidate, search->name, strlen(search->name)) == 0) {
        search->completed = candidate;
        search->completed_count++;
    }
}

static const char *result_of(const struct search *search)
{
    if (search->completed_count == 1)
        return search->completed;
    /* with more edits the suggestion would be a guess */
    return search->edits <= 1 + strlen(search->name) / 4 ? search->best : NULL;
}

const char *nearest_phase(const char *name)
{
    struct search search = {.name = name, .edits = LONGEST};
    for (size_t i = 0; i < PHASE_COUNT; i++)
        consider(&search, phase_kinds[i].name);
    return result_of(&search);
}

const char *nearest_option(const char *name)
{
    struct search search = {.name = name, .edits = LONGEST};
    for (size_t id = 0; id < OPTION_COUNT; id++)
        consider(&search, option_table[id].name);
    for (size_t i = 0; i < OPTION_ALIASES; i++)
        consider(&search, option_aliases[i].name);
    return result_of(&search);
}

const char *nearest_name(const char *name, char *const *names, size_t count)
{
    struct search search = {.name = name, .edits = LONGEST};
    for (size_t i = 0; i < count; i++)
        consider(&search, names[i]);
    return result_of(&search);
}
