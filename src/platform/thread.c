/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/thread.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "platform/headroom.h"

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

static int refuse(const char *name, int error, struct failure *why)
{
    struct headroom headroom;
    struct text limit = {0};
    headroom_detect("", &headroom);
    headroom_explain_threads(&headroom, &limit);
    failure_set(why, -error, "cannot start thread '%s', as %s: raise that, or use fewer threads",
                name, text_string(&limit));
    text_release(&limit);
    return -error;
}

int thread_start(struct thread *thread, const char *name, void (*body)(void *), void *argument,
                 struct failure *why)
{
    sigset_t blocked, before;
    pthread_attr_t attributes;

    *thread = (struct thread){.body = body, .argument = argument};
    snprintf(thread->name, sizeof thread->name, "%s", name);
    /* The mask is inherited, so the thread never runs with unblocked signals. */
    signals_for_threads(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
    const int error = pthread_create(&thread->handle, &attributes, thread_main, thread);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return refuse(thread->name, error, why);
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

/* ThreadSanitizer knows one table of descriptors only. */
void thread_own_descriptors(void)
{
#if !defined(__SANITIZE_THREAD__) && !__has_feature(thread_sanitizer)
    unshare(CLONE_FILES);
#endif
}
