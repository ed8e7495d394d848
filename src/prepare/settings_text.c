/* SPDX-License-Identifier: Apache-2.0 */
#include "settings_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SETTINGS_MOST = 1 << 20 };

bool settings_text_is_hdf5(const struct text *text)
{
    static const char signature[8] = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
    return text->length >= sizeof signature && !memcmp(text->data, signature, sizeof signature);
}

int settings_text_read(const char *option, const char *path, struct text *out, struct failure *why)
{
    char piece[4096];
    FILE *file = fopen(path, "rb");
    if (!file)
        return failure_system(why, errno, "%s: cannot open '%s'", option, path);
    size_t got;
    while (out->length <= SETTINGS_MOST && (got = fread(piece, 1, sizeof piece, file)) > 0) {
        text_add_bytes(out, piece, got);
        if (settings_text_is_hdf5(out))
            break;
    }
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (error)
        return failure_system(why, error, "cannot read '%s'", path);
    if (out->failed)
        return failure_set(why, -ENOMEM, "not enough memory to read '%s'", path);
    if (out->length > SETTINGS_MOST)
        return failure_set(why, -EFBIG, "%s: '%s' is not a settings file: larger than 1 MiB",
                           option, path);
    return 0;
}
