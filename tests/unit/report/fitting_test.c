/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice fits the run and rests on what was counted: what does not fit on the target or it cannot
 * do is not advised, and what the user's limits, unequal shares or other processes explain is not
 * blamed on storage.
 */
#include "cases_evidence.h"
#include "cases_phase.h"
#include "cases_settings.h"
#include "cases_slow.h"
#include "report/words.h"
#include "summary_parts.h"

static void make_target_small(struct record *record)
{
    spoil_memory(record);
    record->targets[0].free_bytes = INT64_C(3) << 30;
}

static void never_direct(struct record *record)
{
    spoil_memory(record);
    record->phases[0].direct_asked = record->phases[1].direct_asked = NEVER;
    record->targets[0].direct_memory_alignment = record->targets[0].direct_offset_alignment = 512;
}

static void never_direct_and_small(struct record *record)
{
    never_direct(record);
    record->targets[0].free_bytes = INT64_C(3) << 30;
}

static void never_direct_without_extents(struct record *record)
{
    never_direct_and_small(record);
    record->targets[0].direct_cause = DIRECT_HOLES;
}

static void in_memory(struct record *record)
{
    spoil_memory(record);
    spoil_target(record);
}

static void unknown_and_small_memory(struct record *record)
{
    spoil_memory(record);
    spoil_unknown(record);
}

static void unknown_without_sync(struct record *record)
{
    spoil_sync(record);
    spoil_unknown(record);
}

static void unknown_after_own_writes(struct record *record)
{
    spoil_unknown(record);
    record->phases[1].written_by = WRITTEN_BY_SAME_NODE;
}

/* One rank with 9120 bytes: the last 928 do not fit O_DIRECT. */
static void buffer_a_tail(struct record *record)
{
    struct record_phase *phase = &record->phases[0];
    for (size_t i = 0; i < phase->rank_count; i++) {
        phase->ranks[i].modes.direct_in_effect = TRUTH_MIXED;
        phase->ranks[i].modes.direct_cause = DIRECT_UNALIGNED;
    }
    phase->total.modes.direct_in_effect = TRUTH_MIXED;
    phase->total.modes.direct_cause = DIRECT_UNALIGNED;
    phase->ranks_direct = 0;
    phase->nodes[0].counters.buffered_bytes = phase->amount / 10;
    record->nodes[0].memory_limit_bytes = INT64_C(100) << 30;
}

static void read_a_buffered_tail(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    buffer_a_tail(record);
    for (size_t i = 0; i < read->rank_count; i++)
        read->ranks[i].modes = record->phases[0].ranks[i].modes;
    read->total.modes = record->phases[0].total.modes;
    read->nodes[0].counters.buffered_bytes = read->amount / 10;
    read->cache_state = CACHE_WARM;
}

static void cache_below(struct record *record)
{
    set_all(record, TRUTH_NO);
    for (size_t i = 0; i < record->phase_count; i++) {
        record->phases[i].total.modes.direct_cause = DIRECT_CACHED_BELOW;
        strcpy(record->phases[i].total.modes.direct_reason,
               "O_DIRECT in xfs, but the loop device 'loop0' below uses the page cache");
    }
}

static void pace(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++)
        for (size_t j = 0; j < record->phases[i].node_count; j++) {
            struct counters *counters = &record->phases[i].nodes[j].counters;
            counters->writer_paced_ns = counters->writer_time_ns / 10;
        }
}

static void pace_a_held_device(struct record *record)
{
    spoil_queue(record);
    pace(record);
}

static void pace_busy_writers(struct record *record)
{
    spoil_processors(record);
    pace(record);
}

static void pace_shallow_writers(struct record *record)
{
    spoil_depth(record);
    pace(record);
}

/* The second node has one rank, where the first has seven. */
static void place_unequally(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        struct record_phase *phase = &record->phases[i];
        for (size_t j = 0; j < phase->rank_count - 1; j++)
            phase->ranks[j].node = 0;
        phase->nodes[1].counters.bytes /= 7;
    }
}

/* Half of the ranks have a tenth of the share of the others, and are done as soon. */
static void share_unequally(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        struct record_phase *phase = &record->phases[i];
        phase->ended_by = END_SIZE;
        for (size_t j = 0; j < 3; j++)
            phase->ranks[j].counters.bytes /= 10;
    }
}

