/* The order of a run, and only here. */
#include "phases/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceilings.h"
#include "options/repeat_words.h"
#include "phase.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "verdict.h"

static struct record_phase *add_phase(struct run *run, uint32_t number, struct failure *why)
{
    struct record_phase *into = record_add_phase(run->record);
    if (!into) {
        failure_set(why, -ENOMEM, "not enough memory for the results");
        return NULL;
    }
    size_t phases = run->plan->phase_count;
    enum phase_id id = run->plan->phases[number % phases];
    const struct phase_kind *kind = &phase_kinds[id];
    static const enum record_preference preferences[] = {
        [PREFER] = PREFERENCE_PREFER,
        [REQUIRE] = PREFERENCE_REQUIRE,
        [NEVER] = PREFERENCE_NEVER,
    };
    into->writes = kind->writes;
    into->reads = kind->reads;
    into->checks = phase_checks(kind, run->options);
    into->discards = run->engine->id == ENGINE_NULL;
    into->direct_asked = preferences[run->options->common.direct];
    struct text asked = {0};
    options_value_text(run->options, OPTION_ENGINE, &asked);
    text_copy(into->engine_asked, sizeof into->engine_asked, text_string(&asked));
    text_release(&asked);
    text_copy(into->engine_used, sizeof into->engine_used, engine_name(run->engine->id));
    text_copy(into->engine_reason, sizeof into->engine_reason, run->engine_reason);
    snprintf(into->name, sizeof into->name, "%02u_%s", number + 1, phase_kinds[id].name);
    text_copy(into->kind, sizeof into->kind, phase_kinds[id].name);
    into->repetition = (int64_t)(number / phases) + 1;
    into->status = RECORD_RUNNING;
    into->started_ns = clock_now_ns() - run->started_ns;
    histogram_clear(&into->latency);
    return into;
}

/* A phase that cannot be run after what has happened. */
static void skip(struct run *run, uint32_t number, const char *reason, struct failure *why)
{
    struct record_phase *into = run->record ? add_phase(run, number, why) : NULL;
    if (!into)
        return;
    into->status = RECORD_SKIPPED;
    verdict_keep(into, reason);
    keeper_save(run->keeper, why);
}

static enum verdict run_phase(struct run *run, uint32_t number, struct failure *why)
{
    struct phase phase;
    struct failure failure = {0};
    struct agreement agreement;
    struct record_phase *into = run->record ? add_phase(run, number, &failure) : NULL;
    if (into)
        keeper_save(run->keeper, &failure);
    enum phase_id id = run->plan->phases[number % run->plan->phase_count];
    phase_init(&phase, run, id, run->dataset, &failure);
    enum verdict verdict = VERDICT_FAILED;
    if (cluster_agree(run->cluster, &failure, &agreement))
        verdict_judge(&phase, &agreement, 0, into);
    else
        verdict = phase_carry_out(&phase, into);
    phase_release(&phase);
    if (into) {
        into->status = verdict_status(verdict);
        if (run->listener.phase_ended)
            run->listener.phase_ended(run->listener.context, into);
        keeper_save(run->keeper, why);
    }
    return verdict;
}

/* Rank 0 looks at the repetitions so far; all hear whether another one is due. */
static bool another(struct run *run, const struct repeat *repeat, uint32_t done,
                    enum verdict verdict, struct failure *why)
{
    bool fine = verdict == VERDICT_FINE || verdict == VERDICT_WRONG_DATA;
    uint8_t more = run->record && fine && done < repeat->count;
    if (run->record && record_summarise(run->record))
        failure_set(why, -ENOMEM, "not enough memory for the results");
    if (more && repeat->until > 0 && record_settled(run->record, repeat->until))
        more = 0;
    if (why->code)
        more = 0;
    cluster_broadcast(run->cluster, &more, sizeof more);
    return more;
}

/* The list of phases once; what cannot be begun any more is told as skipped. */
/* A signal that came between two phases, or before the first: no further one is begun. */
static void note_interrupt(struct run *run, enum verdict *verdict)
{
    enum verdict mine = VERDICT_FINE;
    int signal_number = interrupt_signal();
    if (signal_number)
        mine = signal_number == SIGINT ? VERDICT_SIGINT : VERDICT_SIGTERM;
    enum verdict all = (enum verdict)cluster_max(run->cluster, mine);
    if (all == VERDICT_FINE || run->interrupted)
        return;
    run->interrupted = all;
    *verdict = verdict_merge(*verdict, all);
}

static int run_list(struct run *run, uint32_t first, enum verdict *verdict, struct failure *why)
{
    struct agreement agreement;
    for (uint32_t number = first; number < first + run->plan->phase_count; number++) {
        note_interrupt(run, verdict);
        const char *reason = verdict_skip(run, number, *verdict);
        if (reason) {
            skip(run, number, reason, why);
        } else {
            enum verdict got = run_phase(run, number, why);
            if (got == VERDICT_SIGINT || got == VERDICT_SIGTERM)
                run->interrupted = got;
            *verdict = verdict_merge(*verdict, got);
        }
        if (cluster_agree(run->cluster, why, &agreement))
            return failure_set(why, agreement.first.code, "%s", agreement.first.text);
    }
    return 0;
}

int run_phases(struct run *run, enum verdict *verdict, struct failure *why)
{
    struct repeat repeat;
    uint32_t done = 0;
    int result = repeat_words_read(run->options->run.repeat, &repeat, why);
    *verdict = VERDICT_FINE;
    if (!result && run->options->run.ceilings)
        result = ceilings_measure(run, verdict, why);
    while (!result) {
        result = run_list(run, done * (uint32_t)run->plan->phase_count, verdict, why);
        if (result || !another(run, &repeat, ++done, *verdict, why))
            break;
    }
    return result;
}
