/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation in folders without I/O fails in turn: nothing crashes or leaks, and a function
 * that reports success must have the same output as with enough memory, e.g. no line may be missing
 * in a text.
 *
 * The linker replaces the allocating calls of tidemill by those below (--wrap).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "options/arguments.h"
#include "options/help.h"
#include "plan/defaults.h"
#include "plan/plan.h"
#include "plan/reading.h"
#include "report/advice.h"
#include "report/summary.h"
#include "sample_record.h"

static long until_failure; /* < 0: none fails */
static bool failed;

static bool fails(void)
{
    if (until_failure < 0 || until_failure-- > 0)
        return false;
    until_failure = -1;
    failed = true;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t most);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t most)
{
    return fails() ? NULL : __real_strndup(text, most);
}

/* A function to test: its output in 'out'; 0 or -errno. */
typedef int work(struct text *out, struct failure *why);

static char *reference(work *one)
{
    struct text out = {0};
    struct failure why = {0};
    if (one(&out, &why))
        fail_msg("with enough memory: %s", why.text);
    assert_false(out.failed);
    return out.data;
}

static void fail_each_allocation(work *one, const char *name)
{
    char *expected = reference(one);
    long number = 0;
    for (failed = true; failed; number++) {
        struct text out = {0};
        struct failure why = {0};
        failed = false;
        until_failure = number;
        int result = one(&out, &why);
        until_failure = -1;
        if (result) {
            if (!failed || result != -ENOMEM || why.code != result || !why.text[0])
                fail_msg("%s, allocation %ld: %d '%s'", name, number, result, why.text);
        } else if (!out.failed && strcmp(text_string(&out), expected)) {
            fail_msg("%s, allocation %ld: reports success, but this output is wrong:\n%s", name,
                     number, text_string(&out));
        }
        text_release(&out);
    }
    assert_true(number > 1);
    print_message("%s: %ld allocations failed in turn\n", name, number - 1);
    free(expected);
}

static int read_arguments(struct options *options, struct failure *why)
{
    static const char *const words[] = {
        "run",           "--size",     "64MiB",    "--layout=writer",
        "--phases",      "write,read", "--label",  "two words # \"q\"",
        "--writers",     "3",          "--result", "r.h5",
        "--buffer-size", "1MiB",       "/pfs/a",   "/pfs/b with space"};
    bool help;
    int count = sizeof words / sizeof *words;
    if (options_init(options, why) ||
        arguments_parse(options, count, (char *const *)(uintptr_t)words, &help, why))
        return why->code;
    return options_check(options, why);
}

static int do_arguments(struct text *out, struct failure *why)
{
    struct options options;
    if (!read_arguments(&options, why))
        options_print_canonical(&options, out);
    options_release(&options);
    return why->code;
}

static int do_settings(struct text *out, struct failure *why)
{
    static const char settings[] =
        "# settings\nsize = 4MiB # small\ntarget = /a\ntarget = \"/b c\"\n"
        "label = \"x\\ty\"\nphases = write,verify\nkeep = yes\n";
    struct options options;
    if (!options_init(&options, why) &&
        !options_read(&options, settings, "settings", SOURCE_FILE, false, why))
        options_pack(&options, out);
    options_release(&options);
    return why->code;
}

static int do_help(struct text *out, struct failure *why)
{
    (void)why;
    help_run(out);
    help_overview(out);
    return 0;
}

static int print_reading(const struct plan *plan, struct text *out, struct failure *why)
{
    enum { WRITERS_MOST = 64 };
    static const struct acknowledged sets[WRITERS_MOST] = {{.issued = 5}, {.issued = 9}};
    const struct reading_setup setup = {
        .written = &plan->geometry, .acknowledged = sets, .request_bytes = 4096, .threads = 3};
    struct reading reading;
    struct amount amount;
    assert_true(plan->geometry.setup.writers_per_rank <= WRITERS_MOST);
    if (reading_init(&reading, &setup, why))
        return why->code;
    reading_count(&reading, &amount);
    text_add(out, "%llu\n", (unsigned long long)amount.bytes);
    reading_release(&reading);
    return 0;
}

static int print_plan(struct plan *plan, const struct run_settings *run, struct text *out,
                      struct failure *why)
{
    plan_describe(plan, run, NULL, out);
    if (plan_shift(plan, 1, why))
        return why->code;
    for (uint32_t rank = 0; rank < plan->setup.shape.rank_count; rank++) {
        struct share share;
        geometry_share(&plan->geometry, rank, 0, &share);
        plan_path(plan, rank, 0, &share, out);
        text_add(out, " %u\n", plan->reads_of[rank]);
    }
    return print_reading(plan, out, why);
}

static int do_plan(struct text *out, struct failure *why)
{
    static const struct capacity capacity = {
        .cpus = 4, .memory_bytes = UINT64_C(4) << 30, .cache_bytes = 8 << 20, .depth_max = 64};
    static const uint32_t rank_node[] = {0, 1, 0, 1, 2};
    static const enum target_kind kinds[] = {TARGET_DIRECTORY, TARGET_DIRECTORY};
    struct options options;
    struct plan plan = {0};
    struct plan_setup setup = {
        .settings = &options.common,
        .writes = true,
        .shape = {.rank_count = 5, .node_count = 3, .rank_node = rank_node},
        .target_kinds = kinds,
        .run_id = "0123456789abcdef",
    };
    if (!read_arguments(&options, why) && !defaults_fit_run(&options.run, false, why) &&
        !defaults_fit(&options.common, &capacity, 7, why) && !plan_init(&plan, &setup, why))
        print_plan(&plan, &options.run, out, why);
    plan_release(&plan);
    options_release(&options);
    return why->code;
}

static int do_holes(struct text *out, struct failure *why)
{
    struct acknowledged set;
    uint64_t missing[] = {5, 9, 8, 30};
    acknowledged_from(&set, 40, 1000, missing, 4);
    acknowledged_print_holes(&set, out);
    return acknowledged_parse_holes(&set, "5,8-9,30", why);
}

static struct record record; /* created with enough memory */

static int do_summary(struct text *out, struct failure *why)
{
    static const struct summary_style style = {.utf8 = true, .colour = true, .verbose = true};
    (void)why;
    summary_write(&record, &style, out);
    return 0;
}

static int do_advice(struct text *out, struct failure *why)
{
    struct record own = record;
    own.advice = NULL;
    own.advice_count = 0;
    int result = advice_consider(&own);
    for (size_t i = 0; i < own.advice_count; i++) {
        text_add(out, "%s %s\n", own.advice[i].code, own.advice[i].text);
        free(own.advice[i].text);
    }
    free(own.advice);
    return result ? failure_set(why, result, "not enough memory") : 0;
}

static void each_allocation_fails_once(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        work *work;
    } works[] = {
        {"arguments", do_arguments}, {"settings", do_settings}, {"help", do_help},
        {"plan", do_plan},           {"holes", do_holes},       {"summary", do_summary},
        {"advice", do_advice},
    };
    static const struct sample sample = {.nodes = 3,
                                         .ranks = 6,
                                         .bytes_per_rank = 1 << 20,
                                         .requests_per_rank = 100,
                                         .node_rate = 1e9,
                                         .buffered = true};
    until_failure = -1;
    sample_record(&record, &sample);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        fail_each_allocation(works[i].work, works[i].name);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
