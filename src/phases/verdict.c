/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int verdict_exit_code(enum verdict verdict)
{
    static const int codes[] = {
        [VERDICT_FINE] = 0,     [VERDICT_FAILED] = 1,    [VERDICT_WRONG_DATA] = 3,
        [VERDICT_SIGINT] = 130, [VERDICT_SIGTERM] = 143,
    };
    return codes[verdict];
}

enum record_status verdict_status(enum verdict verdict)
{
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM)
        return RECORD_INTERRUPTED;
    return verdict == VERDICT_FINE ? RECORD_COMPLETE : RECORD_FAILED;
}

enum verdict verdict_merge(enum verdict a, enum verdict b)
{
    static const int gravity[] = {
        [VERDICT_FINE] = 0,   [VERDICT_SIGTERM] = 1,    [VERDICT_SIGINT] = 2,
        [VERDICT_FAILED] = 3, [VERDICT_WRONG_DATA] = 4,
    };
    return gravity[a] >= gravity[b] ? a : b;
}

void verdict_set_line(struct record_phase *into, const char *line)
{
    if (into && !into->failure)
        into->failure = strdup(line);
}

/* The first place stands for all; each of them is in the record. */
static void add_bad_data(uint64_t bad_blocks, const struct record_phase *into, struct text *line)
{
    text_add(line, "%s%" PRIu64 " block%s of 4 KiB hold%s wrong data", line->length ? "; " : "",
             bad_blocks, bad_blocks == 1 ? "" : "s", bad_blocks == 1 ? "s" : "");
    if (!into->difference_count)
        return;
    const struct record_difference *first = &into->differences[0];
    text_add(line, ", first in '%s' at offset %" PRId64 " (rank %" PRId64 " on %s): %s",
             first->path, first->offset, first->rank, first->host, first->kind);
}

static void set_reason(const struct phase *phase, const struct agreement *agreement,
                       uint64_t bad_blocks, struct record_phase *into)
{
    struct text line = {0};
    char failed[FAILURE_TEXT + RECORD_LINE];
    if (agreement->failed_ranks) {
        agreement_format(phase->run->cluster, agreement, failed, sizeof failed);
        text_add(&line, "%s", failed);
    }
    if (bad_blocks)
        add_bad_data(bad_blocks, into, &line);
    if (line.length)
        verdict_set_line(into, text_string(&line));
    text_release(&line);
}

bool verdict_is_disconnected(int code)
{
    static const int codes[] = {ENOTCONN,  ECONNABORTED, ECONNRESET, ESHUTDOWN,
                                EHOSTDOWN, EHOSTUNREACH, ENETDOWN,   ENETUNREACH};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (code == -codes[i])
            return true;
    return false;
}

enum verdict verdict_decide(const struct phase *phase, const struct agreement *agreement,
                            uint64_t bad_blocks, struct record_phase *into)
{
    if (into)
        set_reason(phase, agreement, bad_blocks, into);
    if (bad_blocks)
        return VERDICT_WRONG_DATA;
    if (agreement->failed_ranks)
        return VERDICT_FAILED;
    if (phase->watch.stop == STOP_SIGINT)
        return VERDICT_SIGINT;
    return phase->watch.stop == STOP_SIGTERM ? VERDICT_SIGTERM : VERDICT_FINE;
}

static bool anything_to_read(const struct run *run, const struct step *step)
{
    const struct dataset *dataset = &run->setup->prepared[step->dataset]->dataset;
    uint64_t requests = 0;
    if (phase_kinds[step->phase].unit == UNIT_OPERATION)
        return cluster_sum(run->cluster, dataset_objects_count(dataset)) > 0;
    for (uint32_t i = 0; i < dataset->part_count; i++)
        requests += acknowledged_count(&dataset->parts[i].acknowledged);
    return cluster_sum(run->cluster, requests) > 0;
}

const char *verdict_skip(const struct run *run, const struct step *step, enum verdict so_far)
{
    if (run->interrupted == VERDICT_SIGINT)
        return "skipped: interrupted by SIGINT";
    if (run->interrupted == VERDICT_SIGTERM)
        return "skipped: interrupted by SIGTERM";
    if (run->stalled)
        return "skipped: storage does not answer";
    if (run->disconnected)
        return "skipped: a node has lost its connection to the storage";
    if (run->setup->options.section_count && !phase_makes(step->phase) &&
        run->setup->prepared[step->dataset]->dataset.failed)
        return "skipped: the section whose data it uses has failed";
    if (so_far != VERDICT_FINE && !phase_makes(step->phase) && !anything_to_read(run, step))
        return "skipped: nothing was written that could be read";
    return NULL;
}
