/* SPDX-License-Identifier: Apache-2.0 */
#include "parents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make(const char *path)
{
    return TEMP_FAILURE_RETRY(mkdir(path, S_IRWXU)) ? -errno : 0;
}

static int make_above(const char *path, const char *top)
{
    char *parent = strdup(path);
    int result = parent ? 0 : -ENOMEM;
    char *at = parent ? parent + strlen(top) + 1 : NULL;
    while (!result && (at = strchr(at, '/'))) {
        *at = '\0';
        result = make(parent);
        if (result == -EEXIST)
            result = 0;
        *at++ = '/';
    }
    free(parent);
    return result;
}

int parents_make(const char *path, const char *top)
{
    int result = make(path);
    if (result == -ENOENT && !(result = make_above(path, top)))
        result = make(path);
    return result == -EEXIST ? 0 : result;
}
