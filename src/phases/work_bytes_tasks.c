/* SPDX-License-Identifier: Apache-2.0 */
/* Files and tasks of a rank's I/O threads: each writes its own part; reading, they share what
 * storage acknowledged of a rank's part. Sends no messages. */
#include "work_bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "platform/clock.h"

/* Opens the file of a piece; 'path' is given away. */
static int open_file(struct work_bytes *bytes, uint32_t place, char *path, enum file_access access,
                     struct failure *why)
{
    const struct settings *settings = bytes->phase->prepared->settings;
    const struct opened_how how = {
        .direct = settings->uncached ? NEVER : settings->direct,
        .request_bytes = settings->buffer_size_bytes,
        .random = order_is_random(settings->order),
        .pending_call = bytes->phase->run->pending_call,
    };
    if (!path)
        return failure_set(why, -ENOMEM, "not enough memory");
    return opened_add(&bytes->opened, place, path, access, &how, why);
}

/* A piece of the file at 'file' among the opened ones. */
static void set_piece(struct work_bytes *bytes, uint32_t place, uint32_t file,
                      const struct piece *piece)
{
    const struct dataset *dataset = bytes->phase->dataset;
    const struct share *share = &piece->share;
    bytes->pieces[place] = (struct task_piece){
        .path = bytes->opened.paths[file],
        .file = &bytes->opened.files[file],
        .share = *share,
        .first_request = piece->first_request,
        .writer = piece->writer,
        .position = {.file = share->file,
                     .base_bytes = share->file_base,
                     .generation = dataset->generation,
                     .file_bytes = geometry_file_bytes(&dataset->plan->geometry, share)},
        .like = share->cut_bytes ? &bytes->opened.modes[file] : NULL,
    };
}

/* Not made yet, also where an earlier phase tried to. */
static bool is_new(const struct work_bytes *bytes, const struct part *part)
{
    enum target_kind kind = bytes->phase->dataset->plan->setup.target_kinds[part->share.target];
    return !part->made && (kind == TARGET_DIRECTORY || kind == TARGET_NEW_FILE);
}

/* The creator of the file allocates its blocks; a file system that cannot is recorded. */
static void preallocate(struct work_bytes *bytes, uint32_t i, struct failure *why)
{
    const struct part *part = &bytes->phase->dataset->parts[i];
    uint64_t file_bytes = geometry_file_bytes(&bytes->phase->dataset->plan->geometry, &part->share);
    int64_t before_ns = clock_now_ns();
    int result = file_preallocate(&bytes->opened.files[i], part->path, file_bytes, why);
    bytes->opened.open_ns += clock_now_ns() - before_ns;
    if (result == -EOPNOTSUPP)
        facts_add_degraded(&bytes->phase->facts, GRANT_PREALLOCATION,
                           "files not preallocated: the file system cannot");
    else if (!result)
        bytes->phase->facts.counters.preallocated_bytes += (int64_t)file_bytes;
}

/* So that what is read comes from storage, as far as this node's page cache goes. */
static void drop_cache(struct work_bytes *bytes, uint32_t place)
{
    if (bytes->phase->prepared->settings->cache == CACHE_DROP &&
        file_drop_cache(&bytes->opened.files[place]))
        facts_add_degraded(&bytes->phase->facts, GRANT_CACHE_DROP,
                           "page cache not dropped: the file system cannot");
}

static enum file_access access_of(const struct work_bytes *bytes, bool makes)
{
    if (makes)
        return FILE_CREATE;
    return bytes->phase->kind->reads ? FILE_OPEN_BOTH : FILE_OPEN;
}

void work_bytes_open_parts(struct work_bytes *bytes, bool makers, struct failure *why)
{
    for (uint32_t i = 0; i < bytes->threads && !why->code; i++) {
        struct part *part = &bytes->phase->dataset->parts[i];
        bool makes = part->creates && is_new(bytes, part);
        if (!part->share.bytes || bytes->opened.paths[i] || makes != makers)
            continue;
        if (part->files) {
            bytes->files.access = bytes->phase->kind->updates ? access_of(bytes, false) : FILE_MAKE;
            work_bytes_open_folder(bytes, i, strdup(part->path), &part->share, makes, why);
            part->made |= makes && !why->code;
            continue;
        }
        if (open_file(bytes, i, strdup(part->path), access_of(bytes, makes), why))
            break;
        part->made |= makes;
        if (bytes->phase->kind->reads)
            drop_cache(bytes, i);
        if (makes && bytes->phase->prepared->settings->preallocate && !why->code)
            preallocate(bytes, i, why);
    }
}

/* How many places of its sequence a thread writes: in place, those up to the end of what was
 * written. */
static uint64_t places_of(const struct work_bytes *bytes, const struct part *part)
{
    return bytes->phase->kind->updates ? part->acknowledged.issued : part->share.request_count;
}

static uint64_t bytes_of(const struct task *task)
{
    const struct share *share = &task->pieces->share;
    uint64_t bytes = 0;
    if (task->places == share->request_count)
        return share->bytes;
    if (task->sequence.order == ORDER_SEQUENTIAL)
        return share_bytes_before(share, task->places);
    for (uint64_t place = 0; place < task->places; place++)
        bytes += share_extent(share, sequence_at(&task->sequence, place)).length;
    return bytes;
}

