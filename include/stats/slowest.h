/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ten slowest requests of a thread, in descending order of latency; merging keeps the ten
 * slowest of both. There are no pointers, so it can be sent with MPI. One thread writes it.
 */
#ifndef TIDEMILL_STATS_SLOWEST_H
#define TIDEMILL_STATS_SLOWEST_H

#include <stdint.h>

enum { SLOWEST_KEPT = 10 };

struct slow_request {
    int64_t latency_ns;
    int64_t sent_ns; /* submission, since the start of the phase */
    uint64_t offset; /* in the file */
    uint64_t length;
    uint32_t piece; /* of the thread's task: which file that is */
    uint32_t rank;  /* set when ranks are merged, as all below */
    uint32_t writer;
    uint32_t file_writer; /* the writing thread that the file is named by */
};

struct slowest {
    uint32_t count;
    int64_t threshold_ns; /* a request is kept only if it took longer */
    struct slow_request requests[SLOWEST_KEPT];
};

void slowest_clear(struct slowest *slowest);

/* Inserts a request at its place; used by slowest_record and slowest_merge. */
void slowest_insert(struct slowest *slowest, const struct slow_request *request);

/* Hot path: keeps a request if it is one of the ten slowest, which almost none is. */
static inline void slowest_record(struct slowest *slowest, int64_t latency_ns, int64_t sent_ns,
                                  uint32_t piece, uint64_t offset, uint64_t length)
{
    if (__builtin_expect(latency_ns <= slowest->threshold_ns, 1))
        return;
    const struct slow_request request = {.latency_ns = latency_ns,
                                         .sent_ns = sent_ns,
                                         .piece = piece,
                                         .offset = offset,
                                         .length = length};
    slowest_insert(slowest, &request);
}

/* Merges 'from' into 'into'. Equally slow requests are ordered by submission, rank and writer, so
 * the order of merging does not matter. */
void slowest_merge(struct slowest *into, const struct slowest *from);

#endif
