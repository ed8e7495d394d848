/* SPDX-License-Identifier: Apache-2.0 */
#include "section_plans.h"

#include <string.h>

#include "prepare/prepared.h"

/* The lines between that of the section and that of the seed. */
static void split_plan(const char *plan, size_t *from, size_t *to)
{
    const size_t length = strlen(plan);
    *from = strcspn(plan, "\n");
    *to = length ? length - 1 : 0; /* without the end of the last line */
    while (*to > *from && plan[*to - 1] != '\n')
        --*to;
    *to = *to > *from ? *to - 1 : *from;
}

void section_plans_describe(const struct setup *setup, struct text *out)
{
    struct text last = {0};
    const char *name = "";
    for (uint32_t i = 0; i < setup->item_count && setup->options.section_count; i++) {
        const struct schedule_item *item = &setup->items[i];
        const struct section *section = &setup->options.sections[item->section];
        struct text plan = {0};
        size_t from;
        size_t to;
        plan_describe(&setup->prepared[item->settings]->plan, &setup->options.run, section, &plan);
        const char *lines = text_string(&plan);
        split_plan(lines, &from, &to);
        const bool same =
            last.length == to - from && !memcmp(text_string(&last), lines + from, last.length);
        text_add_bytes(out, lines, from);
        if (same)
            text_add(out, " (planned as %s)", name);
        text_add(out, "%s", lines + (same ? to : from));
        if (!same) {
            name = section->name;
            text_clear(&last);
            text_add_bytes(&last, lines + from, to - from);
        }
        out->failed |= plan.failed || last.failed;
        text_release(&plan);
    }
    text_release(&last);
}
