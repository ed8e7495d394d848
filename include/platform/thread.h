/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads with a name and a body that returns nothing. Signals are blocked in them: only the main
 * thread is interrupted.
 */
#ifndef TIDEMILL_PLATFORM_THREAD_H
#define TIDEMILL_PLATFORM_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

/* Measured: 10 KiB are used. Sanitizers need far more. */
#ifndef __has_feature /* clang's */
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
enum { THREAD_STACK_BYTES = 8 << 20 };
#else
enum { THREAD_STACK_BYTES = 256 << 10 };
#endif

struct thread {
    pthread_t handle;
    bool started;
    void (*body)(void *argument);
    void *argument;
    char name[16];
};

/* Starts 'body(argument)'; 'thread' must stay valid until it is joined, or forever if it is not.
 * -EAGAIN or similar. */
int thread_start(struct thread *thread, const char *name, void (*body)(void *), void *argument,
                 struct failure *why);

/* Waits until the thread ends; accepts one that was never started. */
void thread_join(struct thread *thread);

/* Detaches the thread: its resources are freed when it ends, if ever, so everything that 'body'
 * uses must stay valid. Accepts one that was never started. */
void thread_detach(struct thread *thread);

/* Gives this thread descriptors of its own, copies of those that are open: a call need not keep
 * what it uses from being closed by another thread, which costs 4 % of a stat in memory. It closes
 * those that it opens itself, as nothing else can. Without effect where that is not allowed. */
void thread_own_descriptors(void);

/* Returns the CPU time of the kernel threads that work for the io_uring of this thread, which count
 * neither for it nor for any other: its workers, and the one that submits if the ring has SQPOLL. 0
 * if the kernel does not report it. Those that have ended, after five idle seconds, are not in it.
 */
int64_t thread_ring_cpu_ns(bool sqpoll);

#endif
