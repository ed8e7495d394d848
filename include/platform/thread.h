/*
 * Threads with a name and a body that returns nothing. Signals are blocked in them: the main
 * thread alone is interrupted.
 */
#ifndef TIDEMILL_PLATFORM_THREAD_H
#define TIDEMILL_PLATFORM_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/failure.h"

struct thread {
    pthread_t handle;
    bool started;
    void (*body)(void *argument);
    void *argument;
    char name[16];
};

/* Starts 'body(argument)'; 'thread' must stay where it is until joined or
 * for ever. -EAGAIN and the like. */
int thread_start(struct thread *thread, const char *name, void (*body)(void *), void *argument,
                 struct failure *why);

/* Waits for its end; accepts one that was never started. */
void thread_join(struct thread *thread);

/* Waits for nothing: what the thread itself takes is given back when it ends, if ever; so what
 * 'body' works on must stay. Accepts one that was never started. */
void thread_leave(struct thread *thread);

#endif
