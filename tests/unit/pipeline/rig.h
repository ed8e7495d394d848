/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the pipeline of one rank over real files, without phases, and checks the counters and the
 * content of the files.
 */
#ifndef TIDEMILL_TESTS_RIG_H
#define TIDEMILL_TESTS_RIG_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"

#include "pipeline/pipeline.h"
#include "plan/sequence.h"
#include "platform/clock.h"

enum { RIG_THREADS = 4, RIG_FILES = RIG_THREADS * RIG_THREADS, RIG_REQUEST_MOST = 1 << 20 };

enum job { JOB_WRITE, JOB_WRITE_READY, JOB_READ, JOB_CHECK, JOB_MIXED };

struct rig {
    struct folder folder;
    enum job job;           /* of the next pipeline */
    struct mix mix;         /* of the tasks of JOB_MIXED */
    uint64_t generation;    /* of what the next pipeline writes or reads */
    bool loops;             /* of its tasks */
    enum order order;       /* of the next pipeline */
    uint64_t request_bytes; /* of the next reading job */
    uint64_t first_percent; /* of its places, where its tasks begin */
    enum order written_order;
    struct content content;
    struct geometry geometry;
    uint32_t rank_node;
    uint32_t io_threads;
    struct file files[RIG_FILES]; /* of each thread's first piece, of each one's second, ... */
    char paths[RIG_FILES][FOLDER_PATH];
    struct task_piece pieces[RIG_THREADS][RIG_THREADS];
    struct task tasks[RIG_THREADS];
    struct acknowledged acknowledged[RIG_THREADS]; /* by the last writing job */
    struct reading reading;
    struct pipeline *pipeline;
};

static inline bool job_is_reading(enum job job)
{
    return job == JOB_READ || job == JOB_CHECK;
}

static inline void rig_start(struct rig *rig, enum layout layout, uint32_t io_threads,
                             uint64_t bytes, uint64_t request)
{
    const struct content_setup content = {.seed = 42};
    *rig = (struct rig){.io_threads = io_threads, .request_bytes = request};
    const struct geometry_setup setup = {
        .layout = layout,
        .total_bytes = bytes,
        .request_bytes = request,
        .writers_per_rank = io_threads,
        .target_count = 1,
        .shape = {.rank_count = 1, .node_count = 1, .rank_node = &rig->rank_node},
    };
    folder_start(&rig->folder);
    assert_int_equal(content_init(&rig->content, &content, NULL, NULL), 0);
    assert_int_equal(geometry_init(&rig->geometry, &setup, NULL), 0);
}

static inline void rig_end(struct rig *rig)
{
    pipeline_close(rig->pipeline);
    for (uint32_t i = 0; i < RIG_FILES; i++)
        if (rig->paths[i][0])
            file_close(&rig->files[i], rig->paths[i], NULL);
    reading_release(&rig->reading);
    geometry_release(&rig->geometry);
    folder_end(&rig->folder);
}

/* What a thread has of the file that it writes, or of the first one that it reads. */
static inline const struct share *rig_share(const struct rig *rig, uint32_t io_thread)
{
    return &rig->pieces[io_thread][0].share;
}

static inline void rig_open_file(struct rig *rig, uint32_t place, enum preference direct)
{
    struct failure failure = {0};
    const char *path = rig->paths[place];
    enum file_access access = job_is_reading(rig->job) ? FILE_OPEN_READ
                              : rig->job == JOB_MIXED  ? FILE_OPEN_BOTH
                              : path_exists(path)      ? FILE_OPEN
                                                       : FILE_CREATE;
    if (file_open(&rig->files[place], path, access, direct, rig->request_bytes, &failure))
        fail_msg("%s", failure.text);
}

static inline void rig_piece(struct rig *rig, uint32_t io_thread, uint32_t number,
                             const struct piece *piece, enum preference direct)
{
    struct task_piece *to = &rig->pieces[io_thread][number];
    bool again = number && to[-1].share.file == piece->share.file;
    uint32_t place = io_thread + number * RIG_THREADS;
    char name[32];
    snprintf(name, sizeof name, "f%llu", (unsigned long long)piece->share.file);
    folder_file(&rig->folder, name, rig->paths[place]);
    rig->files[place] = (struct file){.fd = -1, .buffered_fd = -1};
    *to = (struct task_piece){
        .path = rig->paths[place],
        .file = again ? to[-1].file : &rig->files[place],
        .share = piece->share,
        .first_request = piece->first_request,
        .writer = piece->writer,
        .position = {.file = piece->share.file,
                     .generation = rig->generation,
                     .base_bytes = piece->share.file_base,
                     .file_bytes = geometry_file_bytes(&rig->geometry, &piece->share)},
    };
    if (piece->share.bytes && !again)
        rig_open_file(rig, place, direct);
}

