/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/uring_open.h"

#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <string.h>

#include "uring_refusal.h"

enum { SQPOLL_IDLE_MS = 1000 };

struct ring_mode {
    const char *name;
    unsigned flags;
};

/* Best first: the kernel handles completions when this thread enters it, instead of interrupting
 * this thread or a core of a data thread. With SQPOLL only the plain mode is available. */
static const struct ring_mode modes[] = {
    {"SINGLE_ISSUER with DEFER_TASKRUN", IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                             IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL},
    {"COOP_TASKRUN",
     IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL},
    {"plain", 0},
};
enum { MODES = sizeof modes / sizeof *modes, MODE_PLAIN = MODES - 1 };

void uring_add_reason(char reason[ENGINE_REASON], const char *what, int error)
{
    const size_t used = strlen(reason);
    snprintf(reason + used, ENGINE_REASON - used, "%s%s: %s", used ? "; " : "", what,
             strerrordesc_np(error));
}

static unsigned polling_flags(const struct engine_mode *mode)
{
    return (mode->sqpoll ? IORING_SETUP_SQPOLL : 0) | (mode->iopoll ? IORING_SETUP_IOPOLL : 0);
}

static int ring_refused(const struct engine_mode *mode, int error, struct failure *why)
{
    if (!polling_flags(mode) || (error != EPERM && error != EACCES && error != EINVAL))
        return uring_refused(why, error);
    return failure_system(
        why, error, "this kernel does not support io_uring with%s%s; leave the option out",
        mode->sqpoll ? " --uring-sqpoll" : "", mode->iopoll ? " --uring-iopoll" : "");
}

int uring_open(struct io_uring *ring, uint32_t depth, const struct engine_mode *mode,
               char reason[ENGINE_REASON], struct failure *why)
{
    int error = EINVAL;
    for (int i = mode->sqpoll ? MODE_PLAIN : 0; i < MODES && error == EINVAL; i++) {
        struct io_uring_params parameters = {
            .flags = modes[i].flags | polling_flags(mode),
            .sq_thread_idle = SQPOLL_IDLE_MS,
        };
        error = -io_uring_queue_init_params(depth, ring, &parameters);
        if (error == EINVAL && i != MODE_PLAIN)
            uring_add_reason(reason, modes[i].name, error);
    }
    if (error)
        return ring_refused(mode, error, why);
    if (ring->features & IORING_FEAT_EXT_ARG && ring->features & IORING_FEAT_NODROP)
        return 0;
    io_uring_queue_exit(ring);
    return failure_set(why, -ENOSYS,
                       "this kernel's io_uring cannot wait with a time limit (needs 5.11); use "
                       "--engine pwrite");
}
