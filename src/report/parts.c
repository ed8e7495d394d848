/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

#include <string.h>

#include "base/units.h"
#include "figures.h"

/* In this order, from the common start to the end of the phase; their sum is its duration. */
struct parts {
    int64_t all_ns;     /* until the first rank had its last request acknowledged */
    int64_t some_ns;    /* until the last rank had */
    int64_t idle_ns;    /* until no I/O thread waited for a request, or to send one */
    int64_t closing_ns; /* until all files are synced and closed */
};

static int64_t within(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* A shorter wait after the last request belongs to the time in which requests were sent: 1 / 20. */
enum { IDLE_SHARE = 20 };

static void parts_find(const struct record_phase *phase, struct parts *parts)
{
    const struct counters *counters = &phase->total.counters;
    const int64_t answered_ns = within(counters->last_ns, 0, phase->duration_ns);
    const int64_t drained_ns = within(counters->drained_ns, answered_ns, phase->duration_ns);
    const bool idle = (drained_ns - answered_ns) * IDLE_SHARE >= phase->duration_ns;
    const int64_t last_ns = idle ? answered_ns : drained_ns;
    const int64_t first_ns = within(phase->first_through_ns, 0, last_ns);
    const int64_t all_ns = phase->ranks_total > 1 ? first_ns : last_ns;
    *parts = (struct parts){.all_ns = all_ns,
                            .some_ns = last_ns - all_ns,
                            .idle_ns = drained_ns - last_ns,
                            .closing_ns = phase->duration_ns - drained_ns};
}

/* False for a phase that ended before its numbers were gathered: only its amount and its time are
 * known. */
static bool is_gathered(const struct record_phase *phase)
{
    return phase->status != RECORD_INTERRUPTED || phase->node_count > 0;
}

/* True if the last part contains syncs. */
static bool is_synced(const struct record_phase *phase)
{
    return phase->unit == UNIT_BYTE ? phase->writes && phase->synced
                                    : phase->total.counters.syncs > 0;
}

bool parts_went_on(const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    return phase->ended_by < END_SIGNAL &&
           (phase->unit == UNIT_BYTE ? counters->bad_blocks : counters->failed_requests);
}

const char *parts_covered(const struct record_phase *phase)
{
    if (phase->status == RECORD_FAILED && parts_went_on(phase))
        return phase->unit == UNIT_BYTE ? ", wrong data included"
                                        : ", without the operations that failed";
    if (phase->status == RECORD_FAILED)
        return " until the failure";
    if (!is_gathered(phase))
        return " as last received";
    if (is_synced(phase))
        return phase->unit == UNIT_BYTE ? ", fsync and close included" : ", sync included";
    if (phase->unit == UNIT_BYTE)
        return phase->writes && !phase->discards ? ", without fsync" : "";
    return phase->objects_state == OBJECTS_UNCHANGED ? "" : ", without sync";
}

const char *parts_verb(const struct record_phase *phase)
{
    if (phase->unit == UNIT_OPERATION)
        return "working";
    if (phase->writes)
        return phase->reads ? "moving data" : "writing";
    return "reading";
}

int64_t parts_longest_sync(const struct record_phase *phase)
{
    int64_t longest_ns = phase->total.counters.longest_sync_ns;
    for (size_t i = 0; i < phase->writer_count; i++) { /* without that counter: one sync each */
        const struct counters *counters = &phase->writers[i].counters;
        if (counters->syncs == 1 && counters->sync_ns > longest_ns)
            longest_ns = counters->sync_ns;
    }
    return longest_ns;
}

/* How a duration is rounded for output. */
struct rounding {
    const char *unit;
    int64_t step_ns; /* one in the last digit */
    int decimals;
};

static void find_rounding(const char *shown, struct rounding *rounding)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"h", 3600000000000}, {"min", 60000000000}, {"s", 1000000000},
                 {"ms", 1000000},      {"us", 1000},         {"ns", 1}};
    const char *point = strchr(shown, '.');
    const char *space = strchr(shown, ' ');
    *rounding = (struct rounding){.unit = "ns", .step_ns = 1};
    for (size_t i = 0; space && i < sizeof units / sizeof *units; i++)
        if (strcmp(space + 1, units[i].name) == 0)
            *rounding = (struct rounding){.unit = units[i].name, .step_ns = units[i].ns};
    rounding->decimals = point && space ? (int)(space - point) - 1 : 0;
    for (int i = 0; i < rounding->decimals; i++)
        rounding->step_ns /= 10;
}

static int64_t rounded_steps(const struct rounding *rounding, int64_t ns)
{
    return (2 * ns / rounding->step_ns + 1) / 2;
}

/* Adds the part from one instant to another as the difference of the rounded instants. */
static void add_part(const struct rounding *rounding, int64_t from_ns, int64_t to_ns,
                     const char *what, struct text *out)
{
    char number[FIGURES_TEXT];
    int64_t steps = rounded_steps(rounding, to_ns) - rounded_steps(rounding, from_ns);
    double whole = 1;
    for (int i = 0; i < rounding->decimals; i++)
        whole *= 10;
    if (steps == 0)
        return;
    figures_fixed((double)steps / whole, rounding->decimals, number);
    text_add(out, " %c %s %s %s", strchr(text_string(out), '=') ? '+' : '=', number, rounding->unit,
             what);
}

void parts_print(const struct record_phase *phase, struct text *out)
{
    struct parts parts;
    struct rounding rounding;
    struct text line = {0};
    struct text moving = {0};
    char whole[UNITS_TEXT];
    if (!is_gathered(phase)) {
        units_format_duration(phase->duration_ns, whole);
        text_add(out, "%s", whole);
        return;
    }
    parts_find(phase, &parts);
    units_format_duration(phase->duration_ns, whole);
    find_rounding(whole, &rounding);
    text_add(&moving, "%s%s", phase->ranks_total > 1 ? "all ranks " : "", parts_verb(phase));
    text_add(&line, "%s", whole);
    add_part(&rounding, 0, parts.all_ns, text_string(&moving), &line);
    add_part(&rounding, parts.all_ns, parts.all_ns + parts.some_ns, "only some", &line);
    const int64_t drained_ns = phase->duration_ns - parts.closing_ns;
    add_part(&rounding, drained_ns - parts.idle_ns, drained_ns, "without a completion", &line);
    add_part(&rounding, drained_ns, phase->duration_ns,
             !is_synced(phase)          ? "close"
             : phase->unit == UNIT_BYTE ? "fsync and close"
                                        : "sync",
             &line);
    const char *parted = strchr(text_string(&line), '=');
    const bool single = parted && !strchr(parted, '+'); /* then the whole is that part */
    text_add(out, "%s", single ? parted + 2 : text_string(&line));
    out->failed |= line.failed || moving.failed;
    text_release(&line);
    text_release(&moving);
}