static inline void rig_reading(struct rig *rig)
{
    const struct reading_setup setup = {
        .written = &rig->geometry,
        .written_order = rig->written_order,
        .acknowledged = rig->acknowledged,
        .request_bytes = rig->request_bytes,
        .threads = rig->io_threads,
        .order = rig->order,
    };
    reading_release(&rig->reading);
    assert_int_equal(reading_init(&rig->reading, &setup, NULL), 0);
}

/* What a thread writes, or reads and writes. */
static inline void rig_deal(const struct rig *rig, uint32_t io_thread, struct piece *piece,
                            struct reading_part *dealt)
{
    struct share *share = &piece->share;
    geometry_share(&rig->geometry, 0, io_thread, share);
    piece->writer = io_thread;
    *dealt = (struct reading_part){
        .piece_count = share->bytes > 0,
        .sequence = {.count = share->request_count,
                     .order = rig->order,
                     .key = sequence_key(0, share->file, share->file_offset)},
        .places = share->request_count,
    };
}

/* Opens the files and sets the tasks of the job. */
static inline void rig_tasks(struct rig *rig, enum preference direct)
{
    bool reads = job_is_reading(rig->job);
    bool writes_only = !reads && rig->job != JOB_MIXED;
    if (writes_only)
        rig->written_order = rig->order;
    else
        rig_reading(rig);
    for (uint32_t i = 0; i < rig->io_threads; i++) {
        struct piece pieces[RIG_THREADS] = {0};
        struct reading_part dealt;
        if (reads)
            reading_assign(&rig->reading, i, pieces, &dealt);
        else
            rig_deal(rig, i, pieces, &dealt);
        for (uint32_t k = 0; k < dealt.piece_count || !k; k++)
            rig_piece(rig, i, k, &pieces[k], direct);
        rig->tasks[i] = (struct task){
            .pieces = rig->pieces[i],
            .piece_count = dealt.piece_count,
            .sequence = dealt.sequence,
            .places = dealt.places,
            .first = reads ? dealt.places * rig->first_percent / 100 : 0,
            .loops = rig->loops,
            .mix = reads                   ? (struct mix){.reads = MIX_ALL}
                   : rig->job == JOB_MIXED ? rig->mix
                                           : (struct mix){0},
            .reading = writes_only || rig->reading.whole ? NULL : &rig->reading,
            .may_fall_back = true,
        };
    }
}

/* Completes the setup and opens the pipeline. */
static inline int rig_open(struct rig *rig, struct pipeline_setup *setup, struct failure *why)
{
    pipeline_close(rig->pipeline);
    setup->makes = rig->job == JOB_MIXED ? setup->makes : rig->job == JOB_WRITE;
    setup->checks = rig->job == JOB_MIXED ? setup->checks : rig->job == JOB_CHECK;
    setup->io_threads = rig->io_threads;
    setup->buffer_bytes = rig->request_bytes;
    setup->content = &rig->content;
    setup->tasks = rig->tasks;
    return pipeline_open(&rig->pipeline, setup, why);
}

/* Waits for the end of all threads; a writing job replaces the acknowledged requests. */
static inline void rig_wait(struct rig *rig)
{
    while (!pipeline_wait(rig->pipeline, 1000000000))
        ;
    for (uint32_t i = 0; i < rig->io_threads; i++)
        if (rig->job == JOB_WRITE || rig->job == JOB_WRITE_READY)
            rig->acknowledged[i] = pipeline_outcome(rig->pipeline, i)->acknowledged;
}

/* Runs one job, which must not fail. */
static inline void rig_run(struct rig *rig, struct pipeline_setup *setup, enum preference direct)
{
    struct failure failure = {0};
    rig_tasks(rig, direct);
    if (rig_open(rig, setup, &failure))
        fail_msg("%s", failure.text);
    pipeline_go_at(rig->pipeline, clock_now_ns());
    rig_wait(rig);
    for (uint32_t i = 0; i < rig->io_threads; i++)
        if (pipeline_outcome(rig->pipeline, i)->failure.code)
            fail_msg("%s", pipeline_outcome(rig->pipeline, i)->failure.text);
}

/* Returns the bytes in the first bins of a timeline. */
static inline int64_t rig_bytes(const struct timeline *timeline, uint64_t bins)
{
    int64_t bytes = 0;
    for (uint32_t i = 0; i < timeline->used && i < bins; i++)
        bytes += timeline->bins[i].amount;
    return bytes;
}

/* The timeline of an I/O thread holds all of its bytes, even after a failure. */
static inline void rig_check_series(const struct rig *rig, uint32_t io_thread)
{
    const struct outcome *outcome = pipeline_outcome(rig->pipeline, io_thread);
    for (int i = 0; i < ENGINE_DIRECTIONS; i++)
        assert_int_equal(rig_bytes(&outcome->timeline[i], TIMELINE_BINS), outcome->bytes[i]);
    assert_int_equal(outcome->bytes[ENGINE_READ] + outcome->bytes[ENGINE_WRITE],
                     outcome->counters.bytes);
}

