/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/names.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

const char *plan_read_number(const char *text, uint64_t limit, uint64_t *number)
{
    uint64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
        if (value >= limit)
            return NULL;
    }
    *number = value;
    return at == text || (text[0] == '0' && at - text > 1) ? NULL : at;
}

const char *plan_skip_number(const char *text, uint64_t limit)
{
    uint64_t unused;
    return plan_read_number(text, limit, &unused);
}

const char *const plan_file_prefixes[FILE_USES] = {"", "probe-", "warm-up-"};

bool plan_has_file_name(enum layout layout, uint64_t ranks, uint64_t writers, const char *name)
{
    for (int use = FILES_OF_PROBE; use < FILE_USES; use++) {
        const size_t length = strlen(plan_file_prefixes[use]);
        if (strncmp(name, plan_file_prefixes[use], length))
            continue;
        name += length;
        break;
    }
    if (layout == LAYOUT_SHARED)
        return !strcmp(name, "shared");
    if (name[0] != 'r')
        return false;
    const char *rest = plan_skip_number(name + 1, ranks);
    if (!rest || layout == LAYOUT_RANK)
        return rest && !*rest;
    if (strncmp(rest, ".w", 2))
        return false;
    rest = plan_skip_number(rest + 2, writers);
    return rest && !*rest;
}

void plan_print_file(const char *folder, uint64_t file, struct text *out)
{
    text_add(out, "%s/f%" PRIu64, folder, file);
}

bool plan_has_cut_name(const char *name)
{
    const char *rest = name[0] == 'f' ? plan_skip_number(name + 1, UINT64_C(1) << 60) : NULL;
    return rest && !*rest;
}

void plan_print_folder(const char *target, const char *run_id, struct text *out)
{
    size_t length = strlen(target);
    text_add(out, "%s%stidemill-%s", target, length && target[length - 1] == '/' ? "" : "/",
             run_id);
}
