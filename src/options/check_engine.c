/* SPDX-License-Identifier: Apache-2.0 */
#include "check_engine.h"

#include <errno.h>

int check_engine(const struct options *options, struct failure *why)
{
    bool rings = options->common.engine == ENGINE_AUTO || options->common.engine == ENGINE_URING;
    if (options->common.batch > 1 && options->common.engine != ENGINE_PWRITEV)
        return failure_set(why, -EINVAL, "--batch needs --engine pwritev");
    if (options->common.batch > 1024)
        return failure_set(why, -EINVAL, "--batch is %llu; one call takes at most 1024",
                           (unsigned long long)options->common.batch);
    if (options_given(options, OPTION_DEPTH) && options->common.depth < options->common.batch)
        return failure_set(
            why, -EINVAL, "--depth %llu is smaller than --batch %llu; leave --depth out",
            (unsigned long long)options->common.depth, (unsigned long long)options->common.batch);
    if (!rings && (options->common.uring_sqpoll || options->common.uring_iopoll ||
                   options->common.fixed_buffers == REQUIRE))
        return failure_set(why, -EINVAL, "--%s needs --engine uring",
                           options->common.uring_sqpoll   ? "uring-sqpoll"
                           : options->common.uring_iopoll ? "uring-iopoll"
                                                          : "fixed-buffers require");
    if (options->common.uncached &&
        (options->common.direct == REQUIRE || options->common.uring_iopoll))
        return failure_set(why, -EINVAL,
                           "--uncached uses the page cache and excludes %s; leave one of them out",
                           options->common.uring_iopoll ? "--uring-iopoll" : "--direct require");
    if (options->common.uring_iopoll && options->common.direct == NEVER)
        return failure_set(why, -EINVAL, "--uring-iopoll needs O_DIRECT; leave --direct never out");
    return 0;
}
