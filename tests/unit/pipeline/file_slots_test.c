/* SPDX-License-Identifier: Apache-2.0 */
/* Shares in many files, which the I/O threads open and close: written, read with other requests and
 * threads, and checked byte by byte. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_engine.h"
#include "folder.h"
#include "property.h"

#include "base/checked.h"
#include "pipeline/pipeline.h"
#include "plan/names.h"
#include "platform/clock.h"

enum { THREADS_MOST = 4, PIECES_MOST = 4, BYTES_MOST = 1 << 19, ROUNDS = 24 };

struct rig {
    struct folder folder;
    char path[FOLDER_PATH]; /* of the files' directory */
    struct content content;
    struct geometry geometry;
    uint32_t rank_node;
    uint32_t writers;
    enum order order;
    struct file like;
    struct file none[THREADS_MOST];
    struct task_files files;
    struct acknowledged acknowledged[THREADS_MOST];
    struct reading reading;
    struct task_piece pieces[THREADS_MOST][PIECES_MOST];
    struct task tasks[THREADS_MOST];
    struct pipeline *pipeline;
};

static void path_of(const struct rig *rig, uint64_t file, char path[FOLDER_PATH])
{
    struct text text = {0};
    plan_print_file(rig->path, file, &text);
    text_copy(path, FOLDER_PATH, text_string(&text));
    text_release(&text);
}

/* How the first file is opened; it is removed again. */
static void learn(struct rig *rig, enum preference direct, uint64_t request)
{
    char path[FOLDER_PATH];
    struct file file;
    path_of(rig, 0, path);
    assert_int_equal(file_open(&file, path, FILE_MAKE, direct, request, NULL), 0);
    rig->like = file;
    file_close(&file, path, NULL);
    unlink(path);
}

static void start(struct rig *rig, struct property *property)
{
    const struct content_setup content = {.seed = 42};
    const uint64_t request = 512 * (1 + property_below(property, 40)) +
                             (property_below(property, 3) ? 0 : property_below(property, 99));
    *rig = (struct rig){.writers = 1 + (uint32_t)property_below(property, THREADS_MOST)};
    struct geometry_setup setup = {
        .layout = LAYOUT_RANK,
        .total_bytes = 40000 + property_below(property, BYTES_MOST - 40000),
        .request_bytes = request,
        .writers_per_rank = rig->writers,
        .target_count = 1,
        .files_per_rank = 2 + property_below(property, 70),
        .shape = {.rank_count = 1, .node_count = 1, .rank_node = &rig->rank_node},
    };
    rig->order = property_below(property, 2) ? ORDER_RANDOM : ORDER_SEQUENTIAL;
    folder_start(&rig->folder);
    folder_file(&rig->folder, "r0", rig->path);
    assert_int_equal(mkdir(rig->path, 0700), 0);
    assert_int_equal(content_init(&rig->content, &content, NULL, NULL), 0);
    assert_int_equal(geometry_init(&rig->geometry, &setup, NULL), 0);
    learn(rig, property_below(property, 2) ? PREFER : NEVER, request);
    for (uint32_t i = 0; i < THREADS_MOST; i++)
        rig->none[i] = (struct file){.fd = -1, .buffered_fd = -1};
}

static void end(struct rig *rig)
{
    struct text path = {0};
    pipeline_close(rig->pipeline);
    for (uint64_t i = 0; i < rig->geometry.setup.files_per_rank; i++) {
        text_clear(&path);
        plan_print_file(rig->path, i, &path);
        unlink(text_string(&path));
    }
    text_release(&path);
    rmdir(rig->path);
    reading_release(&rig->reading);
    geometry_release(&rig->geometry);
    folder_end(&rig->folder);
}

static void set_piece(struct rig *rig, uint32_t thread, uint32_t number, const struct piece *piece)
{
    rig->pieces[thread][number] = (struct task_piece){
        .path = rig->path,
        .file = &rig->none[thread],
        .like = &rig->like,
        .share = piece->share,
        .first_request = piece->first_request,
        .position = {.base_bytes = piece->share.file_base,
                     .file_bytes = geometry_file_bytes(&rig->geometry, &piece->share)},
    };
}

