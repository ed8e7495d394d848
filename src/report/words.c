/* SPDX-License-Identifier: Apache-2.0 */
#include "report/words.h"

#include <stdio.h>

#include "base/text.h"

#define UNSEEN "caches of daemon and servers unknown"

static void add_found(const struct record_phase *phase, struct text *out)
{
    const struct counters *counters = &phase->total.counters;
    text_add(out, "%lld of %lld sampled pages were in the page cache before",
             (long long)counters->cached_before_pages, (long long)counters->sampled_before_pages);
}

static void add_source(const struct record_phase *phase, struct text *out)
{
    switch (phase->written_by) {
    case WRITTEN_BY_NOBODY:
        break;
    case WRITTEN_BY_EARLIER_RUN:
        text_add(out, "written by an earlier run");
        break;
    case WRITTEN_BY_OTHER_NODE:
        text_add(out, "written by another node (shift %lld)", (long long)phase->shift);
        break;
    case WRITTEN_BY_SAME_NODE:
        text_add(out, "may be cached: %lld of %zu ranks read what their own node wrote%s",
                 (long long)phase->same_node_ranks, phase->rank_count,
                 phase->node_count == 1 ? " (one node: cache defeat not possible here)" : "");
        break;
    }
}

static void word_cache(struct record_phase *phase)
{
    struct text line = {0};
    switch (phase->cache_state) {
    case CACHE_NO_READS:
        return;
    case CACHE_BYPASSED:
        text_add(&line, "read past the page cache of the nodes (O_DIRECT)");
        break;
    case CACHE_COLD:
        text_add(&line, "cold: ");
        add_found(phase, &line);
        break;
    case CACHE_CLIENT_BYPASSED:
        text_add(&line, "page cache of the client bypassed (O_DIRECT); " UNSEEN);
        break;
    case CACHE_CLIENT_COLD:
        text_add(&line, "page cache of the client empty (");
        add_found(phase, &line);
        text_add(&line, "); " UNSEEN);
        break;
    case CACHE_BELOW:
        text_add(&line, "may be cached: the device below keeps its data in memory");
        break;
    case CACHE_WARM:
    case CACHE_NOT_SAMPLED:
        add_source(phase, &line);
        break;
    }
    if ((phase->cache_state == CACHE_BELOW || phase->cache_state == CACHE_WARM) &&
        phase->total.counters.sampled_before_pages) {
        text_add(&line, "; ");
        add_found(phase, &line);
    }
    text_copy(phase->cache, sizeof phase->cache, text_string(&line));
    text_release(&line);
}

static void word_row(struct record_row *row)
{
    struct record_modes *modes = &row->modes;
    if (modes->direct_cause == DIRECT_DIRTIED && !modes->direct_reason[0])
        text_copy(modes->direct_reason, sizeof modes->direct_reason,
                  "as much as was written became dirty in the page cache of the device");
    if (modes->direct_cause == DIRECT_UNALIGNED && !modes->direct_reason[0])
        snprintf(modes->direct_reason, sizeof modes->direct_reason,
                 "%lld of %lld bytes were not aligned for direct transfers",
                 (long long)row->counters.buffered_bytes, (long long)row->counters.bytes);
}

void words_fill(struct record_phase *phase)
{
    if (!phase->cache[0])
        word_cache(phase);
    if (phase->engine_cause == ENGINE_TARGET_IN_MEMORY && !phase->engine_reason[0])
        text_copy(phase->engine_reason, sizeof phase->engine_reason,
                  "the target is in memory, where plain calls are faster than io_uring");
    if (phase->engine_cause == ENGINE_PLAIN_NAMES && !phase->engine_reason[0])
        text_copy(phase->engine_reason, sizeof phase->engine_reason,
                  "metadata operations are plain calls, one at a time for each I/O thread; "
                  "--engine uring keeps --depth of them in flight");
    if (phase->engine_cause == ENGINE_PLAIN_LISTS && !phase->engine_reason[0])
        text_copy(phase->engine_reason, sizeof phase->engine_reason,
                  "io_uring has no call that lists a directory");
    word_row(&phase->total);
    for (size_t i = 0; i < phase->node_count; i++)
        word_row(&phase->nodes[i]);
    for (size_t i = 0; i < phase->rank_count; i++)
        word_row(&phase->ranks[i]);
    for (size_t i = 0; i < phase->writer_count; i++)
        word_row(&phase->writers[i]);
}
