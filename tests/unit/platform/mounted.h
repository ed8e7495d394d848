/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private mount namespace with a folder, a mount point in it and an image for a loop device: only
 * as root. Nothing is left when the process ends.
 */
#ifndef TIDEMILL_TEST_MOUNTED_H
#define TIDEMILL_TEST_MOUNTED_H

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop.h"
#include "scratch.h"
#include "unit.h"

enum { IMAGE_BYTES = 320 << 20 };

static char folder[SCRATCH_PATH], point[SCRATCH_PATH], image[SCRATCH_PATH], path[SCRATCH_PATH];
static bool private_mounts;

static inline int create_folder(void **state)
{
    (void)state;
    private_mounts = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
                     mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    if (!scratch_make(folder, NULL))
        return -1;
    scratch_file(image, folder, "image");
    return mkdir(scratch_file(point, folder, "mount point"), 0700);
}

static inline int remove_folder(void **state)
{
    (void)state;
    umount2(point, MNT_DETACH);
    scratch_remove(folder);
    return 0;
}

static inline void need_mounts(void)
{
    if (!private_mounts)
        skip_because("requires root and a private mount namespace");
}

/* umount right after an asynchronous ring or a writer may find the file system busy for a moment */
static inline void unmount(void)
{
    for (int i = 0; i < 100 && umount(point); i++)
        usleep(20000);
}

static inline bool run(const char *const arguments[])
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(127);
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline void empty_image(void)
{
    unlink(image);
    scratch_write(image, "", 0);
    assert_int_equal(truncate(image, IMAGE_BYTES), 0);
}

static inline void need_loop(struct loop *loop, unsigned block_bytes, bool read_only)
{
    need_mounts();
    empty_image();
    if (!loop_make(loop, image, block_bytes, read_only))
        skip_because("no loop device with blocks of %u bytes available", block_bytes);
}

#endif
