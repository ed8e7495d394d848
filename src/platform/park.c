/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/park.h"

#include <assert.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000 };

static_assert(sizeof(_Atomic uint32_t) == sizeof(uint32_t), "the kernel must see a plain word");

void park_wait(_Atomic uint32_t *word, uint32_t expected, int64_t limit_ns)
{
    struct timespec limit = {.tv_sec = limit_ns / NS_PER_S, .tv_nsec = limit_ns % NS_PER_S};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, limit_ns < 0 ? NULL : &limit, NULL, 0);
}

void park_wake(_Atomic uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

void park_wake_all(_Atomic uint32_t *word)
{
    park_wake(word, INT_MAX);
}
