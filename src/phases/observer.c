/* SPDX-License-Identifier: Apache-2.0 */
#include "observer.h"

#include <signal.h>

#include "equalise.h"
#include "live_poll.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "space_floor.h"
#include "stall.h"
#include "until_steady.h"
#include "watchdog.h"

enum { POLL_NS = 50 * 1000 * 1000, NAP_NS = 50 * 1000 };

/* A rank that has ended waits for the others on a core of its own, or at the cost of ranks that are
 * still at work. */
enum { LONGEST_NAP_NS = 1000 * 1000, LONGEST_SHARED_NAP_NS = 20 * 1000 * 1000 };

/* A rank that wakes up this much too late was stopped, or had no core. */
enum { STOPPED_NS = 500 * 1000 * 1000 };

/* State of the polls of one phase. */
struct watcher {
    struct phase *phase;
    int64_t start_ns;
    uint64_t amount; /* rank 0: of all ranks, as last received */
    enum stop_reason stop;
    int64_t saved_wait_ns; /* the wait that was reported when that was saved */
    bool saved;            /* what was known when a signal came */
    bool waits_too_long;   /* for '--stall-abort' */
    bool ended;            /* the work of this rank has */
    int64_t last_poll_ns;
    int64_t to_sleep_ns; /* between the polls, at most */
    int64_t saving_ns;   /* spent since the last poll began */
    struct work_state state;
};

static enum stop_reason stop_reason_here(const struct watcher *watcher)
{
    const struct phase *phase = watcher->phase;
    int signal_number = interrupt_signal();
    if (watcher->state.failed || phase->watch.space.shortage.code)
        return STOP_FAILURE;
    if (watcher->waits_too_long)
        return STOP_STALL;
    if (signal_number == SIGINT)
        return STOP_SIGINT;
    if (signal_number)
        return STOP_SIGTERM;
    return phase->watch.steady.reached ? STOP_STEADY : STOP_NONE;
}

/* Would the plan never be reached? */
static bool is_open_ended(const struct phase *phase)
{
    return phase->kind->unit == UNIT_BYTE && phase->prepared->plan.setup.open_ended_bytes;
}

static void report_progress(struct watcher *watcher)
{
    const struct phase *phase = watcher->phase;
    const struct run *run = phase->run;
    int64_t now_ns = clock_now_ns();
    watcher->amount =
        cluster_progress_poll(run->cluster, phase->number, watcher->state.amount, now_ns);
    if (run->cluster->rank != 0 || !run->listener.progress)
        return;
    struct progress progress = {
        .phase = phase->name,
        .unit = phase->kind->unit,
        .amount = watcher->amount,
        .planned = is_open_ended(phase) || phase->loops ? 0 : phase->planned,
        .elapsed_ns = now_ns - watcher->start_ns,
        .limit_ns = phase->limits.deadline_ns,
    };
    run->listener.progress(run->listener.context, &progress);
}

/* Saves what is known, and again when a wait has been reported since. */
static void save(struct watcher *watcher, int signal_number, int64_t duration_ns)
{
    const struct cluster *cluster = watcher->phase->run->cluster;
    struct text reason = {0};
    struct text wait = {0};
    uint32_t first = 0;
    uint32_t gone = cluster_count_dead(cluster, &first);
    text_add(&reason, "interrupted by %s: %s as last received",
             signal_number == SIGINT ? "SIGINT" : "SIGTERM",
             units_amount_names[watcher->phase->kind->unit]);
    if (gone)
        text_add(&reason, "; lost rank %u on %s", first, cluster->node_names[cluster->node]);
    if (gone > 1)
        text_add(&reason, " and %u more", gone - 1);
    if (stall_describe(watcher->phase, &watcher->state, &wait))
        text_add(&reason, "; %s", text_string(&wait));
    const int64_t before_ns = clock_now_ns();
    keeper_interrupted(watcher->phase->run->keeper, text_string(&reason), watcher->amount,
                       duration_ns);
    watcher->saving_ns = clock_now_ns() - before_ns;
    watcher->saved = true;
    watcher->saved_wait_ns = watcher->phase->watch.stall.wait.next_ns;
    text_release(&wait);
    text_release(&reason);
}

