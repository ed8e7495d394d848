/* SPDX-License-Identifier: Apache-2.0 */
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

enum { DEPTH_MOST = 8, PATH_SIZE = PATH_MAX + 64 };

static enum backing backing_of_folder(const char *folder, int depth, char name[RECORD_NAME]);

static enum backing backing_of_number(dev_t number, int depth, char name[RECORD_NAME])
{
    char folder[PATH_MAX];
    if (depth > DEPTH_MOST || device_folder(number, folder))
        return BACKING_STORAGE;
    if (small_file_number_in(folder, "partition", -1) >= 0)
        *strrchr(folder, '/') = 0;
    return backing_of_folder(folder, depth, name);
}

/* If the loop device reads its file with O_DIRECT, what counts is the device below that file. */
static enum backing backing_of_loop(const char *folder, int depth, char name[RECORD_NAME])
{
    char path[PATH_SIZE], file[PATH_MAX];
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
    return backing_of_number(status.special_device ? status.special_device : status.device,
                             depth + 1, name);
}

static enum backing worst_backing(const char *folder, int depth, char name[RECORD_NAME])
{
    char path[PATH_SIZE];
    enum backing worst = BACKING_STORAGE;
    const struct dirent *entry;
    snprintf(path, sizeof path, "%s/slaves", folder);
    DIR *list = opendir(path);
    if (!list)
        return BACKING_STORAGE;
    while ((entry = readdir(list))) {
        char part[PATH_SIZE + NAME_MAX + 8], part_name[RECORD_NAME];
        snprintf(part, sizeof part, "%s/%s", path, entry->d_name);
        const dev_t number = entry->d_name[0] == '.' ? 0 : device_number_at(part);
        if (!number)
            continue;
        const enum backing part_backing = backing_of_number(number, depth + 1, part_name);
        if (part_backing <= worst)
            continue;
        worst = part_backing;
        text_copy(name, RECORD_NAME, part_name);
    }
    closedir(list);
    return worst;
}

static bool is_numbered(const char *name, const char *kind)
{
    const size_t length = strlen(kind);
    return strncmp(name, kind, length) == 0 && isdigit((unsigned char)name[length]);
}

/* Sets 'name' to the device at the bottom that decides the result. */
static enum backing backing_of_folder(const char *folder, int depth, char name[RECORD_NAME])
{
    const char *device_name = strrchr(folder, '/') + 1;
    enum backing found = BACKING_STORAGE;
    name[0] = 0;
    if (is_numbered(device_name, "ram") || is_numbered(device_name, "zram"))
        found = BACKING_RAM;
    else if (is_numbered(device_name, "loop"))
        found = backing_of_loop(folder, depth, name);
    else
        return worst_backing(folder, depth, name);
    if (found != BACKING_STORAGE && !name[0])
        text_copy(name, RECORD_NAME, device_name);
    return found;
}

enum backing backing_of(dev_t number, char name[RECORD_NAME])
{
    name[0] = 0;
    return backing_of_number(number, 0, name);
}
