/*
 * The files of a phase that moves bytes. The first writing phase makes the files, later ones write
 * the next generation into them. Reading, a rank takes what the plan assigns to it, its own or
 * another rank's part, and of that only what storage acknowledged.
 */
#include "work_bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"

/* Opens the file of one I/O thread. */
static int open_file(struct work_bytes *bytes, uint32_t i, enum file_access access,
                     struct failure *why)
{
    const struct settings *settings = bytes->phase->prepared->settings;
    const struct opened_how how = {
        .direct = settings->uncached ? NEVER : settings->direct,
        .request_bytes = settings->buffer_size_bytes,
        .random = settings->order == ORDER_RANDOM,
        .lookout = bytes->phase->run->lookout,
    };
    return opened_add(&bytes->opened, i, access, &how, why);
}

/* Not made yet, also where an earlier phase tried to. */
static bool is_new(const struct work_bytes *bytes, const struct part *part)
{
    enum target_kind kind = bytes->phase->prepared->plan.setup.target_kinds[part->share.target];
    return !part->made && (kind == TARGET_DIRECTORY || kind == TARGET_NEW_FILE);
}

static int take_part(struct work_bytes *bytes, uint32_t i, struct failure *why)
{
    const struct part *own = &bytes->phase->dataset->parts[i];
    struct part *part = &bytes->opened.parts[i];
    *part = *own;
    part->path = strdup(own->path);
    return part->path ? 0 : failure_set(why, -ENOMEM, "not enough memory");
}

/* The file's maker gives it its blocks; where that cannot be done, it is told. */
static void preallocate(struct work_bytes *bytes, uint32_t i, struct failure *why)
{
    const struct part *part = &bytes->opened.parts[i];
    uint64_t file_bytes = geometry_file_bytes(&bytes->phase->prepared->plan.geometry, &part->share);
    int64_t before_ns = clock_now_ns();
    int result = file_preallocate(&bytes->opened.files[i], part->path, file_bytes, why);
    bytes->opened.open_ns += clock_now_ns() - before_ns;
    if (result == -EOPNOTSUPP)
        facts_note(&bytes->phase->facts, GRANT_PREALLOCATION,
                   "files not preallocated: the file system cannot");
    else if (!result)
        bytes->phase->facts.counters.preallocated_bytes += (int64_t)file_bytes;
}

/* Those who make files go first: the others can only open what is there. */
static void open_parts(struct work_bytes *bytes, bool makers, struct failure *why)
{
    struct dataset *dataset = bytes->phase->dataset;
    for (uint32_t i = 0; i < bytes->opened.count && !why->code; i++) {
        struct part *part = &bytes->opened.parts[i];
        bool makes = part->creates && is_new(bytes, part);
        if (!part->share.bytes || makes != makers)
            continue;
        if (!open_file(bytes, i, makes ? FILE_CREATE : FILE_OPEN, why) && makes)
            dataset->parts[i].made = true;
        if (makes && bytes->phase->prepared->settings->preallocate && !why->code)
            preallocate(bytes, i, why);
    }
}

static int prepare_writing(struct work_bytes *bytes, struct agreement *agreement)
{
    struct dataset *dataset = bytes->phase->dataset;
    struct failure failure = {0};
    for (uint32_t i = 0; i < bytes->opened.count && !failure.code; i++)
        take_part(bytes, i, &failure);
    open_parts(bytes, true, &failure);
    int result = cluster_agree(bytes->phase->run->cluster, &failure, agreement);
    if (!result) {
        open_parts(bytes, false, &failure);
        result = cluster_agree(bytes->phase->run->cluster, &failure, agreement);
    }
    if (result)
        return result;
    if (dataset->written)
        dataset->generation++;
    dataset->written = true;
    work_bytes_set_tasks(bytes);
    return 0;
}

static uint32_t reader_of(const struct plan *plan, uint32_t rank)
{
    uint32_t reader = 0;
    while (plan->reads_of[reader] != rank)
        reader++;
    return reader;
}

/* The rank that wrote a part knows what was acknowledged; the one that reads it must be told. */
static int exchange_acknowledged(struct work_bytes *bytes, struct failure *why)
{
    const struct plan *plan = &bytes->phase->prepared->plan;
    struct cluster *cluster = bytes->phase->run->cluster;
    struct dataset *dataset = bytes->phase->dataset;
    uint32_t from = plan->reads_of[cluster->rank];
    uint32_t to = reader_of(plan, cluster->rank);
    for (uint32_t i = 0; i < bytes->opened.count; i++) {
        cluster_exchange(cluster, &dataset->parts[i].acknowledged, to, &bytes->opened.readable[i],
                         from, sizeof bytes->opened.readable[i]);
        if (!why->code)
            dataset_foreign(dataset, from, i, &bytes->opened.parts[i], why);
    }
    return why->code;
}

/* So that what is read comes from storage, as far as this node's page cache goes. */
static void drop_cache(struct work_bytes *bytes, uint32_t i)
{
    if (bytes->phase->prepared->settings->cache == CACHE_DROP &&
        file_drop_cache(&bytes->opened.files[i]))
        facts_note(&bytes->phase->facts, GRANT_CACHE_DROP,
                   "page cache not dropped: the file system cannot");
}

static int prepare_reading(struct work_bytes *bytes, struct agreement *agreement)
{
    struct failure failure = {0};
    exchange_acknowledged(bytes, &failure);
    for (uint32_t i = 0; i < bytes->opened.count && !failure.code; i++) {
        struct share *share = &bytes->opened.parts[i].share;
        if (!acknowledged_count(&bytes->opened.readable[i]))
            share->bytes = share->request_count = 0;
        if (share->bytes && !open_file(bytes, i, FILE_OPEN_READ, &failure))
            drop_cache(bytes, i);
    }
    int result = cluster_agree(bytes->phase->run->cluster, &failure, agreement);
    if (!result)
        work_bytes_set_tasks(bytes);
    return result;
}

int work_bytes_prepare(struct work *work, struct agreement *agreement)
{
    struct work_bytes *bytes = (struct work_bytes *)work;
    return bytes->phase->kind->writes ? prepare_writing(bytes, agreement)
                                      : prepare_reading(bytes, agreement);
}
