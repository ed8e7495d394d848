/* SPDX-License-Identifier: Apache-2.0 */
#include "check_interleave.h"

#include <errno.h>

int check_interleave(const struct options *options, struct failure *why)
{
    const struct settings *settings = &options->common;
    if (!settings->interleave_bytes)
        return 0;
    if (options_given(options, OPTION_LAYOUT) && settings->layout != LAYOUT_SHARED)
        return failure_set(why, -EINVAL,
                           "--interleave shares a file among all writers and excludes --layout %s; "
                           "use --layout shared",
                           settings->layout == LAYOUT_RANK ? "rank" : "writer");
    if (options_given(options, OPTION_BUFFER_SIZE) &&
        settings->buffer_size_bytes > settings->interleave_bytes)
        return failure_set(why, -EINVAL,
                           "--buffer-size %llu is larger than --interleave %llu; a request cannot "
                           "exceed its writer's turn",
                           (unsigned long long)settings->buffer_size_bytes,
                           (unsigned long long)settings->interleave_bytes);
    if (settings->dedup_ratio > 1 && settings->dedup_block_bytes > settings->interleave_bytes)
        return failure_set(why, -EINVAL,
                           "--dedup-block %llu is larger than --interleave %llu; use a smaller "
                           "--dedup-block",
                           (unsigned long long)settings->dedup_block_bytes,
                           (unsigned long long)settings->interleave_bytes);
    return 0;
}
