/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of each test's own for results. */
#ifndef TIDEMILL_TESTS_RECORD_FOLDER_H
#define TIDEMILL_TESTS_RECORD_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static inline int begin_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tidemill-store-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    struct dirent *entry;
    DIR *files = opendir(folder);
    while ((entry = readdir(files)))
        unlinkat(dirfd(files), entry->d_name, 0);
    closedir(files);
    return rmdir(folder);
}

static inline const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline int files_in_folder(void)
{
    int count = 0;
    struct dirent *entry;
    DIR *files = opendir(folder);
    while ((entry = readdir(files)))
        count += entry->d_name[0] != '.';
    closedir(files);
    return count;
}

#endif
