/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists directories with plain calls. Each name must be that of an object which exists and belongs
 * there; all others are counted, the first is named, and none is touched.
 */
#include "crew_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As much as the C library gets in one call. */
enum { BUFFER_BYTES = 32768 };

struct crew_list {
    struct listing_sum seen;
    uint64_t calls;   /* that got names */
    bool broken_off;  /* before the last directory was listed completely */
    struct text path; /* of the directory that is listed */
    _Alignas(8) char buffer[BUFFER_BYTES];
};

/* Several threads list the same directory, and each is about a part of its entries. */
static bool divides_entries(const struct crew_setup *setup)
{
    return setup->kind->on_file && !setup->layout.fan_out;
}

/* Another thread counts what is wrong with the directory. */
static bool is_second(const struct crew_thread *thread)
{
    return divides_entries(&thread->crew->setup) && thread->index;
}

static bool is_mine(const struct crew_thread *thread, uint64_t directory)
{
    const struct crew_setup *setup = &thread->crew->setup;
    const struct listing_setup *listing = &setup->listing;
    return directory % listing->parts == listing->part &&
           (divides_entries(setup) || directory / listing->parts % setup->threads == thread->index);
}

static bool lists_parents(const struct crew_thread *thread)
{
    return !thread->index && !thread->crew->setup.listing.part;
}

int crew_list_init(struct crew_thread *thread)
{
    const struct crew_setup *setup = &thread->crew->setup;
    const struct listing_setup *listing = &setup->listing;
    const uint64_t first =
        listing->part + (divides_entries(setup) ? 0 : (uint64_t)listing->parts * thread->index);
    thread->list = calloc(1, sizeof *thread->list);
    thread->busy = first < listing->directories || lists_parents(thread);
    return thread->list ? 0 : -ENOMEM;
}

void crew_list_release(struct crew_thread *thread)
{
    if (thread->list)
        text_release(&thread->list->path);
    free(thread->list);
}

/* Opens the directory of 'list.path': 0 or -errno. */
static int open_path(struct crew_thread *thread, int *fd)
{
    const char *const path = text_string(&thread->list->path);
    if (thread->list->path.failed)
        return -ENOMEM;
    do
        *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    while (*fd < 0 && errno == EINTR);
    return *fd < 0 ? -errno : 0;
}

static void fail(struct crew_thread *thread, int result, uint64_t count)
{
    thread->over |= !crew_count_listing(thread, result, count, "cannot list directory '%s': %s",
                                        text_string(&thread->list->path), strerrordesc_np(-result));
}

/* Returns the bytes of the next entries, 0 at the end, or -errno. */
static ssize_t get_entries(struct crew_thread *thread, int fd)
{
    ssize_t got;
    crew_watch_set(thread, thread->lanes, CREW_DIRECTORY);
    while ((got = getdents64(fd, thread->list->buffer, BUFFER_BYTES)) < 0 && errno == EINTR)
        thread->lanes->operation.retries++;
    const int error = got < 0 ? errno : 0;
    crew_read_clock(thread);
    return error ? -error : got;
}

static const struct dirent64 *entry_at(const struct crew_list *list, ssize_t offset)
{
    return (const struct dirent64 *)(const void *)(list->buffer + offset);
}

static bool is_dot(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static void count_foreign(struct crew_thread *thread, const char *name)
{
    crew_count_listing(thread, -EEXIST, 1,
                       "directory '%s' holds '%s', which is not an object of this run that exists "
                       "there: it was left alone",
                       text_string(&thread->list->path), name);
}

/* What other ranks created is known by its number only. */
static bool exists(const struct crew_setup *setup, const struct object *object)
{
    if (object->rank != setup->rank)
        return setup->layout.shared && (setup->listing.unsure || setup->listing.partly ||
                                        object->second == setup->names.second);
    struct object either = *object;
    either.second = !either.second;
    return object_exists(&setup->layout, setup->created, &setup->names, object) ||
           (setup->listing.unsure &&
            object_exists(&setup->layout, setup->created, &setup->names, &either));
}

/* Returns true if the entry is an object that this thread counts. */
static bool take_name(struct crew_thread *thread, uint64_t directory, const char *name,
                      struct object *object)
{
    const struct crew_setup *setup = &thread->crew->setup;
    const bool divided = divides_entries(setup);
    const uint32_t threads = setup->threads;
    if (is_dot(name))
        return false;
    if (!objects_of_name(&setup->layout, name, object) ||
        objects_directory(&setup->layout, object) != directory || !exists(setup, object)) {
        if (!is_second(thread))
            count_foreign(thread, name);
        return false;
    }
    const uint64_t in_rank = objects_number(&setup->layout, object) / setup->layout.ranks;
    return !divided || in_rank % threads == thread->index;
}

static void search(struct crew_thread *thread, const struct operation *operation)
{
    const struct listing_search *search = &thread->crew->setup.listing.search;
    struct crew_list *list = thread->list;
    list->seen.matches +=
        listing_matches(search, operation->name, operation->size, operation->modified_ns);
    if (operation->modified_ns < search->since_ns)
        failure_set(&thread->outcome.failure, -ESTALE,
                    "'%s/%s' is older than the start of the first create: the clocks of the file "
                    "system and of its clients differ, or another process changed it",
                    text_string(&list->path), operation->name);
}

/* Carries out the operation on one entry. */
static void do_entry(struct crew_thread *thread)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct crew_lane *lane = thread->lanes;
    const int64_t before = thread->outcome.counters.operations;
    const int64_t sent_ns = thread->now_ns;
    thread->tried++;
    operation_set_object(&lane->operation, &lane->object);
    crew_watch_set(thread, lane, CREW_OPERATION);
    const int result = operation_carry_out(setup->kind, &lane->operation);
    crew_read_clock(thread);
    crew_end_operation(thread, lane, CREW_OPERATION, result, sent_ns, thread->due_ns);
    if (!result && setup->kind->on_file)
        search(thread, &lane->operation);
    crew_publish(thread, before);
}

