#include "platform/thread.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

static void *thread_main(void *context)
{
    struct thread *thread = context;
    pthread_setname_np(pthread_self(), thread->name);
    /* Wake up on time: by default the kernel may be 50 us late to save power. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    thread->body(thread->argument);
    return NULL;
}

/* All signals except those raised by faults of the thread itself: blocked, these would end the
 * process without the report of a sanitizer or a debugger. */
static void signals_for_threads(sigset_t *set)
{
    sigfillset(set);
    sigdelset(set, SIGSEGV);
    sigdelset(set, SIGBUS);
    sigdelset(set, SIGFPE);
    sigdelset(set, SIGILL);
    sigdelset(set, SIGSYS);
}

int thread_start(struct thread *thread, const char *name, void (*body)(void *), void *argument,
                 struct failure *why)
{
    sigset_t blocked, before;

    *thread = (struct thread){.body = body, .argument = argument};
    snprintf(thread->name, sizeof thread->name, "%s", name);
    /* The mask is inherited, so the thread never runs with unblocked signals. */
    signals_for_threads(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const int error = pthread_create(&thread->handle, NULL, thread_main, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return failure_system(why, error,
                              "cannot start thread '%s': use fewer threads, or raise "
                              "the limit of processes (ulimit -u)",
                              thread->name);
    thread->started = true;
    return 0;
}

void thread_detach(struct thread *thread)
{
    if (thread->started)
        pthread_detach(thread->handle);
    thread->started = false;
}

void thread_join(struct thread *thread)
{
    if (thread->started)
        pthread_join(thread->handle, NULL);
    thread->started = false;
}
