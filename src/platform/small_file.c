/* SPDX-License-Identifier: Apache-2.0 */
#include "small_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int small_file_line(const char *path, char *line, size_t size)
{
    int error = 0;
    line[0] = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    errno = 0;
    if (!fgets(line, (int)size, file)) {
        error = errno ? -errno : -ENODATA;
        line[0] = 0;
    }
    fclose(file);
    line[strcspn(line, "\n")] = 0;
    return error;
}

int64_t small_file_number(const char *path, int64_t otherwise)
{
    char line[64];
    char *end;
    if (small_file_line(path, line, sizeof line))
        return otherwise;
    errno = 0;
    const long long number = strtoll(line, &end, 10);
    return end == line || errno ? otherwise : number;
}

int64_t small_file_number_in(const char *folder, const char *name, int64_t otherwise)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return small_file_number(path, otherwise);
}

void small_file_word_in(const char *folder, const char *name, char *out, size_t size)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    small_file_line(path, out, size);
    for (size_t length = strlen(out); length && strchr(" \t\r", out[length - 1]);)
        out[--length] = 0;
}
