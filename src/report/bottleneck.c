#include "bottleneck.h"

#include "ceiling.h"
#include "figures.h"
#include "load.h"
#include "report/summary.h"

/* Share of its time that a side may wait and still count as busy; and from which it was idle. */
static const double busy_limit = 0.2;
static const double idle_limit = 0.5;

bool bottleneck_reading(const struct record_phase *phase)
{
    return phase->reads && !phase->writes;
}

void bottleneck_find(const struct record_phase *phase, struct bottleneck_facts *facts)
{
    *facts = (struct bottleneck_facts){.reading = bottleneck_reading(phase)};
    struct counters *counters = &facts->counters;
    load_counters(phase, counters);
    if (counters->writer_time_ns <= 0)
        return;
    double paced = (double)counters->writer_paced_ns / (double)counters->writer_time_ns;
    if (paced > idle_limit) {
        facts->kind = BOTTLENECK_RATE;
        return;
    }
    if (counters->producer_time_ns <= 0 || counters->producer_bytes <= 0) {
        facts->kind = BOTTLENECK_NO_COUNTERPART;
        return;
    }
    double writers = (double)counters->writer_waited_ns / (double)counters->writer_time_ns;
    double producers = (double)counters->producer_waited_ns / (double)counters->producer_time_ns;
    if (writers < busy_limit && producers < busy_limit)
        facts->kind = BOTTLENECK_BALANCED;
    else if (writers > idle_limit && producers > idle_limit)
        facts->kind = BOTTLENECK_NEITHER;
    else
        facts->kind = writers <= producers ? BOTTLENECK_STORAGE : BOTTLENECK_PRODUCERS;
}

/* How busy the nodes' devices were, where they are known. */
static void add_device(const struct record_phase *phase, struct text *out)
{
    struct load load;
    char share[FIGURES_TEXT];
    load_find(phase, &load);
    if (load.device.width_ns <= 0)
        return;
    figures_share(load.device.busy_ns, load.device.width_ns, share);
    text_add(out, "; device busy %s", share);
}

static void tell_bottleneck(const struct record_phase *phase, struct text *out)
{
    struct bottleneck_facts facts;
    char writers[FIGURES_TEXT];
    char producers[FIGURES_TEXT];
    bottleneck_find(phase, &facts);
    figures_share(facts.counters.writer_waited_ns, facts.counters.writer_time_ns, writers);
    figures_share(facts.counters.producer_waited_ns, facts.counters.producer_time_ns, producers);
    const char *waiters = facts.reading ? "readers" : "writers";
    const char *others = facts.reading ? "checkers" : "producers";
    const char *sought = facts.reading ? "an empty buffer" : "data";
    const char *missing = facts.reading ? "data" : "an empty buffer";
    switch (facts.kind) {
    case BOTTLENECK_UNKNOWN:
        text_add(out, "not known: no waits were measured");
        return;
    case BOTTLENECK_RATE:
        figures_share(facts.counters.writer_paced_ns, facts.counters.writer_time_ns, writers);
        text_add(out, "the rate limit: it held %s back for %s of their time", waiters, writers);
        return;
    case BOTTLENECK_NO_COUNTERPART:
        text_add(out, "storage: %s",
                 facts.reading ? "the data were not checked, so nothing else took part"
                               : "the data were ready-made, so nothing else took part");
        return;
    case BOTTLENECK_STORAGE:
        text_add(out, "storage: ");
        break;
    case BOTTLENECK_PRODUCERS:
        text_add(out, "%s: ", facts.reading ? "checking the data" : "generation");
        break;
    case BOTTLENECK_BALANCED:
        text_add(out, "balanced, both sides were busy: ");
        break;
    case BOTTLENECK_NEITHER:
        text_add(out, "neither side, both mostly waited (more --buffer-count may help): ");
        break;
    }
    text_add(out, "%s waited %s of their time for %s, %s %s for %s", waiters, writers, sought,
             others, producers, missing);
}

void summary_bottleneck(const struct record *record, const struct record_phase *phase,
                        struct text *out)
{
    const struct record_ceiling *lower = ceiling_lower(record, phase);
    tell_bottleneck(phase, out);
    add_device(phase, out);
    if (!lower)
        return;
    text_add(out, "; ");
    ceiling_share(phase, lower, out);
}
