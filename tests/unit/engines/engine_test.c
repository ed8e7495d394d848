/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of engine.h: what engines move. */
#include "contract.h"

/* System calls of this process that wrote, as the kernel counts them. */
static long long write_calls(void)
{
    long long calls = -1;
    char line[128];
    FILE *file = fopen("/proc/self/io", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "syscw: %lld", &calls) == 1)
            break;
    if (file)
        fclose(file);
    return calls;
}

static void random_blocks_come_back_as_written(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    write_and_read_random_blocks(bench);
    bench_close(bench);
}

static void fixed_buffers_move_the_same_bytes(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    engine_close(&bench->engine);
    bench->fixed_buffers = PREFER;
    use_engine(bench, &bench->fd, 1, DEPTH);
    if (bench->engine.reason[0])
        print_message("note: %s\n", bench->engine.reason);
    write_and_read_random_blocks(bench);
    bench_close(bench);
}

static void a_kernel_thread_that_sends_moves_the_same_bytes(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct failure why = {0};
    struct engine_setup setup = bench->engine.setup;
    setup.fds = &bench->fd;
    setup.mode.sqpoll = true;
    engine_close(&bench->engine);
    if (engine_open(&bench->engine, bench->kind, &setup, &why)) {
        print_message("note: %s\n", why.text);
        assert_true(bench->kind->traits.rings);
        assert_non_null(strstr(why.text, "--uring-sqpoll"));
    } else {
        write_and_read_random_blocks(bench);
    }
    bench_close(bench);
}

static void batches_move_the_same_bytes(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    engine_close(&bench->engine);
    bench->batch = 5;
    use_engine(bench, &bench->fd, 1, DEPTH);
    write_and_read_random_blocks(bench);
    bench_close(bench);
}

/* Twelve neighbours, given in no order, and one that is apart: ceil(12 / batch) calls and one. */
static void a_batch_is_one_call(void **state)
{
    enum { NEIGHBOURS = 12, LENGTH = 1000, BATCH = 4, CALLS = 3 + 1 };
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_request *done[DEPTH];
    struct property property = property_start("batch");
    if (!bench->kind->traits.batches || write_calls() < 0) {
        print_message("note: no batches, or calls are not counted here\n");
        bench_close(bench);
        return;
    }
    engine_close(&bench->engine);
    bench->batch = BATCH;
    use_engine(bench, &bench->fd, 1, DEPTH);
    for (int i = 0; i < FILE_BYTES; i++)
        bench->memory[i] = (char)property_next(&property);
    for (uint64_t i = 0; i <= NEIGHBOURS; i++) {
        const uint64_t place = i * 5 % (NEIGHBOURS + 1);
        const uint64_t offset = place < NEIGHBOURS ? place * LENGTH : 50 * LENGTH;
        bench->requests[i] = (struct engine_request){.memory = bench->memory + offset,
                                                     .offset = offset,
                                                     .length = LENGTH,
                                                     .direction = ENGINE_WRITE};
        assert_int_equal(submit(bench, &bench->requests[i]), 0);
    }
    const long long before = write_calls();
    assert_int_equal(reap(bench, done, DEPTH, NEIGHBOURS + 1, -1), NEIGHBOURS + 1);
    assert_int_equal(write_calls() - before, CALLS);
    char *back = bench->memory + FILE_BYTES;
    assert_int_equal(pread(bench->fd, back, NEIGHBOURS * LENGTH, 0), NEIGHBOURS * LENGTH);
    assert_memory_equal(back, bench->memory, NEIGHBOURS * LENGTH);
    for (int i = 0; i <= NEIGHBOURS; i++)
        assert_int_equal(bench->requests[i].result, LENGTH);
    bench_close(bench);
}

static void uncached_requests_transfer_or_report_that_they_cannot(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_setup setup = bench->engine.setup;
    char *back = bench->memory + FILE_BYTES;
    setup.fds = &bench->fd;
    setup.mode.uncached = true;
    engine_close(&bench->engine);
    memset(bench->memory, 'u', 4096);
    assert_int_equal(engine_open(&bench->engine, bench->kind, &setup, NULL), 0);
    const int64_t written = transfer(bench, ENGINE_WRITE, bench->memory, 0, 4096);
    if (written == -EOPNOTSUPP || written == -EINVAL) {
        print_message("note: no RWF_DONTCACHE here\n");
    } else {
        assert_int_equal(written, 4096);
        assert_int_equal(transfer(bench, ENGINE_READ, back, 0, 4096), 4096);
        if (bench->stores)
            assert_memory_equal(back, bench->memory, 4096);
    }
    bench_close(bench);
}

