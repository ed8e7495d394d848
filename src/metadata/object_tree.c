/* SPDX-License-Identifier: Apache-2.0 */
#include "metadata/object_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
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

int object_tree_make_own(struct object_tree *tree, struct failure *why)
{
    struct text path = {0};
    int result = 0;
    if (tree->claim.fd < 0) {
        tree->claim.fd = open(tree->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (tree->claim.fd < 0)
            return failure_system(why, errno, "cannot open directory '%s'", tree->top);
        result = file_claim(&tree->claim, tree->top, why);
    }
    if (result || tree->layout.shared || tree->own_made)
        return result;
    objects_print_top(&tree->layout, tree->top, tree->rank, &path);
    result = path.failed ? failure_set(why, -ENOMEM, "not enough memory")
                         : make_directory(text_string(&path), &tree->own_made, why);
    text_release(&path);
    return result;
}

uint64_t object_tree_shared_directories(const struct object_tree *tree)
{
    uint64_t most = tree->shared_directories;
    for (uint32_t i = 0; i < tree->layout.threads; i++) {
        const struct object last = {tree->rank, i, tree->places[i] - 1};
        if (!tree->places[i] || !tree->layout.shared || !tree->layout.fan_out)
            continue;
        const uint64_t count = objects_directory(&tree->layout, &last) + 1;
        most = count > most ? count : most;
    }
    return most;
}

void object_tree_set_empty(struct object_tree *tree)
{
    memset(tree->created, 0, tree->layout.threads * sizeof *tree->created);
    tree->exists = false;
}

/* Removes the objects of one thread in one directory. What vanished is not a failure. */
static void remove_objects(const struct object_tree *tree, const char *directory,
                           const struct object *first, uint64_t end, struct failure *why)
{
    const struct acknowledged *created = &tree->created[first->thread];
    const int folder = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    char name[OBJECT_NAME];
    if (folder < 0) {
        if (errno != ENOENT)
            failure_system(why, errno, "cannot open directory '%s'", directory);
        return;
    }
    end = end < created->issued ? end : created->issued;
    for (struct object object = *first; object.place < end; object.place++) {
        if (!acknowledged_has(created, object.place))
            continue;
        objects_write_name(&tree->layout, &object, name);
        if (unlinkat(folder, name, tree->directories ? AT_REMOVEDIR : 0) && errno != ENOENT)
            failure_system(why, errno, "cannot remove '%s/%s'", directory, name);
    }
    close(folder);
}

static void remove_thread(struct object_tree *tree, uint32_t thread, struct failure *why)
{
    struct object object = {tree->rank, thread, 0};
    struct text path = {0};
    while (object.place < tree->places[thread]) {
        const uint64_t next = objects_next_directory(&tree->layout, &object);
        text_clear(&path);
        objects_print_directory(&tree->layout, tree->top, &object, &path);
        if (path.failed) {
            failure_set(why, -ENOMEM, "not enough memory to remove objects");
            break;
        }
        if (tree->exists)
            remove_objects(tree, text_string(&path), &object, next, why);
        if (tree->layout.fan_out && !tree->layout.shared)
            directory_remove(text_string(&path), 0, why);
        object.place = next;
    }
    text_release(&path);
    tree->created[thread] = (struct acknowledged){0};
    tree->places[thread] = 0;
}

void object_tree_remove_own(struct object_tree *tree, struct failure *why)
{
    struct text path = {0};
    if (!tree->top)
        return;
    for (uint32_t i = 0; i < tree->layout.threads; i++)
        remove_thread(tree, i, why);
    tree->exists = false;
    objects_print_top(&tree->layout, tree->top, tree->rank, &path);
    if (tree->own_made && !path.failed && !directory_remove(text_string(&path), 0, why))
        tree->own_made = false;
    text_release(&path);
}

void object_tree_remove_shared(struct object_tree *tree, struct failure *why)
{
    struct text path = {0};
    for (uint64_t i = 0; tree->top_made && i < tree->shared_directories; i++) {
        text_clear(&path);
        text_add(&path, "%s/d%" PRIu64, tree->top, i);
        if (!path.failed)
            directory_remove(text_string(&path), 0, why);
    }
    text_release(&path);
    tree->shared_directories = 0;
}

void object_tree_remove_top(struct object_tree *tree, struct failure *why)
{
    if (!tree->top)
        return;
    file_close(&tree->claim, tree->top, NULL);
    if (tree->top_made && !directory_remove(tree->top, 0, why))
        tree->top_made = false;
}
