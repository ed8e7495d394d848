/* SPDX-License-Identifier: Apache-2.0 */
#include "check_equalise.h"

#include <errno.h>

int check_equalise(const struct options *options, struct failure *why)
{
    const struct settings *settings = &options->common;
    if (settings->equalise && !settings->time_ns)
        return failure_set(
            why, -EINVAL,
            "--equalise begins when --time is over, and no time is given; add --time");
    if (settings->equalise && settings->until_steady)
        return failure_set(why, -EINVAL,
                           "--equalise and --until-steady exclude each other; use one of them");
    /* a section may switch --equalise off, and its --tail-max is that of all sections */
    if (settings->tail_max_ns && !settings->equalise && !settings_given(settings, OPTION_EQUALISE))
        return failure_set(why, -EINVAL,
                           "--tail-max limits --equalise, which is not given; add it, or leave "
                           "--tail-max out");
    return 0;
}