/* Returns 0 if it is not a signal that stops the run. */
static int signal_of(enum stop_reason reason)
{
    return reason == STOP_SIGINT ? SIGINT : reason == STOP_SIGTERM ? SIGTERM : 0;
}

/* Everything but sleeping and saving takes far less than a pause that counts. */
static void count_stop(struct watcher *watcher, int64_t now_ns)
{
    const int64_t late_ns =
        now_ns - watcher->last_poll_ns - watcher->to_sleep_ns - watcher->saving_ns;
    if (watcher->last_poll_ns && late_ns >= STOPPED_NS)
        watcher->phase->facts.counters.stopped_ns += late_ns;
    watcher->last_poll_ns = now_ns;
    watcher->saving_ns = 0;
}

static void poll_phase(struct watcher *watcher)
{
    struct phase *phase = watcher->phase;
    struct work *work = phase->work;
    int64_t now_ns = clock_now_ns();
    int signal_number = interrupt_signal();
    count_stop(watcher, now_ns);
    /* Before any message: the launcher that sent the signal may kill all ranks within a second. */
    if (!signal_number)
        signal_number = signal_of(watcher->stop);
    if (signal_number)
        watchdog_stopping(phase->run, signal_number);
    if (signal_number &&
        (!watcher->saved || watcher->saved_wait_ns != phase->watch.stall.wait.next_ns))
        save(watcher, signal_number, now_ns - watcher->start_ns);
    gauge_sample(phase->watch.gauge, now_ns);
    work->methods->peek(work, &watcher->state);
    watcher->waits_too_long = stall_poll(phase, &watcher->state);
    space_floor_check(phase, watcher->state.amount, now_ns);
    until_steady_poll(phase, &watcher->state);
    equalise_poll(phase, &watcher->state);
    live_poll(phase, &watcher->state, !watcher->ended, now_ns);
    watcher->stop =
        cluster_stop_poll(phase->run->cluster, phase->number, stop_reason_here(watcher));
    if (watcher->stop != STOP_NONE)
        work->methods->stop(work, signal_number ? STOP_SIGTERM : watcher->stop);
    report_progress(watcher);
}

static bool can_end_without(const struct watcher *watcher)
{
    return watcher->stop != STOP_NONE && watcher->waits_too_long && stall_give_up(watcher->phase);
}

/* The first poll comes with the start of the phase, or there would be no reading of its beginning.
 */
static int64_t interval_ns(struct watcher *watcher)
{
    int64_t left_ns = watcher->phase->clocks.start_ns - clock_now_ns();
    int64_t most_ns = left_ns > 0 && left_ns < POLL_NS ? left_ns : POLL_NS;
    return watcher->to_sleep_ns = equalise_nap_ns(watcher->phase, most_ns);
}

void observer_watch(struct phase *phase)
{
    struct cluster *cluster = phase->run->cluster;
    struct work *work = phase->work;
    struct watcher watcher = {.phase = phase, .start_ns = clock_now_ns()};
    int64_t longest_ns = phase->prepared->roomy ? LONGEST_NAP_NS : LONGEST_SHARED_NAP_NS;
    int64_t nap_ns = NAP_NS;
    while (!work->methods->wait(work, interval_ns(&watcher)) && !can_end_without(&watcher))
        poll_phase(&watcher);
    gauge_take(phase->watch.gauge);
    watcher.ended = true;
    poll_phase(&watcher);
    phase->run->given_up |= watcher.state.lost;
    cluster_gate_enter(cluster);
    while (!cluster_gate_passed(cluster)) {
        clock_sleep_ns(watcher.to_sleep_ns = nap_ns);
        nap_ns = nap_ns * 2 < longest_ns ? nap_ns * 2 : longest_ns;
        poll_phase(&watcher);
    }
    gauge_take(phase->watch.gauge);
    phase->watch.stop = cluster_stop_settle(cluster, phase->number, stop_reason_here(&watcher));
    if (signal_of(phase->watch.stop))
        watchdog_stopping(phase->run, signal_of(phase->watch.stop));
}
