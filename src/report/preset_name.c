/* SPDX-License-Identifier: Apache-2.0 */
#include "preset_name.h"

#include <string.h>

bool preset_is(const struct record *record, const char *name)
{
    const char *slash = strrchr(record->preset, '/');
    const char *own = slash ? slash + 1 : record->preset;
    const size_t length = strlen(name);
    return !strncmp(own, name, length) && (!own[length] || !strcmp(own + length, ".conf"));
}
