/* SPDX-License-Identifier: Apache-2.0 */
/* What a rank finds out about its buffers, threads and files, in addition to what it measures. */
#include "work_bytes.h"

#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "plan/names.h"

enum { POOL_LEAST_BYTES = 2 << 20, FILES_MOST = 8, WINDOWS = 16 };

/* Threads may have opened the same file. */
static bool is_first_of_file(const struct work_bytes *bytes, uint32_t place)
{
    char *const *paths = bytes->opened.paths;
    for (uint32_t i = 0; i < place; i++)
        if (paths[i] && !strcmp(paths[i], paths[place]))
            return false;
    return true;
}

static void count_pages(const char *path, struct file_pages *sum, int64_t *counted)
{
    struct file_pages pages;
    if (file_count_pages(path, WINDOWS, &pages))
        return;
    sum->seen += pages.seen;
    sum->resident += pages.resident;
    sum->cached_bytes += pages.cached_bytes;
    sum->dirty_bytes += pages.dirty_bytes;
    *counted += pages.counted;
}

/* Of a piece in several files: of some of them, evenly distributed. */
static void count_some(const struct task_piece *piece, struct file_pages *sum, int64_t *counted)
{
    const struct share *share = &piece->share;
    const uint64_t first = share_file_at(share, share->file_offset);
    const uint64_t files = divide_up(share->bytes, share->cut_bytes);
    const uint64_t looks = smaller(files, FILES_MOST);
    for (uint64_t i = 0; i < looks; i++) {
        struct text path = {0};
        plan_print_file(piece->path, first + checked_scale(files, i, looks), &path);
        if (!path.failed)
            count_pages(text_string(&path), sum, counted);
        text_release(&path);
    }
}

static void count_cached_pages(const struct work_bytes *bytes, struct file_pages *sum,
                               int64_t *counted)
{
    uint32_t files = 0;
    for (uint32_t i = 0; i < bytes->opened.count && files < FILES_MOST; i++) {
        if (!bytes->opened.paths[i])
            continue;
        if (bytes->pieces[i].share.cut_bytes)
            count_some(&bytes->pieces[i], sum, counted);
        else if (is_first_of_file(bytes, i))
            count_pages(bytes->opened.paths[i], sum, counted);
        else
            continue;
        files++;
    }
}

static void record_place(struct phase *phase, const struct pipeline_place *place)
{
    struct failure small = {0};
    char line[RECORD_LINE];
    uint64_t pool =
        place->pages.hugetlb_bytes + place->pages.transparent_bytes + place->pages.small_bytes;
    if (phase->prepared->settings->huge_pages != NEVER && pool >= POOL_LEAST_BYTES &&
        arena_check_huge(&place->pages, &small))
        facts_add_degraded(&phase->facts, GRANT_HUGE_PAGES, small.text);
    if (place->huge_refused) {
        struct text refusal = {0};
        text_add(&refusal, "transparent huge pages, as explicit ones are refused: ");
        arena_explain_refusal(&refusal);
        facts_add_degraded(&phase->facts, GRANT_HUGE_PAGES, text_string(&refusal));
        text_release(&refusal);
    }
    const struct numa *numa = phase->prepared->numa;
    uint32_t lanes = place->lanes * phase->run->cluster->local_count;
    if (numa && lanes < numa_count(numa)) {
        snprintf(line, sizeof line,
                 "threads on %u of %u NUMA nodes: raise --writers and --producers, or the ranks",
                 lanes, numa_count(numa));
        facts_add_degraded(&phase->facts, GRANT_NUMA_NODES, line);
    }
    if (place->thread_error) {
        snprintf(line, sizeof line, "threads not bound: %s", strerrordesc_np(-place->thread_error));
        facts_add_degraded(&phase->facts, GRANT_THREAD_BINDING, line);
    }
    if (place->memory_error) {
        snprintf(line, sizeof line, "buffers not bound to their NUMA node: %s",
                 strerrordesc_np(-place->memory_error));
        facts_add_degraded(&phase->facts, GRANT_MEMORY_BINDING, line);
    }
}

void work_bytes_record_opened(struct work_bytes *bytes)
{
    struct phase *phase = bytes->phase;
    struct counters *counters = &phase->facts.counters;
    struct pipeline_place place;
    pipeline_place(bytes->pipeline, &place);
    counters->pool_hugetlb_bytes = (int64_t)place.pages.hugetlb_bytes;
    counters->pool_transparent_bytes = (int64_t)place.pages.transparent_bytes;
    counters->pool_small_bytes = (int64_t)place.pages.small_bytes;
    counters->lanes = place.lanes;
    if (phase->kind->reads && (phase->round || phase->prepared->settings->cache != CACHE_KEEP)) {
        struct file_pages pages = {0};
        int64_t counted = 0;
        count_cached_pages(bytes, &pages, &counted);
        counters->sampled_before_pages = (int64_t)pages.seen;
        counters->cached_before_pages = (int64_t)pages.resident;
    }
    record_place(phase, &place);
}

void work_bytes_record_ended(struct work_bytes *bytes)
{
    struct counters *counters = &bytes->phase->facts.counters;
    struct file_pages pages = {0};
    count_cached_pages(bytes, &pages, &counters->counted_files);
    counters->sampled_pages = (int64_t)pages.seen;
    counters->cached_pages = (int64_t)pages.resident;
    counters->counted_cached_bytes = pages.cached_bytes;
    counters->counted_dirty_bytes = pages.dirty_bytes;
}

void work_bytes_restore_cache(const struct work_bytes *bytes)
{
    const struct counters *counters = &bytes->phase->facts.counters;
    struct pending_call *pending_call = bytes->phase->run->pending_call;
    if (2 * counters->cached_before_pages >= counters->sampled_before_pages)
        return;
    for (uint32_t i = 0; i < bytes->opened.count; i++) {
        if (!bytes->opened.paths[i] || !is_first_of_file(bytes, i))
            continue;
        pending_call_begin(pending_call, "opening", bytes->opened.paths[i]);
        file_drop_cache_of(bytes->opened.paths[i]);
        pending_call_end(pending_call);
    }
}
