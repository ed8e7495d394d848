/* SPDX-License-Identifier: Apache-2.0 */
#include "check_striping.h"

#include <errno.h>

#include "options/sweep_words.h"

/* As Lustre has them. */
enum { STRIPES_MOST = 2000, STRIPE_UNIT = 64 << 10 };

static int check_swept(const struct options *options, struct failure *why)
{
    struct sweep sweep = {0};
    int status = options->run.sweep ? sweep_parse(options->run.sweep, &sweep, why) : 0;
    for (size_t i = 0; i < sweep.option_count && !status; i++)
        if (sweep.options[i].id == OPTION_STRIPE_COUNT || sweep.options[i].id == OPTION_STRIPE_SIZE)
            status = failure_set(why, -EINVAL,
                                 "--%s cannot be swept, as all points have one directory with its "
                                 "layout; start a run for each value",
                                 options_name(sweep.options[i].id));
    sweep_release(&sweep);
    return status;
}

int check_striping(const struct options *options, struct failure *why)
{
    const struct settings *settings = &options->common;
    if (settings->stripe_count > STRIPES_MOST)
        return failure_set(why, -EINVAL,
                           "--stripe-count %llu is too much: a file has at most %d stripes; use "
                           "that for all targets of the file system",
                           (unsigned long long)settings->stripe_count, STRIPES_MOST);
    if (settings->stripe_size_bytes % STRIPE_UNIT)
        return failure_set(why, -EINVAL,
                           "--stripe-size %llu is not a multiple of 64KiB, as Lustre needs it",
                           (unsigned long long)settings->stripe_size_bytes);
    return check_swept(options, why);
}
