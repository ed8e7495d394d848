/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "check_engine.h"
#include "check_equalise.h"
#include "check_files.h"
#include "check_interleave.h"
#include "check_metadata.h"
#include "check_phases.h"
#include "check_striping.h"
#include "check_sweep.h"
#include "check_tune.h"
#include "check_unused.h"
#include "option_table.h"
#include "option_value.h"
#include "options/expected_rate.h"
#include "options/options.h"
#include "options/phases.h"
#include "options/repeat_words.h"
#include "options/shift_words.h"

static int check_targets(const struct options *options, struct failure *why)
{
    if (options->common.target_count == 0)
        return failure_set(why, -EINVAL,
                           "no target; add a directory, a file, a block device or /dev/null");
    for (size_t i = 0; i < options->common.target_count; i++) {
        if (options->common.targets[i][0] == '\0')
            return failure_set(why, -EINVAL, "a target is an empty name");
        for (size_t j = 0; j < i; j++)
            if (strcmp(options->common.targets[i], options->common.targets[j]) == 0)
                return failure_set(why, -EINVAL, "target '%s' is given twice",
                                   options->common.targets[i]);
    }
    return 0;
}

static int check_one_size(const struct options *options, struct failure *why)
{
    static const enum option_id sizes[] = {OPTION_SIZE, OPTION_SIZE_PER_RANK, OPTION_SIZE_PER_NODE};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (!options_given(options, sizes[i]))
            continue;
        if (first)
            return failure_set(why, -EINVAL, "--%s and --%s exclude each other; use one of them",
                               first, options_name(sizes[i]));
        first = options_name(sizes[i]);
    }
    return 0;
}

/* Numbers that must be at least one if they are given. */
/* In a section, 0 means that it has no limit although the others have one. */
static bool lifts_limit(const struct options *options, enum option_id id)
{
    return id == OPTION_TIME && options_source(options, id) == SOURCE_SECTION;
}

static int check_not_zero(const struct options *options, struct failure *why)
{
    static const struct {
        enum option_id id;
        const char *instead;
    } numbers[] = {
        {OPTION_SIZE, "use the number of bytes to write, such as 4g"},
        {OPTION_SIZE_PER_RANK, "use the number of bytes of each rank, such as 1g"},
        {OPTION_SIZE_PER_NODE, "use the number of bytes of each node, such as 4g"},
        {OPTION_TIME, "leave it out for no limit"},
        {OPTION_BUFFER_SIZE, "use the number of bytes of one request, such as 1m, or leave it out"},
        {OPTION_BUFFER_COUNT, "use 1 or more, or leave it out"},
        {OPTION_PRODUCERS, "use 1 or more, or leave it out"},
        {OPTION_WRITERS, "use 1 or more, or leave it out"},
        {OPTION_DEPTH, "use 1 or more, or leave it out"},
        {OPTION_RATE, "leave it out for no limit"},
        {OPTION_MIN_RATE, "leave it out for no limit"},
        {OPTION_BATCH, "use 1 or more, or leave it out"},
        {OPTION_OBJECTS_PER_RANK, "use 1 or more, or leave it out"},
        {OPTION_OPERATION_RATE, "leave it out for no limit"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        enum option_id id = numbers[i].id;
        if (options_given(options, id) && !lifts_limit(options, id) &&
            option_value_is_unset(&option_table[id], option_field(options, id)))
            return failure_set(why, -EINVAL, "--%s is 0; %s", options_name(id), numbers[i].instead);
    }
    return 0;
}

/* File offsets are signed 64-bit numbers. */
static int check_offsets(const struct options *options, struct failure *why)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (option_table[id].kind == KIND_SIZE &&
            *(const uint64_t *)option_field(options, (enum option_id)id) > INT64_MAX)
            return failure_set(why, -EINVAL, "--%s is more than a file can hold (8 EiB)",
                               option_table[id].name);
    }
    return 0;
}

/* Values from a preset are adjusted to the other options, as defaults are. */
static bool is_fixed(const struct options *options, enum option_id id)
{
    return options_source(options, id) > SOURCE_PRESET;
}

static int check_pool(const struct options *options, struct failure *why)
{
    if (is_fixed(options, OPTION_WRITERS) && is_fixed(options, OPTION_BUFFER_COUNT) &&
        options->common.writers > options->common.buffer_count)
        return failure_set(why, -EINVAL,
                           "%llu writers cannot share %llu buffers; use --buffer-count %llu or "
                           "more, or fewer --writers",
                           (unsigned long long)options->common.writers,
                           (unsigned long long)options->common.buffer_count,
                           (unsigned long long)options->common.writers);
    return 0;
}

