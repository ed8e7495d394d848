/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of engine.h: what goes wrong under engines. */
#include "contract.h"

static void requests_end_where_the_file_ends(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    char *memory = bench->memory;
    assert_int_equal(transfer(bench, ENGINE_WRITE, memory, 0, 1000), 1000);
    assert_int_equal(transfer(bench, ENGINE_WRITE, memory, 0, 0), 0);
    assert_int_equal(transfer(bench, ENGINE_READ, memory, 0, 0), 0);
    assert_int_equal(transfer(bench, ENGINE_READ, memory, 900, 4096), bench->stores ? 100 : 4096);
    assert_int_equal(transfer(bench, ENGINE_READ, memory, 1000, 10), bench->stores ? 0 : 10);
    assert_int_equal(transfer(bench, ENGINE_READ, memory, 1 << 30, 10), bench->stores ? 0 : 10);
    bench_close(bench);
}

static void errors_are_results_of_their_request(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_request *done[2];
    struct engine_request stray = {.memory = bench->memory, .length = 1, .file = 1};
    struct engine_request last = {.memory = bench->memory, .length = 1, .file = UINT32_MAX};
    const int reader = open(bench->path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(submit(bench, &stray), -EINVAL);
    assert_int_equal(submit(bench, &last), -EINVAL);
    assert_int_equal(reap(bench, done, 2, 0, 0), 0);
    engine_close(&bench->engine);
    use_engine(bench, &reader, 1, DEPTH);
    if (bench->stores) {
        assert_int_equal(transfer(bench, ENGINE_WRITE, bench->memory, 0, 10), -EBADF);
        assert_int_equal(transfer(bench, ENGINE_READ, (char *)1, 0, 10), 0); /* an empty file */
        assert_int_equal(transfer(bench, ENGINE_READ, bench->memory, UINT64_MAX - 4095, 10),
                         -EINVAL);
    }
    close(reader);
    bench_close(bench);
}

static void a_file_size_limit_gives_a_short_write_then_efbig(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct rlimit before, low;
    if (!bench->stores) {
        print_message("note: nothing is written, so nothing is too much\n");
        bench_close(bench);
        return;
    }
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    low = before;
    low.rlim_cur = 10000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    const int64_t crossing = transfer(bench, ENGINE_WRITE, bench->memory, 8000, 4000);
    const int64_t beyond = transfer(bench, ENGINE_WRITE, bench->memory, 10000, 4000);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(crossing, 2000);
    assert_int_equal(beyond, -EFBIG);
    bench_close(bench);
}

/* A limit in the midst of a batch: each request gets its own bytes, and later ones fail. */
static void a_batch_that_is_cut_short_has_exact_results(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct engine_request *done[DEPTH];
    struct rlimit before, low;
    if (!bench->stores || bench->kind->traits.depth_max < 4) {
        print_message("note: nothing can be cut short here\n");
        bench_close(bench);
        return;
    }
    engine_close(&bench->engine);
    bench->batch = 4;
    use_engine(bench, &bench->fd, 1, DEPTH);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    low = before;
    low.rlim_cur = 2500;
    for (uint64_t i = 0; i < 4; i++)
        bench->requests[i] = (struct engine_request){.memory = bench->memory + i * 1000,
                                                     .offset = i * 1000,
                                                     .length = 1000,
                                                     .direction = ENGINE_WRITE};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(submit(bench, &bench->requests[i]), 0);
    assert_int_equal(reap(bench, done, DEPTH, 4, -1), 4);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(bench->requests[0].result, 1000);
    assert_int_equal(bench->requests[1].result, 1000);
    assert_int_equal(bench->requests[2].result, 500);
    assert_int_equal(bench->requests[3].result, -EFBIG);
    bench_close(bench);
}

static void misaligned_direct_requests_are_einval(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    struct file file;
    char path[SCRATCH_PATH];
    void *aligned = NULL;
    scratch_file(path, folder, "direct");
    scratch_write(path, "", 0);
    assert_int_equal(file_open(&file, path, FILE_OPEN_BOTH, PREFER, 4096, NULL), 0);
    if (!bench->stores || file.in_effect != TRUTH_YES) {
        print_message("note: not checked: %s\n", bench->stores ? file.reason : "stores nothing");
    } else {
        engine_close(&bench->engine);
        use_engine(bench, &file.fd, 1, DEPTH);
        assert_int_equal(posix_memalign(&aligned, 4096, 8192), 0);
        memset(aligned, 1, 8192);
        assert_int_equal(transfer(bench, ENGINE_WRITE, aligned, 0, 8192), 8192);
        assert_int_equal(transfer(bench, ENGINE_WRITE, aligned, 0, 4095), -EINVAL);
        assert_int_equal(transfer(bench, ENGINE_WRITE, aligned, 1, 4096), -EINVAL);
        assert_int_equal(transfer(bench, ENGINE_READ, aligned, 4096, 8192), 4096);
        engine_close(&bench->engine);
        free(aligned);
    }
    file_close(&file, path, NULL);
    file_remove(path, NULL);
    bench_close(bench);
}

static void a_request_beyond_one_transfer_comes_back_short(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    const uint64_t bytes = (uint64_t)3 << 30;
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    engine_close(&bench->engine);
    use_engine(bench, &null, 1, DEPTH);
    if (memory == MAP_FAILED) {
        print_message("note: no 3 GiB of addresses here\n");
    } else {
        const int64_t moved = transfer(bench, ENGINE_WRITE, memory, 0, bytes);
        assert_int_equal(moved, bench->stores ? 0x7ffff000 : (int64_t)bytes);
        munmap(memory, bytes);
    }
    assert_int_equal(bench->kind->sync(&bench->engine, UINT32_MAX), 0);
    close(null);
    bench_close(bench);
}

/* Each place has another that is the same in 31, 32 or 40 bits. */
static void places_beyond_32_bits_are_not_cut(void **state)
{
    struct bench *bench = bench_open(state, DEPTH);
    const uint64_t two_31 = UINT64_C(1) << 31, two_32 = UINT64_C(1) << 32;
    const uint64_t places[] = {
        4096,          two_31 - 4096, two_31,        two_31 + 4096,
        two_32 - 4096, two_32,        two_32 + 4096, (UINT64_C(1) << 40) + 4096};
    enum { PLACES = sizeof places / sizeof *places };
    if (ftruncate(bench->fd, INT64_C(1) << 41)) {
        bench_close(bench);
        skip_because("no files of 2 TiB on the file system of %s", folder);
    }
    for (int i = 0; i < PLACES; i++) {
        memset(bench->memory, 1 + i, 4096);
        assert_int_equal(transfer(bench, ENGINE_WRITE, bench->memory, places[i], 4096), 4096);
    }
    for (int i = 0; i < PLACES; i++) {
        memset(bench->memory, 0, 4096);
        assert_int_equal(transfer(bench, ENGINE_READ, bench->memory, places[i], 4096), 4096);
        for (int at = 0; bench->stores && at < 4096; at++)
            assert_int_equal(bench->memory[at], 1 + i);
    }
    bench_close(bench);
}

static void a_storm_of_signals_loses_no_byte(void **state)
{
    struct property property = property_start("storm");
    struct bench *bench = bench_open(state, DEPTH);
    char *written = bench->memory, *back = bench->memory + FILE_BYTES;
    for (int i = 0; i < FILE_BYTES; i++)
        written[i] = (char)property_next(&property);
    const timer_t timer = storm_start();
    int64_t bytes = 0;
    const int64_t until_ns = clock_now_ns() + 300000000;
    int rounds = 0;
    do {
        plan_blocks(bench, &property, written, ENGINE_WRITE);
        bytes += run_all(bench, &property, BLOCKS);
        assert_int_equal(bench->kind->sync(&bench->engine, UINT32_MAX), 0);
        plan_blocks(bench, &property, back, ENGINE_READ);
        bytes += run_all(bench, &property, BLOCKS);
        if (bench->stores)
            assert_memory_equal(written, back, FILE_BYTES);
        rounds++;
    } while (clock_now_ns() < until_ns);
    timer_delete(timer);
    assert_int_equal(bytes, (int64_t)rounds * 2 * FILE_BYTES);
    bench_close(bench);
}

static const struct contract contract[] = {
    CONTRACT(requests_end_where_the_file_ends),
    CONTRACT(errors_are_results_of_their_request),
    CONTRACT(a_file_size_limit_gives_a_short_write_then_efbig),
    CONTRACT(a_batch_that_is_cut_short_has_exact_results),
    CONTRACT(misaligned_direct_requests_are_einval),
    CONTRACT(a_request_beyond_one_transfer_comes_back_short),
    CONTRACT(places_beyond_32_bits_are_not_cut),
    CONTRACT(a_storm_of_signals_loses_no_byte),
};

int main(void)
{
    return contract_run("what goes wrong under engines", contract,
                        sizeof contract / sizeof *contract, NULL);
}
