/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of one phase. */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "bottleneck.h"
#include "figures.h"
#include "parts.h"
#include "summary_parts.h"

/* A gap is shown if it is a tenth of the phase; handling of buffers if it takes a tenth of the
 * requests' time. */
enum { EXIT_OF_SIGNAL = 128, DIFFERENCES_SHOWN = 4, GAP_SHOWN = 10, HANDLING_SHOWN = 10 };

static void write_time(const struct record_phase *phase, struct text *out)
{
    struct text line = {0};
    parts_print(phase, &line);
    summary_line(out, "time", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

/* Did the user name the size of what the run wrote? Its end is then as requested. */
static bool had_size(const struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (record->phases[i].writes && record->phases[i].unit == UNIT_BYTE)
            return !record->phases[i].open_ended;
    return false;
}

/* What ended the phase, if that was not the end of the work that was requested. */
static void write_end(const struct record *record, const struct record_phase *phase,
                      struct text *out)
{
    static const char *const ends[] = {
        [END_UNSTARTED] = "",
        [END_SIZE] = "",
        [END_TIME] = "by --time",
        [END_STEADY] = "by --until-steady: the last five rounds were steady",
        [END_SIGNAL] = "by a signal",
        [END_FAILURE] = "",
        [END_STALL] = "because storage did not answer",
    };
    char planned[UNITS_TEXT];
    char share[FIGURES_TEXT];
    struct text line = {0};
    if (phase->ended_by == END_FAILURE)
        summary_reason(phase, &line);
    if (ends[phase->ended_by][0])
        text_add(&line, "%s", ends[phase->ended_by]);
    else if (phase->ended_by == END_SIZE && phase->open_ended)
        text_add(&line, "when the free space was used up, before --time");
    else if (phase->ended_by == END_SIZE && summary_had_time(record) && !had_size(record))
        text_add(&line, "when all was done, before --time");
    if (phase->ended_by == END_SIGNAL && record->exit_code > EXIT_OF_SIGNAL)
        text_add(&line, " (SIG%s)", sigabbrev_np((int)record->exit_code - EXIT_OF_SIGNAL));
    const bool all_tried = phase->ended_by == END_SIZE && phase->unit != UNIT_BYTE &&
                           parts_went_on(phase); /* what is missing has failed */
    if (phase->amount_planned > phase->amount && !phase->open_ended && !all_tried) {
        units_show_amount((uint64_t)phase->amount_planned, phase->unit, planned);
        figures_share(phase->amount, phase->amount_planned, share);
        text_add(&line, "%safter %s of the planned %s", line.length ? ", " : "", share, planned);
    }
    if (line.length)
        summary_line(out, phase->ended_by >= END_SIGNAL ? "stopped" : "ended", "%s",
                     text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

/* Is the rate while all ranks were at work higher by enough to explain the rate of the whole? */
static bool was_slower_later(const struct record_phase *phase)
{
    return phase->ranks_total > 1 && figures_rate(phase->active_amount, phase->active_ns) >
                                         1.05 * figures_rate(phase->amount, phase->duration_ns);
}

/* The first rate is the one to quote: it contains everything until the data were safe. */
static void write_rate(const struct record_phase *phase, struct text *out)
{
    char rate[FIGURES_TEXT];
    char active[FIGURES_TEXT];
    figures_rate_in(figures_rate(phase->amount, phase->duration_ns), phase->unit, rate);
    figures_rate_in(figures_rate(phase->active_amount, phase->active_ns), phase->unit, active);
    struct text line = {0};
    text_add(&line, "%s%s", rate, parts_covered(phase));
    if (was_slower_later(phase) && phase->status == RECORD_COMPLETE)
        text_add(&line, "; %s while all ranks were %s", active, parts_verb(phase));
    summary_line(out, "rate", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

/* Where in the range of --expected-rate the phase is. */
static void write_expected(const struct record *record, const struct record_phase *phase,
                           struct text *out)
{
    static const double gb = 1e9;
    const int64_t nodes = record->node_count ? (int64_t)record->node_count : 1;
    const double rate = figures_rate(phase->amount, phase->duration_ns) / (double)nodes;
    const int64_t reached = (int64_t)rate;
    char least[FIGURES_TEXT], most[FIGURES_TEXT], own[FIGURES_TEXT], share[FIGURES_TEXT];
    if (!record->expected_least_per_s || phase->unit != UNIT_BYTE || phase->discards || rate <= 0)
        return;
    figures_rate_text((double)record->expected_least_per_s, gb, least);
    figures_rate_text((double)record->expected_most_per_s, gb, most);
    figures_rate_text(rate, gb, own);
    struct text line = {0};
    text_add(&line, "%s to %s GB/s%s; %s GB/s is ", least, most, nodes > 1 ? " for each node" : "",
             own);
    if (reached < record->expected_least_per_s) {
        figures_share(reached, record->expected_least_per_s, share);
        text_add(&line, "below, %s of the lower end", share);
    } else if (reached > record->expected_most_per_s) {
        figures_share(reached, record->expected_most_per_s, share);
        text_add(&line, "above, %s of the upper end", share);
    } else
        text_add(&line, "in this range");
    summary_line(out, "expected", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

static void write_steady(const struct record_phase *phase, const struct summary_style *style,
                         struct text *out)
{
    char rate[FIGURES_TEXT];
    char from[UNITS_TEXT];
    char round[UNITS_TEXT];
    char range[FIGURES_TEXT];
    char slope[FIGURES_TEXT];
    if (phase->bin_count == 0 || phase->steady == TRUTH_UNKNOWN)
        return;
    if (phase->steady != TRUTH_YES && !style->verbose)
        return; /* that is a note */
    units_format_duration(phase->round_ns, round);
    if (phase->steady != TRUTH_YES) {
        summary_line(out, "steady", "not reached, by rounds of %s", round);
        return;
    }
    figures_rate_in(figures_rate(phase->steady_amount, phase->steady_ns), phase->unit, rate);
    units_format_duration(phase->steady_from_ns, from);
    figures_share(phase->steady_range_ppm, 1000000, range);
    figures_fixed((double)phase->steady_slope_ppm / 1e4, 1, slope);
    summary_line(out, "steady", "%s in five rounds of %s from %s on (range %s, slope %s %%)", rate,
                 round, phase->steady_from_ns ? from : "the start", range, slope);
}

/* How well the common start was kept, and how exact its instants are. */
static void write_start(const struct record_phase *phase, struct text *out)
{
    char start[UNITS_TEXT];
    char error[UNITS_TEXT];
    if (phase->ranks_total < 2 || phase->slack_ns <= 0)
        return;
    units_format_duration(phase->start_skew_ns, start);
    units_format_duration(phase->clock_error_ns, error);
    struct text line = {0};
    text_add(&line, "ranks started within %s", start);
    if (phase->ranks_late)
        text_add(&line, ", %lld of them late by more than 1 ms", (long long)phase->ranks_late);
    if (phase->clock_error_ns)
        text_add(&line, ", give or take %s: so well the nodes' clocks are compared", error);
    summary_line(out, "skew", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

void summary_percentiles(const struct histogram *histogram, struct text *out)
{
    struct record_latency latency;
    record_latency_of(histogram, &latency);
    const struct {
        const char *name;
        int64_t ns;
    } shown[] = {{"p50", latency.p50_ns},
                 {"p99", latency.p99_ns},
                 {"p99.9", latency.p999_ns},
                 {"p99.99", latency.p9999_ns},
                 {"max", latency.max_ns}};
    char value[FIGURES_TEXT];
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (shown[i].ns < 0) /* there are too few requests */
            continue;
        figures_latency(shown[i].ns, value);
        text_add(out, "%s%s %s", i ? ", " : "", shown[i].name, value);
    }
}

static void write_histogram(const char *label, const struct histogram *histogram, const char *what,
                            struct text *out)
{
    struct text line = {0};
    if (histogram->total == 0)
        return;
    summary_percentiles(histogram, &line);
    summary_line(out, label, "%s of %llu %s", text_string(&line),
                 (unsigned long long)histogram->total, what);
    out->failed |= line.failed;
    text_release(&line);
}

/* The name of its file in the directory of the run. */
static const char *file_of(const struct record_slow *slow)
{
    const char *path = slow->path ? slow->path : "";
    const char *file = strrchr(path, '/');
    return file ? file + 1 : path;
}

/* "(vm:0.0, r0 at 917 MiB, at 1.21 s)": which request was the slowest. */
static void add_slowest(const struct record_slow *slow, enum amount_unit unit, struct text *out)
{
    char offset[UNITS_TEXT];
    char sent[UNITS_TEXT];
    units_format_size((uint64_t)slow->offset, offset);
    units_format_duration(slow->sent_ns, sent);
    text_add(out, " (%s, %s%s%s, at %s)", slow->name, file_of(slow),
             unit == UNIT_BYTE ? " at " : "", unit == UNIT_BYTE ? offset : "", sent);
}

static void write_latency(const struct record_phase *phase, struct text *out)
{
    struct text line = {0};
    if (phase->latency.total == 0)
        return;
    summary_percentiles(&phase->latency, &line);
    if (phase->slowest_count && !phase->discards)
        add_slowest(&phase->slowest[0], phase->unit, &line);
    summary_line(out, "latency", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
    write_histogram("intended", &phase->intended, "requests, from scheduled send to completion",
                    out);
}

/* What was listed: one call gets many names. */
static void write_listing(const struct record_phase *phase, struct text *out)
{
    if (!strcmp(phase->kind, "readdir") && phase->requests < phase->amount)
        summary_line(out, "listing", "%lld names in %lld calls; the latency is that of a call",
                     (long long)phase->amount, (long long)phase->requests);
    if (!strcmp(phase->kind, "find"))
        summary_line(out, "matches", "%lld of %lld objects", (long long)phase->matches,
                     (long long)phase->amount);
}

/* The longest time in which some I/O thread got no completion. */
static void write_gap(const struct record_phase *phase, const struct summary_style *style,
                      struct text *out)
{
    const int64_t gap_ns = phase->total.counters.longest_gap_ns;
    const struct record_row *row = NULL;
    char gap[UNITS_TEXT];
    for (size_t i = 0; i < phase->rank_count && !row; i++)
        if (phase->ranks[i].counters.longest_gap_ns == gap_ns)
            row = &phase->ranks[i];
    if (gap_ns <= 0 || (gap_ns < phase->duration_ns / GAP_SHOWN && !style->verbose))
        return;
    units_format_duration(gap_ns, gap);
    summary_line(out, "gap", "longest time without a completion: %s%s%s%s", gap, row ? " (" : "",
                 row ? row->name : "", row ? ")" : "");
}

/* What buffers went through before and after their requests. */
static void write_handling(const struct record *record, const struct record_phase *phase,
                           const struct summary_style *style, struct text *out)
{
    const bool reading = bottleneck_reading(phase);
    const bool limited = bottleneck_of(record, phase) == BOTTLENECK_PRODUCERS;
    if (!style->verbose && !limited)
        return;
    write_histogram(reading ? "checking" : "filling", &phase->making, "buffers", out);
    if (style->verbose)
        write_histogram("queueing", &phase->queue_wait,
                        reading ? "buffers, read to checked" : "buffers, filled to submitted", out);
    if (style->verbose && phase->file_latency.total > 1)
        write_histogram(phase->data_files ? "each file" : "files", &phase->file_latency,
                        "files, open to close", out);
}

/* What metadata operations consist of, or work on many files besides requests. */
static void write_parts(const struct record_phase *phase, struct text *out)
{
    const char *what = phase->unit == UNIT_BYTE ? "files" : "operations";
    write_histogram("open", &phase->open_latency, what, out);
    write_histogram(phase->writes ? "write" : "read", &phase->transfer_latency, what, out);
    write_histogram("sync", &phase->sync_latency, what, out);
    write_histogram("close", &phase->close_latency, what, out);
}

static void write_slowest(const struct record_phase *phase, struct text *out)
{
    for (size_t i = 0; i < phase->slowest_count; i++) {
        const struct record_slow *slow = &phase->slowest[i];
        char latency[FIGURES_TEXT];
        char sent[UNITS_TEXT];
        char offset[FIGURES_TEXT] = "";
        figures_latency(slow->latency_ns, latency);
        units_format_duration(slow->sent_ns, sent);
        if (phase->unit == UNIT_BYTE)
            snprintf(offset, sizeof offset, " at offset %lld", (long long)slow->offset);
        summary_line(out, i ? "" : "slowest", "%s: %s, %s%s, %s after the start", latency,
                     slow->name, file_of(slow), offset, sent);
    }
}

static void write_differences(const struct record_phase *phase, const struct summary_style *style,
                              struct text *out)
{
    const int64_t blocks = phase->total.counters.bad_blocks;
    const size_t most = style->verbose ? phase->difference_count : DIFFERENCES_SHOWN;
    struct text line = {0};
    if (blocks == 0 && phase->difference_count == 0)
        return;
    text_add(&line, "%lld block%s of 4 KiB not as written", (long long)blocks,
             summary_plural(blocks));
    summary_text(out, PAINT_BAD, style, "errors", text_string(&line));
    for (size_t i = 0; i < phase->difference_count && i < most; i++) {
        const struct record_difference *difference = &phase->differences[i];
        summary_line(out, "", "rank %lld on %s: '%s' at offset %lld, %lld byte%s, %s",
                     (long long)difference->rank, difference->host, difference->path,
                     (long long)difference->offset, (long long)difference->length,
                     summary_plural(difference->length), difference->kind);
    }
    if (phase->difference_count > most)
        summary_line(out, "", "and %zu more in the result", phase->difference_count - most);
    out->failed |= line.failed;
    text_release(&line);
}

static void write_title(const struct record *record, const struct record_phase *phase,
                        const struct summary_style *style, struct text *out)
{
    text_add(out, "%s", paint_on(style, PAINT_BOLD));
    text_add_printable(out, phase->name);
    text_add(out, "%s", paint_off(style));
    if (record->phases[record->phase_count - 1].repetition > 1)
        text_add(out, "   repetition %lld of %lld%s", (long long)phase->repetition,
                 (long long)record->phases[record->phase_count - 1].repetition,
                 summary_median(record, phase) == phase ? ", nearest to the median" : "");
    text_add(out, "\n");
}

void summary_phase_lines(const struct record *record, const struct record_phase *phase,
                         bool with_mode, const struct summary_style *style, struct text *out)
{
    struct text line = {0};
    summary_warm_up(record, phase, out);
    write_time(phase, out);
    write_end(record, phase, out);
    summary_passes(phase, out);
    write_rate(phase, out);
    summary_deadline(phase, out);
    if (summary_median(record, phase) == phase)
        summary_each(record, phase, out);
    write_expected(record, phase, out);
    write_steady(phase, style, out);
    write_latency(phase, out);
    summary_halves(phase, out);
    write_listing(phase, out);
    summary_files(phase, out);
    write_gap(phase, style, out);
    summary_balance(phase, out);
    summary_targets(phase, out);
    summary_bottleneck(record, phase, &line);
    summary_line(out, "limit", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
    summary_ceilings(record, phase, out);
    if (with_mode)
        summary_mode(phase, style, out);
    summary_readers(record, phase, out);
    summary_cache(record, phase, out);
    write_handling(record, phase, style, out);
    summary_load(phase, style, out);
    if (style->verbose) {
        write_parts(phase, out);
        write_start(phase, out);
        write_slowest(phase, out);
    }
    summary_errors(phase, style, out);
    write_differences(phase, style, out);
}

void summary_phase(const struct record *record, const struct record_phase *phase, bool with_mode,
                   const struct summary_style *style, struct text *out)
{
    write_title(record, phase, style, out);
    summary_phase_lines(record, phase, with_mode, style, out);
    summary_rows(phase, style, out);
}
