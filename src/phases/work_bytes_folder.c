/* SPDX-License-Identifier: Apache-2.0 */
/* Shares in several files, which the I/O threads open and close themselves. */
#include "work_bytes.h"

#include <errno.h>

#include "base/checked.h"
#include "plan/names.h"
#include "platform/clock.h"

static int make_folder(const char *folder, struct failure *why)
{
    const int result = directory_create(folder, 0700, why);
    if (result == -EEXIST)
        failure_set(why, result, "'%s' exists already: nothing was changed", folder);
    return result;
}

/* The path of the first file of a share that exists or, of those to be made, of the first one.
 * False if there is none. */
static bool find_first(const char *folder, const struct share *share, bool makes, struct text *path)
{
    const uint64_t end = divide_up(share->file_offset + share->bytes, share->cut_bytes);
    for (uint64_t file = share_file_at(share, share->file_offset); file < end; file++) {
        text_clear(path);
        plan_print_file(folder, file, path);
        if (makes || path_exists(text_string(path)))
            return true;
    }
    return false;
}

/* What a file system cannot do is found out, and recorded, before the start. */
static void try_preallocate(struct work_bytes *bytes, const struct file *file, const char *path,
                            uint64_t file_bytes, struct failure *why)
{
    const int result = file_preallocate(file, path, file_bytes, why);
    bytes->files.preallocate = !result;
    if (result == -EOPNOTSUPP)
        facts_add_degraded(&bytes->phase->facts, GRANT_PREALLOCATION,
                           "files not preallocated: the file system cannot");
}

/* Opens one of the files as all will be opened; a new one is removed again. */
static int try_file(struct work_bytes *bytes, uint32_t place, const char *path,
                    const struct share *share, struct failure *why)
{
    const struct settings *settings = bytes->phase->prepared->settings;
    const bool exists = path_exists(path);
    struct file file;
    int result =
        file_open(&file, path, bytes->files.access, settings->uncached ? NEVER : settings->direct,
                  settings->buffer_size_bytes, why);
    bytes->opened.modes[place] = file;
    if (result)
        return result;
    if (!exists && settings->preallocate)
        try_preallocate(bytes, &file, path,
                        share_file_bytes(share, share_file_at(share, share->file_offset)), why);
    file_close(&file, path, why);
    if (!exists)
        file_remove(path, why);
    return why->code;
}

int work_bytes_open_folder(struct work_bytes *bytes, uint32_t place, char *folder,
                           const struct share *share, bool makes, struct failure *why)
{
    const int64_t before_ns = clock_now_ns();
    struct pending_call *pending = bytes->phase->run->pending_call;
    struct text path = {0};
    if (!folder)
        return failure_set(why, -ENOMEM, "not enough memory");
    bytes->opened.paths[place] = folder;
    bytes->opened.modes[place] = bytes->opened.files[place];
    pending_call_begin(pending, "opening", folder);
    if (!(makes && make_folder(folder, why)) &&
        find_first(folder, share, bytes->files.access == FILE_MAKE, &path) && !path.failed &&
        !try_file(bytes, place, text_string(&path), share, why))
        file_claim_folder(&bytes->opened.files[place], folder, why);
    if (path.failed)
        failure_set(why, -ENOMEM, "not enough memory");
    pending_call_end(pending);
    text_release(&path);
    bytes->opened.open_ns += clock_now_ns() - before_ns;
    return why->code;
}
