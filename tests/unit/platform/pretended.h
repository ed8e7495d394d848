/*
 * A pretended host: files of /proc, /sys and the like in a folder of the test's own, for functions
 * that take a root.
 */
#ifndef TIDEMILL_TEST_PRETENDED_H
#define TIDEMILL_TEST_PRETENDED_H

#include <sys/stat.h>

#include "scratch.h"

static char pretended[SCRATCH_PATH]; /* its root */

/* For cmocka's setup and teardown. */
static inline int pretend_begin(void **state)
{
    (void)state;
    return scratch_make(pretended, NULL) ? 0 : -1;
}

static inline int pretend_end(void **state)
{
    (void)state;
    scratch_remove(pretended);
    return 0;
}

static inline const char *pretend_place(char path[SCRATCH_PATH], const char *name)
{
    scratch_file(path, pretended, name);
    for (char *slash = path + strlen(pretended) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(path, 0700);
    }
    return path;
}

/* A file, with the folders above it. */
static inline void pretend(const char *name, const char *text)
{
    char path[SCRATCH_PATH];
    scratch_write(pretend_place(path, name), text, strlen(text));
}

/* A file of a device: 'place' is below sys/devices. */
static inline void pretend_in(const char *place, const char *file, const char *text)
{
    char name[SCRATCH_PATH];
    snprintf(name, sizeof name, "sys/devices/%.1500s/%.400s", place, file);
    pretend(name, text);
}

static inline void pretend_link(const char *folder, const char *name, const char *target)
{
    char link[SCRATCH_PATH];
    char path[SCRATCH_PATH];
    snprintf(link, sizeof link, "%.1500s/%.400s", folder, name);
    if (symlink(target, pretend_place(path, link)))
        abort();
}

#endif
