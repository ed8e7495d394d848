/* When a main thread gets stuck, outside of what the pipelines do: opening, removing or saving on
 * storage that does not answer. Rank 0's guard sees it of rank 0, and rank 0 of those that do not
 * come to a gate. Reported once; given up where the user wants that, with the result in place: then
 * the processes end, and what is on the storage stays there. */
#include "phases/run.h"

#include <unistd.h>

#include "base/units.h"
#include "platform/interrupt.h"

static void report(const struct run *run, const char *line)
{
    if (run->listener.stalled)
        run->listener.stalled(run->listener.context, line);
}

static const char *host_of(const struct run *run, uint32_t rank)
{
    return run->cluster->node_names[run->cluster->shape.rank_node[rank]];
}

/* Once for each wait: a shorter one than before is another one. */
static bool is_news(struct reported_wait *last, int64_t waited_ns)
{
    if (waited_ns < last->waited_ns)
        last->reported = false;
    last->waited_ns = waited_ns;
    bool news = !last->reported;
    last->reported = true;
    return news;
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
    if (!run->settings->keep)
        text_add(&line, "; files may be left behind: remove them with --cleanup and the result");
    report(run, text_string(&line));
    text_release(&line);
}

/* Rank 0's main thread, while it waits for others. */
static void on_absent(void *context, const struct absence *absence)
{
    struct run *run = context;
    struct text line = {0};
    char waited[UNITS_TEXT];
    bool news = is_news(&run->at_gates, absence->waited_ns);
    bool too_long = is_too_long(run, absence->waited_ns);
    if (!news && !too_long)
        return;
    units_format_duration(absence->waited_ns, waited);
    text_add(&line, "no progress for %s: rank %u on %s has not come to the next gate", waited,
             absence->first, host_of(run, absence->first));
    if (absence->ranks > 1)
        text_add(&line, " (nor have up to %u others)", absence->ranks - 1);
    if (news)
        report(run, text_string(&line));
    if (too_long) {
        give_up(run, text_string(&line));
        cluster_abort(run->cluster, verdict_exit_code(VERDICT_FAILED));
    }
    text_release(&line);
}

/* The guard's thread on rank 0, whose main thread may be stuck. */
static void on_tick(void *context)
{
    struct run *run = context;
    struct text line = {0};
    char waited[UNITS_TEXT];
    char path[PENDING_CALL_PATH];
    const char *what;
    int64_t waited_ns = pending_call_read(run->pending_call, &what, path);
    int64_t warning_ns = run->settings->stall_warning_ns;
    bool too_long = is_too_long(run, waited_ns);
    if (!too_long && (!warning_ns || waited_ns < warning_ns))
        return;
    if (!is_news(&run->at_work, waited_ns) && !too_long)
        return;
    units_format_duration(waited_ns, waited);
    text_add(&line, "no progress for %s: rank 0 on %s waits for %s of '%s'", waited,
             host_of(run, 0), what, path);
    if (too_long) {
        give_up(run, text_string(&line));
        _exit(verdict_exit_code(VERDICT_FAILED));
    }
    report(run, text_string(&line));
    text_release(&line);
}

void watchdog_start(struct run *run)
{
    if (run->cluster->rank != 0)
        return;
    int64_t warning_ns = run->settings->stall_warning_ns;
    int64_t abort_ns = run->settings->stall_abort_ns;
    bool abort_first = abort_ns && (!warning_ns || abort_ns < warning_ns);
    cluster_watch_gates(run->cluster, abort_first ? abort_ns : warning_ns, on_absent, run);
    interrupt_set_tick(on_tick, run);
}

void watchdog_stop(struct run *run)
{
    if (run->cluster->rank != 0)
        return;
    cluster_watch_gates(run->cluster, 0, NULL, NULL);
    interrupt_set_tick(NULL, NULL);
}
