#include "base/units.h"
#include "bottleneck.h"
#include "figures.h"
#include "summary_parts.h"

static const double gib = 1073741824.0;
static const double gb = 1e9;
static const double tail_limit = 0.05;

/* Less than a tenth of the requests' time is not worth a line. */
enum { DIFFERENCES_SHOWN = 8, HANDLING_TOLD = 10 };

/* What the transfers did about the page cache, in one or two words. */
static const char *mode_name(const struct record_phase *phase)
{
    if (phase->total.modes.uncached == TRUTH_YES)
        return "uncached (RWF_DONTCACHE)";
    switch ((enum record_truth)phase->total.modes.direct_in_effect) {
    case TRUTH_YES:
        return "O_DIRECT";
    case TRUTH_MIXED:
        return "mixed";
    case TRUTH_UNKNOWN:
        return "O_DIRECT, effect unknown";
    case TRUTH_NO:
        break;
    }
    return "buffered";
}

static void add_rank_counts(const struct record_phase *phase, struct text *out)
{
    long long direct = (long long)phase->ranks_direct;
    long long total = (long long)phase->ranks_total;
    if (phase->total.modes.direct_in_effect == TRUTH_MIXED)
        text_add(out, ", O_DIRECT on %lld of %lld ranks, buffered or unknown on %lld", direct,
                 total, total - direct);
    else if (total == 2)
        text_add(out, " on both ranks");
    else if (total > 2)
        text_add(out, " on all %lld ranks", total);
}

void summary_mode_line(const struct record_phase *phase, const struct summary_style *style,
                       struct text *out)
{
    bool good = phase->total.modes.direct_in_effect == TRUTH_YES ||
                phase->total.modes.uncached == TRUTH_YES;
    const char *mark = good ? (style->utf8 ? "✓" : "[ok]") : (style->utf8 ? "⚠" : "[!]");
    if (phase->discards) {
        text_add(out, "%s engine null: nothing reaches storage", mark);
        return;
    }
    text_add(out, "%s%s%s %s", paint_on(style, good ? PAINT_GOOD : PAINT_DOUBT), mark,
             paint_off(style), mode_name(phase));
    add_rank_counts(phase, out);
    if (phase->engine_used[0])
        text_add(out, ", engine %s", phase->engine_used);
    if (!good && phase->direct_asked == PREFERENCE_NEVER)
        text_add(out, ", as asked");
    else if (!good && phase->total.modes.direct_reason[0])
        text_add(out, ": %s", phase->total.modes.direct_reason);
}

/* What backs the claim about the page cache: how much storage got or gave, as the kernel counts,
 * and what lay in the cache afterwards. */
static void write_evidence(const struct record_phase *phase, struct text *out)
{
    const struct counters *all = &phase->total.counters;
    char moved[UNITS_TEXT];
    bool reads = bottleneck_reading(phase);
    if (all->sampled_pages <= 0)
        return;
    int64_t bytes = reads ? all->device_read_bytes : all->device_written_bytes;
    units_format_size((uint64_t)(bytes > 0 ? bytes : 0), moved);
    bool cached = !reads && all->syncs == 0 && phase->total.modes.direct_in_effect == TRUTH_NO;
    const char *way = reads ? "from storage" : cached ? "into the page cache" : "to storage";
    summary_line(out, "evidence",
                 "the kernel counts %s %s; of %lld sampled pages %lld were in the page "
                 "cache afterwards",
                 moved, way, (long long)all->sampled_pages, (long long)all->cached_pages);
}

static void write_not_granted(const struct record_phase *phase, struct text *out)
{
    if (!phase->total.modes.not_granted[0])
        return;
    if (phase->ranks_total > 1)
        summary_line(out, "without", "%lld of %lld ranks: %s", (long long)phase->ranks_without,
                     (long long)phase->ranks_total, phase->total.modes.not_granted);
    else
        summary_line(out, "without", "%s", phase->total.modes.not_granted);
}

static void write_rate(const char *label, int64_t bytes, int64_t time_ns, const char *note,
                       struct text *out)
{
    char binary[FIGURES_TEXT];
    char decimal[FIGURES_TEXT];
    char size[UNITS_TEXT];
    char time[UNITS_TEXT];
    double rate = figures_rate(bytes, time_ns);
    figures_rate_text(rate, gib, binary);
    figures_rate_text(rate, gb, decimal);
    units_format_size((uint64_t)(bytes > 0 ? bytes : 0), size);
    units_format_duration(time_ns, time);
    text_add(out, "  %-*s%7s GiB/s %7s GB/s   %s in %s%s\n", SUMMARY_LABEL, label, binary, decimal,
             size, time, note);
}

