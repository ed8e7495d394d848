/* SPDX-License-Identifier: Apache-2.0 */
#include "mounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* Replaces octal escapes such as "\040", in place. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        const char *digits = from + 1;
        if (*from == '\\' && strspn(digits, "01234567") >= 3) {
            *to = (char)((digits[0] - '0') << 6 | (digits[1] - '0') << 3 | (digits[2] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = 0;
}

/* Returns the next word of a line, unescaped; NULL at the end. A word may be empty (a mount
 * source). */
static char *next_word(char **rest)
{
    char *word = strsep(rest, " ");
    if (word)
        unescape(word);
    return word;
}

bool mount_parse(struct mount *mount, char *line)
{
    char *rest = line;
    *mount = (struct mount){.line = line};

    line[strcspn(line, "\n")] = 0;
    const char *id = next_word(&rest);
    const char *parent = next_word(&rest);
    const char *device = next_word(&rest);
    mount->root = next_word(&rest);
    mount->point = next_word(&rest);
    mount->options = next_word(&rest);
    const char *word = next_word(&rest);
    while (word && strcmp(word, "-") != 0) /* optional fields such as "shared:2" */
        word = next_word(&rest);
    mount->type = next_word(&rest);
    mount->source = next_word(&rest);
    mount->super_options = next_word(&rest);

    unsigned major_number, minor_number;
    if (!id || !parent || !device || !mount->super_options ||
        sscanf(device, "%u:%u", &major_number, &minor_number) != 2)
        return false;
    mount->id = strtoull(id, NULL, 10);
    mount->device = makedev(major_number, minor_number);
    return true;
}

static int add_line(struct mounts *mounts, const char *line)
{
    if ((mounts->count & (mounts->count - 1)) == 0) { /* grows at 0, 1, 2, 4 ... */
        const size_t capacity = mounts->count ? 2 * mounts->count : 1;
        struct mount *list = realloc(mounts->list, capacity * sizeof *list);
        if (!list)
            return -ENOMEM;
        mounts->list = list;
    }
    char *copy = strdup(line);
    if (!copy)
        return -ENOMEM;
    if (mount_parse(&mounts->list[mounts->count], copy))
        mounts->count++;
    else
        free(copy);
    return 0;
}

int mounts_read(struct mounts *mounts, const char *path)
{
    char *line = NULL;
    size_t capacity = 0;
    int error = 0;

    *mounts = (struct mounts){0};
    FILE *file = fopen(path ? path : "/proc/self/mountinfo", "re");
    if (!file)
        return -errno;
    while (error == 0 && getline(&line, &capacity, file) > 0)
        error = add_line(mounts, line);
    if (error)
        mounts_release(mounts);
    free(line);
    fclose(file);
    return error;
}

void mounts_release(struct mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++)
        free(mounts->list[i].line);
    free(mounts->list);
    *mounts = (struct mounts){0};
}

/* True if 'path' is 'point' or below it. */
static bool is_below(const char *path, const char *point)
{
    const size_t length = strlen(point);
    return strncmp(path, point, length) == 0 &&
           (path[length] == 0 || path[length] == '/' || strcmp(point, "/") == 0);
}

const struct mount *mounts_find(const struct mounts *mounts, uint64_t id, const char *real_path)
{
    const struct mount *best = NULL;
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *mount = &mounts->list[i];
        if (id != 0 && mount->id == id)
            return mount;
        if (is_below(real_path, mount->point) &&
            (!best || strlen(mount->point) >= strlen(best->point)))
            best = mount;
    }
    return best;
}

static bool is_read_only(const char *options)
{
    return strcmp(options, "ro") == 0 || strncmp(options, "ro,", 3) == 0;
}

bool mount_read_only(const struct mount *mount)
{
    return is_read_only(mount->options) || is_read_only(mount->super_options);
}
