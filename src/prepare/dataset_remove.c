/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a data set: its files, then its directories. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "plan/names.h"
#include "platform/clock.h"
#include "platform/thread.h"
#include "prepare/dataset.h"

enum { REMOVAL_POLL_NS = 5 * 1000 * 1000, OPEN_FILES_NS = 1000 * 1000 * 1000 };

/* Returns 0 if none of the part's files and their directory is left. */
static int remove_several(const struct part *part, struct failure *why)
{
    struct text path = {0};
    int result = 0;
    for (uint64_t file = 0; file < part->files; file++) {
        text_clear(&path);
        plan_print_file(part->path, file, &path);
        const int error = path.failed ? -ENOMEM : file_remove(text_string(&path), why);
        result = result ? result : error;
    }
    text_release(&path);
    return result ? result : directory_remove(part->path, OPEN_FILES_NS, why);
}

/* Threads may still open files of a part that has several: 'early', these stay. */
static void remove_files(struct dataset *dataset, bool early, struct failure *why)
{
    for (uint32_t i = 0; i < dataset->part_count; i++) {
        struct part *part = &dataset->parts[i];
        if (!part->made || (early && part->files))
            continue;
        pending_call_begin(dataset->pending_call, "removal", part->path);
        part->made = (part->files ? remove_several(part, why) : file_remove(part->path, why)) != 0;
        pending_call_end(dataset->pending_call);
    }
}

static void remove_own(struct dataset *dataset, struct failure *why)
{
    remove_files(dataset, false, why);
    object_tree_remove_own(&dataset->tree, why);
}

static void remove_folder_within(struct dataset *dataset, int64_t wait_ns, struct failure *why)
{
    for (uint32_t i = 0; i < dataset->folder_count; i++) {
        struct data_folder *folder = &dataset->folders[i];
        if (folder->made && !directory_remove(folder->path, wait_ns, why))
            folder->made = false;
        if (folder->above_made && !directory_remove(folder->above, wait_ns, why))
            folder->above_made = false;
    }
}

static void remove_folder(struct dataset *dataset, struct failure *why)
{
    remove_folder_within(dataset, OPEN_FILES_NS, why);
}

static void remove_folders(struct dataset *dataset, struct failure *why)
{
    object_tree_remove_shared(&dataset->tree, why);
    object_tree_remove_top(&dataset->tree, why);
    for (uint32_t i = 0; dataset->tree.stored && i < dataset->folder_count; i++) {
        directory_remove_if_empty(dataset->folders[i].path); /* it may hold stored files */
        if (dataset->folders[i].above)
            directory_remove_if_empty(dataset->folders[i].above);
    }
    remove_folder(dataset, why);
}

/* Waits for the other ranks; true if something is left of one. Only that is reported, not that the
 * folders hold it. */
static bool is_something_left(struct dataset *dataset, const struct failure *own)
{
    cluster_gate_sleeping(dataset->cluster);
    return cluster_max(dataset->cluster, own->code != 0) != 0;
}

int dataset_remove(struct dataset *dataset, struct failure *why)
{
    struct failure failure = {0}, ignored = {0};
    remove_own(dataset, &failure);
    const bool left = is_something_left(dataset, &failure);
    remove_folders(dataset, left ? &ignored : &failure);
    if (failure.code)
        failure_set(why, failure.code, "%s", failure.text);
    return failure.code;
}

void dataset_remove_early(struct dataset *dataset)
{
    struct failure ignored = {0};
    remove_files(dataset, true, &ignored);
    remove_folder_within(dataset, 0, &ignored);
}

/* One step of a removal, in a thread that may never end. */
struct removal {
    struct thread thread;
    struct dataset *dataset;
    void (*step)(struct dataset *dataset, struct failure *why);
    struct failure failure;
    _Atomic bool done;
};

static void remove_in_thread(void *argument)
{
    struct removal *removal = argument;
    removal->step(removal->dataset, &removal->failure);
    atomic_store_explicit(&removal->done, true, memory_order_release);
}

static void remove_step(struct dataset *dataset, int64_t limit_ns,
                        void (*step)(struct dataset *, struct failure *), struct failure *why)
{
    int64_t until_ns = clock_now_ns() + limit_ns;
    struct removal *removal = calloc(1, sizeof *removal);
    if (!removal) {
        failure_set(why, -ENOMEM, "not enough memory to remove files");
        return;
    }
    *removal = (struct removal){.dataset = dataset, .step = step};
    if (thread_start(&removal->thread, "tm-remove", remove_in_thread, removal, why)) {
        free(removal);
        return;
    }
    while (!atomic_load_explicit(&removal->done, memory_order_acquire)) {
        if (clock_now_ns() >= until_ns) { /* 'removal' is leaked: the thread still uses it */
            failure_set(why, -ETIMEDOUT,
                        "cannot remove files: their storage does not answer; remove them with "
                        "--cleanup and the result");
            return;
        }
        clock_sleep_ns(REMOVAL_POLL_NS);
    }
    thread_join(&removal->thread);
    if (removal->failure.code)
        failure_set(why, removal->failure.code, "%s", removal->failure.text);
    free(removal);
}

int dataset_remove_within(struct dataset *dataset, int64_t limit_ns, struct failure *why)
{
    struct failure failure = {0}, ignored = {0};
    remove_step(dataset, limit_ns, remove_own, &failure);
    const bool left = is_something_left(dataset, &failure);
    if (!failure.code)
        remove_step(dataset, limit_ns, remove_folders, left ? &ignored : &failure);
    if (failure.code)
        failure_set(why, failure.code, "%s", failure.text);
    return failure.code;
}