static int check_verification(const struct options *options, const struct phase_summary *phases,
                              struct failure *why)
{
    if (!options->common.verify && !phases->verifies)
        return 0;
    const char *option = options->common.verify ? "--verify" : "a verify phase";
    if (options->common.generate == GENERATE_ONCE)
        return failure_set(why, -EINVAL,
                           "--generate once writes the same buffers repeatedly, which %s cannot "
                           "check; leave one of them out",
                           option);
    if (options->common.engine == ENGINE_NULL)
        return failure_set(why, -EINVAL,
                           "--engine null stores nothing that %s could check; leave one of them "
                           "out",
                           option);
    if (phases->given && !phases->reads)
        return failure_set(why, -EINVAL,
                           "--verify checks what read phases read, and --phases '%s' has none; "
                           "add read, or use --no-verify",
                           options->run.phases);
    return 0;
}

static int check_probed(const struct options *options, struct failure *why)
{
    enum phase_id phases[PHASES_MOST];
    size_t count = 0;
    if (!options->run.phases || phases_parse(options->run.phases, phases, &count, why))
        return why->code;
    for (size_t i = 0; i < count; i++)
        if (phase_has_ceilings(phases[i]))
            return 0;
    return failure_set(why, -EINVAL,
                       "--ceilings probes the phases write, read and verify, and --phases '%s' has "
                       "none of them; add one, or leave --ceilings out",
                       options->run.phases);
}

/* The probes compare generating with storing, so a run must do both. */
static int check_ceilings(const struct options *options, const struct phase_summary *phases,
                          struct failure *why)
{
    if (!options->run.ceilings || check_probed(options, why))
        return why->code;
    if (phases->given && !phases->writes)
        return 0;
    if (options->common.generate == GENERATE_ONCE)
        return failure_set(why, -EINVAL,
                           "--generate once does not generate data during the phase, which "
                           "--ceilings compares with storing them; leave one of them out");
    if (options->common.engine == ENGINE_NULL)
        return failure_set(why, -EINVAL,
                           "--engine null stores nothing that --ceilings could probe; leave one of "
                           "them out");
    return 0;
}

static int check_null_device(const struct options *options, const struct phase_summary *phases,
                             struct failure *why)
{
    for (size_t i = 0; i < options->common.target_count; i++) {
        if (strcmp(options->common.targets[i], "/dev/null") != 0)
            continue;
        if (phases->reads)
            return failure_set(why, -EINVAL,
                               "'/dev/null' cannot be read; use --phases write, or another "
                               "target");
        if (options->common.loop)
            return failure_set(why, -EINVAL,
                               "'/dev/null' cannot be read, and --loop reads or rewrites; leave "
                               "--loop out, or use another target");
        if (options->common.verify)
            return failure_set(why, -EINVAL,
                               "'/dev/null' stores nothing that --verify could check; leave "
                               "--verify out, or use another target");
    }
    return 0;
}

static int check_texts(const struct options *options, struct failure *why)
{
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const char *text = option_table[id].kind == KIND_TEXT
                               ? *(char *const *)option_field(options, (enum option_id)id)
                               : NULL;
        if (text && *text == '\0' && id != OPTION_LABEL)
            return failure_set(why, -EINVAL, "--%s: the value is empty (%s)", option_table[id].name,
                               option_table[id].argument);
    }
    struct shift shift;
    return options->common.shift ? shift_parse(options->common.shift, &shift, why) : 0;
}

/* The limits of the generator; NaN is outside. */
static int check_ratios(const struct options *options, struct failure *why)
{
    if (!(options->common.compress_ratio >= 1 && options->common.compress_ratio <= 16))
        return failure_set(why, -EINVAL, "--compress-ratio is %g; use 1 to 16",
                           options->common.compress_ratio);
    if (!(options->common.dedup_ratio >= 1 && options->common.dedup_ratio <= 1000))
        return failure_set(why, -EINVAL, "--dedup-ratio is %g; use 1 to 1000",
                           options->common.dedup_ratio);
    uint64_t block = options->common.dedup_block_bytes;
    if (block == 0 || block % 512 != 0)
        return failure_set(why, -EINVAL,
                           "--dedup-block is %llu bytes; use a multiple of 512, such as 4k",
                           (unsigned long long)block);
    if (options->common.dedup_ratio > 1 && options_given(options, OPTION_BUFFER_SIZE) &&
        block > options->common.buffer_size_bytes)
        return failure_set(why, -EINVAL,
                           "--dedup-block %llu is larger than --buffer-size %llu; use a larger "
                           "--buffer-size",
                           (unsigned long long)block,
                           (unsigned long long)options->common.buffer_size_bytes);
    if (options->common.generate == GENERATE_ONCE &&
        (options->common.compress_ratio > 1 || options->common.dedup_ratio > 1))
        return failure_set(why, -EINVAL,
                           "--generate once writes the same buffers repeatedly, so it excludes "
                           "--compress-ratio and --dedup-ratio; leave them out");
    return 0;
}

