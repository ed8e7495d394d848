/* SPDX-License-Identifier: Apache-2.0 */
#include "sys_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "small_file.h"

/* Removes the last component; false at the root. */
static bool remove_last(char *folder)
{
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return false;
    *slash = 0;
    return true;
}

int64_t sys_numa_node(const char *folder)
{
    char real[PATH_MAX];
    if (!realpath(folder, real))
        return -1;
    do {
        const int64_t node = small_file_number_in(real, "numa_node", -1);
        if (node >= 0)
            return node;
    } while (remove_last(real));
    return -1;
}

bool sys_folder_with(const char *folder, const char *file, char found[PATH_MAX])
{
    char path[SYS_PATH];
    if (!realpath(folder, found))
        return false;
    do {
        snprintf(path, sizeof path, "%s/%s", found, file);
        if (access(path, F_OK) == 0)
            return true;
    } while (remove_last(found));
    return false;
}

void sys_link_name(const char *folder, const char *name, char *out, size_t size)
{
    char path[SYS_PATH];
    char real[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    text_copy(out, size, realpath(path, real) ? strrchr(real, '/') + 1 : "");
}
