#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "option_table.h"
#include "option_value.h"
#include "options/options.h"
#include "options/phases.h"
#include "options/repeat_words.h"

/* What the list of phases asks for. */
struct wanted {
    bool given;
    bool reads_too_early; /* a phase reads, and only a later one writes */
    bool reads;
    bool verifies;
    bool writes;
};

static int check_phases(const struct options *options, struct wanted *wanted, struct failure *why)
{
    enum phase_id phases[PHASES_MOST];
    size_t count;
    *wanted = (struct wanted){.given = options->run.phases != NULL};
    if (!wanted->given)
        return 0;
    int status = phases_parse(options->run.phases, phases, &count, why);
    for (size_t i = 0; !status && i < count; i++) {
        const struct phase_kind *kind = &phase_kinds[phases[i]];
        wanted->reads_too_early |= kind->writes && wanted->reads && !wanted->writes;
        wanted->writes |= kind->writes;
        wanted->reads |= kind->reads;
        wanted->verifies |= kind->checks;
    }
    if (!status && wanted->reads_too_early)
        return failure_set(why, -EINVAL,
                           "--phases '%s' reads before anything is written; begin with write",
                           options->run.phases);
    return status;
}

static int check_targets(const struct options *options, struct failure *why)
{
    if (options->common.target_count == 0)
        return failure_set(why, -EINVAL,
                           "no target: name a directory, a file, a block device or /dev/null");
    for (size_t i = 0; i < options->common.target_count; i++) {
        if (options->common.targets[i][0] == '\0')
            return failure_set(why, -EINVAL, "a target is an empty name; name what to write to");
        for (size_t j = 0; j < i; j++)
            if (strcmp(options->common.targets[i], options->common.targets[j]) == 0)
                return failure_set(why, -EINVAL, "target '%s' is named twice; name it once",
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
            return failure_set(why, -EINVAL, "--%s and --%s exclude each other; give one of them",
                               first, options_name(sizes[i]));
        first = options_name(sizes[i]);
    }
    return 0;
}

/* Numbers that, when given, must be at least one, and what to do instead of zero. */
static int check_not_zero(const struct options *options, struct failure *why)
{
    static const struct {
        enum option_id id;
        const char *instead;
    } numbers[] = {
        {OPTION_SIZE, "give the bytes to write, such as 4g"},
        {OPTION_SIZE_PER_RANK, "give the bytes of each rank, such as 1g"},
        {OPTION_SIZE_PER_NODE, "give the bytes of each node, such as 4g"},
        {OPTION_TIME, "leave it out for no limit"},
        {OPTION_BUFFER_SIZE, "give the bytes of one request, such as 1m, or leave it out"},
        {OPTION_BUFFER_COUNT, "at least one is needed; leave it out to fit"},
        {OPTION_PRODUCERS, "at least one is needed; leave it out to fit"},
        {OPTION_WRITERS, "at least one is needed; leave it out to fit"},
        {OPTION_DEPTH, "at least one is needed; leave it out to fit"},
        {OPTION_RATE, "leave it out for no limit"},
        {OPTION_BATCH, "1 sends each buffer alone"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        enum option_id id = numbers[i].id;
        if (options_given(options, id) &&
            option_value_unset(&option_table[id], option_field(options, id)))
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

static int check_pool(const struct options *options, struct failure *why)
{
    if (options_given(options, OPTION_WRITERS) && options_given(options, OPTION_BUFFER_COUNT) &&
        options->common.writers > options->common.buffer_count)
        return failure_set(why, -EINVAL,
                           "%llu writers cannot share %llu buffers; give --buffer-count %llu or "
                           "more, or fewer --writers",
                           (unsigned long long)options->common.writers,
                           (unsigned long long)options->common.buffer_count,
                           (unsigned long long)options->common.writers);
    return 0;
}

/* Checking bytes needs bytes that were generated, stored and read. */
static int check_verification(const struct options *options, const struct wanted *wanted,
                              struct failure *why)
{
    if (!options->common.verify && !wanted->verifies)
        return 0;
    const char *asked = options->common.verify ? "--verify" : "a verify phase";
    if (options->common.generate == GENERATE_ONCE)
        return failure_set(why, -EINVAL,
                           "--generate once writes the same buffers again and again, which %s "
                           "cannot check; leave one of them out",
                           asked);
    if (options->common.engine == ENGINE_NULL)
        return failure_set(why, -EINVAL,
                           "--engine null stores nothing that %s could check; leave one of them "
                           "out",
                           asked);
    if (wanted->given && !wanted->reads)
        return failure_set(why, -EINVAL,
                           "--verify checks what read phases read, and --phases '%s' has none; "
                           "add read, or give --no-verify",
                           options->run.phases);
    return 0;
}

/* Probes compare two sides of writing: there must be both. */
static int check_ceilings(const struct options *options, const struct wanted *wanted,
                          struct failure *why)
{
    if (!options->run.ceilings)
        return 0;
    if (options->common.generate == GENERATE_ONCE)
        return failure_set(why, -EINVAL,
                           "--generate once makes no data meanwhile that --ceilings could compare "
                           "with storing them; leave one of them out");
    if (options->common.engine == ENGINE_NULL)
        return failure_set(why, -EINVAL,
                           "--engine null stores nothing that --ceilings could probe; leave one of "
                           "them out");
    if (wanted->given && !wanted->writes)
        return failure_set(why, -EINVAL,
                           "--ceilings tells what writing could reach, and --phases '%s' has no "
                           "write; add it, or leave --ceilings out",
                           options->run.phases);
    return 0;
}

static int check_null_device(const struct options *options, const struct wanted *wanted,
                             struct failure *why)
{
    for (size_t i = 0; i < options->common.target_count; i++) {
        if (strcmp(options->common.targets[i], "/dev/null") != 0)
            continue;
        if (wanted->reads)
            return failure_set(why, -EINVAL,
                               "'/dev/null' gives nothing back; use --phases write, or another "
                               "target");
        if (options->common.verify)
            return failure_set(why, -EINVAL,
                               "'/dev/null' keeps nothing that --verify could check; leave "
                               "--verify out, or name another target");
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
            return failure_set(why, -EINVAL, "--%s: its value is empty (%s)", option_table[id].name,
                               option_table[id].argument);
    }
    const char *shift = options->common.shift;
    uint64_t nodes;
    if (shift && strcmp(shift, "auto") != 0 && strcmp(shift, "none") != 0 &&
        units_parse_count(shift, &nodes, NULL))
        return failure_set(why, -EINVAL, "--shift: '%s' is not auto, none or a number of nodes",
                           shift);
    return 0;
}

/* The bounds of the generator, before it is asked; NaN is outside of any. */
static int check_ratios(const struct options *options, struct failure *why)
{
    if (!(options->common.compress_ratio >= 1 && options->common.compress_ratio <= 16))
        return failure_set(why, -EINVAL, "--compress-ratio is %g; 1 to 16 can be made",
                           options->common.compress_ratio);
    if (!(options->common.dedup_ratio >= 1 && options->common.dedup_ratio <= 1000))
        return failure_set(why, -EINVAL, "--dedup-ratio is %g; 1 to 1000 can be made",
                           options->common.dedup_ratio);
    uint64_t block = options->common.dedup_block_bytes;
    if (block == 0 || block % 512 != 0)
        return failure_set(why, -EINVAL,
                           "--dedup-block is %llu bytes; give a multiple of 512, such as 4k",
                           (unsigned long long)block);
    if (options->common.dedup_ratio > 1 && options_given(options, OPTION_BUFFER_SIZE) &&
        block > options->common.buffer_size_bytes)
        return failure_set(why, -EINVAL,
                           "--dedup-block %llu is larger than --buffer-size %llu; give a larger "
                           "--buffer-size",
                           (unsigned long long)block,
                           (unsigned long long)options->common.buffer_size_bytes);
    if (options->common.generate == GENERATE_ONCE &&
        (options->common.compress_ratio > 1 || options->common.dedup_ratio > 1))
        return failure_set(why, -EINVAL,
                           "--generate once writes the same buffers again and again, which keeps "
                           "no ratio; leave it or the ratios out");
    return 0;
}

/* What belongs to one engine, or excludes the other way past the page cache. */
static int check_engine(const struct options *options, struct failure *why)
{
    bool rings = options->common.engine == ENGINE_AUTO || options->common.engine == ENGINE_URING;
    if (options->common.batch > 1 && options->common.engine != ENGINE_PWRITEV)
        return failure_set(why, -EINVAL, "--batch needs --engine pwritev");
    if (options->common.batch > 1024)
        return failure_set(why, -EINVAL, "--batch is %llu; one call takes at most 1024",
                           (unsigned long long)options->common.batch);
    if (options_given(options, OPTION_DEPTH) && options->common.depth < options->common.batch)
        return failure_set(
            why, -EINVAL, "--batch %llu never fills with --depth %llu; leave --depth out",
            (unsigned long long)options->common.batch, (unsigned long long)options->common.depth);
    if (!rings && (options->common.uring_sqpoll || options->common.uring_iopoll ||
                   options->common.fixed_buffers == REQUIRE))
        return failure_set(why, -EINVAL, "--%s needs --engine uring",
                           options->common.uring_sqpoll   ? "uring-sqpoll"
                           : options->common.uring_iopoll ? "uring-iopoll"
                                                          : "fixed-buffers require");
    if (options->common.uncached &&
        (options->common.direct == REQUIRE || options->common.uring_iopoll))
        return failure_set(why, -EINVAL,
                           "--uncached goes through the page cache and excludes %s; leave one of "
                           "them out",
                           options->common.uring_iopoll ? "--uring-iopoll" : "--direct require");
    if (options->common.uring_iopoll && options->common.direct == NEVER)
        return failure_set(why, -EINVAL,
                           "--uring-iopoll polls the device and needs O_DIRECT; leave --direct "
                           "never out");
    return 0;
}

static int check_repeat(const struct options *options, struct failure *why)
{
    struct repeat repeat;
    return repeat_words_read(options->run.repeat, &repeat, why);
}

static int check_floor(const struct options *options, struct failure *why)
{
    if (options->common.free_space_floor > 99)
        return failure_set(why, -EINVAL,
                           "--free-space-floor is %llu percent; 0 (off) to 99 can be kept free",
                           (unsigned long long)options->common.free_space_floor);
    return 0;
}

/* Everything that it needs stands in the result. */
static int check_cleanup(const struct options *options, struct failure *why)
{
    if (options->common.target_count)
        return failure_set(why, -EINVAL,
                           "--cleanup knows from the result what to remove; give no target");
    if (options->run.options_from)
        return failure_set(why, -EINVAL,
                           "--cleanup and --options-from exclude each other; give "
                           "one of them");
    return 0;
}

/* The rules within one section, or of a run without sections. */
static int check_one(const struct options *options, struct failure *why)
{
    static int (*const rules[])(const struct options *, struct failure *) = {
        check_texts, check_targets, check_one_size, check_not_zero, check_offsets,
        check_pool,  check_floor,   check_repeat,   check_ratios,   check_engine,
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        int status = rules[i](options, why);
        if (status)
            return status;
    }
    struct wanted wanted;
    int status = check_phases(options, &wanted, why);
    if (status == 0)
        status = check_null_device(options, &wanted, why);
    if (status == 0)
        status = check_verification(options, &wanted, why);
    if (status == 0)
        status = check_ceilings(options, &wanted, why);
    return status;
}

/* A section as a run of its own: its phase alone, with its settings. */
static int check_section(const struct options *options, size_t index, struct failure *why)
{
    const struct section *section = &options->sections[index];
    const size_t other = section_find(options, section->data);
    struct options view = {.run = options->run};
    struct settings written = {0};
    struct failure inner = {0};
    char phase[SECTION_NAME];
    text_copy(phase, sizeof phase, phase_kinds[section->phase].name);
    view.run.phases = phase;
    view.run.ceilings &= phase_kinds[section->phase].writes;
    if (!section_settings(options, index, &view.common, &inner) && other < options->section_count &&
        !section_settings(options, other, &written, &inner))
        section_adopt(&view.common, &written, &inner);
    if (!inner.code)
        check_one(&view, &inner);
    settings_release(&written);
    settings_release(&view.common);
    return inner.code ? failure_set(why, inner.code, "section '%s': %s", section->name, inner.text)
                      : 0;
}

int options_check(const struct options *options, struct failure *why)
{
    if (options->run.cleanup)
        return check_cleanup(options, why);
    if (!options->section_count)
        return check_one(options, why);
    sections_check(options, why);
    for (size_t i = 0; i < options->section_count && !why->code; i++)
        check_section(options, i, why);
    return why->code;
}
