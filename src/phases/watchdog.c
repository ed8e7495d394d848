/* SPDX-License-Identifier: Apache-2.0 */
/* Reports waits of a rank's main thread, outside the pipelines: opening, removing or saving on
 * storage that does not answer. Rank 0's guard detects those of rank 0, and rank 0 those of ranks
 * that do not come to a gate. With --stall-abort the run is given up, with the result in place: the
 * processes end, and what is on the storage stays there. */
#include "watchdog.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/units.h"
#include "platform/clock.h"
#include "platform/interrupt.h"

/* Once a signal has come, a wait is reported soon: the next signal may end everything. */
static const int64_t after_signal_ns = INT64_C(3) * 1000 * 1000 * 1000;

void watchdog_report(const struct run *run, const char *line)
{
    enum { CLOCK_START = 11, CLOCK_LENGTH = 8 }; /* the time in "2026-11-25T01:35:02Z" */
    char now[CLOCK_TEXT];
    struct text text = {0};
    clock_utc(now);
    text_add(&text, "%.*s UTC: %s", CLOCK_LENGTH, now + CLOCK_START, line);
    if (run->listener.stalled)
        run->listener.stalled(run->listener.context, text_string(&text));
    text_release(&text);
}

int64_t watchdog_limit_ns(const struct run *run)
{
    const int64_t warning_ns = run->settings->stall_warning_ns;
    if (atomic_load(&run->stopping) && (!warning_ns || warning_ns > after_signal_ns))
        return after_signal_ns;
    return warning_ns;
}

void watchdog_report_end(const struct run *run, const struct reported_wait *wait)
{
    char lasted[UNITS_TEXT];
    struct text line = {0};
    units_format_duration(wait->lasted_ns, lasted);
    text_add(&line, "moving again after %s", lasted);
    watchdog_report(run, text_string(&line));
    text_release(&line);
}

void watchdog_stopping(struct run *run, int signal_number)
{
    struct text line = {0};
    if (atomic_exchange(&run->stopping, true) || run->cluster->rank != 0 || !run->removes)
        return;
    text_add(&line,
             "interrupted by %s; if this run is killed before it has removed its files: tidemill "
             "run --cleanup '%s'",
             signal_number == SIGINT ? "SIGINT" : "SIGTERM", run->keeper->path);
    if (run->listener.stalled)
        run->listener.stalled(run->listener.context, text_string(&line));
    text_release(&line);
}

static const char *host_of(const struct run *run, uint32_t rank)
{
    return run->cluster->node_names[run->cluster->shape.rank_node[rank]];
}

static bool is_too_long(const struct run *run, int64_t waited_ns)
{
    return run->settings->stall_abort_ns && waited_ns >= run->settings->stall_abort_ns;
}

static void give_up(struct run *run, const char *reason)
{
    struct text line = {0};
    keeper_give_up(run->keeper, reason);
    text_add(&line, "gave up: %s", reason);
    if (run->removes)
        text_add(&line, "; files may be left behind: tidemill run --cleanup '%s'",
                 run->keeper->path);
    if (run->listener.stalled)
        run->listener.stalled(run->listener.context, text_string(&line));
    text_release(&line);
}

/* Reports a wait where that is due; true if it is to be given up. */
static bool report_wait(struct run *run, struct reported_wait *wait, int64_t waited_ns,
                        const char *line)
{
    const bool too_long = is_too_long(run, waited_ns);
    switch (wait_watch(wait, waited_ns, watchdog_limit_ns(run))) {
    case WAIT_OVER:
        watchdog_report_end(run, wait);
        break;
    case WAIT_TOO_LONG:
        watchdog_report(run, line);
        break;
    case WAIT_NO_NEWS:
        break;
    }
    if (too_long)
        give_up(run, line);
    return too_long;
}

/* Rank 0's main thread, while it waits for others, and once when it has. */
static void on_absent(void *context, const struct absence *absence)
{
    struct run *run = context;
    struct text line = {0};
    char waited[UNITS_TEXT];
    units_format_duration(absence->waited_ns, waited);
    text_add(&line, "no progress for %s: rank %u on %s has not come to the next gate", waited,
             absence->first, host_of(run, absence->first));
    if (absence->ranks > 1)
        text_add(&line, " (nor have up to %u others)", absence->ranks - 1);
    if (report_wait(run, &run->at_gates, absence->ranks ? absence->waited_ns : 0,
                    text_string(&line)))
        cluster_abort(run->cluster, verdict_exit_code(VERDICT_FAILED));
    text_release(&line);
}

/* The guard's thread on rank 0, whose main thread may be stuck. */
static void on_tick(void *context)
{
    struct run *run = context;
    struct text line = {0};
    char waited[UNITS_TEXT];
    char path[PENDING_CALL_PATH];
    const char *what = "";
    int64_t waited_ns = pending_call_read(run->pending_call, &what, path);
    if (interrupt_signal())
        watchdog_stopping(run, interrupt_signal());
    units_format_duration(waited_ns, waited);
    if (waited_ns)
        text_add(&line, "no progress for %s: rank 0 on %s waits for %s of '%s'", waited,
                 host_of(run, 0), what, path);
    if (report_wait(run, &run->at_work, waited_ns, text_string(&line)))
        _exit(verdict_exit_code(VERDICT_FAILED));
    text_release(&line);
}

static int64_t smallest(int64_t a_ns, int64_t b_ns)
{
    return b_ns && b_ns < a_ns ? b_ns : a_ns;
}

void watchdog_start(struct run *run)
{
    const struct setup *setup = run->setup;
    if (run->cluster->rank != 0)
        return;
    for (uint32_t i = 0; i < setup->prepared_count && !run->settings->keep; i++)
        run->removes |= (setup->prepared[i]->writes || setup->prepared[i]->creates) &&
                        setup->prepared[i]->dataset.folder;
    run->keeper->removes = run->removes;
    int64_t after_ns = smallest(after_signal_ns, run->settings->stall_warning_ns);
    cluster_watch_gates(run->cluster, smallest(after_ns, run->settings->stall_abort_ns), on_absent,
                        run);
    interrupt_set_tick(on_tick, run);
}

void watchdog_stop(struct run *run)
{
    if (run->cluster->rank != 0)
        return;
    cluster_watch_gates(run->cluster, 0, NULL, NULL);
    interrupt_set_tick(NULL, NULL);
}
