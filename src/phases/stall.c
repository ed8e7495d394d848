#include "stall.h"

#include "base/units.h"
#include "phase.h"
#include "platform/clock.h"

/* So that ranks that wait for the same server are reported in one line. */
enum { GATHERING_NS = 250 * 1000 * 1000 };

static struct stall own_stall(const struct phase *phase, const struct work_state *state,
                              int64_t now_ns)
{
    int64_t warning_ns = phase->run->settings->stall_warning_ns;
    if (!state->waits)
        return (struct stall){0};
    struct stall mine = {
        .rank = phase->run->cluster->rank,
        .writer = state->wait.writer,
        .what = state->wait.what,
        .offset = state->wait.offset,
        .waited_ns = now_ns - state->wait.since_ns,
    };
    mine.ranks = warning_ns && mine.waited_ns >= warning_ns;
    return mine;
}

static void describe(const struct phase *phase, const struct stall *stall, struct text *line)
{
    const struct cluster *cluster = phase->run->cluster;
    char waited[UNITS_TEXT];
    units_format_duration(stall->waited_ns, waited);
    text_add(line, "no progress for %s: rank %u on %s waits for a ", waited, stall->rank,
             cluster->node_names[cluster->shape.rank_node[stall->rank]]);
    if (!phase->work->methods->describe(phase->work, stall, line)) {
        text_clear(line);
        return;
    }
    if (stall->ranks > 1)
        text_add(line, "; %u other rank%s", stall->ranks - 1,
                 stall->ranks == 2 ? " waits as well" : "s wait as well");
}

static void report(struct phase *phase, const struct stall *all, int64_t now_ns)
{
    const struct listener *listener = &phase->run->listener;
    if (!all->ranks) {
        phase->watch.stall.seen_ns = 0;
        phase->watch.stall.shown = false;
        return;
    }
    if (!phase->watch.stall.seen_ns)
        phase->watch.stall.seen_ns = now_ns;
    if (phase->watch.stall.shown || now_ns - phase->watch.stall.seen_ns < GATHERING_NS)
        return;
    phase->watch.stall.shown = true;
    struct text line = {0};
    describe(phase, all, &line);
    if (listener->stalled && line.length)
        listener->stalled(listener->context, text_string(&line));
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
