/* SPDX-License-Identifier: Apache-2.0 */
/* "workload": what the phases were requested to do, from the settings that the record holds. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "options/options.h"
#include "summary_parts.h"
#include "workloads.h"

bool summary_had_time(const struct record *record)
{
    const char *options = record->options ? record->options : "";
    return (strncmp(options, "time = ", 7) == 0 || strstr(options, "\ntime = ")) &&
           *options != '[' && !strstr(options, "\n[");
}

/* "1 MiB": an exact size with its unit apart. */
static void add_apart(const char *exact, struct text *out)
{
    const size_t digits = strspn(exact, "0123456789.");
    text_add(out, "%.*s %s", (int)digits, exact, exact[digits] ? exact + digits : "B");
}

static void add_exact(uint64_t bytes, struct text *out)
{
    char exact[UNITS_TEXT];
    units_format_exact_size(bytes, exact);
    add_apart(exact, out);
}

/* The first phase of a section (all phases without sections) that writes, or that reads. */
static const struct record_phase *find(const struct record *record, const char *section,
                                       bool writes)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (phase->unit == UNIT_BYTE && strcmp(phase->section, section) == 0 &&
            (writes ? phase->writes : phase->reads))
            return phase;
    }
    return NULL;
}

/* The first phase of a section that counts operations. */
static const struct record_phase *find_operations(const struct record *record, const char *section)
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].unit == UNIT_OPERATION &&
            strcmp(record->phases[i].section, section) == 0)
            return &record->phases[i];
    return NULL;
}

static bool has_phase(const struct record *record, const char *section)
{
    return find(record, section, true) || find(record, section, false) ||
           find_operations(record, section);
}

/* How much, and when it ends. */
static void add_amount(const struct settings *settings, const struct record_phase *phase,
                       bool one_phase, struct text *out)
{
    char size[UNITS_TEXT];
    char time[UNITS_TEXT];
    units_format_exact_duration(settings->time_ns, time);
    if (phase && phase->amount_planned > 0 && !phase->open_ended) {
        units_show_amount((uint64_t)phase->amount_planned, phase->unit, size);
        text_add(out, "%s%s%s", settings->time_ns && !settings->loop ? "at most " : "", size,
                 phase->ranks_total > 1 ? " in total" : "");
        text_add(out, settings->loop      ? ", read or rewritten again and again for "
                      : settings->time_ns ? " or "
                                          : ", ");
    }
    if (settings->time_ns) {
        add_apart(time, out);
        text_add(out, settings->loop || one_phase ? ", " : " for each phase, ");
    }
    if (settings->until_steady)
        text_add(out, "until the rate is steady, ");
}

static const char *layout_name(const struct record *record, const struct settings *settings)
{
    static const char *const layouts[] = {[LAYOUT_RANK] = "one file per rank",
                                          [LAYOUT_SHARED] = "one file shared by all ranks",
                                          [LAYOUT_WRITER] = "one file per I/O thread"};
    switch (record->target_count ? record->targets[0].kind : TARGET_KIND_DIRECTORY) {
    case TARGET_KIND_DEVICE:
        return "the whole device";
    case TARGET_KIND_FILE:
    case TARGET_KIND_OTHER:
        return "one file";
    case TARGET_KIND_NULL:
        return "no files";
    case TARGET_KIND_DIRECTORY:
        break;
    }
    return layouts[settings->layout];
}

static void add_pattern(const struct record *record, const struct settings *settings,
                        const struct record_phase *phase, struct text *out)
{
    static const char *const orders[] = {[ORDER_SEQUENTIAL] = "sequential",
                                         [ORDER_STRIDED] = "every 16th request first",
                                         [ORDER_RANDOM] = "random order",
                                         [ORDER_RANDOM_REPEAT] = "random order with repetitions"};
    const uint64_t depth = phase && phase->depth > 0 ? (uint64_t)phase->depth : settings->depth;
    const uint64_t threads = settings->writers;
    const uint64_t makers = settings->producers;
    if (settings->files_per_rank > 1)
        text_add(out, "%llu files per rank, ", (unsigned long long)settings->files_per_rank);
    else
        text_add(out, "%s, ", layout_name(record, settings));
    if (settings->interleave_bytes) {
        text_add(out, "in turns of ");
        add_exact(settings->interleave_bytes, out);
        text_add(out, ", ");
    }
    text_add(out, "%s, ",
             settings->files_per_rank > 1 && settings->order == ORDER_RANDOM
                 ? "whole files in random order"
                 : orders[settings->order]);
    if (settings->buffer_size_bytes) {
        add_exact(settings->buffer_size_bytes, out);
        text_add(out, " requests, ");
    }
    if (threads && depth)
        text_add(out, "%llu I/O thread%s x depth %llu and %llu data thread%s per rank, ",
                 (unsigned long long)threads, summary_plural((int64_t)threads),
                 (unsigned long long)depth, (unsigned long long)makers,
                 summary_plural((int64_t)makers));
}

