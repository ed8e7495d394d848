/* SPDX-License-Identifier: Apache-2.0 */
#include "metadata/object_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char object_tree_top_name[] = "objects";

void object_tree_print_top(const char *folder, struct text *out)
{
    text_add(out, "%s/%s", folder, object_tree_top_name);
}

int object_tree_init(struct object_tree *tree, const struct object_layout *layout, bool directories,
                     const char *folder, uint32_t rank, struct failure *why)
{
    struct text top = {0};
    object_tree_print_top(folder, &top);
    *tree = (struct object_tree){
        .layout = *layout,
        .rank = rank,
        .directories = directories,
        .top = top.data,
        .claim = {.fd = -1, .buffered_fd = -1, .lock_fd = -1},
        .created = calloc(layout->threads, sizeof *tree->created),
        .places = calloc(layout->threads, sizeof *tree->places),
    };
    if (!top.failed && tree->created && tree->places)
        return 0;
    return failure_set(why, -ENOMEM, "not enough memory for the objects of %u I/O threads",
                       layout->threads);
}

void object_tree_release(struct object_tree *tree)
{
    if (tree->top)
        file_close(&tree->claim, tree->top, NULL);
    free(tree->top);
    free(tree->created);
    free(tree->reached);
    free(tree->places);
    *tree = (struct object_tree){0};
}

static int make_directory(const char *path, bool *made, struct failure *why)
{
    const int result = directory_create(path, 0700, why);
    *made = !result;
    if (result == -EEXIST)
        failure_set(why, result, "'%s' exists already: nothing was changed", path);
    return result;
}

int object_tree_make_top(struct object_tree *tree, struct failure *why)
{
    return tree->top_made ? 0 : make_directory(tree->top, &tree->top_made, why);
}

static int claim(struct object_tree *tree, struct failure *why)
{
    if (tree->claim.fd >= 0)
        return 0;
    tree->claim.fd = open(tree->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree->claim.fd < 0)
        return failure_system(why, errno, "cannot open directory '%s'", tree->top);
    return file_claim(&tree->claim, tree->top, why);
}

/* The directory that holds all objects was modified when it was made, and when the ranks made
 * theirs. */
static int64_t modified_ns(int fd)
{
    struct stat facts;
    return fstat(fd, &facts) ? 0
                             : facts.st_mtim.tv_sec * INT64_C(1000000000) + facts.st_mtim.tv_nsec;
}

int object_tree_make_own(struct object_tree *tree, struct failure *why)
{
    struct text path = {0};
    int result = claim(tree, why);
    if (!result && !tree->since_ns)
        tree->since_ns = modified_ns(tree->claim.fd);
    if (result || tree->layout.shared || tree->own_made)
        return result;
    objects_print_top(&tree->layout, tree->top, tree->rank, &path);
    result = path.failed ? failure_set(why, -ENOMEM, "not enough memory")
                         : make_directory(text_string(&path), &tree->own_made, why);
    text_release(&path);
    return result;
}

/* Returns how many directories this rank may have made by creating objects. */
static uint64_t tried_directories(const struct object_tree *tree)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < tree->layout.threads; i++) {
        const struct object last = {.rank = tree->rank, .thread = i, .place = tree->places[i] - 1};
        const uint64_t count = tree->places[i] ? objects_directory(&tree->layout, &last) + 1 : 0;
        most = count > most ? count : most;
    }
    return most;
}

uint64_t object_tree_shared_directories(const struct object_tree *tree)
{
    const uint64_t tried = tree->layout.shared && tree->layout.levels ? tried_directories(tree) : 0;
    return tried > tree->shared_directories ? tried : tree->shared_directories;
}

void object_tree_set_names(struct object_tree *tree, struct acknowledged *reached, uint32_t parts)
{
    const bool second = !tree->names.second;
    free(tree->reached);
    tree->reached = reached;
    tree->names = (struct object_names){second, reached ? parts : 0, reached};
}

