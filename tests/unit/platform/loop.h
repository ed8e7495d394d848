/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loop device over a private file. The kernel frees it when the test ends, even if it crashes.
 */
#ifndef TIDEMILL_TEST_LOOP_H
#define TIDEMILL_TEST_LOOP_H

#include <fcntl.h>
#include <linux/loop.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct loop {
    int fd; /* keeps it alive */
    char path[32];
};

/* Creates a loop device over 'image' with logical blocks of 'block_bytes'; false if that is not
 * possible. */
static inline bool loop_make(struct loop *loop, const char *image, unsigned block_bytes,
                             bool read_only)
{
    bool made = false;
    const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    const int file = open(image, O_RDWR | O_CLOEXEC);
    loop->fd = -1;
    for (int tries = 0; control >= 0 && file >= 0 && !made && tries < 20; tries++) {
        const int number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0)
            break;
        snprintf(loop->path, sizeof loop->path, "/dev/loop%d", number);
        loop->fd = open(loop->path, O_RDWR | O_CLOEXEC);
        struct loop_config config = {
            .fd = (unsigned)file,
            .block_size = block_bytes,
            .info = {.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0) |
                                 LO_FLAGS_PARTSCAN},
        };
        made = loop->fd >= 0 && ioctl(loop->fd, LOOP_CONFIGURE, &config) == 0;
        if (!made && loop->fd >= 0) /* another process has taken the number */
            close(loop->fd);
    }
    if (control >= 0)
        close(control);
    if (file >= 0)
        close(file);
    return made;
}

static inline void loop_release(struct loop *loop)
{
    close(loop->fd);
    loop->fd = -1;
}

#endif