/* Bytes, requests, latencies, timeline and acknowledged set of an I/O thread agree. */
static inline void rig_check_counts(const struct rig *rig, uint32_t io_thread)
{
    const struct outcome *outcome = pipeline_outcome(rig->pipeline, io_thread);
    const struct share *share = rig_share(rig, io_thread);
    const struct acknowledged *set = &outcome->acknowledged;
    uint64_t bytes = 0;
    for (uint64_t place = 0; place < share->request_count; place++)
        if (acknowledged_has(set, place))
            bytes += share_extent(share, place).length;
    assert_int_equal(set->bytes, outcome->counters.bytes);
    assert_int_equal(bytes, outcome->counters.bytes);
    assert_int_equal(acknowledged_count(set), outcome->counters.requests);
    assert_int_equal(outcome->latency[ENGINE_WRITE].total, outcome->counters.requests);
    rig_check_series(rig, io_thread);
}

/* The files hold the expected content of each acknowledged request. */
static inline void rig_check_files(const struct rig *rig)
{
    static unsigned char found[RIG_REQUEST_MOST];
    static unsigned char expected[RIG_REQUEST_MOST];
    for (uint32_t i = 0; i < rig->io_threads; i++) {
        const struct share *share = rig_share(rig, i);
        struct position position = rig->pieces[i][0].position;
        if (!acknowledged_count(&rig->acknowledged[i]))
            continue;
        int fd = open(rig->paths[i], O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        for (uint64_t place = 0; place < share->request_count; place++) {
            struct extent extent = share_extent(share, place);
            if (!acknowledged_has(&rig->acknowledged[i], place))
                continue;
            position.offset = extent.offset;
            content_fill(&rig->content, &position, expected, extent.length);
            assert_int_equal(pread(fd, found, extent.length, (off_t)extent.offset), extent.length);
            assert_memory_equal(found, expected, extent.length);
        }
        close(fd);
    }
}

static inline uint64_t rig_file_size(const struct rig *rig, uint32_t io_thread)
{
    struct stat status;
    return stat(rig->paths[io_thread], &status) ? 0 : (uint64_t)status.st_size;
}

static inline void rig_damage(const struct rig *rig, uint32_t io_thread, uint64_t offset)
{
    unsigned char byte;
    int fd = open(rig->paths[io_thread], O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
    byte ^= 0x40;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
    assert_int_equal(fsync(fd), 0); /* direct reads must see it too */
    close(fd);
}

/* Data threads filled or checked 'requests' buffers, and all counters agree on that. */
static inline void rig_check_handling(const struct rig *rig, uint64_t requests)
{
    static struct histogram made;
    static struct histogram queued;
    const struct counters *data_threads = pipeline_data_counters(rig->pipeline);
    struct counters all = *data_threads;
    pipeline_handling(rig->pipeline, &made, &queued);
    for (uint32_t i = 0; i < rig->io_threads; i++)
        counters_merge(&all, &pipeline_outcome(rig->pipeline, i)->counters);
    assert_int_equal(made.total, requests);
    assert_int_equal(queued.total, requests);
    assert_int_equal(all.made_buffers, requests);
    assert_int_equal(all.queued_buffers, requests);
    assert_int_equal(all.made_ns, made.sum_ns);
    assert_int_equal(all.queue_wait_ns, queued.sum_ns);
    assert_int_equal(all.longest_made_ns, made.max_ns);
    assert_int_equal(all.longest_queue_wait_ns, queued.max_ns);
    assert_true(made.min_ns >= 0 && queued.min_ns >= 0);
    assert_true(all.made_ns + all.producer_waited_ns <= all.producer_time_ns);
}

static inline uint64_t rig_requests(const struct rig *rig)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rig->io_threads; i++)
        sum += (uint64_t)pipeline_outcome(rig->pipeline, i)->counters.requests;
    return sum;
}

static inline void rig_check_writing(struct rig *rig, uint64_t bytes)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rig->io_threads; i++) {
        const struct share *share = rig_share(rig, i);
        const struct counters *counters = &pipeline_outcome(rig->pipeline, i)->counters;
        rig_check_counts(rig, i);
        assert_int_equal(counters->bytes, share->bytes);
        assert_int_equal(counters->requests, share->request_count);
        if (share->bytes)
            assert_int_equal(rig_file_size(rig, i), rig->pieces[i][0].position.file_bytes);
        assert_true(counters->writer_waited_ns <= counters->writer_time_ns);
        assert_true(!share->bytes || counters->end_ns >= counters->last_ns);
        sum += (uint64_t)counters->bytes;
    }
    assert_int_equal(sum, bytes);
    assert_int_equal(pipeline_bytes(rig->pipeline), bytes);
    assert_int_equal(pipeline_data_counters(rig->pipeline)->producer_bytes, bytes);
    assert_false(pipeline_failed(rig->pipeline));
    rig_check_handling(rig, rig_requests(rig));
    rig_check_files(rig);
}

static inline uint64_t rig_bytes_read(const struct rig *rig)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rig->io_threads; i++)
        sum += (uint64_t)pipeline_outcome(rig->pipeline, i)->counters.bytes;
    return sum;
}

#endif
