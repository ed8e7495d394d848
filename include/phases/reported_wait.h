/* SPDX-License-Identifier: Apache-2.0 */
/* When a wait is worth a line: once it is too long, then each time that it has doubled, and when it
 * is over. Pure. */
#ifndef TIDEMILL_PHASES_REPORTED_WAIT_H
#define TIDEMILL_PHASES_REPORTED_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct reported_wait {
    int64_t waited_ns; /* as last seen; 0: no wait */
    int64_t next_ns;   /* when it is reported again; 0: it has not been reported */
    int64_t lasted_ns; /* how long the last one took */
};

enum wait_news { WAIT_NO_NEWS, WAIT_TOO_LONG, WAIT_OVER };

/* Takes how long the wait has lasted so far (0: there is none); a shorter time than before belongs
 * to another wait. 'least_ns' is when it is too long; 0: never. */
enum wait_news wait_watch(struct reported_wait *wait, int64_t waited_ns, int64_t least_ns);

#endif
