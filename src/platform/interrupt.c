/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/interrupt.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "platform/clock.h"

/* Launchers often send one signal twice: timeout(1) to the child and to its group, a batch system
 * to the launcher and to the tasks. The duplicate is not a second request to stop. */
static const int64_t duplicate_ns = 300000000;

/* The main thread reacts sooner than this if it can react at all; launchers kill after a second. */
static const int64_t reaction_ns = 250000000;
static const int64_t act_most_ns = 500000000;
static const int64_t farewell_most_ns = 2000000000;
static const int64_t poll_ns = 50000000;

static const int ending[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP, SIGXCPU};
enum { ENDING_COUNT = sizeof ending / sizeof *ending };

enum act_state { ACT_NONE, ACT_READY, ACT_RUNNING, ACT_DONE };

static _Atomic int first_signal;
static _Atomic int64_t first_at_ns;
static _Atomic bool second_came;
static _Atomic bool guarded;
static struct action {
    pthread_mutex_t lock;
    void (*call)(void *context);
    void *context;
    _Atomic int state; /* enum act_state */
} last_action = {.lock = PTHREAD_MUTEX_INITIALIZER}, farewell = {.lock = PTHREAD_MUTEX_INITIALIZER};
static pthread_mutex_t tick_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*tick_call)(void *context);
static void *tick_context;

static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2 &&
                  ATOMIC_BOOL_LOCK_FREE == 2,
              "used in a handler");

static int reported_signal(int signal_number)
{
    return signal_number == SIGINT ? SIGINT : SIGTERM;
}

static int exit_code(int signal_number)
{
    return 128 + reported_signal(signal_number);
}

/* Runs as a signal handler, on any thread, and on the guard. */
static void record_signal(int signal_number)
{
    int none = 0;
    const int64_t now_ns = clock_now_ns();
    int64_t unset = 0;
    atomic_compare_exchange_strong(&first_at_ns, &unset, now_ns);
    if (atomic_compare_exchange_strong(&first_signal, &none, reported_signal(signal_number)))
        return;
    /* The kernel sends SIGXCPU each second once the CPU limit is exceeded. */
    if (signal_number == SIGXCPU)
        return;
    if (now_ns - atomic_load(&first_at_ns) <= duplicate_ns)
        return;
    atomic_store(&second_came, true);
    if (!atomic_load(&guarded))
        _exit(exit_code(atomic_load(&first_signal)));
}

/* nohup ignores it before the program starts. */
static bool is_ignored(int signal_number)
{
    struct sigaction now;
    return sigaction(signal_number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* An ignored SIGHUP stays ignored, and is not blocked: the kernel keeps a blocked one, and the
 * guard would receive it. */
static void ending_set(sigset_t *set)
{
    sigemptyset(set);
    for (int i = 0; i < ENDING_COUNT; i++)
        if (ending[i] != SIGHUP || !is_ignored(SIGHUP))
            sigaddset(set, ending[i]);
}

void interrupt_install(void)
{
    struct sigaction action = {.sa_handler = record_signal, .sa_flags = SA_RESTART};

    ending_set(&action.sa_mask);
    for (int i = 0; i < ENDING_COUNT; i++)
        if (sigismember(&action.sa_mask, ending[i]))
            sigaction(ending[i], &action, NULL);
    /* Writing to a closed pipe or beyond RLIMIT_FSIZE is reported as an error of the call
     * instead. */
    action = (struct sigaction){.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
}

static void *run_action(void *context)
{
    struct action *action = context;
    action->call(action->context);
    atomic_store(&action->state, ACT_DONE);
    return NULL;
}

/* In a separate thread, because the action may block as well. */
static void start_action(struct action *action)
{
    pthread_t thread;
    pthread_mutex_lock(&action->lock);
    if (atomic_load(&action->state) == ACT_READY) {
        atomic_store(&action->state, ACT_RUNNING);
        if (pthread_create(&thread, NULL, run_action, action))
            atomic_store(&action->state, ACT_DONE);
        else
            pthread_detach(thread);
    }
    pthread_mutex_unlock(&action->lock);
}

static void wait_for_action(const struct action *action, int64_t limit_ns)
{
    const int64_t until_ns = clock_now_ns() + limit_ns;
    while (atomic_load(&action->state) == ACT_RUNNING && clock_now_ns() < until_ns)
        clock_sleep_ns(poll_ns / 10);
}

static void set_action(struct action *action, void (*call)(void *context), void *context)
{
    wait_for_action(action, INT64_MAX / 2);
    pthread_mutex_lock(&action->lock);
    if (atomic_load(&action->state) != ACT_RUNNING) {
        action->call = call;
        action->context = context;
        atomic_store(&action->state, call ? ACT_READY : ACT_NONE);
    }
    pthread_mutex_unlock(&action->lock);
}

void interrupt_set_tick(void (*tick)(void *context), void *context)
{
    pthread_mutex_lock(&tick_lock);
    tick_call = tick;
    tick_context = context;
    pthread_mutex_unlock(&tick_lock);
}

static void run_tick(void)
{
    pthread_mutex_lock(&tick_lock);
    if (tick_call)
        tick_call(tick_context);
    pthread_mutex_unlock(&tick_lock);
}

static void *guard(void *unused)
{
    sigset_t set;
    const struct timespec poll = {.tv_nsec = poll_ns};
    (void)unused;
    ending_set(&set);
    for (;;) {
        /* A library's thread may receive a signal too; then the handler has recorded it. */
        const int received = sigtimedwait(&set, NULL, &poll);
        if (received > 0)
            record_signal(received);
        const int first = atomic_load(&first_signal);
        const bool second = atomic_load(&second_came);
        if (!second)
            run_tick();
        if (first && (second || clock_now_ns() - atomic_load(&first_at_ns) >= reaction_ns))
            start_action(&last_action);
        if (second) {
            wait_for_action(&last_action, act_most_ns);
            start_action(&farewell);
            wait_for_action(&farewell, farewell_most_ns);
            _exit(exit_code(first));
        }
    }
    return NULL;
}

int interrupt_start_guard(struct failure *why)
{
    sigset_t set, all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int error = pthread_create(&thread, NULL, guard, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return failure_system(why, error, "cannot start the signal thread");
    pthread_detach(thread);
    ending_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    atomic_store(&guarded, true);
    return 0;
}

void interrupt_set_last_action(void (*act)(void *context), void *context)
{
    set_action(&last_action, act, context);
}

void interrupt_set_farewell(void (*act)(void *context), void *context)
{
    set_action(&farewell, act, context);
}

int interrupt_signal(void)
{
    return atomic_load(&first_signal);
}
