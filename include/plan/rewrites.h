/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which generation of content each request of a writer's share holds, after it was written and
 * then rewritten in place, each time wholly or in part. Requests are named by their place in the
 * writer's sequence.
 *
 * A request that a rewriting phase sent and storage did not acknowledge holds the old content or
 * the new one: both are right there, and nowhere else. Plain data of fixed size, so that ranks can
 * exchange it.
 */
#ifndef TIDEMILL_PLAN_REWRITES_H
#define TIDEMILL_PLAN_REWRITES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"
#include "options/phases.h"
#include "plan/acknowledged.h"
#include "plan/mixture.h"

enum { REWRITES_KEPT = 2 * PHASES_UPDATES_MOST };

/* Requests that were sent and not acknowledged: those below 'below', and 'places'. */
struct unsettled {
    uint64_t below;
    uint64_t count;
    uint64_t places[ACKNOWLEDGED_HOLES]; /* rising */
};

/* What one phase rewrote; none of the requests that its mix reads. */
struct rewrite {
    uint64_t generation;
    struct mix mix;
    struct acknowledged done;
    struct unsettled unsettled; /* may include requests of 'done' */
};

struct rewrites {
    uint64_t generation; /* of what no kept rewrite changed */
    uint32_t count;
    struct rewrite kept[REWRITES_KEPT]; /* the oldest first */
};

/* The generations that a request may hold: any of 'all', the newest first. */
struct generations {
    uint32_t count;
    uint64_t all[REWRITES_KEPT + 1];
};

/* Sets the requests in 'places', which may be in any order and gets sorted; and all below 'below',
 * where it is not known which of them were acknowledged. */
void unsettled_from(struct unsettled *set, uint64_t below, uint64_t *places, uint64_t count);

/* Print and parse the requests as "0-99,105"; -EINVAL if the text is malformed or too long. */
void unsettled_print(const struct unsettled *set, struct text *out);
int unsettled_parse(struct unsettled *set, const char *text, struct failure *why);

/* Sets a share that was written with one generation. */
void rewrites_start(struct rewrites *rewrites, uint64_t generation);

/* Adds a rewrite of the newest generation of a share of which 'written' can be read, after 'passes'
 * whole ones of the generations before it. If there are more than fit, the oldest of them becomes
 * what can be read: 'written' is then smaller, but correct; and nothing, where that one was mixed.
 */
void rewrites_add(struct rewrites *rewrites, const struct rewrite *rewrite, uint64_t passes,
                  struct acknowledged *written);

/* Sets the generations that the request at 'place' may hold. */
void rewrites_at(const struct rewrites *rewrites, uint64_t place, struct generations *at);

#endif
