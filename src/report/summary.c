#include "report/summary.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "options/options.h"
#include "summary_parts.h"
#include "table.h"

/* Of more repetitions than this only the last one's phases are shown in full. */
enum { TARGETS_SHOWN = 4, NODES_NAMED = 4, REPETITIONS_SHOWN = 2 };

static const char *const paints[] = {
    [PAINT_BOLD] = "\033[1m", [PAINT_GOOD] = "\033[32m", [PAINT_DOUBT] = "\033[33m",
    [PAINT_BAD] = "\033[31m", [PAINT_DIM] = "\033[2m",   [PAINT_OFF] = "\033[0m",
};

const char *paint_on(const struct summary_style *style, enum paint paint)
{
    return style->colour ? paints[paint] : "";
}

const char *paint_off(const struct summary_style *style)
{
    return paint_on(style, PAINT_OFF);
}

size_t summary_colour_length(const char *text)
{
    for (size_t i = 0; i < sizeof paints / sizeof paints[0]; i++)
        if (strncmp(text, paints[i], strlen(paints[i])) == 0)
            return strlen(paints[i]);
    return 0;
}

static size_t letters_of(const char *bytes, size_t length)
{
    size_t letters = 0;
    for (size_t i = 0; i < length; i++)
        letters += (bytes[i] & 0xc0) != 0x80;
    return letters;
}

/* Words up to SUMMARY_WIDTH; the next lines begin under the first, none ends with a space. */
static void add_broken(struct text *out, const char *words)
{
    const size_t start = 2 + SUMMARY_LABEL;
    size_t column = start;
    size_t spaces = 0;
    for (const char *word = words; *word;) {
        size_t length = strcspn(word, " \n");
        size_t letters = letters_of(word, length);
        if (column > start && (column + spaces + letters > SUMMARY_WIDTH || word[-1] == '\n')) {
            text_add(out, "\n%*s", (int)start, "");
            column = start;
        } else {
            text_add(out, "%*s", (int)spaces, "");
            column += spaces;
        }
        text_add_bytes(out, word, length);
        column += letters;
        word += length;
        spaces = strspn(word, " ");
        word += spaces;
        word += *word == '\n';
    }
}

void summary_line(struct text *out, const char *label, const char *format, ...)
{
    char *words;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&words, format, arguments);
    va_end(arguments);
    if (length < 0) {
        out->failed = true;
        return;
    }
    text_add(out, "  %-*s", SUMMARY_LABEL, label);
    add_broken(out, words);
    text_add(out, "\n");
    free(words);
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static void write_who(const struct record *record, struct text *out)
{
    int64_t ranks = 0;
    struct text who = {0};
    for (size_t i = 0; i < record->node_count; i++)
        ranks += record->nodes[i].ranks;
    text_add(&who, "%lld rank%s on ", (long long)ranks, plural(ranks));
    if (record->node_count > 1)
        text_add(&who, "%zu nodes: ", record->node_count);
    for (size_t i = 0; i < record->node_count && i < NODES_NAMED; i++)
        text_add(&who, "%s%s", i ? ", " : "", record->nodes[i].hostname);
    if (record->node_count > NODES_NAMED)
        text_add(&who, " ... %s", record->nodes[record->node_count - 1].hostname);
    if (record->job.launched)
        text_add(&who, "; by %s", record->job.launcher);
    if (record->job.job_id[0])
        text_add(&who, ", job %s", record->job.job_id);
    if (record->job.partition[0])
        text_add(&who, " in %s", record->job.partition);
    if (record->node_count > 0)
        summary_line(out, "ranks", "%s", text_string(&who));
    out->failed |= who.failed;
    text_release(&who);
}

