/*
 * The ten slowest requests: which they were, when, how long. Keeps the slowest ten of what it is
 * told, in descending order; merging keeps the ten of both. Plain data: can be sent. One thread
 * writes it.
 */
#ifndef TIDEMILL_STATS_SLOWEST_H
#define TIDEMILL_STATS_SLOWEST_H

#include <stdint.h>

enum { SLOWEST_KEPT = 10 };

struct slow_request {
    int64_t latency_ns;
    int64_t sent_ns; /* since the start of the phase */
    uint64_t offset; /* in the file */
    uint64_t length;
    uint32_t rank; /* set by who merges ranks */
    uint32_t writer;
};

struct slowest {
    uint32_t count;
    int64_t threshold_ns; /* what a request must exceed to get in */
    struct slow_request requests[SLOWEST_KEPT];
};

void slowest_clear(struct slowest *slowest);

/* Puts a request into its place; for slowest_record and merging. */
void slowest_insert(struct slowest *slowest, const struct slow_request *request);

/* The hot path: almost no request is among the slowest. */
static inline void slowest_record(struct slowest *slowest, int64_t latency_ns, int64_t sent_ns,
                                  uint64_t offset, uint64_t length)
{
    if (__builtin_expect(latency_ns <= slowest->threshold_ns, 1))
        return;
    const struct slow_request request = {
        .latency_ns = latency_ns, .sent_ns = sent_ns, .offset = offset, .length = length};
    slowest_insert(slowest, &request);
}

/* Equally slow ones come in the order of their start, rank and writer, so the order of merging does
 * not matter. */
void slowest_merge(struct slowest *into, const struct slowest *from);

#endif
