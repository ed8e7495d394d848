/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep_points.h"

#include <errno.h>

#include "options/repeat_words.h"
#include "options/sweep_words.h"

static int add_point(struct setup *setup, const struct sweep *sweep, uint32_t point,
                     struct failure *why)
{
    struct options view = {.run = setup->options.run}; /* owns the common settings only */
    struct failure inner = {0};
    struct text name = {0};
    view.run.sweep = NULL;
    if (settings_copy(&view.common, &setup->options.common, why))
        return why->code;
    if (sweep_apply(sweep, point, &view, &inner) || options_check(&view, &inner)) {
        sweep_print(sweep, point, &name);
        failure_set(why, inner.code, "--sweep: %s: %s", text_string(&name), inner.text);
        text_release(&name);
    } else if (!settings_pool_add(&setup->pool, &view.common))
        failure_set(why, -ENOMEM, "not enough memory for the settings");
    settings_release(&view.common);
    return why->code;
}

int points_add(struct setup *setup, struct failure *why)
{
    struct sweep sweep;
    struct failure failure = {0};
    sweep_parse(setup->options.run.sweep, &sweep, &failure);
    for (uint32_t i = 0; i < sweep.point_count && !failure.code && setup->options.run.sweep; i++)
        add_point(setup, &sweep, i, &failure);
    if (!failure.code && setup->options.run.sweep)
        setup->point_count = sweep.point_count;
    sweep_release(&sweep);
    return failure.code ? failure_set(why, failure.code, "%s", failure.text) : 0;
}

int points_check_size(const struct setup *setup, struct failure *why)
{
    const struct shape *shape = &setup->cluster->shape;
    struct sweep sweep;
    struct failure failure = {0};
    if (!sweep_parse(setup->options.run.sweep, &sweep, &failure))
        sweep_check_size(&sweep, shape->rank_count, shape->node_count, &failure);
    sweep_release(&sweep);
    return failure.code ? failure_set(why, failure.code, "%s", failure.text) : 0;
}

void setup_scale_of(const struct setup *setup, uint32_t point, struct sweep_scale *scale)
{
    struct sweep sweep;
    *scale = (struct sweep_scale){0};
    if (!sweep_parse(setup->options.run.sweep, &sweep, NULL))
        *scale = sweep_scale(&sweep, point - 1);
    sweep_release(&sweep);
}

void setup_describe_sweep(const struct setup *setup, struct text *out)
{
    struct sweep sweep;
    struct repeat repeat;
    if (!setup->point_count || sweep_parse(setup->options.run.sweep, &sweep, NULL))
        return;
    repeat_parse(setup->options.run.repeat, &repeat, NULL);
    text_add(out,
             "sweep       %u points x %llu, in an order shuffled by the seed; the files of "
             "each are removed after it\n",
             sweep.point_count, (unsigned long long)repeat.count);
    for (uint32_t i = 0; i < sweep.point_count; i++) {
        text_add(out, "  %3u       ", i + 1);
        sweep_print(&sweep, i, out);
        text_add(out, "\n");
    }
    sweep_release(&sweep);
}

void setup_print_point(const struct setup *setup, uint32_t point, struct text *out)
{
    struct sweep sweep;
    if (!sweep_parse(setup->options.run.sweep, &sweep, NULL))
        sweep_print(&sweep, point - 1, out);
    sweep_release(&sweep);
}