static void set_writing(struct rig *rig, bool preallocate)
{
    rig->files = (struct task_files){.access = FILE_MAKE, .preallocate = preallocate};
    for (uint32_t i = 0; i < rig->writers; i++) {
        struct piece piece = {0};
        geometry_share(&rig->geometry, 0, i, &piece.share);
        set_piece(rig, i, 0, &piece);
        rig->tasks[i] = (struct task){
            .pieces = rig->pieces[i],
            .piece_count = piece.share.bytes > 0,
            .sequence = sequence_of(&piece.share, rig->order, 7),
            .places = piece.share.request_count,
            .files = &rig->files,
            .may_fall_back = true,
        };
    }
}

static void set_reading(struct rig *rig, const struct reading_setup *setup)
{
    rig->files = (struct task_files){.access = FILE_OPEN_READ};
    reading_release(&rig->reading);
    assert_int_equal(reading_init(&rig->reading, setup, NULL), 0);
    for (uint32_t i = 0; i < setup->threads; i++) {
        struct piece pieces[PIECES_MOST];
        struct reading_part dealt;
        reading_assign(&rig->reading, i, pieces, &dealt);
        for (uint32_t k = 0; k < dealt.piece_count; k++)
            set_piece(rig, i, k, &pieces[k]);
        rig->tasks[i] = (struct task){
            .pieces = rig->pieces[i],
            .piece_count = dealt.piece_count,
            .sequence = dealt.sequence,
            .places = dealt.places,
            .mix.reads = MIX_ALL,
            .reading = &rig->reading,
            .files = &rig->files,
            .may_fall_back = true,
        };
    }
}

static uint32_t count_open(void)
{
    uint32_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Runs the tasks to their end; every file that they opened is closed then. */
static void run(struct rig *rig, struct pipeline_setup *setup)
{
    struct failure failure = {0};
    const uint32_t open_before = count_open();
    setup->content = &rig->content;
    setup->tasks = rig->tasks;
    setup->buffers = setup->io_threads * setup->depth + setup->data_threads;
    pipeline_close(rig->pipeline);
    if (pipeline_open(&rig->pipeline, setup, &failure))
        fail_msg("%s", failure.text);
    pipeline_go_at(rig->pipeline, clock_now_ns());
    while (!pipeline_wait(rig->pipeline, 1000000000))
        ;
    for (uint32_t i = 0; i < setup->io_threads; i++)
        if (pipeline_outcome(rig->pipeline, i)->failure.code)
            fail_msg("%s", pipeline_outcome(rig->pipeline, i)->failure.text);
    assert_int_equal(count_open(), open_before);
}

static const struct engine_kind *some_engine(struct property *property)
{
    static const enum engine_id ids[] = {ENGINE_URING, ENGINE_PWRITE, ENGINE_PWRITEV};
    const struct engine_kind *kind = engine_kind_of(ids[property_below(property, 3)]);
    return kind->available(NULL) ? engine_kind_of(ENGINE_PWRITE) : kind;
}

static struct pipeline_setup some_setup(struct property *property)
{
    const struct engine_kind *engine = some_engine(property);
    const uint32_t depth = 1 + (uint32_t)property_below(property, 20);
    return (struct pipeline_setup){
        .engine = engine,
        .data_threads = 1 + (uint32_t)property_below(property, 4),
        .depth = depth > engine->traits.depth_max ? engine->traits.depth_max : depth,
        .mode.batch = 4,
        .sync = property_below(property, 2),
        .sync_each = property_below(property, 2),
    };
}

/* Each file has its size and its part of the content, and was opened and closed once. */
static void check_files(const struct rig *rig, uint32_t io_threads)
{
    static unsigned char found[BYTES_MOST], expected[BYTES_MOST];
    const uint64_t cut = rig->pieces[0][0].share.cut_bytes;
    const uint64_t total = rig->geometry.setup.total_bytes;
    uint64_t opened = 0;
    for (uint64_t file = 0; file < rig->geometry.setup.files_per_rank; file++) {
        const uint64_t bytes = smaller(cut, total - file * cut);
        struct position position = {.file_bytes = total, .offset = file * cut};
        char path[FOLDER_PATH];
        path_of(rig, file, path);
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(pread(fd, found, sizeof found, 0), bytes);
        close(fd);
        content_fill(&rig->content, &position, expected, bytes);
        assert_memory_equal(found, expected, bytes);
    }
    for (uint32_t i = 0; i < io_threads; i++) {
        const struct outcome *outcome = pipeline_outcome(rig->pipeline, i);
        assert_int_equal(outcome->opening.total, outcome->closing.total);
        assert_int_equal(outcome->opening.total, outcome->files.total);
        opened += outcome->opening.total;
    }
    assert_int_equal(opened, rig->geometry.setup.files_per_rank);
}

static uint64_t bytes_of(const struct rig *rig, uint32_t io_threads)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < io_threads; i++)
        bytes += (uint64_t)pipeline_outcome(rig->pipeline, i)->counters.bytes;
    return bytes;
}

