/* SPDX-License-Identifier: Apache-2.0 */
#include "check_metadata.h"

#include <errno.h>
#include <string.h>

#include "options/find_words.h"

/* Of directories. */
enum { LEVELS_MOST = 32 };

/* A list that creates nothing is about the objects of an earlier run, or of another section. */
static int check_order(const enum phase_id *list, size_t count, struct failure *why)
{
    bool creates = false;
    bool exist = false;
    for (size_t i = 0; i < count; i++)
        creates |= list[i] == PHASE_CREATE;
    for (size_t i = 0; i < count; i++) {
        const struct phase_kind *kind = &phase_kinds[list[i]];
        if (kind->unit != UNIT_OPERATION)
            continue;
        if (kind->reads && creates && !exist)
            return failure_set(why, -EINVAL,
                               "--phases: no objects exist when '%s' begins; put create before it",
                               kind->name);
        exist = list[i] == PHASE_CREATE || (exist && list[i] != PHASE_REMOVE);
    }
    return 0;
}

static int check_stores(const struct options *options, const char *phase, struct failure *why)
{
    if (options->common.engine == ENGINE_NULL)
        return failure_set(why, -EINVAL,
                           "--engine null stores nothing, and phase '%s' needs a file system; "
                           "leave one of them out",
                           phase);
    return 0;
}

/* Options that only phases that move bytes can follow. */
static int check_byte_options(const struct options *options, struct failure *why)
{
    const char *const option = options->common.direct == REQUIRE          ? "direct require"
                               : options->common.uring_sqpoll             ? "uring-sqpoll"
                               : options->common.uring_iopoll             ? "uring-iopoll"
                               : options->common.fixed_buffers == REQUIRE ? "fixed-buffers require"
                                                                          : NULL;
    if (!option)
        return 0;
    return failure_set(why, -EINVAL,
                       "--%s is for phases that move bytes, and --phases '%s' has none; leave it "
                       "out",
                       option, options->run.phases);
}

static int check_objects(const struct options *options, bool opens, struct failure *why)
{
    if (options->common.objects == OBJECTS_DIRECTORIES && options->common.object_size_bytes)
        return failure_set(why, -EINVAL,
                           "--object-size is for files; leave it or --objects directories out");
    bool sized;
    uint64_t bytes;
    if (find_size_parse(options->common.find_size, &sized, &bytes, why))
        return -EINVAL;
    if (options->common.tree_depth > LEVELS_MOST)
        return failure_set(why, -EINVAL, "--tree-depth: at most %d levels are possible",
                           LEVELS_MOST);
    if (sized && options->common.objects == OBJECTS_DIRECTORIES)
        return failure_set(why, -EINVAL,
                           "--find-size is for files; leave it or --objects directories out");
    if (opens && options->common.generate == GENERATE_ONCE && options->common.object_size_bytes)
        return failure_set(why, -EINVAL,
                           "--generate once writes the same buffer repeatedly, which an open phase "
                           "cannot check; leave one of them out");
    for (size_t i = 0; i < options->common.target_count; i++)
        if (!strcmp(options->common.targets[i], "/dev/null"))
            return failure_set(why, -EINVAL,
                               "'/dev/null' holds no objects; metadata phases need a directory");
    return 0;
}

int check_metadata(const struct options *options, struct failure *why)
{
    enum phase_id list[PHASES_MOST];
    size_t count = 0;
    const char *first = NULL;
    bool bytes = false;
    bool opens = false;
    if (!options->run.phases || phases_parse(options->run.phases, list, &count, why))
        return why ? why->code : 0;
    for (size_t i = 0; i < count; i++) {
        const struct phase_kind *kind = &phase_kinds[list[i]];
        opens |= list[i] == PHASE_OPEN;
        if (kind->unit == UNIT_BYTE)
            bytes = true;
        else if (!first)
            first = kind->name;
    }
    if (!first)
        return 0;
    if (!bytes && check_byte_options(options, why))
        return -EINVAL;
    if (check_order(list, count, why) || check_stores(options, first, why))
        return -EINVAL;
    return check_objects(options, opens, why);
}
