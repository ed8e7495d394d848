/* SPDX-License-Identifier: Apache-2.0 */
#include "check_files.h"

#include <errno.h>

int check_files(const struct options *options, struct failure *why)
{
    const struct settings *settings = &options->common;
    if (settings->files_per_rank == 1)
        return 0;
    if (!settings->files_per_rank)
        return failure_set(why, -EINVAL, "--files-per-rank is 0; use 1 or more, or leave it out");
    if (settings->interleave_bytes)
        return failure_set(why, -EINVAL,
                           "--files-per-rank and --interleave exclude each other; use one of them");
    if (options_given(options, OPTION_LAYOUT) && settings->layout == LAYOUT_SHARED)
        return failure_set(why, -EINVAL,
                           "--files-per-rank and --layout shared exclude each other; use --layout "
                           "rank or writer");
    if (settings->order == ORDER_STRIDED || settings->order == ORDER_RANDOM_REPEAT)
        return failure_set(why, -EINVAL,
                           "--files-per-rank reads and writes each file in sequence and excludes "
                           "--order %s; use sequential or random",
                           settings->order == ORDER_STRIDED ? "strided" : "random-repeat");
    if (options_given(options, OPTION_WRITERS) && settings->writers > settings->files_per_rank)
        return failure_set(
            why, -EINVAL,
            "--writers %llu is more than --files-per-rank %llu, and each file is one "
            "writer's; use fewer writers",
            (unsigned long long)settings->writers, (unsigned long long)settings->files_per_rank);
    return 0;
}
