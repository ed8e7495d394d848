/* SPDX-License-Identifier: Apache-2.0 */
#include "phases/reported_wait.h"

enum wait_news wait_watch(struct reported_wait *wait, int64_t waited_ns, int64_t least_ns)
{
    const int64_t before_ns = wait->waited_ns;
    wait->waited_ns = waited_ns;
    if (waited_ns < before_ns) {
        const bool reported = wait->next_ns > 0;
        *wait = (struct reported_wait){.waited_ns = waited_ns, .lasted_ns = before_ns};
        return reported ? WAIT_OVER : WAIT_NO_NEWS;
    }
    if (!least_ns || waited_ns < least_ns || waited_ns < wait->next_ns)
        return WAIT_NO_NEWS;
    wait->next_ns = 2 * waited_ns;
    return WAIT_TOO_LONG;
}
