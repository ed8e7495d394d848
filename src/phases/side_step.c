/* SPDX-License-Identifier: Apache-2.0 */
#include "side_step.h"

#include <errno.h>
#include <stdlib.h>

#include "phase.h"

int side_step_begin(struct run *run, const char *what, struct record_phase **into,
                    struct failure *why)
{
    struct failure failure = {0};
    struct agreement agreement;
    *into = run->record ? calloc(1, sizeof **into) : NULL;
    if (run->record && !*into)
        failure_set(&failure, -ENOMEM, "not enough memory for %s", what);
    if (!cluster_agree(run->cluster, &failure, &agreement))
        return 0;
    return failure_set(why, agreement.first.code, "%s", agreement.first.text);
}

enum verdict side_step_measure(struct run *run, const struct step *step,
                               void (*open)(const struct run *run, const struct step *step,
                                            struct record_phase *into),
                               struct record_phase *into, struct failure *why)
{
    struct phase phase = {0};
    struct failure failure = {0};
    struct agreement agreement;
    enum verdict verdict = VERDICT_FAILED;
    setup_prepare_step(run->setup, step, &failure);
    if (step->settings >= run->setup->prepared_count) {
        failure_set(why, failure.code, "%s", failure.text);
        return verdict;
    }
    if (into)
        open(run, step, into);
    if (failure.code) {
        verdict_set_line(into, failure.text);
        return verdict;
    }
    phase_init(&phase, run, step, &failure);
    if (cluster_agree(run->cluster, &failure, &agreement))
        verdict = verdict_decide(&phase, &agreement, 0, into);
    else
        verdict = phase_carry_out(&phase, into);
    phase_release(&phase);
    return verdict;
}

void side_step_keep(struct run *run, const struct step *step,
                    int (*add)(struct run *run, const struct step *step, struct record_phase *into,
                               enum verdict verdict),
                    struct record_phase *into, enum verdict verdict, struct failure *why)
{
    into->status = verdict_status(verdict);
    if (run->listener.phase_ended)
        run->listener.phase_ended(run->listener.context, into, step->point);
    if (add(run, step, into, verdict))
        failure_set(why, -ENOMEM, "not enough memory for the results");
    else
        keeper_save(run->keeper, why);
    record_phase_release(into);
    free(into);
}

void side_step_reason(const struct record_phase *from, enum verdict verdict, char *out, size_t size)
{
    if (from->failure)
        text_copy(out, size, from->failure);
    else if (verdict != VERDICT_FINE)
        text_copy(out, size,
                  verdict == VERDICT_SIGINT ? "interrupted by SIGINT" : "interrupted by SIGTERM");
}