/* Engine, page cache, sync. */
static void add_mode(const struct settings *settings, const struct record_phase *phase, bool writes,
                     struct text *out)
{
    static const char *const directs[] = {
        [PREFER] = "O_DIRECT if possible", [REQUIRE] = "O_DIRECT required", [NEVER] = "buffered"};
    static const char *const syncs[] = {[FSYNC_END] = ", fsync at end",
                                        [FSYNC_EACH] = ", fsync after each request",
                                        [FSYNC_NEVER] = ", no fsync"};
    static const char *const caches[] = {[CACHE_MEASURE] = "",
                                         [CACHE_DROP] = ", page cache dropped before reading",
                                         [CACHE_KEEP] = ", page cache kept before reading"};
    if (phase && phase->engine_used[0])
        text_add(out, "engine %s, ", phase->engine_used);
    if (phase && phase->discards) {
        text_add(out, "nothing stored");
        return;
    }
    text_add(out, "%s", settings->uncached ? "RWF_DONTCACHE" : directs[settings->direct]);
    text_add(out, "%s", writes ? syncs[settings->fsync] : "");
    text_add(out, "%s%s", writes && settings->preallocate ? ", preallocated" : "",
             caches[settings->cache]);
    if (settings->rate_bytes) {
        text_add(out, ", at most ");
        add_exact(settings->rate_bytes, out);
        text_add(out, "/s per rank");
    }
}

static void add_data(const struct settings *settings, struct text *out)
{
    char ratio[UNITS_TEXT];
    const bool dedup = settings->dedup_ratio > 1;
    const bool compress = settings->compress_ratio > 1;
    if (settings->generate == GENERATE_ONCE)
        text_add(out, ", the same buffers again and again");
    else if (!dedup && !compress)
        text_add(out, ", unique incompressible data");
    if (dedup) {
        units_format_real(settings->dedup_ratio, ratio);
        text_add(out, ", each block of ");
        add_exact(settings->dedup_block_bytes, out);
        text_add(out, " %s times", ratio);
    }
    if (compress) {
        units_format_real(settings->compress_ratio, ratio);
        text_add(out, ", data that compress %s:1", ratio);
    }
}

/* Where the objects are. */
static void add_directories(const struct settings *settings, struct text *out)
{
    const bool shared = settings->shared_directory;
    if (settings->fan_out)
        text_add(out, ", in directories of %s with at most %llu each",
                 shared ? "all ranks" : "each rank", (unsigned long long)settings->fan_out);
    else
        text_add(out, ", in %s", shared ? "one directory of all ranks" : "a directory per rank");
    if (settings->tree_depth)
        text_add(out, ", %llu level%s deep", (unsigned long long)settings->tree_depth,
                 summary_plural((int64_t)settings->tree_depth));
}

/* What phases that count operations work on. */
static void add_objects(const struct settings *settings, const struct record_phase *phase,
                        struct text *out)
{
    static const char *const kinds[][2] = {{"files", "file"}, {"directories", "directory"}};
    const bool counted = settings->objects_per_rank > 0;
    if (counted)
        text_add(out, "%llu ", (unsigned long long)settings->objects_per_rank);
    text_add(out, "%s%s per rank%s", counted ? "" : "as many ",
             kinds[settings->objects != 0][settings->objects_per_rank == 1],
             counted ? "" : " as --time allows");
    if (settings->object_size_bytes) {
        text_add(out, " of ");
        add_exact(settings->object_size_bytes, out);
    }
    add_directories(settings, out);
    text_add(out, ", %llu I/O thread%s x depth %lld per rank",
             (unsigned long long)settings->writers, summary_plural((int64_t)settings->writers),
             (long long)phase->depth);
    if (phase->engine_used[0])
        text_add(out, ", engine %s", phase->engine_used);
    if (phase->written_by == WRITTEN_BY_EARLIER_RUN)
        text_add(out, "; created by an earlier run");
}

/* Which rank read the data. */
static void add_source(const struct record_phase *read, struct text *out)
{
    if (!read || read->written_by == WRITTEN_BY_NOBODY)
        return;
    if (read->written_by == WRITTEN_BY_EARLIER_RUN)
        text_add(out, "written by an earlier run, read by ");
    else
        text_add(out, "read back by ");
    if (read->shift == 0)
        text_add(out, "the rank that wrote it");
    else if (read->shift == 1)
        text_add(out, "the rank on the next node (shift 1)");
    else
        text_add(out, "the rank %lld nodes away (shift %lld)", (long long)read->shift,
                 (long long)read->shift);
    if (read->shift && read->same_node_ranks)
        text_add(out, ", by the same node for %lld of %lld ranks", (long long)read->same_node_ranks,
                 (long long)read->ranks_total);
}

