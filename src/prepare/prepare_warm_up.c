/* SPDX-License-Identifier: Apache-2.0 */
/* What warm-ups need: a place for data sets of their own. */
#include "prepare/prepared.h"

#include <errno.h>

#include "options/repeat_words.h"

int prepare_warm_up(struct prepared *prepared, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    for (size_t i = 0; i < settings->target_count; i++)
        if (settings->warm_up_ns && prepared->rewrites &&
            prepared->target_kinds[i] != TARGET_DIRECTORY)
            return failure_set(why, -EINVAL,
                               "--warm-up of rewrite and mixed needs a data set of its own, and "
                               "'%s' is not a directory; leave --warm-up out",
                               settings->targets[i]);
    return 0;
}

static bool is_repeated(const struct setup *setup)
{
    struct repeat repeat;
    struct failure ignored = {0};
    return !setup->point_count && !repeat_parse(setup->options.run.repeat, &repeat, &ignored) &&
           repeat.count > 1;
}

bool prepare_warms_apart(const struct prepared *prepared)
{
    const struct setup *setup = prepared->setup;
    bool written = is_repeated(setup);
    for (uint32_t i = 0; i < setup->item_count; i++) {
        const struct schedule_item *item = &setup->items[i];
        const struct prepared *user = prepared->point ? prepared : setup->prepared[item->settings];
        if ((!prepared->point && setup->prepared[item->dataset] != prepared) ||
            !phase_writes_bytes(item->phase))
            continue;
        if (user->settings->warm_up_ns && (written || phase_kinds[item->phase].updates))
            return true;
        written = true;
    }
    return false;
}
