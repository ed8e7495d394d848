/* SPDX-License-Identifier: Apache-2.0 */
#include "phases/keeper.h"

#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/interrupt.h"

static const int64_t lock_most_ns = 1000000000;
static const int64_t lock_look_ns = 1000000;

/* A phase under way is saved before it is carried out: then it holds what is known at its start. */
static void sketch_phase(struct record_phase *sketch, const struct record_phase *phase)
{
    *sketch = *phase;
    if (phase->status == RECORD_RUNNING)
        sketch->status = RECORD_INTERRUPTED;
}

static void release_sketch(struct keeper *keeper)
{
    free(keeper->sketch.phases);
    free(keeper->sketch.clocks);
    free(keeper->sketch.summary);
    free(keeper->sketch.ceilings);
    free(keeper->sketch.warm_ups);
    free(keeper->sketch.sweep);
    free(keeper->sketch.sweep_runs);
    free(keeper->sketch.tune);
    free(keeper->sketch.tune_choices);
    free(keeper->sketch.tune_results);
    keeper->sketch.phases = NULL;
}

static void *copy_of(const void *rows, size_t count, size_t row_bytes)
{
    void *copy = malloc(count * row_bytes + 1);
    if (copy && count)
        memcpy(copy, rows, count * row_bytes);
    return copy;
}

/* Lists that grow from phase to phase are the sketch's own: growing moves them. Without memory for
 * it, the sketch made last stays. */
static void make_sketch(struct keeper *keeper)
{
    const struct record *record = keeper->record;
    struct record sketch = *record;
    sketch.phases = calloc(record->phase_count + 1, sizeof *sketch.phases);
    sketch.clocks = copy_of(record->clocks, record->clock_count, sizeof *record->clocks);
    sketch.summary = copy_of(record->summary, record->summary_count, sizeof *record->summary);
    sketch.ceilings = copy_of(record->ceilings, record->ceiling_count, sizeof *record->ceilings);
    sketch.warm_ups = copy_of(record->warm_ups, record->warm_up_count, sizeof *record->warm_ups);
    sketch.sweep = copy_of(record->sweep, record->sweep_count, sizeof *record->sweep);
    sketch.sweep_runs =
        copy_of(record->sweep_runs, record->sweep_run_count, sizeof *record->sweep_runs);
    sketch.tune = copy_of(record->tune, record->tune_count, sizeof *record->tune);
    sketch.tune_choices =
        copy_of(record->tune_choices, record->tune_choice_count, sizeof *record->tune_choices);
    sketch.tune_results =
        copy_of(record->tune_results, record->tune_result_count, sizeof *record->tune_results);
    if (!sketch.phases || !sketch.clocks || !sketch.summary || !sketch.ceilings ||
        !sketch.warm_ups || !sketch.sweep || !sketch.sweep_runs || !sketch.tune ||
        !sketch.tune_choices || !sketch.tune_results) {
        free(sketch.phases);
        free(sketch.clocks);
        free(sketch.summary);
        free(sketch.ceilings);
        free(sketch.warm_ups);
        free(sketch.sweep);
        free(sketch.sweep_runs);
        free(sketch.tune);
        free(sketch.tune_choices);
        free(sketch.tune_results);
        return;
    }
    for (size_t i = 0; i < record->phase_count; i++)
        sketch_phase(&sketch.phases[i], &record->phases[i]);
    release_sketch(keeper);
    keeper->sketch = sketch;
    keeper->sketch.status = RECORD_INTERRUPTED;
}

/* With the lock held; 'reason' is given away. */
static void save_sketch(struct keeper *keeper, enum record_status status, char *reason,
                        uint64_t amount, int64_t duration_ns)
{
    struct record *sketch = &keeper->sketch;
    struct record_phase *last =
        sketch->phase_count ? &sketch->phases[sketch->phase_count - 1] : NULL;
    if (!sketch->phases) {
        free(reason);
        return;
    }
    keeper->spoken = true;
    keeper->spoken_as = status;
    clock_utc(sketch->finished_utc);
    sketch->status = status;
    sketch->exit_code = status == RECORD_INTERRUPTED ? 128 + interrupt_signal() : 1;
    if (last && last->status == RECORD_INTERRUPTED &&
        (!last->failure || last->failure == keeper->reason)) {
        last->status = status;
        last->failure = reason;
        if (status == RECORD_INTERRUPTED)
            last->ended_by = END_SIGNAL;
        last->amount = (int64_t)amount;
        last->duration_ns = duration_ns;
    }
    free(keeper->reason);
    keeper->reason = reason;
    store_save(keeper->path, sketch, &keeper->finished, NULL);
}

/* The main thread may be stuck while it saves: then there is nothing to be done. No timed lock:
 * that of the monotonic clock is unknown to the thread sanitizer of gcc 12. */
static bool try_lock(struct keeper *keeper)
{
    const int64_t until_ns = clock_now_ns() + lock_most_ns;
    while (pthread_mutex_trylock(&keeper->lock)) {
        if (clock_now_ns() >= until_ns)
            return false;
        clock_sleep_ns(lock_look_ns);
    }
    return true;
}

