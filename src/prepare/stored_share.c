/* SPDX-License-Identifier: Apache-2.0 */
/* Sends what an earlier run wrote from rank 0, phase by phase, to the ranks that read it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prepare/stored.h"
#include "stored_lines.h"
#include "stored_writes.h"

/* One part as sent to its rank; holes are sent separately, since few parts have any. */
struct stored_part {
    uint64_t issued;
    uint64_t bytes;
    uint64_t passes;
    uint64_t unsettled_below;
};

/* What one phase wrote, as sent to all ranks. */
struct stored_write {
    uint64_t generation;
    uint64_t read_fraction_ppm;
    struct stored_part *parts; /* of all ranks and writers */
    size_t part_count;
    char *holes; /* lines of "rank writer holes", so the next */
    char *unsettled;
};

static int refuse_place(const struct record_file *file, struct failure *why)
{
    struct text names = {0};
    options_list(SETS_PLACE, &names);
    failure_set(why, -EINVAL, "the plan differs from the one that wrote '%s': leave out %s",
                file->path, text_string(&names));
    text_release(&names);
    return -EINVAL;
}

/* In which pass an end came is known only if it was orderly. */
static int refuse_passes(const struct record_phase *phase, struct failure *why)
{
    bool known = phase->file_count || !phase->loops;
    for (size_t i = 0; i < phase->file_count; i++)
        known &= phase->files[i].passes >= 0;
    if (known)
        return 0;
    return failure_set(why, -EINVAL,
                       "'%s' rewrote the files again and again (--loop) when it died or was given "
                       "up, so what they hold is not known; write them again",
                       phase->name);
}

static int fill_parts(const struct record_phase *phase, const struct plan *plan,
                      struct stored_write *write, struct failure *why)
{
    uint32_t writers = plan->geometry.setup.writers_per_rank;
    struct text holes = {0};
    struct text unsettled = {0};
    if (refuse_passes(phase, why))
        return why->code;
    for (size_t i = 0; i < write->part_count; i++) /* a phase that died may have written anything */
        write->parts[i].unsettled_below = phase->file_count ? 0 : UINT64_MAX;
    for (size_t i = 0; i < phase->file_count; i++) {
        const struct record_file *file = &phase->files[i];
        struct share share = {0};
        bool known = file->rank >= 0 && file->rank < plan->setup.shape.rank_count &&
                     file->writer >= 0 && file->writer < writers;
        if (known)
            geometry_share(&plan->geometry, (uint32_t)file->rank, (uint32_t)file->writer, &share);
        if (!known || share.file_offset != (uint64_t)file->offset ||
            share.bytes != (uint64_t)file->bytes_planned) {
            refuse_place(file, why);
            break;
        }
        const bool whole = !file->passes && file->bytes_acknowledged == file->bytes_planned;
        struct stored_part *part = &write->parts[file->rank * writers + file->writer];
        part->issued = whole ? share.request_count : (uint64_t)file->requests_done;
        part->bytes = (uint64_t)file->bytes_acknowledged;
        part->passes = (uint64_t)file->passes;
        stored_lines_add(&holes, file->rank, file->writer, file->holes);
        stored_lines_add(&unsettled, file->rank, file->writer, file->unsettled);
    }
    if (holes.failed || unsettled.failed)
        failure_set(why, -ENOMEM, "not enough memory");
    write->holes = holes.data;
    write->unsettled = unsettled.data;
    return why->code;
}

/* What a phase wrote of one part of this rank. */
static int read_part(const struct stored_write *write, const struct dataset *dataset,
                     uint32_t writer, struct rewrite *part, struct failure *why)
{
    char places[STORED_PLACES];
    const uint32_t rank = dataset->cluster->rank;
    const struct stored_part *sent = &write->parts[(size_t)rank * dataset->part_count + writer];
    *part = (struct rewrite){
        .generation = write->generation + sent->passes,
        .mix = mix_of(write->read_fraction_ppm, dataset->plan->setup.settings->seed,
                      &dataset->parts[writer].share, write->generation),
    };
    acknowledged_all(&part->done, sent->issued, sent->bytes);
    if (acknowledged_parse_holes(&part->done, stored_lines_find(write->holes, rank, writer, places),
                                 why) ||
        unsettled_parse(&part->unsettled, stored_lines_find(write->unsettled, rank, writer, places),
                        why))
        return why->code;
    if (sent->unsettled_below)
        part->unsettled = (struct unsettled){.below = sent->unsettled_below};
    return 0;
}

