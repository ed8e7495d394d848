/* SPDX-License-Identifier: Apache-2.0 */
#include "path_text.h"

#include <string.h>

const char *path_text(const char *path, char out[PATH_TEXT])
{
    static const char gap[] = "...";
    const size_t length = strlen(path);

    if (length < PATH_TEXT) {
        memcpy(out, path, length + 1);
    } else {
        const size_t half = (PATH_TEXT - sizeof gap) / 2;
        memcpy(out, path, half);
        memcpy(out + half, gap, sizeof gap - 1);
        memcpy(out + half + sizeof gap - 1, path + length - half, half + 1);
    }
    for (char *at = out; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            *at = '?';
    return out;
}

char *path_folder(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length == 0)
        return strdup(".");
    while (length > 1 && path[length - 1] == '/')
        length--;
    return strndup(path, length);
}