static void add_workload(const struct record *record, const struct settings *settings,
                         const struct section *section, struct workload *workload)
{
    const char *name = section ? section->name : "";
    const struct record_phase *write = find(record, name, true);
    const struct record_phase *read = find(record, name, false);
    const struct record_phase *phase = write ? write : read;
    const struct record_phase *operations = find_operations(record, name);
    struct text *out = &workload->what;
    workload->section = name;
    workload->data = section ? section->data : "";
    workload->seed = settings->seed;
    if (operations)
        add_objects(settings, operations, out);
    workload->objects_only = operations && !phase;
    if (workload->objects_only)
        return;
    text_add(out, "%s", operations ? "; " : "");
    add_amount(settings, phase, section != NULL, out);
    add_pattern(record, settings, phase, out);
    add_mode(settings, phase, write || !read, out);
    if (write || !read)
        add_data(settings, out);
    if (!record->phase_count && (record->sweep_count || record->tune_count))
        text_add(out, "; apart from what %s changes", record->sweep_count ? "--sweep" : "tune");
    add_source(read, &workload->reader);
}

/* The settings of a section; those that it takes over from the section whose data it reads, too. */
static int section_resolve(const struct options *options, size_t index, struct settings *settings)
{
    struct failure ignored = {0};
    const char *data = options->sections[index].data;
    const size_t source = section_find(options, data);
    struct settings writer;
    int result = section_settings(options, index, settings, &ignored);
    if (result || !data[0] || source == options->section_count)
        return result;
    result = section_settings(options, source, &writer, &ignored);
    if (!result) {
        result = section_adopt(settings, &writer, options->sections[index].phase, &ignored);
        settings_release(&writer);
    }
    if (result)
        settings_release(settings);
    return result;
}

/* What a preset gave for a node, and what a rank got of it. */
static void write_preset(const struct record *record, const struct options *options,
                         struct text *out)
{
    struct text line = {0};
    if (!record->preset[0])
        return;
    text_add_printable(&line, record->preset);
    if (record->preset_writers)
        text_add(&line, ", for each node %lld I/O threads", (long long)record->preset_writers);
    if (record->preset_buffers)
        text_add(&line, "%s%lld buffers", record->preset_writers ? " and " : ", for each node ",
                 (long long)record->preset_buffers);
    if ((record->preset_writers || record->preset_buffers) && !options->section_count)
        text_add(&line, "; for each rank %llu I/O thread%s and %llu buffer%s",
                 (unsigned long long)options->common.writers,
                 options->common.writers == 1 ? "" : "s",
                 (unsigned long long)options->common.buffer_count,
                 options->common.buffer_count == 1 ? "" : "s");
    summary_line(out, "preset", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

/* A result passes --keep on to a run with its options. */
static void write_kept(const struct record *record, const struct options *options, struct text *out)
{
    bool wrote = false;
    for (size_t i = 0; i < record->phase_count; i++)
        wrote |= record->phases[i].writes;
    if (options->run.keep && wrote && record->target_count &&
        record->targets[0].kind == TARGET_KIND_DIRECTORY)
        summary_line(out, "kept", "what is in directory tidemill-%s at the end (--keep)",
                     record->run_id);
}

/* Sets a workload for each section that ran; one without sections. Returns how many. */
static size_t find_workloads(const struct record *record, const struct options *options,
                             struct workload *list)
{
    size_t count = 0;
    if (!options->section_count)
        add_workload(record, &options->common, NULL, &list[count++]);
    for (size_t i = 0; i < options->section_count; i++) {
        const struct section *section = &options->sections[i];
        struct settings settings;
        if (record->phase_count && !has_phase(record, section->name))
            continue; /* only its data were read */
        if (section_resolve(options, i, &settings)) {
            list[count++].what.failed = true;
            break;
        }
        add_workload(record, &settings, section, &list[count++]);
        settings_release(&settings);
    }
    return count;
}

static void write_workloads(const struct record *record, const struct options *options,
                            bool verbose, struct text *out)
{
    struct workload *list = calloc(options->section_count + 1, sizeof *list);
    const size_t count = list ? find_workloads(record, options, list) : 0;
    out->failed |= !list;
    workloads_write(list, count, verbose, out);
    for (size_t i = 0; i < count; i++) {
        text_release(&list[i].what);
        text_release(&list[i].reader);
    }
    free(list);
}

void summary_workload(const struct record *record, const struct summary_style *style,
                      struct text *out)
{
    struct failure ignored = {0};
    struct options options;
    if (!record->options)
        return;
    options_init(&options, &ignored);
    if (!ignored.code &&
        !options_read(&options, record->options, "", SOURCE_FILE, true, &ignored) &&
        !sections_select(&options, true, &ignored)) {
        write_workloads(record, &options, style->verbose, out);
        write_preset(record, &options, out);
        write_kept(record, &options, out);
    }
    out->failed |= ignored.code == -ENOMEM;
    options_release(&options);
}
