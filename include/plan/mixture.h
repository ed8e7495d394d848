/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which requests a mixed phase reads and which it writes, by their places in a writer's sequence.
 * A place goes to one of 2^32 evenly distributed numbers (a Weyl sequence: an odd step, a bijection
 * of them), and is read if that is below the share of reads. So every request is read or written,
 * never both; the choice depends on the key alone; and among the places from 0 on, as among those
 * after them, the share of reads is the requested one to within a few requests.
 */
#ifndef TIDEMILL_PLAN_MIXTURE_H
#define TIDEMILL_PLAN_MIXTURE_H

#include <stdbool.h>
#include <stdint.h>

struct share;

#define MIX_ALL (UINT64_C(1) << 32) /* 'reads' if all requests are read */

enum { MIX_FRACTION_PPM = 1000000 };

struct mix {
    uint64_t reads; /* share of requests that are read, out of MIX_ALL; 0: all are written */
    uint32_t key;
};

/* The mix of a writer's share, with this fraction of reads in millionths: by the run's seed, where
 * the share begins, and the generation that is written, so that each phase chooses other requests.
 * Must never change: what stored results describe depends on it. */
struct mix mix_of(uint64_t fraction_ppm, uint64_t seed, const struct share *share,
                  uint64_t generation);

/* Is the request at 'place' read? */
static inline bool mix_reads(const struct mix *mix, uint64_t place)
{
    const uint32_t step = 0x9e3779b9; /* 2^32 times the golden ratio: the most even one */
    return (uint32_t)place * step + mix->key < mix->reads;
}

#endif
