/* SPDX-License-Identifier: Apache-2.0 */
#include "target_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_directory(const char *path)
{
    struct text inside = {0};
    text_add(&inside, "%s/.", path);
    bool found = !inside.failed && access(text_string(&inside), F_OK) == 0;
    text_release(&inside);
    return found;
}

/* malloc'ed; NULL without memory, or if the working directory does not exist any more. */
static char *absolute_path(const char *path)
{
    if (is_directory(path))
        return realpath(path, NULL);
    if (path[0] == '/')
        return strdup(path);
    char *here = getcwd(NULL, 0);
    struct text joined = {0};
    if (here)
        text_add(&joined, "%s/%s", here, path);
    free(here);
    return joined.data;
}

static int make_own_absolute(struct section *section, struct failure *why)
{
    for (size_t i = 0; i < section->own_count && !why->code; i++) {
        struct assignment *own = &section->own[i];
        if (own->id != OPTION_COUNT)
            continue;
        char *path = absolute_path(own->value);
        if (!path)
            return failure_system(why, errno ? errno : ENOMEM, "cannot find '%s'", own->value);
        free(own->value);
        own->value = path;
    }
    return why->code;
}

int target_paths_absolute(struct options *options, struct failure *why)
{
    size_t count = options->common.target_count;
    char **paths = calloc(count + 1, sizeof *paths);
    if (!paths)
        return failure_set(why, -ENOMEM, "not enough memory for %zu targets", count);
    for (size_t i = 0; i < count && !why->code; i++) {
        paths[i] = absolute_path(options->common.targets[i]);
        if (!paths[i])
            failure_system(why, errno ? errno : ENOMEM, "cannot find '%s'",
                           options->common.targets[i]);
    }
    if (!why->code)
        options_set_targets(options, paths, count, options->common.targets_source, why);
    for (size_t i = 0; i < options->section_count && !why->code; i++)
        make_own_absolute(&options->sections[i], why);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    return why->code;
}
