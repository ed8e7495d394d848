/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "property.h"

#include "plan/rewrites.h"

enum { PLACES = 400, PHASES = 20, ROUNDS = 300 };

/* What really happened to each request: bit g is set if it may hold generation g. */
struct truth {
    uint32_t may[PLACES];
};

static uint64_t some_places(struct property *property, uint64_t end, uint64_t rarity,
                            bool in[PLACES], uint64_t places[PLACES])
{
    uint64_t count = 0;
    memset(in, 0, PLACES * sizeof *in);
    for (uint64_t place = 0; place < end && rarity; place++)
        if (!property_below(property, rarity)) {
            in[place] = true;
            places[count++] = place;
        }
    return count;
}

/* Most phases only write; mixed ones may choose the same requests again. */
static struct mix random_mix(struct property *property)
{
    static const uint64_t reads[] = {MIX_ALL / 10 * 7, MIX_ALL / 2, 1, MIX_ALL - 1, MIX_ALL};
    if (property_below(property, 2))
        return (struct mix){0};
    return (struct mix){
        .reads = reads[property_below(property, 5)],
        .key = (uint32_t)property_below(property, 3),
    };
}

/* A phase that sends the first requests in place; some fail, and are sent or not. */
static void random_rewrite(struct property *property, uint64_t generation,
                           const struct acknowledged *written, struct rewrite *rewrite,
                           struct truth *truth)
{
    bool missed[PLACES];
    bool failed[PLACES];
    uint64_t missing[PLACES];
    uint64_t sent[PLACES];
    uint64_t sent_count = 0;
    uint64_t end = property_below(property, 3) ? property_below(property, written->issued + 1)
                                               : written->issued;
    uint64_t rarity = property_below(property, 3) ? 0 : 2 + property_below(property, 60);
    uint64_t missing_count = some_places(property, end, rarity, missed, missing);
    memset(failed, 0, sizeof failed);
    for (uint64_t i = 0; i < missing_count; i++)
        if (property_below(property, 2)) {
            failed[missing[i]] = true;
            sent[sent_count++] = missing[i];
        }
    *rewrite = (struct rewrite){.generation = generation, .mix = random_mix(property)};
    acknowledged_from(&rewrite->done, end, 1, missing, missing_count);
    unsettled_from(&rewrite->unsettled, missing_count > ACKNOWLEDGED_HOLES ? end : 0, sent,
                   sent_count);
    for (uint64_t place = 0; place < end; place++)
        if (mix_reads(&rewrite->mix, place))
            continue;
        else if (!missed[place])
            truth->may[place] = 1u << generation;
        else if (failed[place])
            truth->may[place] |= 1u << generation;
}

static uint32_t bits_of(const struct generations *at)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < at->count; i++) {
        assert_int_equal(bits & (1u << at->all[i]), 0);
        bits |= 1u << at->all[i];
    }
    return bits;
}

/* Exactly what each request may hold is known, wherever it can still be read. Only a list of more
 * failures than fit may be shown as more than there were. */
static void test_each_request_has_its_generations(void **state)
{
    (void)state;
    struct property property = property_start("rewrites");
    for (int round = 0; round < ROUNDS; round++) {
        struct truth truth;
        struct rewrites rewrites;
        struct acknowledged written;
        uint64_t count = 1 + property_below(&property, PLACES);
        bool exact = true;
        acknowledged_all(&written, count, count);
        rewrites_start(&rewrites, 0);
        for (uint64_t place = 0; place < count; place++)
            truth.may[place] = 1;
        for (uint64_t phase = 1; phase <= PHASES; phase++) {
            struct rewrite rewrite;
            random_rewrite(&property, phase, &written, &rewrite, &truth);
            exact &= rewrite.unsettled.below == 0 && rewrite.done.hole_count < ACKNOWLEDGED_HOLES;
            rewrites_add(&rewrites, &rewrite, 0, &written);
            assert_true(rewrites.count <= REWRITES_KEPT);
            for (uint64_t place = 0; place < count; place++) {
                struct generations at;
                if (!acknowledged_has(&written, place))
                    continue;
                rewrites_at(&rewrites, place, &at);
                if (exact)
                    assert_int_equal(bits_of(&at), truth.may[place]);
                else
                    assert_int_equal(bits_of(&at) & truth.may[place], truth.may[place]);
            }
        }
    }
}

/* Complete rewrites leave nothing behind, however many there are. */
static void test_a_whole_rewrite_replaces_all_before(void **state)
{
    (void)state;
    struct rewrites rewrites;
    struct acknowledged written;
    struct generations at;
    acknowledged_all(&written, 10, 10);
    rewrites_start(&rewrites, 3);
    for (uint64_t i = 4; i < 20; i++) {
        struct rewrite rewrite = {.generation = i};
        acknowledged_all(&rewrite.done, i % 2 ? 10 : 5, 10);
        rewrites_add(&rewrites, &rewrite, 0, &written);
        assert_int_equal(rewrites.count, i % 2 ? 0 : 1);
    }
    rewrites_at(&rewrites, 9, &at);
    assert_int_equal(at.count, 1);
    assert_int_equal(at.all[0], 19);
    assert_int_equal(written.issued, 10);
}

static void test_places_as_text(void **state)
{
    (void)state;
    static const char *const wrong[] = {"-", "1-2", "0-5,4", "3,3", "0-", "7,", "x", "1 2"};
    struct unsettled set;
    uint64_t places[300];
    for (uint64_t i = 0; i < 300; i++)
        places[i] = 2 * (299 - i);
    unsettled_from(&set, 0, places, 300);
    assert_int_equal(set.count, ACKNOWLEDGED_HOLES);
    assert_int_equal(set.below, 2 * (300 - ACKNOWLEDGED_HOLES - 1) + 1);
    for (int few = 0; few < 2; few++) {
        struct text text = {0};
        struct text again = {0};
        struct unsettled read;
        unsettled_print(&set, &text);
        assert_int_equal(unsettled_parse(&read, text_string(&text), NULL), 0);
        unsettled_print(&read, &again);
        assert_string_equal(text_string(&text), text_string(&again));
        text_release(&text);
        text_release(&again);
        unsettled_from(&set, 0, (uint64_t[]){9, 4, 5}, 3);
    }
    assert_int_equal(unsettled_parse(&set, "", NULL), 0);
    assert_int_equal(set.count + set.below, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(unsettled_parse(&set, wrong[i], NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_request_has_its_generations),
        cmocka_unit_test(test_a_whole_rewrite_replaces_all_before),
        cmocka_unit_test(test_places_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
