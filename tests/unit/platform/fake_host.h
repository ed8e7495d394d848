/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fake host for functions that take a root: files of /proc, /sys and so on in a private
 * directory.
 */
#ifndef TIDEMILL_TEST_FAKE_HOST_H
#define TIDEMILL_TEST_FAKE_HOST_H

#include <sys/stat.h>

#include "scratch.h"

static char fake_root[SCRATCH_PATH]; /* root directory of the fake host */

/* For cmocka's setup and teardown. */
static inline int fake_host_begin(void **state)
{
    (void)state;
    return scratch_make(fake_root, NULL) ? 0 : -1;
}

static inline int fake_host_end(void **state)
{
    (void)state;
    scratch_remove(fake_root);
    return 0;
}

static inline const char *fake_path(char path[SCRATCH_PATH], const char *name)
{
    scratch_file(path, fake_root, name);
    for (char *slash = path + strlen(fake_root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(path, 0700);
    }
    return path;
}

/* Creates a file and the directories above it. */
static inline void fake_file(const char *name, const char *text)
{
    char path[SCRATCH_PATH];
    scratch_write(fake_path(path, name), text, strlen(text));
}

/* Creates a file of a device; 'place' is below sys/devices. */
static inline void fake_device_file(const char *place, const char *file, const char *text)
{
    char name[SCRATCH_PATH];
    snprintf(name, sizeof name, "sys/devices/%.1500s/%.400s", place, file);
    fake_file(name, text);
}

static inline void fake_link(const char *folder, const char *name, const char *target)
{
    char link[SCRATCH_PATH];
    char path[SCRATCH_PATH];
    snprintf(link, sizeof link, "%.1500s/%.400s", folder, name);
    if (symlink(target, fake_path(path, link)))
        abort();
}

#endif
