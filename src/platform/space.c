/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/space.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "path_text.h"
#include "platform/headroom.h"

/* For a file that could not be created, its directory is used. */
static int stat_file_system(const char *path, struct statvfs *facts)
{
    if (statvfs(path, facts) == 0)
        return 0;
    char *folder = path_folder(path);
    int result = folder ? statvfs(folder, facts) : -1;
    free(folder);
    return result;
}

const char *space_format_reason(const char *path, int error, char out[SPACE_TEXT])
{
    struct statvfs facts;
    out[0] = '\0';
    if (error == ECANCELED) {
        struct headroom headroom;
        struct text limit = {0};
        headroom_detect("", &headroom);
        headroom_explain_threads(&headroom, &limit);
        snprintf(out, SPACE_TEXT, " (io_uring needs kernel threads for buffered requests, and %s)",
                 text_string(&limit));
        text_release(&limit);
    } else if ((error == ENOSPC || error == EDQUOT) && stat_file_system(path, &facts) == 0)
        snprintf(out, SPACE_TEXT, " (%" PRIu64 " bytes and %" PRIu64 " inodes free)",
                 (uint64_t)facts.f_bavail * facts.f_frsize, (uint64_t)facts.f_favail);
    return out;
}

int space_free_percent(const char *path)
{
    struct statvfs facts;
    if (stat_file_system(path, &facts) || facts.f_blocks == 0)
        return -1;
    return (int)((double)facts.f_bavail * 100.0 / (double)facts.f_blocks);
}
