/* SPDX-License-Identifier: Apache-2.0 */
/* A warning that one of several targets is slow: not links, file system or ranks. */
#include "warnings.h"

#include "figures.h"

static const double slow_limit = 0.8; /* of the mean of the other targets */

static double rate_of(const struct record_phase *phase, const struct record_used_target *used)
{
    return figures_rate(phase->unit == UNIT_BYTE ? used->bytes : used->operations, used->end_ns);
}

/* Its I/O threads; its ranks where these are not recorded. */
static double users_of(const struct record_used_target *used)
{
    return (double)(used->writers > 0 ? used->writers : used->ranks);
}

/* By target, and by I/O thread of a target. */
static bool is_slow(const struct record_phase *phase, const struct record_used_target *slow,
                    double *others)
{
    const double own = rate_of(phase, slow);
    double whole = 0, each = 0;
    for (size_t i = 0; i < phase->used_target_count; i++) {
        const struct record_used_target *used = &phase->used_targets[i];
        if (used == slow)
            continue;
        whole += rate_of(phase, used);
        each += rate_of(phase, used) / users_of(used);
    }
    const double count = (double)phase->used_target_count - 1;
    *others = whole / count;
    return own < slow_limit * whole / count && own / users_of(slow) < slow_limit * each / count;
}

const struct record_used_target *warning_slow_target(const struct record_phase *phase)
{
    const struct record_used_target *slowest = NULL;
    double others;
    for (size_t i = 0; i < phase->used_target_count; i++) {
        const struct record_used_target *used = &phase->used_targets[i];
        if (!slowest || rate_of(phase, used) < rate_of(phase, slowest))
            slowest = used;
    }
    return phase->used_target_count > 1 && is_slow(phase, slowest, &others) ? slowest : NULL;
}

static bool has_slow_target(const struct record_phase *phase)
{
    return warning_counts(phase) && warning_slow_target(phase);
}

void warn_slow_target(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, has_slow_target);
    double others;
    char own[FIGURES_TEXT], usual[FIGURES_TEXT], p99[FIGURES_TEXT];
    if (!phase)
        return;
    const struct record_used_target *slow = warning_slow_target(phase);
    is_slow(phase, slow, &others);
    figures_rate_in(rate_of(phase, slow), phase->unit, own);
    figures_rate_in(others, phase->unit, usual);
    figures_latency(slow->latency.p99_ns, p99);
    const bool known = slow->latency.p99_ns > 0;
    text_add(
        out,
        "in %s target '%s'%s%s%s had %s%s%s%s, %s %s: see what is different there, or leave it out",
        phase->name, slow->path, slow->device[0] ? " (" : "", slow->device,
        slow->device[0] ? ")" : "", own, known ? " (p99 " : "", known ? p99 : "", known ? ")" : "",
        phase->used_target_count == 2 ? "the other one" : "the mean of the others is", usual);
}
