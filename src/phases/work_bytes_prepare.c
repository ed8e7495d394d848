/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before the start of a phase that moves bytes: what ranks must exchange. The first writing
 * phase creates the files, later ones write the next generation into them: all of it, or (rewrite)
 * what was written. Reading, a rank takes what the plan assigns to it, its own or another rank's
 * part.
 */
#include "work_bytes.h"

/* A mixed phase reads what this rank wrote before, and nothing that it writes itself. */
static void keep_own(struct work_bytes *bytes, struct failure *why)
{
    const struct dataset *dataset = bytes->phase->dataset;
    for (uint32_t i = 0; i < dataset->part_count; i++) {
        bytes->readable[i] = dataset->parts[i].acknowledged;
        bytes->rewrites[i] = dataset->parts[i].rewrites;
    }
    work_bytes_init_reading(bytes, why);
}

static int prepare_writing(struct work_bytes *bytes, struct agreement *agreement)
{
    struct dataset *dataset = bytes->phase->dataset;
    struct failure failure = {0};
    work_bytes_open_parts(bytes, true, &failure);
    int result = cluster_agree(bytes->phase->run->cluster, &failure, agreement);
    if (!result) {
        work_bytes_open_parts(bytes, false, &failure);
        result = cluster_agree(bytes->phase->run->cluster, &failure, agreement);
    }
    if (result)
        return result;
    if (dataset->written)
        dataset->generation++;
    dataset->written = true;
    dataset->rewritten = bytes->phase->kind->updates;
    work_bytes_set_writing(bytes);
    if (!bytes->phase->kind->reads)
        return 0;
    keep_own(bytes, &failure);
    return cluster_agree(bytes->phase->run->cluster, &failure, agreement);
}

static uint32_t reader_of(const struct plan *plan, uint32_t rank)
{
    uint32_t reader = 0;
    while (plan->reads_of[reader] != rank)
        reader++;
    return reader;
}

/* The rank that wrote a part sends what was acknowledged to the rank that reads it. */
static void exchange_acknowledged(struct work_bytes *bytes)
{
    const struct plan *plan = &bytes->phase->prepared->plan;
    struct cluster *cluster = bytes->phase->run->cluster;
    struct dataset *dataset = bytes->phase->dataset;
    uint32_t from = plan->reads_of[cluster->rank];
    uint32_t to = reader_of(plan, cluster->rank);
    for (uint32_t i = 0; i < dataset->part_count; i++) {
        cluster_exchange(cluster, &dataset->parts[i].acknowledged, to, &bytes->readable[i], from,
                         sizeof bytes->readable[i]);
        if (dataset->rewritten)
            cluster_exchange(cluster, &dataset->parts[i].rewrites, to, &bytes->rewrites[i], from,
                             sizeof bytes->rewrites[i]);
    }
}

static int prepare_reading(struct work_bytes *bytes, struct agreement *agreement)
{
    struct failure failure = {0};
    exchange_acknowledged(bytes);
    work_bytes_open_reading(bytes, &failure);
    return cluster_agree(bytes->phase->run->cluster, &failure, agreement);
}

int work_bytes_prepare(struct work *work, struct agreement *agreement)
{
    struct work_bytes *bytes = (struct work_bytes *)work;
    return bytes->phase->kind->writes ? prepare_writing(bytes, agreement)
                                      : prepare_reading(bytes, agreement);
}
