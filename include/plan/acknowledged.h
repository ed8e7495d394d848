/*
 * What storage acknowledged of one writer's share, in the order of its sequence: all requests
 * below 'issued' but the holes. Only what is in here is ever read back or verified.
 *
 * Plain data of fixed size, so that ranks can exchange it. When more holes come than there is room
 * for, 'issued' ends before the first that did not fit: the set gets smaller, never wrong. The last
 * request below 'issued' is never a hole.
 */
#ifndef TIDEMILL_PLAN_ACKNOWLEDGED_H
#define TIDEMILL_PLAN_ACKNOWLEDGED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"

enum { ACKNOWLEDGED_HOLES = 126 };

struct acknowledged {
    uint64_t issued;
    uint64_t bytes; /* acknowledged by storage, also beyond 'issued' */
    uint64_t hole_count;
    uint64_t holes[ACKNOWLEDGED_HOLES]; /* rising, each below 'issued' */
};

/* All of 'count' requests of 'bytes' bytes. */
void acknowledged_all(struct acknowledged *set, uint64_t count, uint64_t bytes);

/* Of 'issued' requests those in 'missing' (any order, 'missing' gets sorted) were not acknowledged.
 */
void acknowledged_from(struct acknowledged *set, uint64_t issued, uint64_t bytes, uint64_t *missing,
                       uint64_t missing_count);

bool acknowledged_has(const struct acknowledged *set, uint64_t place);

/* Are all places from 'first' to 'last' in the set? */
bool acknowledged_has_all(const struct acknowledged *set, uint64_t first, uint64_t last);

/* Number of requests in the set. */
uint64_t acknowledged_count(const struct acknowledged *set);

/* Holes as "7,9-12", and back; -EINVAL when the text is none, does not rise or does not fit. */
void acknowledged_holes_text(const struct acknowledged *set, struct text *out);
int acknowledged_read_holes(struct acknowledged *set, const char *text, struct failure *why);

#endif