/* Each path once, as its first node found it. */
static void write_targets(const struct record *record, struct text *out)
{
    size_t shown = 0;
    size_t more = 0;
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = strcmp(record->targets[j].path, target->path) == 0;
        if (seen)
            continue;
        if (shown == TARGETS_SHOWN) {
            more++;
            continue;
        }
        char free_text[UNITS_TEXT];
        char size_text[UNITS_TEXT];
        struct text about = {0};
        units_format_size(target->free_bytes > 0 ? (uint64_t)target->free_bytes : 0, free_text);
        units_format_size(target->size_bytes > 0 ? (uint64_t)target->size_bytes : 0, size_text);
        text_add(&about, "%s   %s", target->path,
                 target->file_system[0] ? target->file_system
                                        : record_target_kind_name(target->kind));
        if (target->device[0])
            text_add(&about, " on %s", target->device);
        if (target->size_bytes > 0)
            text_add(&about, ", %s free of %s", free_text, size_text);
        if (target->ram_backed)
            text_add(&about, ", in memory");
        summary_line(out, shown ? "" : "target", "%s", text_string(&about));
        out->failed |= about.failed;
        text_release(&about);
        shown++;
    }
    if (more)
        summary_line(out, "", "and %zu more", more);
}

/* Settings that decide what the numbers mean; what the record does not hold is left out. */
static void write_settings(const struct record *record, struct text *out)
{
    struct text settings = {0};
    if (record->options)
        options_print_shown(record->options, &settings);
    if (settings.length)
        summary_line(out, "settings", "%s", text_string(&settings));
    for (size_t i = 0; record->options; i++) {
        out->failed |= settings.failed; /* the next clear forgets it */
        text_clear(&settings);
        if (!options_print_section(record->options, i, &settings))
            break;
        summary_line(out, "section", "%s", text_string(&settings));
    }
    out->failed |= settings.failed;
    text_release(&settings);
}

static enum paint status_paint(enum record_status status)
{
    if (status == RECORD_COMPLETE)
        return PAINT_GOOD;
    return status == RECORD_FAILED ? PAINT_BAD : PAINT_DOUBT;
}

static void write_head(const struct record *record, const struct summary_style *style,
                       struct text *out)
{
    text_add(out, "%stidemill %s%s   run %s   %s%s%s\n", paint_on(style, PAINT_BOLD),
             record->tool_version, paint_off(style), record->run_id,
             paint_on(style, status_paint(record->status)), record_status_name(record->status),
             paint_off(style));
    if (record->status == RECORD_RUNNING)
        text_add(out,
                 "  the run has not ended (or was killed): these are the phases done so far;\n"
                 "  what a dead run left goes with 'tidemill run --cleanup' and this result\n");
    if (record->status == RECORD_INTERRUPTED)
        text_add(out, "  the run was interrupted: these are the phases done until then\n");
    write_who(record, out);
    write_targets(record, out);
    write_settings(record, out);
    if (record->started_utc[0])
        summary_line(out, "started", "%s%s%s", record->started_utc,
                     record->finished_utc[0] ? ", ended " : "", record->finished_utc);
    if (record->label && record->label[0])
        summary_line(out, "label", "%s", record->label);
}

static void write_advice(const struct record *record, const struct summary_style *style,
                         struct text *out)
{
    static const struct {
        enum record_severity severity;
        enum paint paint;
    } severities[] = {
        {SEVERITY_SERIOUS, PAINT_BAD}, {SEVERITY_WARNING, PAINT_DOUBT}, {SEVERITY_NOTE, PAINT_DIM}};
    if (record->advice_count == 0)
        return;
    text_add(out, "\n%sadvice%s\n", paint_on(style, PAINT_BOLD), paint_off(style));
    for (size_t group = 0; group < sizeof severities / sizeof severities[0]; group++)
        for (size_t i = 0; i < record->advice_count; i++) {
            const struct record_advice *advice = &record->advice[i];
            if (advice->severity != severities[group].severity)
                continue;
            text_add(out, "%s", paint_on(style, severities[group].paint));
            text_add(out, "  %-*s%s", SUMMARY_LABEL, record_severity_name(advice->severity),
                     paint_off(style));
            add_broken(out, advice->text ? advice->text : "");
            text_add(out, "\n");
        }
}

void summary_write(const struct record *record, const struct summary_style *style, struct text *out)
{
    write_head(record, style, out);
    int64_t last = record->phase_count ? record->phases[record->phase_count - 1].repetition : 0;
    for (size_t i = 0; i < record->phase_count; i++) {
        if (last > REPETITIONS_SHOWN && record->phases[i].repetition < last && !style->verbose)
            continue;
        text_add(out, "\n");
        summary_phase(record, &record->phases[i], style, out);
    }
    if (record->phase_count == 0)
        text_add(out, "\n  no phase has ended\n");
    summary_repetitions(record, style, out);
    write_advice(record, style, out);
}
