/* SPDX-License-Identifier: Apache-2.0 */
/* How a phase moved its data: engine, page cache, and what was not granted. */
#include <string.h>

#include "summary_parts.h"

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
    return phase->total.modes.direct_cause == DIRECT_CACHED_BELOW ? "O_DIRECT, cached below"
                                                                  : "buffered";
}

static void add_rank_counts(const struct record_phase *phase, struct text *out)
{
    long long direct = (long long)phase->ranks_direct;
    long long total = (long long)phase->ranks_total;
    const bool alike = total == 1 || phase->total.modes.direct_cause == DIRECT_UNALIGNED;
    if (phase->total.modes.direct_in_effect == TRUTH_MIXED && !(alike && direct == 0))
        text_add(out, ", O_DIRECT on %lld of %lld ranks, buffered or unknown on %lld", direct,
                 total, total - direct);
    else if (total == 2)
        text_add(out, " on both ranks");
    else if (total > 2)
        text_add(out, " on all %lld ranks", total);
}

static bool is_good(const struct record_phase *phase)
{
    return phase->total.modes.direct_in_effect == TRUTH_YES ||
           phase->total.modes.uncached == TRUTH_YES;
}

void summary_mode_line(const struct record_phase *phase, const struct summary_style *style,
                       struct text *out)
{
    bool good = is_good(phase);
    const char *mark = good ? (style->utf8 ? "✓" : "[ok]") : (style->utf8 ? "⚠" : "[!]");
    if (phase->unit != UNIT_BYTE) {
        text_add(out, "engine %s", phase->engine_used);
        return;
    }
    if (phase->discards) {
        text_add(out, "%s engine null: nothing reaches storage", mark);
        return;
    }
    text_add(out, "%s%s%s %s", paint_on(style, good ? PAINT_GOOD : PAINT_WARNING), mark,
             paint_off(style), mode_name(phase));
    add_rank_counts(phase, out);
    if (phase->engine_used[0])
        text_add(out, ", engine %s", phase->engine_used);
    if (!good && phase->direct_asked == NEVER)
        text_add(out, ", as requested");
    else if (!good && phase->total.modes.direct_reason[0])
        text_add(out, ": %s", phase->total.modes.direct_reason);
}

/* A mode other than O_DIRECT, with its reason. */
static void write_direct(const struct record_phase *phase, const struct summary_style *style,
                         struct text *out)
{
    const struct summary_style plain = {.utf8 = style->utf8};
    struct text line = {0};
    summary_mode_line(phase, &plain, &line);
    const bool remarkable =
        (!is_good(phase) && !phase->discards) || phase->total.modes.uncached == TRUTH_YES;
    if (style->verbose || (phase->unit == UNIT_BYTE && remarkable))
        summary_line(out, "mode", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
    if (phase->engine_reason[0] &&
        (style->verbose || (phase->engine_cause != ENGINE_TARGET_IN_MEMORY &&
                            phase->engine_cause != ENGINE_PLAIN_NAMES)))
        summary_line(out, "engine", "%s instead of %s: %s", phase->engine_used, phase->engine_asked,
                     phase->engine_reason);
}

/* Texts of several ranks begin with their number. */
static void write_not_granted(const struct record_phase *phase, struct text *out)
{
    const char *text = phase->total.modes.not_granted;
    const bool counted = strspn(text, "0123456789") > 0 && strstr(text, " ranks (");
    if (!text[0])
        return;
    if (phase->ranks_total > 1 && phase->ranks_without < phase->ranks_total && !counted)
        summary_line(out, "degraded", "%lld of %lld ranks: %s", (long long)phase->ranks_without,
                     (long long)phase->ranks_total, text);
    else
        summary_line(out, "degraded", "%s", text);
}

void summary_mode(const struct record_phase *phase, const struct summary_style *style,
                  struct text *out)
{
    write_direct(phase, style, out);
    write_not_granted(phase, out);
}
