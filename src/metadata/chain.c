/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "parents.h"

int chain_open_flags(const struct chain *chain)
{
    const int flags = O_NOFOLLOW | O_CLOEXEC;
    if (chain->call == CHAIN_OPEN_FOLDER)
        return flags | O_RDONLY | O_DIRECTORY;
    if (chain->setup->kind->creates)
        return flags | O_CREAT | O_EXCL | O_WRONLY;
    return flags | O_RDONLY | (chain->setup->operation.directories ? O_DIRECTORY : 0);
}

int chain_remove_flags(const struct chain *chain)
{
    return chain->setup->operation.directories ? AT_REMOVEDIR : 0;
}

unsigned chain_rename_flags(const struct chain *chain)
{
    return chain->lane->operation.may_replace ? 0 : RENAME_NOREPLACE;
}

static enum chain_call done(struct chain *chain, int result)
{
    chain->result = result;
    return CHAIN_DONE;
}

static enum chain_call first_call(struct chain *chain, int64_t now_ns)
{
    const struct crew_setup *setup = chain->setup;
    chain->what = CREW_OPERATION;
    chain->sent_ns = now_ns;
    switch (setup->kind->phase) {
    case PHASE_STAT:
        return CHAIN_STAT;
    case PHASE_RENAME:
        objects_write_other_name(chain->lane->operation.name, chain->lane->operation.other);
        return chain->lane->operation.may_replace ? CHAIN_CHECK_NAME : CHAIN_RENAME;
    case PHASE_REMOVE:
        return CHAIN_REMOVE;
    case PHASE_CREATE:
        return setup->operation.directories ? CHAIN_MAKE : CHAIN_OPEN;
    case PHASE_OPEN:
        return CHAIN_OPEN;
    default:
        return CHAIN_PLAIN;
    }
}

static void print_directory(struct chain *chain)
{
    text_clear(&chain->path);
    objects_print_directory(&chain->setup->layout, chain->setup->top, &chain->lane->object,
                            &chain->path);
}

enum chain_call chain_begin(struct chain *chain, int64_t now_ns)
{
    const struct crew_setup *setup = chain->setup;
    struct crew_lane *lane = chain->lane;
    const uint64_t directory = objects_directory(&setup->layout, &lane->object);
    chain->result = 0;
    chain->fd = -1;
    chain->sent_ns = now_ns;
    operation_set_object(&lane->operation, &lane->object);
    if (lane->operation.folder >= 0 && directory == lane->directory)
        return first_call(chain, now_ns);
    if (lane->operation.folder >= 0)
        close(lane->operation.folder);
    lane->operation.folder = -1;
    lane->directory = directory;
    chain->what = CREW_DIRECTORY;
    print_directory(chain);
    if (chain->path.failed)
        return done(chain, -ENOMEM);
    return setup->kind->creates && setup->layout.levels ? CHAIN_MAKE_FOLDER : CHAIN_OPEN_FOLDER;
}

enum chain_call chain_begin_sync(struct chain *chain)
{
    chain->result = 0;
    chain->fd = -1;
    chain->what = CREW_SYNC;
    print_directory(chain);
    return chain->path.failed ? done(chain, -ENOMEM) : CHAIN_OPEN_FOLDER;
}

static enum chain_call folder_opened(struct chain *chain, int result, int64_t now_ns)
{
    if (result < 0)
        return done(chain, result);
    if (chain->what == CREW_SYNC) {
        chain->fd = result;
        return CHAIN_SYNC;
    }
    chain->lane->operation.folder = result;
    return first_call(chain, now_ns);
}

/* The first failure is the operation's. */
static enum chain_call close_after(struct chain *chain, int result)
{
    if (!chain->result)
        chain->result = result;
    return CHAIN_CLOSE;
}

static enum chain_call next_transfer(struct chain *chain)
{
    struct operation *operation = &chain->lane->operation;
    const bool creates = chain->setup->kind->creates;
    chain->moved = 0;
    chain->bytes = operation_next_bytes(operation);
    if (chain->bytes && creates) {
        operation_fill(operation, chain->bytes);
        return CHAIN_WRITE;
    }
    if (creates)
        return chain->setup->operation.sync_each ? CHAIN_SYNC : CHAIN_CLOSE;
    if (!chain->bytes)
        return CHAIN_READ_END;
    content_poison(operation->buffer, chain->bytes);
    return CHAIN_READ;
}

static enum chain_call opened(struct chain *chain, int result)
{
    if (result < 0)
        return done(chain, result);
    chain->fd = result;
    return chain->setup->operation.directories ? CHAIN_CLOSE : next_transfer(chain);
}

static enum chain_call written(struct chain *chain, int result)
{
    struct operation *operation = &chain->lane->operation;
    if (result <= 0)
        return close_after(chain, result ? result : -EIO);
    chain->moved += (size_t)result;
    if (chain->moved < chain->bytes)
        return CHAIN_WRITE;
    operation->bytes += (int64_t)chain->bytes;
    operation->position.offset += chain->bytes;
    return next_transfer(chain);
}