static void write_sum_of_ranks(const struct record_phase *phase, struct text *out)
{
    char binary[FIGURES_TEXT];
    char decimal[FIGURES_TEXT];
    figures_rate_text((double)phase->ranks_per_s, gib, binary);
    figures_rate_text((double)phase->ranks_per_s, gb, decimal);
    text_add(out, "  %-*s%7s GiB/s %7s GB/s   each rank by its own time\n", SUMMARY_LABEL,
             "ranks' sum", binary, decimal);
}

static void write_rates(const struct record_phase *phase, struct text *out)
{
    char tail[FIGURES_TEXT];
    char planned[UNITS_TEXT];
    write_rate("rate", phase->amount, phase->duration_ns, "", out);
    if (phase->active_amount > 0 && phase->active_ns > 0 && phase->ranks_total > 1)
        write_rate("all active", phase->active_amount, phase->active_ns,
                   ", until the first rank was through", out);
    if (phase->ranks_per_s > 0 && phase->ranks_total > 1)
        write_sum_of_ranks(phase, out);
    int64_t tail_ns = phase->end_skew_ns;
    if (phase->ranks_total > 1 && (double)tail_ns > tail_limit * (double)phase->duration_ns) {
        char time[UNITS_TEXT];
        units_format_duration(tail_ns, time);
        figures_share(tail_ns, phase->duration_ns, tail);
        summary_line(out, "tail", "%s (%s) in which some ranks were through already", time, tail);
    }
    if (phase->amount_planned > phase->amount && phase->amount_planned > 0) {
        char share[FIGURES_TEXT];
        units_format_size((uint64_t)phase->amount_planned, planned);
        figures_share(phase->amount, phase->amount_planned, share);
        summary_line(out, "done", "%s of the planned %s", share, planned);
    }
}

/* All was done, or something failed, is told elsewhere. */
static void write_end(const struct record_phase *phase, struct text *out)
{
    if (phase->ended_by == END_STEADY)
        summary_line(out, "ended", "by --until-steady: the last five rounds were steady");
    else if (phase->ended_by == END_TIME)
        summary_line(out, "ended", "by --time, before all was done");
}

static void write_steady(const struct record_phase *phase, struct text *out)
{
    char rate[FIGURES_TEXT];
    char from[UNITS_TEXT];
    char round[UNITS_TEXT];
    char range[FIGURES_TEXT];
    char slope[FIGURES_TEXT];
    if (phase->bin_count == 0 || phase->steady == TRUTH_UNKNOWN)
        return;
    units_format_duration(phase->round_ns, round);
    if (phase->steady != TRUTH_YES) {
        summary_line(out, "steady", "not reached, by rounds of %s", round);
        return;
    }
    figures_rate_text(figures_rate(phase->steady_amount, phase->steady_ns), gib, rate);
    units_format_duration(phase->steady_from_ns, from);
    figures_share(phase->steady_range_ppm, 1000000, range);
    figures_fixed((double)phase->steady_slope_ppm / 1e4, 1, slope);
    summary_line(out, "steady",
                 "%s GiB/s in five rounds of %s from %s on (range %s, slope %s %% of the mean)",
                 rate, round, phase->steady_from_ns ? from : "the start", range, slope);
}

/* How far the common start held, and how sure its instants are. */
static void write_start(const struct record_phase *phase, struct text *out)
{
    char start[UNITS_TEXT];
    char ends[UNITS_TEXT];
    char error[UNITS_TEXT];
    if (phase->ranks_total < 2 || phase->slack_ns <= 0)
        return;
    units_format_duration(phase->start_skew_ns, start);
    units_format_duration(phase->end_skew_ns, ends);
    units_format_duration(phase->clock_error_ns, error);
    struct text late = {0};
    if (phase->ranks_late)
        text_add(&late, ", %lld late by more than 1 ms", (long long)phase->ranks_late);
    summary_line(out, "skew", "ranks started within %s%s, ended within %s; clocks agree to %s",
                 start, text_string(&late), ends, phase->clock_error_ns ? error : "the nanosecond");
    out->failed |= late.failed;
    text_release(&late);
}

static void write_histogram(const char *label, const struct histogram *histogram, const char *what,
                            struct text *out)
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
    struct text line = {0};
    char value[FIGURES_TEXT];
    if (histogram->total == 0)
        return;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (shown[i].ns < 0) /* the requests are too few to tell */
            continue;
        figures_latency(shown[i].ns, value);
        text_add(&line, "%s %s   ", shown[i].name, value);
    }
    summary_line(out, label, "%s(%llu %s)", text_string(&line),
                 (unsigned long long)histogram->total, what);
    out->failed |= line.failed;
    text_release(&line);
}

/* What stands beside the latency of requests and is not in it: told where it is much of a buffer's
 * life, or when asked for all. */
