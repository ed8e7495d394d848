/* SPDX-License-Identifier: Apache-2.0 */
#include "parents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int make_above(const char *path, const char *top)
{
    char *parent = strdup(path);
    int result = parent ? 0 : -ENOMEM;
    char *at = parent ? parent + strlen(top) + 1 : NULL;
    while (!result && (at = strchr(at, '/'))) {
        *at = '\0';
        if (mkdir(parent, S_IRWXU) && errno != EEXIST)
            result = -errno;
        *at++ = '/';
    }
    free(parent);
    return result;
}

int parents_make(const char *path, const char *top)
{
    int result = mkdir(path, S_IRWXU) ? -errno : 0;
    if (result == -ENOENT && !(result = make_above(path, top)))
        result = mkdir(path, S_IRWXU) ? -errno : 0;
    return result == -EEXIST ? 0 : result;
}