void object_tree_set_empty(struct object_tree *tree)
{
    memset(tree->created, 0, tree->layout.threads * sizeof *tree->created);
    free(tree->reached);
    tree->reached = NULL;
    tree->names = (struct object_names){0};
    tree->exists = tree->unsure = false;
}

/* What is done with each object, in its open directory: 0 or -errno. */
typedef int (*object_act)(const struct object_tree *tree, int folder, const struct object *object);

static int remove_object(const struct object_tree *tree, int folder, const struct object *object)
{
    const int flags = tree->directories ? AT_REMOVEDIR : 0;
    char name[OBJECT_NAME];
    char other[OBJECT_NAME];
    objects_write_name(&tree->layout, object, name);
    objects_write_other_name(name, other);
    if (!TEMP_FAILURE_RETRY(unlinkat(folder, name, flags)))
        return 0;
    const int result = -errno;
    return result == -ENOENT && tree->unsure && !TEMP_FAILURE_RETRY(unlinkat(folder, other, flags))
               ? 0
               : result;
}

/* Fails if a file of others has the name that the object is to get. */
static int check_new_name(const struct object_tree *tree, int folder, const struct object *object)
{
    char name[OBJECT_NAME];
    char other[OBJECT_NAME];
    struct stat facts;
    if (object->second == tree->names.second)
        return 0;
    objects_write_name(&tree->layout, object, name);
    objects_write_other_name(name, other);
    if (fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW))
        return -errno;
    return fstatat(folder, other, &facts, AT_SYMLINK_NOFOLLOW) ? 0 : -EEXIST;
}

static int rename_object(const struct object_tree *tree, int folder, const struct object *object)
{
    char name[OBJECT_NAME];
    char other[OBJECT_NAME];
    if (object->second == tree->names.second)
        return 0;
    objects_write_name(&tree->layout, object, name);
    objects_write_other_name(name, other);
    if (!TEMP_FAILURE_RETRY(renameat2(folder, name, folder, other, RENAME_NOREPLACE)))
        return 0;
    if (errno != EINVAL && errno != ENOSYS) /* the file system can refuse to replace */
        return -errno;
    return TEMP_FAILURE_RETRY(renameat(folder, name, folder, other)) ? -errno : 0;
}