static void write_handling(const struct record_phase *phase, const struct summary_style *style,
                           struct text *out)
{
    bool reading = bottleneck_reading(phase);
    bool queued = phase->queue_wait.sum_ns > phase->latency.sum_ns / HANDLING_TOLD;
    bool made = phase->making.sum_ns > phase->latency.sum_ns / HANDLING_TOLD;
    if (queued || style->verbose)
        write_histogram("queue wait", &phase->queue_wait,
                        reading ? "buffers, read to checked" : "buffers, filled to submitted", out);
    if (made || style->verbose)
        write_histogram(reading ? "checking" : "generation", &phase->making, "buffers", out);
}

static void write_latency(const struct record_phase *phase, const struct summary_style *style,
                          struct text *out)
{
    write_histogram("latency", &phase->latency, "requests", out);
    write_histogram("as intended", &phase->intended, "requests, since the rate wanted them sent",
                    out);
    write_handling(phase, style, out);
    if (phase->file_latency.total > 1)
        write_histogram("files", &phase->file_latency, "writers, a file's open to its close", out);
}

/* The slowest request says where to look; all of them when verbose. */
static void write_slowest(const struct record_phase *phase, const struct summary_style *style,
                          struct text *out)
{
    for (size_t i = 0; i < phase->slowest_count && (i == 0 || style->verbose); i++) {
        const struct record_slow *slow = &phase->slowest[i];
        char latency[FIGURES_TEXT];
        char sent[UNITS_TEXT];
        figures_latency(slow->latency_ns, latency);
        units_format_duration(slow->sent_ns, sent);
        summary_line(out, i ? "" : "worst", "%s: %s at offset %lld of '%s', %s after the start",
                     latency, slow->name, (long long)slow->offset, slow->path ? slow->path : "",
                     sent);
    }
}

static void write_differences(const struct record_phase *phase, const struct summary_style *style,
                              struct text *out)
{
    int64_t blocks = phase->total.counters.bad_blocks;
    if (blocks == 0 && phase->difference_count == 0)
        return;
    text_add(out, "  %s%-*s%lld block%s of 4 KiB not as written%s\n", paint_on(style, PAINT_BAD),
             SUMMARY_LABEL, "wrong data", (long long)blocks, blocks == 1 ? "" : "s",
             paint_off(style));
    for (size_t i = 0; i < phase->difference_count && (style->verbose || i < DIFFERENCES_SHOWN);
         i++) {
        const struct record_difference *difference = &phase->differences[i];
        summary_line(out, "", "rank %lld on %s: '%s' at offset %lld, %lld byte%s, %s",
                     (long long)difference->rank, difference->host, difference->path,
                     (long long)difference->offset, (long long)difference->length,
                     difference->length == 1 ? "" : "s", difference->kind);
    }
    if (!style->verbose && phase->difference_count > DIFFERENCES_SHOWN)
        summary_line(out, "", "and %zu more places in the result",
                     phase->difference_count - DIFFERENCES_SHOWN);
}

static void write_title(const struct record_phase *phase, const struct summary_style *style,
                        struct text *out)
{
    enum paint paint = phase->status == RECORD_FAILED ? PAINT_BAD : PAINT_DOUBT;
    text_add(out, "%s%s%s", paint_on(style, PAINT_BOLD), phase->name, paint_off(style));
    if (phase->repetition > 1)
        text_add(out, "   repetition %lld", (long long)phase->repetition);
    if (phase->status != RECORD_COMPLETE)
        text_add(out, "   %s%s%s", paint_on(style, paint), record_status_name(phase->status),
                 paint_off(style));
    text_add(out, "\n");
}

void summary_phase(const struct record *record, const struct record_phase *phase,
                   const struct summary_style *style, struct text *out)
{
    write_title(phase, style, out);
    if (phase->failure && phase->failure[0])
        summary_line(out, phase->status == RECORD_FAILED ? "failed" : "because", "%s",
                     phase->failure);
    if (phase->status == RECORD_SKIPPED || phase->duration_ns <= 0)
        return;
    struct text line = {0};
    summary_mode_line(phase, style, &line);
    summary_line(out, "mode", "%s", text_string(&line));
    if (phase->engine_reason[0])
        summary_line(out, "engine", "%s instead of %s: %s", phase->engine_used, phase->engine_asked,
                     phase->engine_reason);
    write_not_granted(phase, out);
    if (phase->cache[0])
        summary_line(out, "cache", "%s", phase->cache);
    write_evidence(phase, out);
    write_rates(phase, out);
    write_end(phase, out);
    write_steady(phase, out);
    write_start(phase, out);
    write_latency(phase, style, out);
    write_slowest(phase, style, out);
    summary_load(phase, out);
    summary_ceilings(record, phase, out);
    write_differences(phase, style, out);
    out->failed |= line.failed; /* which the next clear forgets */
    text_clear(&line);
    summary_bottleneck(record, phase, &line);
    summary_line(out, "bottleneck", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
    summary_rows(phase, style, out);
}