void keeper_give_up(struct keeper *keeper, const char *reason)
{
    char *own = keeper->path ? strdup(reason) : NULL;
    if (!own || !try_lock(keeper)) {
        free(own);
        return;
    }
    if (keeper->spoken)
        free(own);
    else
        save_sketch(keeper, RECORD_FAILED, own, 0, 0);
    pthread_mutex_unlock(&keeper->lock);
}

/* The sketch's is that of the record. */
static void borrow_no_advice(struct keeper *keeper)
{
    keeper->sketch.advice = NULL;
    keeper->sketch.advice_count = 0;
}

static void show(struct keeper *keeper, struct record *record)
{
    if (!keeper->farewell || keeper->shown)
        return;
    keeper->shown = true;
    keeper->farewell(keeper->farewell_context, record);
}

/* In the guard's thread: the main thread may be stuck anywhere, but hardly in here. */
static void last_word(void *context)
{
    struct keeper *keeper = context;
    if (!try_lock(keeper))
        return;
    if (!keeper->spoken)
        save_sketch(keeper, RECORD_INTERRUPTED,
                    strdup("interrupted before its numbers were gathered"), 0, 0);
    if (keeper->shows_early && keeper->sketch.phases) {
        borrow_no_advice(keeper);
        show(keeper, &keeper->sketch);
        record_clear_advice(&keeper->sketch);
    }
    pthread_mutex_unlock(&keeper->lock);
}

/* In the guard's thread too, right before the process ends: nothing is put back. */
static void run_farewell(void *context)
{
    struct keeper *keeper = context;
    if (!try_lock(keeper))
        return;
    if (keeper->sketch.phases) {
        if (keeper->removes)
            keeper->sketch.removal_failure =
                strdup("a second signal ended the run before it had removed its files");
        borrow_no_advice(keeper);
        show(keeper, &keeper->sketch);
        store_save(keeper->path, &keeper->sketch, &keeper->finished, NULL);
    }
    pthread_mutex_unlock(&keeper->lock);
}

void keeper_start(struct keeper *keeper, const char *path, struct record *record,
                  struct pending_call *pending_call)
{
    *keeper = (struct keeper){.path = path,
                              .record = record,
                              .pending_call = pending_call,
                              .lock = PTHREAD_MUTEX_INITIALIZER};
    if (!path)
        return;
    make_sketch(keeper);
    interrupt_set_last_action(last_word, keeper);
}

void keeper_set_farewell(struct keeper *keeper, keeper_farewell *farewell, void *context,
                         bool early)
{
    if (!keeper->path)
        return;
    keeper->shows_early = early;
    keeper->farewell = farewell;
    keeper->farewell_context = context;
    interrupt_set_farewell(run_farewell, keeper);
}

static size_t final_phases(const struct record *record)
{
    size_t count = 0;
    while (count < record->phase_count && record->phases[count].status != RECORD_RUNNING)
        count++;
    return count;
}

int keeper_save(struct keeper *keeper, struct failure *why)
{
    if (!keeper->path)
        return 0;
    pthread_mutex_lock(&keeper->lock);
    if (keeper->spoken && keeper->record->status == RECORD_RUNNING) {
        keeper->record->status = keeper->spoken_as;
        clock_utc(keeper->record->finished_utc);
    }
    pending_call_begin(keeper->pending_call, "saving", keeper->path);
    store_finish(&keeper->finished, keeper->record, final_phases(keeper->record), NULL);
    int result = store_save(keeper->path, keeper->record, &keeper->finished, why);
    pending_call_end(keeper->pending_call);
    make_sketch(keeper);
    pthread_mutex_unlock(&keeper->lock);
    return result;
}

void keeper_refresh(struct keeper *keeper)
{
    if (!keeper->path)
        return;
    pthread_mutex_lock(&keeper->lock);
    if (!keeper->spoken)
        make_sketch(keeper);
    pthread_mutex_unlock(&keeper->lock);
}

void keeper_interrupted(struct keeper *keeper, const char *reason, uint64_t amount,
                        int64_t duration_ns)
{
    char *own = keeper->path ? strdup(reason) : NULL;
    if (!own)
        return;
    pthread_mutex_lock(&keeper->lock);
    if (!keeper->spoken || keeper->spoken_as == RECORD_INTERRUPTED)
        save_sketch(keeper, RECORD_INTERRUPTED, own, amount, duration_ns);
    else
        free(own);
    pthread_mutex_unlock(&keeper->lock);
}

bool keeper_show(struct keeper *keeper)
{
    if (!keeper->path)
        return false;
    pthread_mutex_lock(&keeper->lock);
    if (keeper->shows_early)
        show(keeper, keeper->record);
    const bool shown = keeper->shown;
    pthread_mutex_unlock(&keeper->lock);
    return shown;
}

void keeper_stop(struct keeper *keeper)
{
    if (!keeper->path)
        return;
    interrupt_set_last_action(NULL, NULL);
    interrupt_set_farewell(NULL, NULL);
    free(keeper->reason);
    keeper->reason = NULL;
    release_sketch(keeper);
    store_finished_release(&keeper->finished);
}
