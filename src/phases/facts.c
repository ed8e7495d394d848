#include "facts.h"

#include <stdio.h>
#include <string.h>

#include "phase.h"

enum { POOL_LEAST_BYTES = 2 << 20, FILES_MOST = 8, WINDOWS = 16 };

void facts_init(struct facts *facts, const char *not_granted)
{
    *facts = (struct facts){0};
    counters_clear(&facts->counters);
    facts_note(facts, not_granted);
}

void facts_note(struct facts *facts, const char *text)
{
    char *said = facts->not_granted;
    size_t used = strlen(said);
    if (!text || !*text || strstr(said, text))
        return;
    snprintf(said + used, sizeof facts->not_granted - used, "%s%s", used ? "; " : "", text);
}

/* Writers of one file have the same path. */
static bool is_first_of_file(const struct phase *phase, uint32_t writer)
{
    for (uint32_t i = 0; i < writer; i++)
        if (phase->opened.parts[i].share.bytes &&
            !strcmp(phase->opened.parts[i].path, phase->opened.parts[writer].path))
            return false;
    return true;
}

static void look_at_files(const struct phase *phase, int64_t *seen, int64_t *cached)
{
    uint32_t files = 0;
    for (uint32_t i = 0; i < phase->opened.count && files < FILES_MOST; i++) {
        struct file_pages pages;
        if (!phase->opened.parts[i].share.bytes || !is_first_of_file(phase, i))
            continue;
        files++;
        if (file_look_at_pages(phase->opened.parts[i].path, WINDOWS, &pages))
            continue;
        *seen += (int64_t)pages.seen;
        *cached += (int64_t)pages.resident;
    }
}

static void note_place(struct phase *phase, const struct pipeline_place *place)
{
    struct failure small = {0};
    char line[RECORD_LINE];
    uint64_t pool =
        place->pages.hugetlb_bytes + place->pages.transparent_bytes + place->pages.small_bytes;
    if (phase->run->options->common.huge_pages != NEVER && pool >= POOL_LEAST_BYTES &&
        arena_judge(&place->pages, &small))
        facts_note(&phase->facts, small.text);
    const struct numa *numa = phase->run->numa;
    uint32_t lanes = place->lanes * phase->run->cluster->local_count;
    if (numa && lanes < numa_count(numa)) {
        snprintf(line, sizeof line,
                 "threads on %u of %u NUMA nodes: raise --writers and --producers, or the ranks",
                 lanes, numa_count(numa));
        facts_note(&phase->facts, line);
    }
    if (place->thread_error) {
        snprintf(line, sizeof line, "threads not bound: %s", strerrordesc_np(-place->thread_error));
        facts_note(&phase->facts, line);
    }
    if (place->memory_error) {
        snprintf(line, sizeof line, "buffers not bound to their NUMA node: %s",
                 strerrordesc_np(-place->memory_error));
        facts_note(&phase->facts, line);
    }
}

void facts_opened(struct phase *phase)
{
    struct pipeline_place place;
    struct counters *counters = &phase->facts.counters;
    pipeline_place(phase->pipeline, &place);
    counters->pool_hugetlb_bytes = (int64_t)place.pages.hugetlb_bytes;
    counters->pool_transparent_bytes = (int64_t)place.pages.transparent_bytes;
    counters->pool_small_bytes = (int64_t)place.pages.small_bytes;
    counters->lanes = place.lanes;
    if (!phase->kind->writes && phase->run->options->common.cache != CACHE_KEEP)
        look_at_files(phase, &counters->sampled_before_pages, &counters->cached_before_pages);
    note_place(phase, &place);
}

void facts_started(struct phase *phase)
{
    host_traffic(&phase->facts.before);
}

void facts_ended(struct phase *phase)
{
    struct counters *counters = &phase->facts.counters;
    struct host_traffic now;
    host_traffic(&now);
    counters->device_read_bytes = now.read_bytes - phase->facts.before.read_bytes;
    counters->device_written_bytes = now.written_bytes - phase->facts.before.written_bytes;
    look_at_files(phase, &counters->sampled_pages, &counters->cached_pages);
}
