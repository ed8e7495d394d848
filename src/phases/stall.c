/* SPDX-License-Identifier: Apache-2.0 */
#include "stall.h"

#include "base/units.h"
#include "phase.h"
#include "platform/clock.h"
#include "watchdog.h"

/* So that ranks that wait for the same server are reported in one line. */
enum { GATHERING_NS = 250 * 1000 * 1000 };

static struct stall own_stall(const struct phase *phase, const struct work_state *state,
                              int64_t now_ns)
{
    const int64_t limit_ns = watchdog_limit_ns(phase->run);
    if (!state->waits)
        return (struct stall){0};
    struct stall mine = {
        .rank = phase->run->cluster->rank,
        .writer = state->wait.writer,
        .what = state->wait.what,
        .offset = state->wait.offset,
        .waited_ns = now_ns - state->wait.since_ns,
    };
    mine.ranks = limit_ns && mine.waited_ns >= limit_ns;
    return mine;
}

static void describe(const struct phase *phase, const struct stall *stall, struct text *line)
{
    const struct cluster *cluster = phase->run->cluster;
    struct text what = {0};
    if (!phase->work->methods->describe(phase->work, stall, &what))
        text_add(&what, "file");
    text_add(line, "rank %u on %s waits for a%s %s", stall->rank,
             cluster->node_names[cluster->shape.rank_node[stall->rank]],
             *text_string(&what) == 'o' ? "n" : "", text_string(&what));
    line->failed |= what.failed;
    text_release(&what);
    if (stall->ranks > 1)
        text_add(line, "; %u other rank%s", stall->ranks - 1,
                 stall->ranks == 2 ? " waits as well" : "s wait as well");
}

bool stall_describe(const struct phase *phase, const struct work_state *state, struct text *line)
{
    enum { LONG_NS = 1000 * 1000 * 1000 };
    const struct stall *stall = &phase->watch.stall.longest;
    const struct stall mine = own_stall(phase, state, clock_now_ns());
    if (!stall->ranks && mine.waited_ns < LONG_NS)
        return false;
    describe(phase, stall->ranks ? stall : &mine, line);
    return true;
}

static void report(struct phase *phase, const struct stall *all, int64_t now_ns)
{
    struct stall_watch *watch = &phase->watch.stall;
    struct text line = {0};
    char waited[UNITS_TEXT];
    if (!all->ranks)
        watch->seen_ns = 0;
    else if (!watch->seen_ns)
        watch->seen_ns = now_ns;
    const bool gathered = all->ranks && now_ns - watch->seen_ns >= GATHERING_NS;
    switch (wait_watch(&watch->wait, gathered ? all->waited_ns : 0, 1)) {
    case WAIT_OVER:
        watch->longest = (struct stall){0};
        watchdog_report_end(phase->run, &watch->wait);
        break;
    case WAIT_TOO_LONG:
        watch->longest = *all;
        units_format_duration(all->waited_ns, waited);
        text_add(&line, "no progress for %s: ", waited);
        describe(phase, all, &line);
        watchdog_report(phase->run, text_string(&line));
        break;
    case WAIT_NO_NEWS:
        break;
    }
    text_release(&line);
}

bool stall_poll(struct phase *phase, const struct work_state *state)
{
    int64_t now_ns = clock_now_ns();
    int64_t abort_ns = phase->run->settings->stall_abort_ns;
    struct stall mine = own_stall(phase, state, now_ns);
    struct stall all;
    cluster_stall_poll(phase->run->cluster, phase->number, &mine, &all);
    if (phase->run->cluster->rank == 0)
        report(phase, &all, now_ns);
    return abort_ns && mine.waited_ns >= abort_ns;
}

bool stall_give_up(struct phase *phase)
{
    int64_t abort_ns = phase->run->settings->stall_abort_ns;
    if (!abort_ns || !phase->work->methods->abandon(phase->work, abort_ns))
        return false;
    phase->run->given_up = true;
    return true;
}