static int open_folder(const struct object_tree *tree, const struct object *object,
                       struct text *path, struct failure *why)
{
    text_clear(path);
    objects_print_directory(&tree->layout, tree->top, object, path);
    if (path->failed)
        return failure_set(why, -ENOMEM, "not enough memory for the objects");
    const int folder = (int)TEMP_FAILURE_RETRY(
        open(text_string(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder < 0 && errno != ENOENT)
        failure_system(why, errno, "cannot open directory '%s'", text_string(path));
    return folder;
}

/* What has vanished, with its directory or alone, is not a failure. */
static void for_each_object(struct object_tree *tree, object_act act, const char *verb,
                            struct failure *why)
{
    struct object_cursor cursor;
    struct object object;
    struct text path = {0};
    uint64_t next = 0; /* place of the first object in another directory */
    uint32_t thread = 0;
    int folder = -1;
    object_cursor_visit(&cursor, &tree->layout, tree->rank, tree->created, &tree->names, 0, 1);
    while (object_cursor_next(&cursor, &object)) {
        if (object.place >= next || object.thread != thread) {
            if (folder >= 0)
                close(folder);
            folder = open_folder(tree, &object, &path, why);
            next = objects_next_directory(&tree->layout, &object);
            thread = object.thread;
        }
        const int result = folder < 0 ? 0 : act(tree, folder, &object);
        char name[OBJECT_NAME];
        objects_write_name(&tree->layout, &object, name);
        if (result && result != -ENOENT)
            failure_system(why, -result, "cannot %s '%s/%s'", verb, text_string(&path), name);
    }
    if (folder >= 0)
        close(folder);
    text_release(&path);
}

/* The first object stands for all. */
static int check_first(const struct object_tree *tree, struct failure *why)
{
    struct object_cursor cursor;
    struct object object;
    struct text path = {0};
    struct stat facts;
    char name[OBJECT_NAME];
    char other[OBJECT_NAME];
    object_cursor_visit(&cursor, &tree->layout, tree->rank, tree->created, &tree->names, 0, 1);
    if (!object_cursor_next(&cursor, &object))
        return 0;
    const int folder = open_folder(tree, &object, &path, why);
    objects_write_name(&tree->layout, &object, name);
    objects_write_other_name(name, other);
    const bool found = folder >= 0 && !fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW);
    if (!found)
        failure_set(why, -ENOENT,
                    "the stored objects are not as that run left them: '%s/%s' does not exist%s",
                    text_string(&path), name,
                    folder >= 0 && !fstatat(folder, other, &facts, AT_SYMLINK_NOFOLLOW)
                        ? "; a later run has renamed it: use the result of that run"
                        : "");
    if (folder >= 0)
        close(folder);
    text_release(&path);
    return why->code;
}

int object_tree_take_over(struct object_tree *tree, bool leads, struct failure *why)
{
    tree->stored = tree->exists = true;
    tree->own_made = !tree->layout.shared;
    tree->top_made = leads;
    return claim(tree, why) ? why->code : check_first(tree, why);
}

void object_tree_finish_rename(struct object_tree *tree, struct failure *why)
{
    if (!tree->names.parts)
        return;
    struct failure failure = {0};
    for_each_object(tree, check_new_name, "rename", &failure);
    if (!failure.code) {
        for_each_object(tree, rename_object, "rename", &failure);
        tree->unsure |= failure.code != 0;
    }
    if (failure.code)
        failure_set(why, failure.code, "%s", failure.text);
    else
        tree->names.parts = 0;
}

/* Those of the lowest level first. */
static void remove_directories(const struct object_tree *tree, uint64_t count, struct failure *why)
{
    const struct object_layout *layout = &tree->layout;
    struct text path = {0};
    for (uint32_t level = layout->levels; level; level--)
        for (uint64_t i = 0; i < objects_above(layout, count, level); i++) {
            const uint32_t bits = OBJECTS_DIGIT * (layout->levels - level);
            text_clear(&path);
            objects_print_above(layout, tree->top, tree->rank, bits < OBJECTS_BITS ? i << bits : 0,
                                level, &path);
            if (!path.failed)
                directory_remove(text_string(&path), 0, why);
        }
    text_release(&path);
}

static bool is_left_alone(const struct object_tree *tree)
{
    return tree->stored && tree->exists;
}

void object_tree_remove_own(struct object_tree *tree, struct failure *why)
{
    struct text path = {0};
    if (!tree->top || is_left_alone(tree))
        return;
    if (tree->exists)
        for_each_object(tree, remove_object, "remove", why);
    object_tree_set_empty(tree);
    if (!tree->layout.shared)
        remove_directories(tree, tried_directories(tree), why);
    memset(tree->places, 0, tree->layout.threads * sizeof *tree->places);
    objects_print_top(&tree->layout, tree->top, tree->rank, &path);
    if (tree->own_made && !path.failed && !directory_remove(text_string(&path), 0, why))
        tree->own_made = false;
    text_release(&path);
}

void object_tree_remove_shared(struct object_tree *tree, struct failure *why)
{
    if (is_left_alone(tree))
        return;
    if (tree->top_made)
        remove_directories(tree, tree->shared_directories, why);
    tree->shared_directories = 0;
}

void object_tree_remove_top(struct object_tree *tree, struct failure *why)
{
    if (!tree->top)
        return;
    file_close(&tree->claim, tree->top, NULL);
    if (tree->top_made && !is_left_alone(tree) && !directory_remove(tree->top, 0, why))
        tree->top_made = false;
}
