/* SPDX-License-Identifier: Apache-2.0 */
/* The first lines of the summary: what was run, where, and how it ended. */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cached.h"
#include "report/requirements.h"
#include "summary_parts.h"

enum { COMMAND_SHOWN = 170, PATH_SHOWN = 50, TARGETS_SHOWN = 4, NODES_NAMED = 4 };

const char *summary_plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static int64_t count_warnings(const struct record *record)
{
    int64_t count = 0;
    for (size_t i = 0; i < record->advice_count; i++)
        count += record->advice[i].severity != SEVERITY_NOTE;
    return count;
}

static const struct record_phase *first_phase(const struct record *record,
                                              enum record_status status)
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].status == status)
            return &record->phases[i];
    return NULL;
}

static void add_phase_failure(const struct record_phase *phase, struct text *out)
{
    struct text reason = {0};
    summary_reason(phase, &reason);
    text_add(out, ": ");
    text_add_printable(out, phase->name);
    text_add(out, "%s%s", reason.length ? ": " : " failed", text_string(&reason));
    out->failed |= reason.failed;
    text_release(&reason);
}

/* Why the run counts as failed, in a few words. */
static void add_failure(const struct record *record, struct text *out)
{
    const struct record_phase *failed = first_phase(record, RECORD_FAILED);
    int64_t blocks = 0;
    for (size_t i = 0; i < record->phase_count; i++)
        blocks += record->phases[i].total.counters.bad_blocks;
    if (blocks)
        text_add(out, ": wrong data");
    else if (failed)
        add_phase_failure(failed, out);
}

static void add_status(const struct record *record, struct text *out)
{
    const struct record_phase *interrupted = first_phase(record, RECORD_INTERRUPTED);
    const int64_t warnings = count_warnings(record);
    switch (record->status) {
    case RECORD_RUNNING:
    case RECORD_SKIPPED:
        text_add(out, "RUNNING");
        return;
    case RECORD_COMPLETE:
        text_add(out, "COMPLETE");
        break;
    case RECORD_FAILED:
        text_add(out, "FAILED");
        add_failure(record, out);
        break;
    case RECORD_INTERRUPTED:
        text_add(out, "INTERRUPTED");
        if (interrupted)
            text_add(out, " during %s", interrupted->name);
        break;
    }
    if (warnings)
        text_add(out, "%s %lld warning%s", record->status == RECORD_COMPLETE ? " with" : ", with",
                 (long long)warnings, summary_plural(warnings));
    if (record->exit_code)
        text_add(out, " (exit code %lld)", (long long)record->exit_code);
}

static enum paint status_paint(const struct record *record)
{
    if (record->status == RECORD_COMPLETE)
        return count_warnings(record) ? PAINT_WARNING : PAINT_GOOD;
    return record->status == RECORD_FAILED ? PAINT_BAD : PAINT_WARNING;
}

static void write_status(const struct record *record, const struct summary_style *style,
                         struct text *out)
{
    struct text status = {0};
    add_status(record, &status);
    text_add(out, "%stidemill %s%s   run %s   %s%s%s\n", paint_on(style, PAINT_BOLD),
             record->tool_version, paint_off(style), record->run_id,
             paint_on(style, status_paint(record)), text_string(&status), paint_off(style));
    if (record->status == RECORD_FAILED && !first_phase(record, RECORD_FAILED)) {
        text_clear(&status);
        if (requirements_unmet(record, &status))
            summary_text(out, PAINT_BAD, style, "because", text_string(&status));
    }
    if (record->status == RECORD_RUNNING)
        text_add(out,
                 "  the run has not ended (or was killed)%s;\n"
                 "  'tidemill run --cleanup' and this result remove what a dead run left\n",
                 record->phase_count ? ", and only these phases have" : "");
    out->failed |= status.failed;
    text_release(&status);
}

static void write_command(const struct record *record, const struct summary_style *style,
                          struct text *out)
{
    struct text command = {0};
    const char *line = record->command_line ? record->command_line : "";
    summary_shorten(line, strlen(line), style->verbose ? strlen(line) : COMMAND_SHOWN, &command);
    if (*line)
        summary_line(out, "command", "%s", text_string(&command));
    out->failed |= command.failed;
    text_release(&command);
}

/* "2026-11-29T19:35:36Z" without the letters; without the date if it is that of 'before'. */
static void add_time(const char *utc, const char *before, struct text *out)
{
    const size_t date = strcspn(utc, "T");
    const char *time = utc + date + (utc[date] == 'T');
    if (strncmp(utc, before, date + 1) != 0)
        text_add(out, "%.*s ", (int)date, utc);
    text_add(out, "%.*s", (int)strcspn(time, "Z"), time);
}

/* "2 cores, 23.5 GiB each": the least of the nodes, if they differ. */
static void add_nodes_size(const struct record *record, struct text *out)
{
    const struct record_node *first = &record->nodes[0];
    int64_t cpus = first->cpus;
    int64_t memory = first->memory_bytes;
    bool alike = true;
    char size[UNITS_TEXT];
    for (size_t i = 1; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        alike = alike && node->cpus == first->cpus && node->memory_bytes == first->memory_bytes;
        cpus = node->cpus < cpus ? node->cpus : cpus;
        memory = node->memory_bytes < memory ? node->memory_bytes : memory;
    }
    if (cpus <= 0 || memory <= 0)
        return;
    units_format_size((uint64_t)memory, size);
    text_add(out, "; %s%lld core%s, %s%s", alike ? "" : "at least ", (long long)cpus,
             summary_plural(cpus), size, record->node_count > 1 ? " each" : "");
}