/* Goes through the entries of one call: counts the objects, or carries out an operation on each.
 * Returns their number. */
static uint64_t take_entries(struct crew_thread *thread, uint64_t directory, ssize_t got)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct crew_list *list = thread->list;
    struct crew_lane *lane = thread->lanes;
    const bool each = operation_applies(setup->kind, &setup->operation);
    uint64_t count = 0;
    for (ssize_t at = 0; at < got; at += entry_at(list, at)->d_reclen) {
        struct object object;
        if (!take_name(thread, directory, entry_at(list, at)->d_name, &object))
            continue;
        if (each)
            crew_wait_for_rate(thread);
        if (each && crew_is_finished(thread)) {
            list->broken_off = true;
            return count;
        }
        listing_add(&list->seen, &setup->layout, &object);
        count++;
        lane->object = object;
        if (each)
            do_entry(thread);
    }
    return count;
}

/* Lists an open directory; returns the number of objects in it, or -errno. */
static int64_t list_open(struct crew_thread *thread, uint64_t directory, int fd)
{
    const struct crew_setup *setup = &thread->crew->setup;
    const bool each = operation_applies(setup->kind, &setup->operation);
    uint64_t count = 0;
    for (;;) {
        const int64_t before = thread->outcome.counters.operations;
        if (!each)
            crew_wait_for_rate(thread);
        if (crew_is_finished(thread)) {
            thread->list->broken_off = true;
            return (int64_t)count;
        }
        thread->lanes->operation.folder = fd;
        thread->lanes->object = objects_first_in(&setup->layout, setup->rank, directory);
        const struct object first = thread->lanes->object;
        const int64_t sent_ns = thread->now_ns;
        const ssize_t got = get_entries(thread, fd);
        if (got <= 0)
            return got < 0 ? got : (int64_t)count;
        const uint64_t taken = take_entries(thread, directory, got);
        count += taken;
        if (each)
            continue;
        thread->lanes->object = first;
        thread->list->calls++;
        thread->tried += taken;
        crew_count_operations(thread, thread->lanes, taken, sent_ns, thread->due_ns);
        crew_publish(thread, before);
    }
}

/* Returns how many objects exist in a directory of the rank that is visited. */
static uint64_t existing_in(const struct crew_setup *setup, uint64_t directory)
{
    const struct object first = objects_first_in(&setup->layout, setup->rank, directory);
    uint64_t count = 0;
    if (!setup->layout.fan_out) {
        for (uint32_t i = 0; i < setup->layout.threads; i++)
            count += acknowledged_count(&setup->created[i]);
        return count;
    }
    return acknowledged_count_between(&setup->created[first.thread], first.place,
                                      first.place + setup->layout.fan_out);
}

static void check_count(struct crew_thread *thread, uint64_t expected, uint64_t count)
{
    if (count < expected)
        crew_count_listing(thread, -ENOENT, expected - count,
                           "directory '%s' lists %" PRIu64 " of %" PRIu64
                           " objects: the others are missing",
                           text_string(&thread->list->path), count, expected);
    else if (count > expected)
        crew_count_listing(thread, -EEXIST, count - expected,
                           "directory '%s' lists %" PRIu64 " names of %" PRIu64
                           " objects: some more than once",
                           text_string(&thread->list->path), count, expected);
}

