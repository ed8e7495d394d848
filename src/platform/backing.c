#include "backing.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>

#include "base/text.h"
#include "device.h"
#include "direct.h"
#include "small_file.h"
#include "status.h"

enum { DEEPEST = 8, PATH_ROOM = PATH_MAX + 64 };

static enum backing look(const char *folder, int depth, char name[RECORD_NAME]);

static enum backing look_at(dev_t number, int depth, char name[RECORD_NAME])
{
    char folder[PATH_MAX];
    if (depth > DEEPEST || device_folder(number, folder))
        return BACKING_STORAGE;
    if (small_file_number_in(folder, "partition", -1) >= 0)
        *strrchr(folder, '/') = 0;
    return look(folder, depth, name);
}

/* Where the loop device reads its file directly, what counts is what that file lies on. */
static enum backing look_at_loop(const char *folder, int depth, char name[RECORD_NAME])
{
    char path[PATH_ROOM], file[PATH_MAX];
    struct statfs below;
    struct status status;
    snprintf(path, sizeof path, "%s/loop/backing_file", folder);
    const bool found = small_file_line(path, file, sizeof file) == 0;
    if (found && statfs(file, &below) == 0 && direct_ram_backed(below.f_type))
        return BACKING_RAM;
    if (small_file_number_in(folder, "loop/dio", -1) == 0)
        return BACKING_CACHED;
    if (!found || status_of_path(file, true, &status))
        return BACKING_STORAGE;
    return look_at(status.special_device ? status.special_device : status.device, depth + 1, name);
}

static enum backing look_at_parts(const char *folder, int depth, char name[RECORD_NAME])
{
    char path[PATH_ROOM];
    enum backing worst = BACKING_STORAGE;
    const struct dirent *entry;
    snprintf(path, sizeof path, "%s/slaves", folder);
    DIR *list = opendir(path);
    if (!list)
        return BACKING_STORAGE;
    while ((entry = readdir(list))) {
        char part[PATH_ROOM + NAME_MAX + 8], its_name[RECORD_NAME];
        snprintf(part, sizeof part, "%s/%s", path, entry->d_name);
        const dev_t number = entry->d_name[0] == '.' ? 0 : device_number_at(part);
        if (!number)
            continue;
        const enum backing its = look_at(number, depth + 1, its_name);
        if (its <= worst)
            continue;
        worst = its;
        text_copy(name, RECORD_NAME, its_name);
    }
    closedir(list);
    return worst;
}

static bool is_numbered(const char *name, const char *kind)
{
    const size_t length = strlen(kind);
    return strncmp(name, kind, length) == 0 && isdigit((unsigned char)name[length]);
}

/* 'name' is filled by the device that settles it, at the bottom. */
static enum backing look(const char *folder, int depth, char name[RECORD_NAME])
{
    const char *own = strrchr(folder, '/') + 1;
    enum backing found = BACKING_STORAGE;
    name[0] = 0;
    if (is_numbered(own, "ram") || is_numbered(own, "zram"))
        found = BACKING_RAM;
    else if (is_numbered(own, "loop"))
        found = look_at_loop(folder, depth, name);
    else
        return look_at_parts(folder, depth, name);
    if (found != BACKING_STORAGE && !name[0])
        text_copy(name, RECORD_NAME, own);
    return found;
}

enum backing backing_of(dev_t number, char name[RECORD_NAME])
{
    name[0] = 0;
    return look_at(number, 0, name);
}
