/* SPDX-License-Identifier: Apache-2.0 */
/* Names are computed, never stored: a billion objects need as much memory as a few. */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "crew_rig.h"
#include "engines/engine.h"

enum { FEW = 1000, BILLION = 1000000000, MOST_BYTES = 64 << 20 }; /* half a bit for each object */

/* Of the process, without what it maps from files. */
static int64_t data_bytes(void)
{
    long long pages = 0;
    FILE *const file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %*d %*d %*d %*d %lld", &pages), 1);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static void plan(struct rig *rig, enum phase_id phase, uint64_t objects)
{
    struct object_tree *tree = &rig->tree;
    const uint32_t creators = tree->layout.threads;
    rig->setup.kind = operation_kind_of(phase);
    rig->setup.objects = objects;
    rig->setup.created = rig->setup.kind->creates ? NULL : tree->created;
    for (uint32_t i = 0; i < creators; i++)
        acknowledged_all(&tree->created[i], objects_share(objects, creators, i), 0);
    rig->setup.listing = (struct listing_setup){
        .expected.objects = objects,
        .directories = listing_directories(&tree->layout, tree->created),
        .parts = 1,
    };
    rig->setup.depth = rig->setup.kind->lists ? 0 : depth;
    rig->setup.limits.deadline_ns = 1; /* nothing exists */
}

/* Returns how much memory a crew has that is ready to do these operations, and has ended. */
static int64_t bytes_of(enum phase_id phase, uint64_t objects)
{
    struct rig rig;
    struct failure why = {0};
    const struct object_layout layout = {.ranks = 4, .threads = THREADS, .fan_out = 10};
    rig_start(&rig, &layout, false);
    plan(&rig, phase, objects);
    const int64_t before = data_bytes();
    if (crew_open(&rig.crew, &rig.setup, &why))
        fail_msg("%s", why.text);
    assert_int_equal(crew_planned(rig.crew), objects);
    crew_go_at(rig.crew, clock_now_ns() - LONG_NS);
    while (!crew_wait(rig.crew, LONG_NS))
        ;
    const int64_t bytes = data_bytes() - before;
    crew_close(rig.crew);
    object_tree_set_empty(&rig.tree);
    rig_end(&rig);
    return bytes;
}

static void a_billion_objects_need_no_memory_of_their_own(void **state)
{
    (void)state;
    for (enum phase_id phase = 0; phase < PHASE_COUNT; phase++) {
        if (!operation_kind_of(phase)->on_directory)
            continue;
        const int64_t few = bytes_of(phase, FEW);
        const int64_t many = bytes_of(phase, BILLION);
        if (many - few > MOST_BYTES)
            fail_msg("%s: %lld bytes for %d objects, %lld for %d", phase_kinds[phase].name,
                     (long long)few, FEW, (long long)many, BILLION);
    }
}

static int run_at(uint32_t number)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_billion_objects_need_no_memory_of_their_own),
    };
    depth = number;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    struct failure why = {0};
    const int failed = run_at(0);
    return failed || engine_kind_of(ENGINE_URING)->available(&why) ? failed : run_at(32);
}
