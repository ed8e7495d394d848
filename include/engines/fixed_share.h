/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the buffers of every rank of a node can be fixed. RLIMIT_MEMLOCK applies to a user, not
 * to a process, and each ring is charged for the whole arena, so the ranks of a node share it and
 * must make the same decision: from the same numbers, before any of them asks the kernel. Pure.
 */
#ifndef TIDEMILL_ENGINES_FIXED_SHARE_H
#define TIDEMILL_ENGINES_FIXED_SHARE_H

#include <stdint.h>

#include "base/failure.h"

struct fixed_share {
    int64_t limit_bytes;  /* RLIMIT_MEMLOCK; < 0: unlimited, or this process may exceed it */
    uint64_t arena_bytes; /* of one rank */
    uint32_t rings;       /* of one rank */
    uint32_t depth;       /* of one ring */
    uint32_t ranks;       /* on the node */
};

/* Returns 0 if they fit the limit, or -ENOMEM. */
int fixed_share_fits(const struct fixed_share *share, struct failure *why);

#endif