/* One target is used by one rank, the other by seven: alike for each rank. */
static void use_targets_unequally(struct record *record)
{
    spoil_target_rate(record);
    struct record_used_target *used = record->phases[0].used_targets;
    used[0].ranks = 7;
    used[1].ranks = 1;
    used[0].end_ns = used[1].end_ns;
    used[0].bytes = 7 * used[1].bytes;
}

/* The same within a rank: alike for each I/O thread. */
static void use_targets_by_few_writers(struct record *record)
{
    use_targets_unequally(record);
    struct record_used_target *used = record->phases[0].used_targets;
    used[0].ranks = 1;
    used[0].writers = 7;
    used[1].writers = 1;
}

/* And one that is slow, with its latency. */
static void slow_down_a_target(struct record *record)
{
    spoil_target_rate(record);
    record->phases[0].used_targets[1].latency.p99_ns = 1234567;
}

static void skew(struct record *record, int64_t cpus, int64_t load_thousandths)
{
    spoil_start(record);
    for (size_t i = 0; i < record->node_count; i++) {
        record->nodes[i].cpus = cpus;
        record->nodes[i].load_thousandths = load_thousandths;
    }
    record->phases[0].ranks[5].node = 1;
}

static void skew_on_few_cores(struct record *record)
{
    skew(record, 2, 3000);
}

static void skew_under_load(struct record *record)
{
    skew(record, 4, 3100);
}

static void skew_on_idle_cores(struct record *record)
{
    skew(record, 8, 200);
}

static const struct {
    void (*spoil)(struct record *record);
    const char *code;
    const char *expected; /* NULL: the warning is not raised */
    const char *unexpected;
} cases[] = {
    {make_target_small, "fits-in-memory", "no space for the 300GiB per node", "--size"},
    {spoil_memory, "fits-in-memory", "use --size-per-node 300GiB", "O_DIRECT"},
    {never_direct, "fits-in-memory", "use --size-per-node 300GiB, or use O_DIRECT", "no space"},
    {never_direct_and_small, "fits-in-memory", "may hold 100 GiB: use O_DIRECT", "--size"},
    {never_direct_without_extents, "fits-in-memory", "no space", "O_DIRECT"},
    {in_memory, "fits-in-memory", NULL, NULL},
    {in_memory, "cached-reads", NULL, NULL},
    {in_memory, "memory-target", "lives in memory", NULL},
    {unknown_and_small_memory, "fits-in-memory", NULL, NULL},
    {unknown_and_small_memory, "fallback-direct", NULL, NULL},
    {unknown_without_sync, "not-synced", NULL, NULL},
    {unknown_without_sync, "not-flushed", "the page cache or a write cache", NULL},
    {unknown_after_own_writes, "cached-reads", NULL, NULL},
    {buffer_a_tail, "unaligned-tail", "at the ends of files", NULL},
    {buffer_a_tail, "mixed-direct", NULL, NULL},
    {buffer_a_tail, "fits-in-memory", NULL, NULL},
    {read_a_buffered_tail, "cached-reads", NULL, NULL},
    {cache_below, "fallback-direct", "used O_DIRECT in xfs, but the loop device", "--direct"},
    {leave_dirty, "not-synced",
     "after 01_write was synced, 100 MiB of the 200 MiB of its files in the page cache", NULL},
    {leave_clean, "not-synced", NULL, NULL},
    {leave_dirty_in_memory, "not-synced", NULL, NULL},
    {leave_dirty_when_stopped, "not-synced", NULL, NULL},
    {mount_volatile, "not-synced", "fsync does nothing on '/mnt/pfs' (overlay mounted", NULL},
    {leave_disks_idle, "not-synced",
     "01_write wrote and synced 128 GiB, but the disks of the nodes got 6.00 MiB", NULL},
    {leave_other_disks_idle, "not-synced", NULL, NULL},
    {dirty_the_device, "doubtful-direct",
     "01_write wrote 128 GiB with O_DIRECT, but 120 GiB became dirty", NULL},
    {dirty_the_node, "doubtful-direct", NULL, NULL},
    {read_from_a_daemon, "cached-reads",
     "02_read read 128 GiB, but disks and networks of the nodes delivered 16.0 MiB", "page cache"},
    {read_from_servers, "cached-reads", NULL, NULL},
    {pace_a_held_device, "held-above-device", NULL, NULL},
    {pace_busy_writers, "processor-bound", NULL, NULL},
    {pace_shallow_writers, "depth-one", NULL, NULL},
    {place_unequally, "nodes-disagree", NULL, NULL},
    {share_unequally, "slow-rank", NULL, NULL},
    {spoil_target_rate, "nodes-disagree", NULL, NULL},
    {spoil_target_rate, "slow-rank", NULL, NULL},
    {use_targets_unequally, "slow-target", NULL, NULL},
    {use_targets_by_few_writers, "slow-target", NULL, NULL},
    {slow_down_a_target, "slow-target", "(p99 1.23 ms), the other one", NULL},
    {skew_on_few_cores, "start-skew", "no more ranks than the 2 cores of n002", "load"},
    {skew_under_load, "start-skew", "other processes used n002 (load 3.1", "no more ranks"},
    {skew_on_idle_cores, "start-skew", "see what else ran on that node", "load "},
};