static enum chain_call was_read(struct chain *chain, int result)
{
    struct operation *operation = &chain->lane->operation;
    if (result < 0)
        return close_after(chain, result);
    chain->moved += (size_t)result;
    if (result > 0 && chain->moved < chain->bytes)
        return CHAIN_READ;
    operation->bytes += (int64_t)chain->moved;
    result = operation_check_content(operation, chain->bytes, chain->moved);
    return result ? close_after(chain, result) : next_transfer(chain);
}

static enum chain_call was_read_at_end(struct chain *chain, int result)
{
    struct operation *operation = &chain->lane->operation;
    if (result > 0)
        operation->bytes += result;
    return close_after(chain, operation_check_end(operation, result));
}

static void count_sync(struct chain *chain, int64_t now_ns)
{
    chain->lane->operation.syncs++;
    chain->lane->operation.sync_ns += now_ns - chain->since_ns;
}

static enum chain_call closed(struct chain *chain, int result)
{
    chain->fd = -1;
    if (!chain->result && result != -EINTR) /* after that, it is closed too */
        chain->result = result;
    return chain->result && chain->what == CREW_OPERATION && chain->setup->kind->creates
               ? CHAIN_UNDO
               : CHAIN_DONE;
}

static enum chain_call folder_changed(struct chain *chain, int result)
{
    if (result)
        return done(chain, result);
    return chain->setup->operation.sync_each ? CHAIN_SYNC_FOLDER : CHAIN_DONE;
}

static enum chain_call renamed(struct chain *chain, int result)
{
    struct operation *operation = &chain->lane->operation;
    if (operation->may_replace || !operation_may_replace(operation, result))
        return folder_changed(chain, result);
    return CHAIN_CHECK_NAME;
}

static enum chain_call folder_synced(struct chain *chain, int result, int64_t now_ns)
{
    count_sync(chain, now_ns);
    chain->result = result;
    return result && chain->setup->kind->creates ? CHAIN_UNDO : CHAIN_DONE;
}

/* From when the call was queued to when its result was taken. */
static void count_part(struct chain *chain, int64_t now_ns)
{
    static const enum operation_part parts[CHAIN_CALLS] = {
        [CHAIN_MAKE_FOLDER] = PART_NONE, [CHAIN_OPEN_FOLDER] = PART_NONE,
        [CHAIN_OPEN] = PART_OPEN,        [CHAIN_WRITE] = PART_TRANSFER,
        [CHAIN_READ] = PART_TRANSFER,    [CHAIN_READ_END] = PART_TRANSFER,
        [CHAIN_SYNC] = PART_SYNC,        [CHAIN_CLOSE] = PART_CLOSE,
        [CHAIN_STAT] = PART_NONE,        [CHAIN_MAKE] = PART_NONE,
        [CHAIN_CHECK_NAME] = PART_NONE,  [CHAIN_RENAME] = PART_NONE,
        [CHAIN_REMOVE] = PART_NONE,      [CHAIN_UNDO] = PART_NONE,
        [CHAIN_SYNC_FOLDER] = PART_SYNC, [CHAIN_PLAIN] = PART_NONE,
    };
    operation_add_part(&chain->lane->operation, parts[chain->call], now_ns - chain->since_ns);
}

enum chain_call chain_next(struct chain *chain, int result, int64_t now_ns)
{
    count_part(chain, now_ns);
    if (result == -EINTR && chain->call != CHAIN_CLOSE) {
        chain->lane->operation.retries++;
        return chain->call;
    }
    switch (chain->call) {
    case CHAIN_MAKE_FOLDER:
        if (result == -ENOENT) /* the first one in a directory of directories */
            result = parents_make(text_string(&chain->path), chain->setup->top);
        return result && result != -EEXIST ? done(chain, result) : CHAIN_OPEN_FOLDER;
    case CHAIN_OPEN_FOLDER:
        return folder_opened(chain, result, now_ns);
    case CHAIN_OPEN:
        return opened(chain, result);
    case CHAIN_WRITE:
        return written(chain, result);
    case CHAIN_READ:
        return was_read(chain, result);
    case CHAIN_READ_END:
        return was_read_at_end(chain, result);
    case CHAIN_SYNC:
        count_sync(chain, now_ns);
        return close_after(chain, result);
    case CHAIN_CLOSE:
        return closed(chain, result);
    case CHAIN_STAT:
        return done(chain,
                    result ? result
                           : operation_check_attributes(&chain->lane->operation, &chain->facts));
    case CHAIN_CHECK_NAME:
        return result == -ENOENT ? CHAIN_RENAME : done(chain, result ? result : -EEXIST);
    case CHAIN_RENAME:
        return renamed(chain, result);
    case CHAIN_MAKE:
    case CHAIN_REMOVE:
        return folder_changed(chain, result);
    case CHAIN_SYNC_FOLDER:
        return folder_synced(chain, result, now_ns);
    case CHAIN_PLAIN:
        return done(chain, result);
    case CHAIN_UNDO: /* the failure before it counts */
    case CHAIN_CALLS:
        break;
    }
    return CHAIN_DONE;
}
