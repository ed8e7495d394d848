/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/reading.h"

static uint64_t start_of(const struct share *share)
{
    return share->file_base + share->file_offset;
}

/* The writing request that holds a byte of the data set, of the writing thread '*writer'. */
static uint64_t request_at(const struct reading *reading, uint64_t start, uint32_t *writer)
{
    const struct share *share = &reading->shares[0];
    if (reading->setup.written->setup.turn_bytes) {
        const uint64_t offset = start - start_of(share);
        const uint64_t within = offset % share->period_bytes;
        *writer = (uint32_t)(within / share->turn_bytes);
        return offset / share->period_bytes * share->turn_requests +
               within % share->turn_bytes / share->request_bytes;
    }
    *writer = reading->setup.written->setup.writers_per_rank - 1;
    while (*writer && start_of(&reading->shares[*writer]) > start)
        (*writer)--;
    share = &reading->shares[*writer];
    return share_request_at(share, start - start_of(share));
}

uint64_t reading_generations(const struct reading *reading, uint64_t start, uint64_t length,
                             struct generations *generations)
{
    uint32_t writer;
    const uint64_t request = request_at(reading, start, &writer);
    const struct share *share = &reading->shares[writer];
    const struct sequence sequence =
        sequence_of(share, reading->setup.written_order, reading->setup.seed);
    const struct extent extent = share_extent(share, request);
    const uint64_t left = share->file_base + extent.offset + extent.length - start;
    rewrites_at(&reading->setup.rewrites[writer], sequence_place_of(&sequence, request),
                generations);
    return left < length ? left : length;
}
