/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include "stats/steady.h"

enum { SHORTEST_ROUND_NS = 1000000000 };

/* Bins of all nodes together that end while every rank has work. */
static size_t bins_in_use(const struct record_phase *phase)
{
    size_t count = 0;
    while (count < phase->bin_count && phase->bins[count].node < 0 &&
           phase->bins[count].start_ns + phase->bins[count].width_ns <= phase->active_ns)
        count++;
    return count;
}

/* A round is at least a second, and no more than 25 fit into the phase. */
static size_t bins_of_round(const struct record_phase *phase, size_t bins)
{
    int64_t width_ns = phase->bins[0].width_ns;
    size_t least = (size_t)((SHORTEST_ROUND_NS + width_ns - 1) / width_ns);
    size_t even = (bins + STEADY_ROUNDS - 1) / STEADY_ROUNDS;
    return least > even ? least : even;
}

static void mark(struct record_phase *phase, const struct steady *steady, int64_t from_ns,
                 const int64_t rounds[STEADY_WINDOW])
{
    phase->steady = TRUTH_YES;
    phase->steady_from_ns = from_ns;
    phase->steady_ns = STEADY_WINDOW * phase->round_ns;
    phase->steady_range_ppm = steady->range_ppm;
    phase->steady_slope_ppm = steady->slope_ppm;
    for (size_t i = 0; i < STEADY_WINDOW; i++)
        phase->steady_amount += rounds[i];
}

void record_mark_steady(struct record_phase *phase)
{
    int64_t rounds[STEADY_ROUNDS] = {0};
    struct steady steady;
    size_t bins = bins_in_use(phase);
    phase->steady = TRUTH_UNKNOWN;
    if (bins == 0)
        return;
    size_t each = bins_of_round(phase, bins);
    size_t count = bins / each;
    phase->round_ns = (int64_t)each * phase->bins[0].width_ns;
    if (count < STEADY_WINDOW)
        return;
    for (size_t i = 0; i < count * each; i++)
        rounds[i / each] += phase->bins[i].amount;
    phase->steady = TRUTH_NO;
    if (steady_find(rounds, count, &steady))
        mark(phase, &steady, (int64_t)steady.first * phase->round_ns, rounds + steady.first);
}

/* The bins in the window, whose edges are theirs; false when they are too wide. */
static bool sum_rounds(const struct record_phase *phase, int64_t from_ns,
                       int64_t rounds[STEADY_WINDOW])
{
    for (size_t i = 0; i < phase->bin_count && phase->bins[i].node < 0; i++) {
        const struct record_bin *bin = &phase->bins[i];
        if (bin->width_ns > phase->round_ns || from_ns % bin->width_ns)
            return false;
        if (bin->start_ns >= from_ns && bin->start_ns < from_ns + STEADY_WINDOW * phase->round_ns)
            rounds[(bin->start_ns - from_ns) / phase->round_ns] += bin->amount;
    }
    return true;
}

void record_mark_until_steady(struct record_phase *phase, int64_t round_ns, int64_t from_ns)
{
    int64_t rounds[STEADY_WINDOW] = {0};
    struct steady steady;
    phase->steady = TRUTH_NO;
    phase->round_ns = round_ns;
    if (from_ns >= 0 && !sum_rounds(phase, from_ns, rounds))
        phase->steady = TRUTH_UNKNOWN; /* the phase continued for too long after it */
    else if (from_ns >= 0 && steady_find(rounds, STEADY_WINDOW, &steady))
        mark(phase, &steady, from_ns, rounds);
}
