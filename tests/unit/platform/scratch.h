/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private directory of a test, removed with everything in it.
 */
#ifndef TIDEMILL_TEST_SCRATCH_H
#define TIDEMILL_TEST_SCRATCH_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { SCRATCH_PATH = 4096 };

/* Creates it below 'parent' (NULL: $TMPDIR or /tmp); false on failure. */
static inline bool scratch_make(char path[SCRATCH_PATH], const char *parent)
{
    const char *temporary = getenv("TMPDIR");
    if (!parent)
        parent = temporary && temporary[0] ? temporary : "/tmp";
    snprintf(path, SCRATCH_PATH, "%s/tidemill-test-XXXXXX", parent);
    return mkdtemp(path) != NULL;
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int kind,
                                     struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void scratch_remove(const char *path)
{
    if (path[0])
        nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Formats "folder/name" in the caller's buffer. */
static inline const char *scratch_file(char out[SCRATCH_PATH], const char *folder, const char *name)
{
    snprintf(out, SCRATCH_PATH, "%.2048s/%.2000s", folder, name);
    return out;
}

static inline void scratch_write(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "we");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file))
        abort();
}

/* Returns the statfs magic number; 0 on failure. */
static inline long scratch_magic(const char *path)
{
    struct statfs facts;
    return statfs(path, &facts) == 0 ? (long)facts.f_type : 0;
}

/* Prints the reason to standard output, and skips the test. */
#define skip_because(...)                                                                          \
    do {                                                                                           \
        printf("skipped: " __VA_ARGS__);                                                           \
        printf("\n");                                                                              \
        skip();                                                                                    \
    } while (0)

#endif