static void advice_fits_the_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record record;
        good_record(&record);
        cases[i].spoil(&record);
        sample_totals(&record);
        assert_int_equal(advice_consider(&record), 0);
        const struct record_advice *advice = find(&record, cases[i].code);
        if (!advice != !cases[i].expected)
            fail_msg("case %zu: '%s': %s", i, cases[i].code, advice ? advice->text : "not raised");
        if (advice && !strstr(advice->text, cases[i].expected))
            fail_msg("case %zu: '%s' does not contain '%s'", i, advice->text, cases[i].expected);
        if (advice && cases[i].unexpected && strstr(advice->text, cases[i].unexpected))
            fail_msg("case %zu: '%s' contains '%s'", i, advice->text, cases[i].unexpected);
        record_release(&record);
    }
}

/* Where caches below the page cache cannot be seen, nothing is called cold. */
static void caches_below_the_client_are_unknown(void **state)
{
    (void)state;
    struct record_phase phase = {
        .reads = 1,
        .cache_state = CACHE_CLIENT_COLD,
        .total.counters = {.sampled_before_pages = 16384},
    };
    words_fill(&phase);
    assert_string_equal(phase.cache,
                        "page cache of the client empty (0 of 16384 sampled pages were in the page "
                        "cache before); caches of daemon and servers unknown");
    phase.cache_state = CACHE_CLIENT_BYPASSED;
    phase.cache[0] = 0;
    words_fill(&phase);
    assert_string_equal(phase.cache, "page cache of the client bypassed (O_DIRECT); caches of "
                                     "daemon and servers unknown");
}

/* What decided is on the line. */
static void the_cache_line_shows_what_it_rests_on(void **state)
{
    static const struct {
        struct counters counters;
        const char *shown; /* NULL = nothing is shown of dirty pages */
    } lines[] = {
        {{.dirtied_bytes = 3 << 20, .dirtied_of_node = 1},
         "; 3.00 MiB became dirty in the page cache (node, all processes)\n"},
        {{.dirtied_bytes = 3 << 20, .dirtied_of_device = 1},
         "; 3.00 MiB became dirty in the page cache (device)\n"},
        {{.dirtied_bytes = 0}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct record record = {0};
        struct record_phase phase = {.writes = 1, .amount = 1 << 30, .node_count = 1};
        struct text out = {0};
        phase.total.counters = lines[i].counters;
        phase.total.counters.sampled_pages = 512;
        phase.total.modes.direct_in_effect = TRUTH_YES;
        phase.total.modes.direct_cause = DIRECT_NOT_REPORTED;
        summary_cache(&record, &phase, &out);
        char *flat = strdup(text_string(&out));
        for (char *at = flat; (at = strstr(at, "\n            "));)
            memmove(at + 1, at + 13, strlen(at + 13) + 1), *at = ' ';
        if (lines[i].shown ? !strstr(flat, lines[i].shown) : strstr(flat, "dirty") != NULL)
            fail_msg("%s", flat);
        free(flat);
        text_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advice_fits_the_run),
        cmocka_unit_test(the_cache_line_shows_what_it_rests_on),
        cmocka_unit_test(caches_below_the_client_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
