/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the kernel threads of a ring can be found. */
#ifndef TIDEMILL_TESTS_RING_THREADS_H
#define TIDEMILL_TESTS_RING_THREADS_H

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* They are named after process ids of the host, which a container may not know: the number is that
 * of the first namespace, PROC_PID_INIT_INO. */
static inline bool ring_threads_have_known_names(void)
{
    char name[64] = {0};
    return readlink("/proc/self/ns/pid", name, sizeof name - 1) > 0 &&
           strcmp(name, "pid:[4026531836]") == 0;
}

#endif
