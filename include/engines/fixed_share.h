/*
 * May the buffers of every rank of a node be fixed? RLIMIT_MEMLOCK holds for a user and not for a
 * process, and each ring is charged for the whole arena, so the ranks of a node share it and must
 * decide alike: from the same numbers, before anything is asked of the kernel. Pure.
 */
#ifndef TIDEMILL_ENGINES_FIXED_SHARE_H
#define TIDEMILL_ENGINES_FIXED_SHARE_H

#include <stdint.h>

#include "base/failure.h"

struct fixed_share {
    int64_t limit_bytes;  /* RLIMIT_MEMLOCK; < 0: unlimited, or this process may pass it */
    uint64_t arena_bytes; /* of one rank */
    uint32_t rings;       /* of one rank */
    uint32_t depth;       /* of one ring */
    uint32_t ranks;       /* on the node */
};

/* 0, or -ENOMEM with the numbers and what to do. */
int fixed_share_fits(const struct fixed_share *share, struct failure *why);

#endif