/* Lists a directory of objects. What should be in one that all ranks share is known for all of them
 * together only. */
static void list_directory(struct crew_thread *thread, uint64_t directory)
{
    const struct crew_setup *setup = &thread->crew->setup;
    const struct object first = objects_first_in(&setup->layout, setup->rank, directory);
    const bool counted = !setup->layout.shared && !divides_entries(setup);
    const uint64_t expected = setup->layout.shared ? 0 : existing_in(setup, directory);
    int fd = -1;
    if (!setup->layout.shared && !expected)
        return;
    text_clear(&thread->list->path);
    objects_print_directory(&setup->layout, setup->top, &first, &thread->list->path);
    thread->lanes->object = first;
    crew_watch_set(thread, thread->lanes, CREW_DIRECTORY);
    int64_t result = open_path(thread, &fd);
    crew_read_clock(thread);
    if (!result)
        result = list_open(thread, directory, fd);
    if (fd >= 0)
        close(fd);
    thread->lanes->operation.folder = -1;
    const bool vanished = result == -ENOENT;
    if (result < 0 && !(vanished && (setup->layout.shared || is_second(thread))))
        fail(thread, (int)result, vanished ? expected : 1);
    else if (counted && !thread->list->broken_off)
        check_count(thread, expected, (uint64_t)result);
}

/* Each entry must be a directory of this run, whose names begin with 'first'. */
static void check_parent(struct crew_thread *thread, char first, ssize_t got)
{
    const struct object_layout *layout = &thread->crew->setup.layout;
    for (ssize_t at = 0; at < got; at += entry_at(thread->list, at)->d_reclen) {
        const char *const name = entry_at(thread->list, at)->d_name;
        if (!is_dot(name) && (*name != first || !objects_has_directory(layout, name)))
            count_foreign(thread, name);
    }
}

/* Lists the directory of 'list.path', which holds no objects. */
static void list_parent(struct crew_thread *thread, char first, bool may_lack)
{
    const struct crew_setup *setup = &thread->crew->setup;
    int fd = -1;
    thread->lanes->object = objects_first_in(&setup->layout, setup->rank, 0);
    const int opened = open_path(thread, &fd);
    ssize_t got = opened ? opened : 1;
    while (got > 0 && !crew_is_finished(thread)) {
        got = get_entries(thread, fd);
        check_parent(thread, first, got);
    }
    if (fd >= 0)
        close(fd);
    if (got < 0 && !(may_lack && got == -ENOENT))
        fail(thread, (int)got, 1);
}

static void list_parents(struct crew_thread *thread)
{
    const struct crew_setup *setup = &thread->crew->setup;
    struct text *path = &thread->list->path;
    if (setup->listing.top && !setup->layout.shared) {
        text_clear(path);
        text_add(path, "%s", setup->top);
        list_parent(thread, 'r', false);
    }
    if (setup->layout.levels) {
        text_clear(path);
        objects_print_top(&setup->layout, setup->top, setup->rank, path);
        list_parent(thread, 'd', false);
    }
}

/* Lists the directories of each level whose first directory this is. */
static void list_above(struct crew_thread *thread, uint64_t directory)
{
    const struct crew_setup *setup = &thread->crew->setup;
    const struct object_layout *layout = &setup->layout;
    struct text *path = &thread->list->path;
    for (uint32_t level = 1; level < layout->levels; level++) {
        if (directory &&
            objects_above(layout, directory, level) == objects_above(layout, directory + 1, level))
            continue;
        text_clear(path);
        objects_print_above(layout, setup->top, setup->rank, directory, level, path);
        list_parent(thread, 'd', true);
    }
}

void crew_list_run(struct crew_thread *thread)
{
    const struct listing_setup *listing = &thread->crew->setup.listing;
    uint64_t directory = 0;
    if (lists_parents(thread))
        list_parents(thread);
    for (; directory < listing->directories && !crew_is_finished(thread); directory++)
        if (is_mine(thread, directory)) {
            if (!is_second(thread))
                list_above(thread, directory);
            list_directory(thread, directory);
        }
    thread->list->broken_off |= directory < listing->directories;
    struct counters *counters = &thread->outcome.counters;
    counters->requests = operation_applies(thread->crew->setup.kind, &thread->crew->setup.operation)
                             ? counters->operations
                             : (int64_t)thread->list->calls;
}

bool crew_list_add(const struct crew_thread *thread, struct listing_sum *sum)
{
    const struct crew_list *list = thread->list;
    sum->objects += list->seen.objects;
    sum->hashes += list->seen.hashes;
    sum->matches += list->seen.matches;
    return !list->broken_off;
}
