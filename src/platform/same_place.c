/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "path_text.h"
#include "platform/target.h"
#include "status.h"

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool same_file(const char *a, const char *b)
{
    struct status first, second;
    return status_of_path(a, true, &first) == 0 && status_of_path(b, true, &second) == 0 &&
           first.device == second.device && first.inode == second.inode;
}

bool target_is_same(const char *a, const char *b)
{
    if (same_file(a, b))
        return true;
    char *folder_a = path_folder(a);
    char *folder_b = path_folder(b);
    const bool same = folder_a && folder_b && !strcmp(last_part(a), last_part(b)) &&
                      same_file(folder_a, folder_b);
    free(folder_a);
    free(folder_b);
    return same;
}
