/* SPDX-License-Identifier: Apache-2.0 */
#include "options/phases.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "options/nearest.h"
#include "options/sections.h"

const struct phase_kind phase_kinds[PHASE_COUNT] = {
#define PHASE(ID, name_text, UNIT, READS, WRITES, CHECKS, help)                                    \
    [PHASE_##ID] = {                                                                               \
        .id = PHASE_##ID,                                                                          \
        .name = name_text,                                                                         \
        .unit = UNIT_##UNIT,                                                                       \
        .reads = READS,                                                                            \
        .writes = (WRITES) > 0,                                                                    \
        .updates = (WRITES) == 2,                                                                  \
        .checks = CHECKS,                                                                          \
    },
#include "options/phases.def"
#undef PHASE
};

static const struct phase_kind *find(const char *word, size_t length)
{
    for (size_t i = 0; i < PHASE_COUNT; i++)
        if (strlen(phase_kinds[i].name) == length && !memcmp(phase_kinds[i].name, word, length))
            return &phase_kinds[i];
    return NULL;
}

static int refuse_word(const char *word, size_t length, struct failure *why)
{
    struct text known = {0};
    char name[SECTION_NAME];
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    const char *near = nearest_phase(name);
    for (size_t i = 0; i < PHASE_COUNT; i++)
        text_add(&known, "%s%s", i == 0 ? "" : ", ", phase_kinds[i].name);
    failure_set(why, -EINVAL, "--phases: unknown phase '%.*s' (known: %s)%s%s%s", (int)length, word,
                text_string(&known), near ? "; did you mean '" : "", near ? near : "",
                near ? "'?" : "");
    text_release(&known);
    return -EINVAL;
}

int phases_parse(const char *list, enum phase_id phases[PHASES_MOST], size_t *count,
                 struct failure *why)
{
    *count = 0;
    for (const char *word = list;;) {
        size_t length = strcspn(word, ",");
        const struct phase_kind *kind = find(word, length);
        if (*count == PHASES_MOST)
            return failure_set(why, -EINVAL, "--phases: more than %d phases", PHASES_MOST);
        if (!kind)
            return refuse_word(word, length, why);
        phases[(*count)++] = kind->id;
        if (!word[length])
            return 0;
        word += length + 1;
    }
}
