/* SPDX-License-Identifier: Apache-2.0 */
#include "uring_refusal.h"

#include <errno.h>
#include <stdio.h>

#include "platform/host.h"

int uring_refused(struct failure *why, int error)
{
    int disabled = 0;
    char limit[64] = "unlimited";
    FILE *sysctl;

    switch (error) {
    case ENOSYS:
        return failure_set(
            why, -error,
            "io_uring is not available: the kernel is older than 5.1 or built without "
            "it, or a container hides it; use --engine pwrite");
    case EPERM:
        sysctl = fopen("/proc/sys/kernel/io_uring_disabled", "re");
        if (sysctl && fscanf(sysctl, "%d", &disabled) != 1)
            disabled = 0;
        if (sysctl)
            fclose(sysctl);
        if (disabled)
            return failure_set(why, -error,
                               "io_uring is switched off by sysctl kernel.io_uring_disabled=%d%s; "
                               "use --engine pwrite",
                               disabled, disabled == 1 ? " for all but privileged users" : "");
        return failure_set(why, -error,
                           "io_uring is forbidden, most likely by the seccomp profile of a "
                           "container; use --engine pwrite");
    case ENOMEM:
        if (host_memlock_bytes() >= 0)
            snprintf(limit, sizeof limit, "%lld bytes", (long long)host_memlock_bytes());
        return failure_set(why, -error,
                           "no memory for io_uring: the limit of locked memory (ulimit -l, %s, "
                           "shared by all processes of the user) is used up; raise it, use a "
                           "smaller --depth or --engine pwrite",
                           limit);
    case EMFILE:
    case ENFILE:
        return failure_system(why, error, "cannot open io_uring: raise ulimit -n");
    default:
        return failure_system(why, error, "cannot open io_uring; use --engine pwrite");
    }
}