static void test_every_byte_in_its_file(void **state)
{
    (void)state;
    struct property property = property_start("many files");
    for (int round = 0; round < ROUNDS; round++) {
        static struct rig rig;
        start(&rig, &property);
        struct pipeline_setup setup = some_setup(&property);
        setup.io_threads = rig.writers;
        setup.buffer_bytes = rig.geometry.setup.request_bytes;
        setup.makes = true;
        set_writing(&rig, property_below(&property, 2));
        run(&rig, &setup);
        check_files(&rig, rig.writers);
        for (uint32_t i = 0; i < rig.writers; i++)
            rig.acknowledged[i] = pipeline_outcome(rig.pipeline, i)->acknowledged;
        setup = some_setup(&property);
        setup.checks = true;
        setup.sync = false;
        setup.io_threads = 1 + (uint32_t)property_below(&property, THREADS_MOST);
        setup.buffer_bytes = 512 * (1 + property_below(&property, 60));
        const struct reading_setup reading = {
            .written = &rig.geometry,
            .written_order = rig.order,
            .seed = 7,
            .acknowledged = rig.acknowledged,
            .request_bytes = setup.buffer_bytes,
            .threads = setup.io_threads,
            .order = property_below(&property, 2) ? ORDER_RANDOM : ORDER_SEQUENTIAL,
            .epoch = property_below(&property, 3),
        };
        set_reading(&rig, &reading);
        run(&rig, &setup);
        assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
        assert_int_equal(bytes_of(&rig, setup.io_threads), rig.geometry.setup.total_bytes);
        check_files(&rig, setup.io_threads);
        end(&rig);
    }
}

/* A file that is missing fails the thread, which names it, and all others are closed. */
static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    static struct rig rig;
    struct property property = property_start("missing");
    char path[FOLDER_PATH];
    char line[FOLDER_PATH + 64];
    start(&rig, &property);
    struct pipeline_setup setup = some_setup(&property);
    setup.io_threads = rig.writers;
    setup.buffer_bytes = rig.geometry.setup.request_bytes;
    setup.makes = true;
    set_writing(&rig, false);
    run(&rig, &setup);
    for (uint32_t i = 0; i < rig.writers; i++)
        rig.acknowledged[i] = pipeline_outcome(rig.pipeline, i)->acknowledged;
    path_of(&rig, 1, path);
    unlink(path);
    const struct reading_setup reading = {
        .written = &rig.geometry,
        .written_order = rig.order,
        .seed = 7,
        .acknowledged = rig.acknowledged,
        .request_bytes = 4096,
        .threads = 1,
    };
    set_reading(&rig, &reading);
    setup.makes = setup.sync = false;
    setup.io_threads = 1;
    setup.buffer_bytes = 4096;
    setup.buffers = setup.depth + 1;
    setup.tasks = rig.tasks;
    const uint32_t open_before = count_open();
    pipeline_close(rig.pipeline);
    assert_int_equal(pipeline_open(&rig.pipeline, &setup, NULL), 0);
    pipeline_go_at(rig.pipeline, clock_now_ns());
    while (!pipeline_wait(rig.pipeline, 1000000000))
        ;
    const struct outcome *outcome = pipeline_outcome(rig.pipeline, 0);
    snprintf(line, sizeof line, "cannot open '%s': No such file or directory", path);
    assert_string_equal(outcome->failure.text, line);
    assert_int_equal(outcome->failure.code, -ENOENT);
    assert_int_equal(outcome->counters.failed_requests, 1);
    assert_int_equal(count_open(), open_before);
    end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_in_its_file),
        cmocka_unit_test(test_a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