static int keep_write(const struct stored_write *write, bool first, struct dataset *dataset,
                      struct failure *why)
{
    struct rewrite *rewrite = malloc(sizeof *rewrite);
    if (!rewrite)
        return failure_set(why, -ENOMEM, "not enough memory for the stored plan");
    for (uint32_t i = 0; i < dataset->part_count; i++) {
        struct part *part = &dataset->parts[i];
        if (read_part(write, dataset, i, rewrite, why))
            break;
        if (!first) {
            const size_t at = (size_t)dataset->cluster->rank * dataset->part_count + i;
            rewrites_add(&part->rewrites, rewrite, write->parts[at].passes, &part->acknowledged);
            continue;
        }
        part->acknowledged = rewrite->done;
        rewrites_start(&part->rewrites, write->generation);
    }
    free(rewrite);
    dataset->generation = write->generation;
    dataset->rewritten |= !first;
    return why->code;
}

/* Sends what one phase wrote from rank 0, and keeps it on each rank. */
static int share_write(const struct record_phase *phase, uint64_t generation, bool first,
                       struct dataset *dataset, struct failure *why)
{
    struct cluster *cluster = dataset->cluster;
    struct failure failure = {0};
    struct agreement agreement;
    struct stored_write write = {
        .generation = generation,
        .read_fraction_ppm = phase ? (uint64_t)phase->read_fraction_ppm : 0,
        .part_count = (size_t)cluster->shape.rank_count * dataset->part_count,
    };
    write.parts = calloc(write.part_count, sizeof *write.parts);
    if (!write.parts)
        failure_set(&failure, -ENOMEM, "not enough memory for the stored plan");
    else if (cluster->rank == 0)
        fill_parts(phase, dataset->plan, &write, &failure);
    if (cluster_agree(cluster, &failure, &agreement)) {
        *why = agreement.first;
    } else {
        cluster_broadcast(cluster, write.parts, write.part_count * sizeof *write.parts);
        cluster_broadcast(cluster, &write.generation, sizeof write.generation);
        cluster_broadcast(cluster, &write.read_fraction_ppm, sizeof write.read_fraction_ppm);
        if (stored_lines_share(cluster, &write.holes) ||
            stored_lines_share(cluster, &write.unsettled))
            failure_set(why, -ENOMEM, "not enough memory");
        else
            keep_write(&write, first, dataset, &failure);
        if (!why->code && cluster_agree(cluster, &failure, &agreement))
            *why = agreement.first;
    }
    free(write.holes);
    free(write.unsettled);
    free(write.parts);
    return why->code;
}

/* Only a run that writes can detect whether nodes see each other's files, so its result counts. */
static enum record_truth targets_shared(const struct record *record)
{
    bool local = record->target_count > 0;
    for (size_t i = 0; i < record->target_count; i++) {
        if (record->targets[i].shared == TRUTH_YES)
            return TRUTH_YES;
        local &= record->targets[i].shared == TRUTH_NO;
    }
    return local ? TRUTH_NO : TRUTH_UNKNOWN;
}

int stored_share(const struct stored *stored, const char *section, struct dataset *dataset,
                 struct failure *why)
{
    struct cluster *cluster = dataset->cluster;
    const struct record *record = &stored->record;
    const struct record_phase *phase = NULL;
    uint64_t generation = 0;
    if (cluster->rank == 0) {
        dataset->shared = targets_shared(record);
        phase = stored_last_write(record, section, &generation);
    }
    cluster_broadcast(cluster, &dataset->shared, sizeof dataset->shared);
    dataset->written = true;
    for (bool first = true; cluster_max(cluster, phase != NULL); first = false) {
        if (phase && phase->file_count && phase->files[0].generation)
            generation = (uint64_t)(phase->files[0].generation - 1 - phase->files[0].passes);
        if (share_write(phase, generation, first, dataset, why))
            return why->code;
        if (phase)
            phase = stored_next_write(record, section, (size_t)(phase - record->phases) + 1);
        generation++;
    }
    return 0;
}
