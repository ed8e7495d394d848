/* SPDX-License-Identifier: Apache-2.0 */
/* Edges of the rounds that all I/O threads of a rank have passed, and the reports of --equalise. */
#include "stats/edges.h"

#include "pipeline_parts.h"
#include "platform/clock.h"

uint64_t pipeline_edges(const struct pipeline *pipeline)
{
    uint64_t least = UINT64_MAX;
    bool any = false;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++) {
        const struct io_thread *thread = &pipeline->io_threads[i];
        any |= thread->places > 0;
        if (!thread->places || io_thread_gone(thread))
            continue;
        uint64_t passed = atomic_load_explicit(&thread->edges.passed, memory_order_acquire);
        least = passed < least ? passed : least;
    }
    if (!any) /* a rank without work must not delay the others */
        return rounds_edges(clock_now_ns() - pipeline->gate.start_ns);
    return least == UINT64_MAX ? 0 : least;
}

bool pipeline_edge(const struct pipeline *pipeline, uint64_t edge, uint64_t *bytes)
{
    *bytes = 0;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++) {
        const struct io_thread *thread = &pipeline->io_threads[i];
        uint64_t thread_bytes = atomic_load_explicit(&thread->seen_bytes, memory_order_relaxed);
        bool passed = atomic_load_explicit(&thread->edges.passed, memory_order_acquire) >= edge;
        if (passed ? !edges_read(&thread->edges, edge, &thread_bytes)
                   : thread->places && !io_thread_gone(thread))
            return false;
        *bytes += thread_bytes;
    }
    return true;
}

bool pipeline_reports(const struct pipeline *pipeline, uint64_t *most)
{
    bool all = true;
    *most = 0;
    for (uint32_t i = 0; i < pipeline->setup.io_threads; i++) {
        const struct io_thread *thread = &pipeline->io_threads[i];
        all &= thread->places == 0 || tail_add_report(&thread->report, most);
    }
    return all;
}

void pipeline_set_goal(struct pipeline *pipeline, uint64_t bytes, bool settled)
{
    tail_set_goal(&pipeline->goal, bytes, settled);
}
