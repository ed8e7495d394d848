#include "stall.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/units.h"
#include "phase.h"
#include "platform/clock.h"

/* So that ranks that wait for the same server are told of in one line. */
enum { GATHERING_NS = 250 * 1000 * 1000 };

static void look(const struct phase *phase, int64_t now_ns, struct stall *mine)
{
    struct waiting longest;
    *mine = (struct stall){0};
    if (!pipeline_waiting(phase->pipeline, &longest))
        return;
    *mine = (struct stall){
        .rank = phase->run->cluster->rank,
        .writer = longest.io_thread,
        .what = (uint32_t)longest.what,
        .offset = longest.offset,
        .waited_ns = now_ns - longest.since_ns,
    };
    int64_t warning_ns = phase->run->options->run.stall_warning_ns;
    mine->ranks = warning_ns && mine->waited_ns >= warning_ns;
}

static void describe(const struct phase *phase, const struct stall *stall, struct text *line)
{
    const struct run *run = phase->run;
    const struct cluster *cluster = run->cluster;
    char waited[UNITS_TEXT];
    struct part part = {0};
    uint32_t owner = phase->kind->writes ? stall->rank : run->plan->reads_of[stall->rank];
    units_show_duration(stall->waited_ns, waited);
    if (dataset_foreign(phase->dataset, owner, stall->writer, &part, NULL))
        return;
    text_add(line, "no progress for %s: rank %u on %s waits for a %s of '%s'", waited, stall->rank,
             cluster->node_names[cluster->shape.rank_node[stall->rank]],
             pipeline_wait_name((enum wait_kind)stall->what), part.path);
    if (stall->what == WAIT_WRITE || stall->what == WAIT_READ)
        text_add(line, " at offset %" PRIu64, stall->offset);
    if (stall->ranks > 1)
        text_add(line, "; %u other rank%s", stall->ranks - 1,
                 stall->ranks == 2 ? " waits as well" : "s wait as well");
    free(part.path);
}

static void tell(struct phase *phase, const struct stall *all, int64_t now_ns)
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

bool stall_turn(struct phase *phase)
{
    int64_t now_ns = clock_now_ns();
    int64_t abort_ns = phase->run->options->run.stall_abort_ns;
    struct stall mine;
    struct stall all;
    look(phase, now_ns, &mine);
    cluster_stall_poll(phase->run->cluster, phase->number, &mine, &all);
    if (phase->run->cluster->rank == 0)
        tell(phase, &all, now_ns);
    return abort_ns && mine.waited_ns >= abort_ns;
}

bool stall_give_up(struct phase *phase)
{
    int64_t abort_ns = phase->run->options->run.stall_abort_ns;
    if (!abort_ns || !pipeline_abandon(phase->pipeline, abort_ns))
        return false;
    phase->run->given_up = true;
    return true;
}