/* A mixed phase skips the requests that it would read, where they were never acknowledged. */
static void plan_task(struct work_bytes *bytes, const struct task *task,
                      const struct acknowledged *written)
{
    bytes->planned.requests += task->places;
    bytes->planned.bytes += bytes_of(task);
    for (uint64_t i = 0; i < written->hole_count && bytes->phase->kind->reads; i++) {
        if (!mix_reads(&task->mix, written->holes[i]))
            continue;
        bytes->planned.requests--;
        bytes->planned.bytes -=
            share_extent(&task->pieces->share, sequence_at(&task->sequence, written->holes[i]))
                .length;
    }
}

void work_bytes_set_writing(struct work_bytes *bytes)
{
    const struct settings *settings = bytes->phase->prepared->settings;
    const struct dataset *dataset = bytes->phase->dataset;
    for (uint32_t i = 0; i < bytes->threads; i++) {
        const struct part *part = &dataset->parts[i];
        const struct share *share = &part->share;
        struct task *task = &bytes->tasks[i];
        *task = (struct task){
            .pieces = &bytes->pieces[i],
            .piece_count = places_of(bytes, part) ? 1 : 0,
            .sequence = sequence_of(share, settings->order, settings->seed),
            .places = places_of(bytes, part),
            .loops = bytes->phase->loops,
            .files = part->files ? &bytes->files : NULL,
            .may_fall_back = settings->direct == PREFER,
        };
        if (bytes->phase->kind->reads) {
            task->mix =
                mix_of(settings->read_fraction_ppm, settings->seed, share, dataset->generation);
            task->reading = &bytes->reading;
        }
        set_piece(bytes, i, i, &(struct piece){.share = *share, .writer = i});
        plan_task(bytes, task, &part->acknowledged);
    }
}

int work_bytes_init_reading(struct work_bytes *bytes, struct failure *why)
{
    const struct settings *settings = bytes->phase->prepared->settings;
    const struct plan *plan = bytes->phase->dataset->plan;
    const struct reading_setup setup = {
        .written = &plan->geometry,
        .written_order = plan->setup.settings->order,
        .seed = plan->setup.settings->seed,
        .rank = bytes->phase->work->methods->owner(bytes->phase->work,
                                                   bytes->phase->run->cluster->rank),
        .acknowledged = bytes->readable,
        .rewrites = bytes->phase->dataset->rewritten ? bytes->rewrites : NULL,
        .request_bytes = settings->buffer_size_bytes,
        .threads = bytes->threads,
        .order = settings->order,
        .epoch = bytes->phase->kind->writes ? 0 : bytes->phase->number + 1,
    };
    if (reading_init(&bytes->reading, &setup, why) || bytes->phase->kind->writes)
        return why->code;
    reading_count(&bytes->reading, &bytes->planned);
    if (settings->order == ORDER_RANDOM_REPEAT && !bytes->reading.whole)
        return reading_count_drawn(&bytes->reading, &bytes->planned, why);
    return 0;
}

/* Opens what a thread reads, from 'place' on; 'pieces' is for working with. Returns the next place.
 */
static uint32_t open_pieces(struct work_bytes *bytes, uint32_t thread, uint32_t place,
                            struct piece *pieces, struct failure *why)
{
    struct task *task = &bytes->tasks[thread];
    struct reading_part dealt;
    uint32_t file = place;
    reading_assign(&bytes->reading, thread, pieces, &dealt);
    *task = (struct task){
        .pieces = &bytes->pieces[place],
        .piece_count = dealt.piece_count,
        .sequence = dealt.sequence,
        .places = dealt.places,
        .first = bytes->phase->round
                     ? checked_scale(dealt.places, bytes->phase->round - 1, SCHEDULE_ROUNDS)
                     : 0,
        .loops = bytes->phase->loops,
        .mix.reads = MIX_ALL,
        .reading = &bytes->reading,
        .files = bytes->reading.shares[0].cut_bytes ? &bytes->files : NULL,
        .may_fall_back = bytes->phase->prepared->settings->direct == PREFER,
    };
    bytes->files = (struct task_files){
        .access = FILE_OPEN_READ,
        .drop_cache = bytes->phase->prepared->settings->cache == CACHE_DROP,
    };
    for (uint32_t i = 0; i < dealt.piece_count && !why->code; i++, place++) {
        struct part part;
        if (!i || pieces[i].share.file != pieces[i - 1].share.file) {
            file = place;
            if (dataset_foreign(bytes->phase->dataset, pieces[i].rank, pieces[i].writer, &part,
                                why))
                break;
            if (part.files)
                work_bytes_open_folder(bytes, file, part.path, &pieces[i].share, false, why);
            else if (!open_file(bytes, file, part.path, FILE_OPEN_READ, why))
                drop_cache(bytes, file);
        }
        set_piece(bytes, place, file, &pieces[i]);
    }
    return place;
}

int work_bytes_open_reading(struct work_bytes *bytes, struct failure *why)
{
    struct piece *pieces = calloc(bytes->phase->dataset->part_count, sizeof *pieces);
    uint32_t place = 0;
    int result = pieces ? work_bytes_init_reading(bytes, why)
                        : failure_set(why, -ENOMEM, "not enough memory");
    for (uint32_t i = 0; i < bytes->threads && !result; i++) {
        place = open_pieces(bytes, i, place, pieces, why);
        result = why->code;
    }
    free(pieces);
    return result ? result : work_bytes_prepare_use(bytes, place, why);
}
