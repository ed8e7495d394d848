/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private directory of a test below $TMPDIR, /var/tmp or /tmp (the first two are more often on a
 * disk with O_DIRECT). It is removed together with the plain files in it.
 */
#ifndef TIDEMILL_TESTS_FOLDER_H
#define TIDEMILL_TESTS_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLDER_PATH = 512 };

struct folder {
    char path[FOLDER_PATH];
};

static inline void folder_start(struct folder *folder)
{
    const char *const parents[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
        if (!parents[i] || !parents[i][0])
            continue;
        snprintf(folder->path, sizeof folder->path, "%.400s/tidemill-test-XXXXXX", parents[i]);
        if (mkdtemp(folder->path))
            return;
    }
    fprintf(stderr, "cannot create a directory for tests\n");
    abort();
}

/* "folder/name". */
static inline void folder_file(const struct folder *folder, const char *name, char out[FOLDER_PATH])
{
    size_t length = strlen(folder->path);
    if (length + 1 + strlen(name) >= FOLDER_PATH)
        abort();
    memcpy(out, folder->path, length);
    out[length] = '/';
    strcpy(out + length + 1, name);
}

/* Removes the files and keeps the directory. */
static inline void folder_empty(const struct folder *folder)
{
    char path[FOLDER_PATH];
    DIR *entries = opendir(folder->path);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        folder_file(folder, entry->d_name, path);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (entries)
        closedir(entries);
}

static inline void folder_end(struct folder *folder)
{
    folder_empty(folder);
    rmdir(folder->path);
}

#endif
