/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of files on parallel file systems: what --stripe-count and --stripe-size ask for, and
 * what is in effect. */
#include "prepare/prepared.h"

#include <errno.h>

#include "platform/striping.h"
#include "striping_files.h"

static const char *option_of(const struct settings *settings)
{
    return settings->stripe_count ? "stripe-count" : "stripe-size";
}

static bool asks(const struct prepared *prepared)
{
    return (prepared->writes || prepared->creates) &&
           (prepared->settings->stripe_count || prepared->settings->stripe_size_bytes);
}

static int check_target(const struct prepared *prepared, uint32_t number, struct failure *why)
{
    const char *option = option_of(prepared->settings);
    const char *path = prepared->settings->targets[number];
    struct record_target found = prepared->targets[number];
    if (prepared->target_kinds[number] != TARGET_DIRECTORY)
        return failure_set(
            why, -EINVAL,
            "--%s is for files that are made in a directory, and '%s' is none: leave "
            "it out",
            option, path);
    const int result = striping_detect_lustre(path, &found);
    if (result == -ENOENT)
        return failure_set(
            why, -ENOENT, "--%s needs Lustre and its command lfs, which is not in PATH; '%s' is %s",
            option, path, found.file_system);
    if (result)
        return failure_set(why, -EINVAL,
                           "--%s needs Lustre, and '%s' is %s: 'lfs getstripe -d' failed there",
                           option, path, found.file_system);
    return 0;
}

int prepare_striping(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    for (uint32_t i = 0; i < prepared->settings->target_count; i++)
        if (prepared->cluster->rank == 0 && asks(prepared) && !failure.code)
            check_target(prepared, i, &failure);
    return setup_agree_with_first(prepared->setup, &failure, why);
}

int striping_files_set(const struct prepared *prepared, struct failure *why)
{
    const struct dataset *dataset = &prepared->dataset;
    const struct settings *settings = prepared->settings;
    for (uint32_t i = 0; i < dataset->folder_count && asks(prepared) && !why->code; i++)
        if (dataset->folders[i].made)
            striping_set(dataset->folders[i].path, settings->stripe_count,
                         settings->stripe_size_bytes, why);
    return why->code;
}

void striping_files_detect(struct prepared *prepared)
{
    const struct dataset *dataset = &prepared->dataset;
    for (uint32_t i = 0; i < dataset->folder_count; i++) {
        struct record_target *target = &prepared->targets[dataset->folders[i].target];
        const char *path = dataset->folders[i].path;
        target->stripe_set = asks(prepared);
        if (target->stripe_set)
            striping_detect_lustre(path, target);
        else
            striping_detect(path, target);
    }
    for (uint32_t i = 0; i < prepared->settings->target_count && prepared->cluster->leader; i++)
        if (prepared->target_kinds[i] == TARGET_FILE)
            striping_detect(prepared->settings->targets[i], &prepared->targets[i]);
}
