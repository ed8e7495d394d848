/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that start over: what was done is whole passes and a part of one more, and no request of a
 * pass is sent before the pass ahead of it is complete. */
#include "unit.h"

#include "fake_engine.h"
#include "property.h"
#include "timed.h"

#include "ending.h"

enum { COUNT_MOST = 40 };

/* Reads a request of the only file, and returns which generation it holds. */
static uint64_t generation_of(const struct rig *rig, uint64_t request, uint64_t most)
{
    unsigned char found[512], expected[512];
    struct position position = rig->pieces[0][0].position;
    const uint64_t offset = request * 512;
    const int fd = open(rig->paths[0], O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(fd, found, 512, (off_t)offset), 512);
    close(fd);
    position.offset = offset;
    for (position.generation = 0; position.generation <= most; position.generation++) {
        content_fill(&rig->content, &position, expected, 512);
        if (!memcmp(found, expected, 512))
            return position.generation;
    }
    fail_msg("request %llu holds no generation", (unsigned long long)request);
    return 0;
}

static struct pipeline_setup some_setup(struct property *property, struct fake *fake)
{
    struct pipeline_setup setup = setup_for(&fake->kind);
    setup.depth = 1 + (uint32_t)property_below(property, 40);
    setup.buffers = 2 + (uint32_t)property_below(property, 100);
    setup.data_threads = 1 + (uint32_t)property_below(property, 4);
    setup.sync = setup.sync_each = property_below(property, 4) == 0;
    return setup;
}

/* Each request that is written has the generation of the last pass that reached it, however many
 * requests are in flight and in any order of completion; those that are read stay. */
static void one_round(struct property *property, bool mixed)
{
    static struct fake fake;
    struct rig rig;
    const uint64_t count = 1 + property_below(property, COUNT_MOST);
    fake_start(&fake);
    fake.shuffle = true;
    fake.hold = (uint32_t)property_below(property, 3);
    struct pipeline_setup setup = some_setup(property, &fake);
    rig_start(&rig, LAYOUT_RANK, 1, count * 512, 512);
    rig.order = (enum order)property_below(property, 3);
    rig_run(&rig, &setup, NEVER);
    rig.job = JOB_MIXED;
    rig.mix.reads = mixed ? MIX_ALL / 2 : 0;
    rig.mix.key = (uint32_t)property_next(property);
    rig.generation = 1;
    rig.loops = true;
    setup.makes = true;
    setup.checks = false;
    start(&rig, &setup);
    clock_sleep_ns((int64_t)property_below(property, 3000000));
    pipeline_stop(rig.pipeline);
    rig_wait(&rig);
    const struct outcome *outcome = pipeline_outcome(rig.pipeline, 0);
    const struct task *task = &rig.tasks[0];
    uint64_t writes = 0, last = 0;
    assert_int_equal(outcome->failure.code, 0);
    for (uint64_t place = 0; place < count; place++) {
        const bool written = task_direction(task, place) == ENGINE_WRITE;
        const bool again = written && acknowledged_has(&outcome->acknowledged, place);
        const uint64_t right = !written ? 0 : outcome->passes + again;
        writes += written;
        last += again;
        assert_int_equal(
            generation_of(&rig, sequence_at(&task->sequence, place), outcome->passes + 2), right);
    }
    assert_int_equal(outcome->bytes[ENGINE_WRITE], (outcome->passes * writes + last) * 512);
    assert_int_equal(outcome->acknowledged.bytes, last * 512);
    assert_int_equal(outcome->latency[ENGINE_WRITE].total + outcome->latency[ENGINE_READ].total,
                     outcome->counters.requests);
    rig_check_series(&rig, 0);
    rig_end(&rig);
}

static void test_each_pass_writes_the_next_generation(void **state)
{
    (void)state;
    struct property property = property_start("passes");
    for (int i = 0; i < 150; i++)
        one_round(&property, i % 2);
}

/* Data that are wrong from the second pass on are found. */
static void test_later_passes_are_checked(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    struct pipeline_setup setup = setup_for(&fake.kind);
    rig_start(&rig, LAYOUT_RANK, 1, 20 * 512, 512);
    rig_run(&rig, &setup, NEVER);
    rig.job = JOB_CHECK;
    rig.loops = true;
    start(&rig, &setup);
    while (pipeline_bytes(rig.pipeline) < 20 * 512)
        clock_sleep_ns(1000);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
    rig_damage(&rig, 0, 7 * 512);
    const uint64_t before = pipeline_bytes(rig.pipeline);
    while (pipeline_bytes(rig.pipeline) < before + 3 * 20 * 512)
        clock_sleep_ns(1000);
    pipeline_stop(rig.pipeline);
    rig_wait(&rig);
    struct found found[PIPELINE_DIFFERENCES];
    assert_true(pipeline_data_counters(rig.pipeline)->bad_blocks > 0);
    assert_true(pipeline_found(rig.pipeline, found) > 0);
    assert_int_equal(found[0].difference.offset, 7 * 512);
    assert_int_equal(pipeline_bytes(rig.pipeline),
                     pipeline_outcome(rig.pipeline, 0)->counters.bytes);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_each_pass_writes_the_next_generation),
        timed_test(test_later_passes_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