/* A phase that writes must write every request, and one that checks must check them all. */
static int check_drawn(const struct options *options, const struct phase_summary *phases,
                       struct failure *why)
{
    if (options->common.order != ORDER_RANDOM_REPEAT)
        return 0;
    if (!phases->given || phases->writes)
        return failure_set(why, -EINVAL,
                           "--order random-repeat reads some requests repeatedly and others never, "
                           "so no phase can write with it; use --order random, or sections");
    if (options->common.verify || phases->verifies)
        return failure_set(why, -EINVAL,
                           "--order random-repeat does not read every byte, which %s checks; leave "
                           "one of them out",
                           options->common.verify ? "--verify" : "a verify phase");
    return 0;
}

static int check_repeat(const struct options *options, struct failure *why)
{
    struct repeat repeat;
    return repeat_parse(options->run.repeat, &repeat, why);
}

static int check_expected(const struct options *options, struct failure *why)
{
    struct expected_rate rate;
    return expected_rate_parse(options->run.expected_rate, &rate, why);
}

static int check_floor(const struct options *options, struct failure *why)
{
    if (options->common.free_space_floor > 99)
        return failure_set(why, -EINVAL, "--free-space-floor is %llu percent; use 0 (off) to 99",
                           (unsigned long long)options->common.free_space_floor);
    return 0;
}

static int check_cleanup(const struct options *options, struct failure *why)
{
    if (options->common.target_count)
        return failure_set(why, -EINVAL,
                           "--cleanup reads the targets from the result; leave the target out");
    if (options->run.options_from)
        return failure_set(why, -EINVAL,
                           "--cleanup and --options-from exclude each other; use one of them");
    return 0;
}

/* The rules within one section, or within a run without sections. */
static int check_one(const struct options *options, struct failure *why)
{
    static int (*const rules[])(const struct options *, struct failure *) = {
        check_texts,      check_targets, check_one_size, check_not_zero, check_offsets,
        check_pool,       check_floor,   check_repeat,   check_ratios,   check_engine,
        check_interleave, check_files,   check_expected, check_equalise, check_striping,
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        int status = rules[i](options, why);
        if (status)
            return status;
    }
    struct phase_summary phases;
    int status = check_phases(options, &phases, why);
    if (status == 0)
        status = check_null_device(options, &phases, why);
    if (status == 0)
        status = check_verification(options, &phases, why);
    if (status == 0)
        status = check_drawn(options, &phases, why);
    if (status == 0)
        status = check_ceilings(options, &phases, why);
    if (status == 0)
        status = check_metadata(options, why);
    return status;
}

/* Checks a section like a run with this phase and these settings. */
static int check_section(const struct options *options, size_t index, struct failure *why)
{
    const struct section *section = &options->sections[index];
    const size_t other = section_find(options, section->data);
    struct options view = {.run = options->run};
    struct settings written = {0};
    struct failure inner = {0};
    char phase[SECTION_NAME];
    snprintf(phase, sizeof phase, "%s%s", phase_kinds[section->phase].updates ? "write," : "",
             phase_kinds[section->phase].name);
    view.run.phases = phase;
    view.run.ceilings &= phase_has_ceilings(section->phase);
    if (!section_settings(options, index, &view.common, &inner) && other < options->section_count &&
        !section_settings(options, other, &written, &inner)) {
        if (written.interleave_bytes && !settings_given(&written, OPTION_LAYOUT))
            written.layout = LAYOUT_SHARED; /* the default, as it will be */
        section_adopt(&view.common, &written, section->phase, &inner);
    }
    view.common.loop &= phase_can_loop(section->phase); /* it is meant for those that can */
    if (phase_kinds[section->phase].unit != UNIT_BYTE &&
        view.common.source[OPTION_WARM_UP] != SOURCE_SECTION)
        view.common.warm_up_ns = 0; /* likewise */
    if (!inner.code)
        check_one(&view, &inner);
    settings_release(&written);
    settings_release(&view.common);
    return inner.code ? failure_set(why, inner.code, "section '%s': %s", section->name, inner.text)
                      : 0;
}

static int check_sections_probed(const struct options *options, struct failure *why)
{
    for (size_t i = 0; i < options->section_count; i++)
        if (phase_has_ceilings(options->sections[i].phase))
            return 0;
    return options->run.ceilings
               ? failure_set(why, -EINVAL,
                             "--ceilings probes the phases write, read and verify, and no section "
                             "has one; leave it out")
               : 0;
}

int options_check(const struct options *options, struct failure *why)
{
    struct failure unused = {0};
    if (!why)
        why = &unused;
    if (options->run.cleanup)
        return check_cleanup(options, why);
    if (check_sweep(options, why) || check_tune(options, why))
        return why->code;
    if (!options->section_count)
        return check_one(options, why) ? why->code : check_unused(options, why);
    if (!sections_check(options, why))
        check_sections_probed(options, why);
    for (size_t i = 0; i < options->section_count && !why->code; i++)
        check_section(options, i, why);
    return why->code ? why->code : check_unused(options, why);
}