static void write_where(const struct record *record, struct text *out)
{
    int64_t ranks = 0;
    const size_t nodes = record->node_count;
    struct text where = {0};
    for (size_t i = 0; i < nodes; i++)
        ranks += record->nodes[i].ranks;
    text_add(&where, "%lld rank%s on %zu node%s (", (long long)ranks, summary_plural(ranks), nodes,
             summary_plural((int64_t)nodes));
    for (size_t i = 0; i < nodes && i < NODES_NAMED; i++)
        text_add(&where, "%s%s", i ? ", " : "", record->nodes[i].hostname);
    if (nodes > NODES_NAMED)
        text_add(&where, "%s%s", nodes > NODES_NAMED + 1 ? " ... " : ", ",
                 record->nodes[nodes - 1].hostname);
    if (nodes)
        add_nodes_size(record, &where);
    text_add(&where, ")");
    if (record->job.launched)
        text_add(&where, ", %s", record->job.launcher);
    if (record->job.job_id[0])
        text_add(&where, ", job %s", record->job.job_id);
    if (record->job.partition[0])
        text_add(&where, " in %s", record->job.partition);
    if (record->started_utc[0]) {
        text_add(&where, ", ");
        add_time(record->started_utc, "", &where);
        if (record->finished_utc[0]) {
            text_add(&where, " to ");
            add_time(record->finished_utc, record->started_utc, &where);
        }
        text_add(&where, " UTC");
    }
    if (nodes > 0)
        summary_line(out, "where", "%s", text_string(&where));
    out->failed |= where.failed;
    text_release(&where);
}

/* Which nodes see the target: the first node's row represents all. */
static void add_place(const struct record *record, const struct record_target *target,
                      struct text *out)
{
    const size_t nodes = record->node_count;
    if (target->kind == TARGET_KIND_NULL)
        text_add(out, ", discards everything");
    else if (target->ram_backed)
        text_add(out, ", in memory");
    else if (nodes > 1 && target->shared == TRUTH_YES)
        text_add(out, ", shared by all %zu nodes", nodes);
    else if (nodes > 1 && target->shared == TRUTH_NO)
        text_add(out, ", each node has its own");
    else if (nodes == 1 && !cached_by_others(target))
        text_add(out, ", local to the node");
    if (cached_by_others(target) && target->source[0])
        text_add(out, ", mounted from %s", target->source);
    if (target->cached_below)
        text_add(out, ", %s uses the page cache for its file", target->backing);
}

/* As the tool of its file system reports it. */
static void add_stripes(const struct record_target *target, struct text *out)
{
    char bytes[UNITS_TEXT];
    if (target->striping == STRIPING_NONE)
        return;
    units_format_size((uint64_t)target->stripe_bytes, bytes);
    if (target->stripe_count > 0)
        text_add(out, ", %lld stripe%s of %s", (long long)target->stripe_count,
                 summary_plural(target->stripe_count), bytes);
    else
        text_add(out, ", stripes of %s%s", bytes,
                 target->stripe_count < 0 ? " over all its targets" : "");
    text_add(out, "%s", target->stripe_set ? " (set by this run)" : "");
}

static void write_target(const struct record *record, const struct record_target *target,
                         const char *label, struct text *out)
{
    char free_text[UNITS_TEXT];
    char size_text[UNITS_TEXT];
    struct text about = {0};
    summary_shorten(target->path, strlen(target->path), PATH_SHOWN, &about);
    text_add(&about, ": %s%s%s",
             target->file_system[0]             ? target->file_system
             : target->kind == TARGET_KIND_NULL ? "no storage"
                                                : record_target_kind_name(target->kind),
             target->device[0] ? " on " : "", target->device);
    add_place(record, target, &about);
    add_stripes(target, &about);
    if (target->size_bytes > 0) {
        units_format_size(target->free_bytes > 0 ? (uint64_t)target->free_bytes : 0, free_text);
        units_format_size((uint64_t)target->size_bytes, size_text);
        if (target->kind == TARGET_KIND_FILE)
            text_add(&about, ", %s, with %s free on its file system", size_text, free_text);
        else
            text_add(&about, ", %s free of %s", free_text, size_text);
    }
    summary_line(out, label, "%s", text_string(&about));
    out->failed |= about.failed;
    text_release(&about);
}

/* Each path once, as the first node detected it. */
static void write_targets(const struct record *record, struct text *out)
{
    size_t shown = 0;
    size_t more = 0;
    for (size_t i = 0; i < record->target_count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = strcmp(record->targets[j].path, record->targets[i].path) == 0;
        if (seen)
            continue;
        if (shown < TARGETS_SHOWN)
            write_target(record, &record->targets[i], shown++ ? "" : "target", out);
        else
            more++;
    }
    if (more)
        summary_line(out, "", "and %zu more", more);
}

void summary_head(const struct record *record, const struct summary_style *style, struct text *out)
{
    write_status(record, style, out);
    if (record->phase_count)
        summary_quote(record, out);
    write_command(record, style, out);
    write_where(record, out);
    write_targets(record, out);
    summary_workload(record, style, out);
    if (record->label && record->label[0])
        summary_line(out, "label", "%s", record->label);
}