static void an_engine_can_be_tried(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct failure why = {0};
    struct engine_setup setup = bench->engine.setup;
    setup.fds = &bench->fd;
    setup.memory_bytes = 4096;
    memset(bench->memory, 't', 4096);
    assert_int_equal(pwrite(bench->fd, bench->memory, 4096, 0), 4096);
    memset(bench->memory, 0, 4096);
    assert_int_equal(engine_try(bench->kind, &setup, 3, &why), 0);
    assert_int_equal(bench->memory[4095], bench->stores ? 't' : 0);
    const int none = open("/dev/null", O_WRONLY | O_CLOEXEC);
    setup.fds = &none;
    if (bench->stores) {
        assert_int_equal(engine_try(bench->kind, &setup, 1, &why), -EBADF);
        assert_non_null(strstr(why.text, engine_name(bench->kind->id)));
    }
    setup.memory_bytes = 0;
    assert_int_equal(engine_try(bench->kind, &setup, 1, &why), 0);
    close(none);
    bench_close(bench);
}

static void each_file_gets_its_own_requests(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    char other_path[SCRATCH_PATH], back[8] = "";
    int fds[2] = {bench->fd, open(scratch_file(other_path, folder, "other"),
                                  O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    engine_close(&bench->engine);
    use_engine(bench, fds, 2, DEPTH);
    struct engine_request *done[2];
    struct engine_request requests[2] = {
        {.memory = bench->memory, .length = 4, .file = 0, .direction = ENGINE_WRITE},
        {.memory = bench->memory + 4, .length = 4, .file = 1, .direction = ENGINE_WRITE},
    };
    const int other = fds[1];
    fds[0] = fds[1] = -1; /* the engine has its own copy */
    memcpy(bench->memory, "oneXtwoX", 8);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(submit(bench, &requests[i]), 0);
        assert_int_equal(reap(bench, done, 1, 1, -1), 1);
        assert_int_equal(requests[i].result, 4);
    }
    assert_int_equal(bench->kind->sync(&bench->engine, UINT32_MAX), 0);
    if (bench->stores) {
        assert_int_equal(pread(bench->fd, back, 4, 0), 4);
        assert_int_equal(pread(other, back + 4, 4, 0), 4);
        assert_memory_equal(back, "oneXtwoX", 8);
    }
    engine_close(&bench->engine);
    close(other);
    unlink(other_path);
    bench_close(bench);
}

static void many_engines_in_one_thread(void **state)
{
    enum { MANY = 40 };
    struct bench *bench = bench_open(state, 4);
    struct engine engines[MANY];
    const struct engine_setup setup = bench->engine.setup;
    for (int i = 0; i < MANY; i++) {
        struct failure why = {0};
        if (engine_open(&engines[i], bench->kind, &setup, &why))
            print_message("%s\n", why.text);
        assert_int_equal(why.code, 0);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        struct engine_request *done[1];
        struct engine_request request = {
            .memory = bench->memory, .offset = i, .length = 1, .direction = ENGINE_WRITE};
        assert_int_equal(bench->kind->submit(&engines[i], &request), 0);
        assert_int_equal(bench->kind->reap(&engines[i], done, 1, 1, -1), 1);
        assert_int_equal(request.result, 1);
    }
    for (int i = 0; i < MANY; i++)
        engine_close(&engines[i]);
    bench_close(bench);
}

static void the_list_is_in_order(void **state)
{
    (void)state;
    for (enum engine_id id = ENGINE_AUTO + 1; id < ENGINE_COUNT; id++) {
        assert_int_equal(engine_kind_of(id)->id, id);
        assert_true(engine_kind_of(id)->traits.depth_max >= 1);
    }
    assert_int_equal(ENGINE_NULL, ENGINE_COUNT - 1); /* the last that --engine auto takes */
    struct engine engine = {0};
    engine_close(&engine);
}

static const struct contract contract[] = {
    CONTRACT(random_blocks_come_back_as_written),
    CONTRACT(fixed_buffers_move_the_same_bytes),
    CONTRACT(a_kernel_thread_that_sends_moves_the_same_bytes),
    CONTRACT(batches_move_the_same_bytes),
    CONTRACT(a_batch_is_one_call),
    CONTRACT(uncached_requests_transfer_or_report_that_they_cannot),
    CONTRACT(an_engine_can_be_tried),
    CONTRACT(each_file_gets_its_own_requests),
    CONTRACT(many_engines_in_one_thread),
};

int main(void)
{
    return contract_run("what engines move", contract, sizeof contract / sizeof *contract,
                        the_list_is_in_order);
}
