/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about single requests that took far longer than most. */
#include "warnings.h"

#include "base/units.h"
#include "figures.h"

/* The slowest hundredth counts as far slower from this many times the median on, if it rests on
 * enough requests and is more than the scheduler of a busy machine explains. */
enum { FAR_SLOWER = 20, REQUESTS_LEAST = 1000, NAMES_SHOWN = 3 };
static const int64_t least_ns = 1000000;

/* The slowest requests of a phase belong together if they were sent within this part of it. */
enum { TOGETHER_PART = 10, TOGETHER_LEAST = 3 };

static bool is_far_slower(const struct record_phase *phase, int64_t p99_ns)
{
    struct record_latency all;
    record_latency_of(&phase->latency, &all);
    return p99_ns >= least_ns && p99_ns >= FAR_SLOWER * all.p50_ns;
}

static bool has_slow_requests(const struct record_phase *phase)
{
    struct record_latency all;
    record_latency_of(&phase->latency, &all);
    return warning_counts(phase) && phase->latency.total >= REQUESTS_LEAST && all.p50_ns > 0 &&
           is_far_slower(phase, all.p99_ns);
}

/* Which nodes (on one node: ranks) had such requests: " on n003", " on 2 of 8 nodes (n003, n007)";
 * nothing if there is only one. */
static void add_side(const struct record_phase *phase, struct text *out)
{
    const bool nodes = phase->node_count > 1;
    const struct record_row *rows = nodes ? phase->nodes : phase->ranks;
    const size_t count = nodes ? phase->node_count : phase->rank_count;
    const size_t active = record_rows_active(rows, count);
    struct text names = {0};
    size_t slow = 0;
    for (size_t i = 0; i < count; i++)
        if (!record_row_idle(&rows[i]) && is_far_slower(phase, rows[i].latency.p99_ns) &&
            slow++ < NAMES_SHOWN)
            text_add(&names, "%s%s", names.length ? ", " : "", rows[i].name);
    if (active == 2 && slow == 2)
        text_add(out, ", on both %s", nodes ? "nodes" : "ranks");
    else if (active > 1 && slow == active)
        text_add(out, ", on all %zu %s", active, nodes ? "nodes" : "ranks");
    else if (active > 1 && slow == 1)
        text_add(out, ", on %s only", text_string(&names));
    else if (active > 1 && slow > 1)
        text_add(out, ", on %zu of %zu %s (%s%s)", slow, active, nodes ? "nodes" : "ranks",
                 text_string(&names), slow > NAMES_SHOWN ? " ..." : "");
    out->failed |= names.failed;
    text_release(&names);
}

/* When the slowest ones were sent. */
static void add_instant(const struct record_phase *phase, struct text *out)
{
    const size_t count = phase->slowest_count;
    int64_t first_ns = INT64_MAX;
    int64_t last_ns = 0;
    char from[UNITS_TEXT];
    char to[UNITS_TEXT];
    for (size_t i = 0; i < count; i++) {
        const int64_t sent_ns = phase->slowest[i].sent_ns;
        first_ns = sent_ns < first_ns ? sent_ns : first_ns;
        last_ns = sent_ns > last_ns ? sent_ns : last_ns;
    }
    if (count < TOGETHER_LEAST || last_ns - first_ns > phase->duration_ns / TOGETHER_PART) {
        text_add(out,
                 "; the slowest are spread over the phase: %squote percentiles, not the median "
                 "alone",
                 phase->depth > 1 ? "compare a lower --depth, and " : "");
        return;
    }
    units_format_duration(first_ns, from);
    units_format_duration(last_ns, to);
    text_add(out,
             "; the %zu slowest were sent between %s and %s after the start: see what paused the "
             "storage then",
             count, from, to);
}

void warn_slow_requests(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, has_slow_requests);
    struct record_latency all;
    char p50[FIGURES_TEXT];
    char p99[FIGURES_TEXT];
    if (!phase)
        return;
    record_latency_of(&phase->latency, &all);
    figures_latency(all.p50_ns, p50);
    figures_latency(all.p99_ns, p99);
    text_add(out, "in %s the slowest 1 %% of the %s took at least %s, %lld times the median of %s",
             phase->name, phase->unit == UNIT_BYTE ? "requests" : "operations", p99,
             (long long)(all.p99_ns / all.p50_ns), p50);
    add_side(phase, out);
    add_instant(phase, out);
}
