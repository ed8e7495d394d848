/* Reading and verifying: a rank reads what the plan says, its own or another rank's part, and of
 * that only what storage acknowledged. */
#include "phase.h"

#include <errno.h>

static uint32_t reader_of(const struct plan *plan, uint32_t rank)
{
    uint32_t reader = 0;
    while (plan->reads_of[reader] != rank)
        reader++;
    return reader;
}

/* The rank that wrote a part knows what was acknowledged; the one that reads it must be told. */
static int exchange_acknowledged(struct phase *phase, struct failure *why)
{
    const struct plan *plan = phase->run->plan;
    struct cluster *cluster = phase->run->cluster;
    struct dataset *dataset = phase->dataset;
    uint32_t from = plan->reads_of[cluster->rank];
    uint32_t to = reader_of(plan, cluster->rank);
    for (uint32_t i = 0; i < phase->opened.count; i++) {
        cluster_exchange(cluster, &dataset->parts[i].acknowledged, to, &phase->opened.readable[i],
                         from, sizeof phase->opened.readable[i]);
        if (!why->code)
            dataset_foreign(dataset, from, i, &phase->opened.parts[i], why);
    }
    return why->code;
}

/* So that what is read comes from storage, as far as this node's page cache goes. */
static void drop_cache(struct phase *phase, uint32_t writer)
{
    if (phase->run->options->common.cache == CACHE_DROP &&
        file_drop_cache(&phase->opened.files[writer]))
        facts_note(&phase->facts, "page cache not dropped: the file system cannot");
}

int phase_read_prepare(struct phase *phase, struct agreement *agreement)
{
    struct failure failure = {0};
    exchange_acknowledged(phase, &failure);
    for (uint32_t i = 0; i < phase->opened.count && !failure.code; i++) {
        struct share *share = &phase->opened.parts[i].share;
        if (!acknowledged_count(&phase->opened.readable[i]))
            share->bytes = share->request_count = 0;
        if (share->bytes && !phase_open_file(phase, i, FILE_OPEN_READ, &failure))
            drop_cache(phase, i);
    }
    int result = cluster_agree(phase->run->cluster, &failure, agreement);
    if (!result)
        phase_set_tasks(phase);
    return result;
}
