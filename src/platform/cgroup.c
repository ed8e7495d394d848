#include "cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "small_file.h"

/* True if 'word' is in the comma-separated list 'words'. */
static bool contains_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = words; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == 0))
            return true;
    }
    return false;
}

static uint64_t limit_of(const char *folder, const char *name)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return UINT64_MAX;
    const int64_t bytes = small_file_number(path, -1); /* "max" does not parse */
    return bytes < 0 ? UINT64_MAX : (uint64_t)bytes;
}

/* Returns the smallest limit from the group up to the mount point. */
static uint64_t smallest_limit(const struct mount *mount, const char *group, const char *name)
{
    char folder[4096];
    const size_t root = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
    const size_t top = strlen(mount->point);
    uint64_t smallest = UINT64_MAX;

    /* In a container the group's path may start above the mounted part of the tree, or be
     * elsewhere. */
    if (strncmp(group, mount->root, root) == 0)
        group += root;
    else
        group = "";
    if (snprintf(folder, sizeof folder, "%s%s", mount->point, group) >= (int)sizeof folder)
        return UINT64_MAX;
    for (;;) {
        const uint64_t limit = limit_of(folder, name);
        smallest = limit < smallest ? limit : smallest;
        if (strlen(folder) <= top)
            return smallest;
        *strrchr(folder + top, '/') = 0;
    }
}

static uint64_t limit_in(const struct mounts *mounts, bool second_version, const char *group)
{
    uint64_t smallest = UINT64_MAX;
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *mount = &mounts->list[i];
        uint64_t limit = UINT64_MAX;
        if (second_version && strcmp(mount->type, "cgroup2") == 0)
            limit = smallest_limit(mount, group, "memory.max");
        else if (!second_version && strcmp(mount->type, "cgroup") == 0 &&
                 contains_word(mount->super_options, "memory"))
            limit = smallest_limit(mount, group, "memory.limit_in_bytes");
        smallest = limit < smallest ? limit : smallest;
    }
    return smallest;
}

uint64_t cgroup_memory_limit(const char *membership, const struct mounts *mounts)
{
    char *line = NULL;
    size_t capacity = 0;
    uint64_t smallest = UINT64_MAX;

    FILE *file = fopen(membership, "re");
    if (!file)
        return UINT64_MAX;
    /* "4:memory:/group" in version 1, "0::/group" in version 2; often both are present */
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        char *rest = line;
        strsep(&rest, ":");
        const char *controllers = strsep(&rest, ":");
        if (!controllers || !rest || rest[0] != '/')
            continue;
        const bool second_version = controllers[0] == 0;
        if (!second_version && !contains_word(controllers, "memory"))
            continue;
        const uint64_t limit = limit_in(mounts, second_version, rest);
        smallest = limit < smallest ? limit : smallest;
    }
    free(line);
    fclose(file);
    return smallest;
}
