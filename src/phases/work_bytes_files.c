/* SPDX-License-Identifier: Apache-2.0 */
/* What the ranks' files got, and where data were wrong: small rows travel, rank 0 makes the paths
 * again from the plan. */
#include "work_bytes.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"

struct file_row {
    uint32_t rank;
    uint32_t writer;
    uint64_t passes;
    struct acknowledged acknowledged;
    struct unsettled unsettled;
};

struct difference_row {
    uint32_t rank; /* the one that found it */
    uint32_t owner;
    uint32_t writer;
    struct difference difference;
};

static int keep_file(const struct phase *phase, const struct file_row *row, struct record_file *to,
                     struct failure *why)
{
    const uint64_t passes = row->passes == PASSES_UNKNOWN ? 0 : row->passes;
    struct part part;
    struct text holes = {0};
    struct text unsettled = {0};
    if (dataset_foreign(phase->dataset, row->rank, row->writer, &part, why))
        return why->code;
    text_add(&holes, "%s", "");
    acknowledged_print_holes(&row->acknowledged, &holes);
    text_add(&unsettled, "%s", "");
    unsettled_print(&row->unsettled, &unsettled);
    *to = (struct record_file){
        .path = part.path,
        .file = (int64_t)part.share.file,
        .rank = row->rank,
        .writer = row->writer,
        .offset = (int64_t)part.share.file_offset,
        .bytes_planned = (int64_t)part.share.bytes,
        .bytes_acknowledged = (int64_t)row->acknowledged.bytes,
        .requests_done = (int64_t)row->acknowledged.issued,
        .generation = (int64_t)(phase->dataset->generation + passes) + 1,
        .passes = row->passes == PASSES_UNKNOWN ? -1 : (int64_t)passes,
        .first_file = part.files ? (int64_t)share_file_at(&part.share, part.share.file_offset) : 0,
        .several_files =
            part.files ? (int64_t)divide_up(part.share.bytes, part.share.cut_bytes) : 0,
        .holes = holes.data,
        .unsettled = unsettled.data,
    };
    return holes.failed || unsettled.failed
               ? failure_set(why, -ENOMEM, "not enough memory for the results")
               : 0;
}

static int gather_files(const struct work_bytes *bytes, struct record_phase *into,
                        struct failure *why)
{
    const struct phase *phase = bytes->phase;
    const struct run *run = phase->run;
    struct file_row *rows = calloc(bytes->threads, sizeof *rows);
    void *gathered = NULL;
    size_t count = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; rows && i < bytes->threads; i++)
        if (bytes->tasks[i].piece_count)
            rows[used++] = (struct file_row){
                .rank = run->cluster->rank,
                .writer = i,
                .passes = pipeline_outcome(bytes->pipeline, i)->passes,
                .acknowledged = pipeline_outcome(bytes->pipeline, i)->acknowledged,
                .unsettled = pipeline_outcome(bytes->pipeline, i)->unsettled,
            };
    if (!rows)
        failure_set(why, -ENOMEM, "not enough memory for the results");
    cluster_gather(run->cluster, rows, sizeof *rows, used, &gathered, &count, why);
    free(rows);
    if (into && !why->code) {
        into->files = calloc(count + 1, sizeof *into->files);
        if (!into->files)
            failure_set(why, -ENOMEM, "not enough memory for the results");
        for (size_t i = 0; i < count && !why->code; i++, into->file_count++)
            keep_file(phase, (const struct file_row *)gathered + i, &into->files[i], why);
    }
    free(gathered);
    return why->code;
}

/* Each pass wrote a generation; ranks agree on the newest one. */
static void count_passes(const struct work_bytes *bytes)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < bytes->threads; i++) {
        const uint64_t passes = pipeline_outcome(bytes->pipeline, i)->passes;
        most = passes != PASSES_UNKNOWN && passes > most ? passes : most;
    }
    bytes->phase->dataset->generation += cluster_max(bytes->phase->run->cluster, most);
}

static int keep_difference(const struct phase *phase, const struct difference_row *row,
                           struct record_difference *to, struct failure *why)
{
    const struct cluster *cluster = phase->run->cluster;
    uint64_t offset = row->difference.offset;
    char *path = dataset_path(phase->dataset, row->owner, row->writer, &offset, why);
    if (!path)
        return why->code;
    *to = (struct record_difference){
        .rank = row->rank,
        .offset = (int64_t)offset,
        .length = (int64_t)row->difference.length,
    };
    text_copy(to->host, sizeof to->host, cluster->node_names[cluster->shape.rank_node[row->rank]]);
    text_copy(to->path, sizeof to->path, path);
    text_copy(to->kind, sizeof to->kind, difference_kind_name(row->difference.kind));
    free(path);
    return 0;
}

static int gather_differences(const struct work_bytes *bytes, struct record_phase *into,
                              struct failure *why)
{
    const struct phase *phase = bytes->phase;
    const struct run *run = phase->run;
    struct found found[PIPELINE_DIFFERENCES];
    struct difference_row rows[PIPELINE_DIFFERENCES];
    void *gathered = NULL;
    size_t count = 0;
    uint32_t used = pipeline_found(bytes->pipeline, found);
    for (uint32_t i = 0; i < used; i++)
        rows[i] = (struct difference_row){
            .rank = run->cluster->rank,
            .owner = bytes->work.methods->owner(&bytes->work, run->cluster->rank),
            .writer = bytes->tasks[found[i].io_thread].pieces[found[i].piece].writer,
            .difference = found[i].difference,
        };
    cluster_gather(run->cluster, rows, sizeof *rows, used, &gathered, &count, why);
    if (into && !why->code) {
        into->differences = calloc(count + 1, sizeof *into->differences);
        if (!into->differences)
            failure_set(why, -ENOMEM, "not enough memory for the results");
        for (size_t i = 0; i < count && !why->code; i++, into->difference_count++)
            keep_difference(phase, (const struct difference_row *)gathered + i,
                            &into->differences[i], why);
    }
    free(gathered);
    return why->code;
}

int work_bytes_gather(const struct work *work, struct record_phase *into, struct failure *why)
{
    const struct work_bytes *bytes = (const struct work_bytes *)work;
    if (bytes->phase->kind->writes)
        gather_files(bytes, into, why);
    if (bytes->phase->loops && bytes->phase->kind->writes)
        count_passes(bytes);
    if (bytes->phase->kind->reads)
        gather_differences(bytes, into, why);
    return why->code;
}
