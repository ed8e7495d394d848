/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "report/live.h"

static void check(struct text *line, const char *expected)
{
    assert_string_equal(text_string(line), expected);
    assert_memory_equal(text_string(line), live_head, strlen(live_head));
    text_release(line);
}

static void seconds_and_ends_are_one_object_each(void **state)
{
    (void)state;
    struct text line = {0};
    char label[] = "a \"b\"\n\xff";
    struct record record = {.run_id = "0123", .label = label};
    struct record_phase phase = {.name = "01_write",
                                 .kind = "write",
                                 .repetition = 2,
                                 .status = RECORD_FAILED,
                                 .unit = UNIT_BYTE,
                                 .duration_ns = 1500000000,
                                 .amount = 3000,
                                 .latency = {.total = 1, .max_ns = 77}};
    struct record_live live = {.phase = &phase,
                               .unit = UNIT_BYTE,
                               .utc_ns = 1790000000123456789,
                               .elapsed_ns = 1000000000,
                               .amount = 1000,
                               .per_s = 999.6,
                               .latency_ns = 55,
                               .ranks = 3,
                               .node = "n1",
                               .node_per_s = 12.4};
    live_second(&record, &live, &line);
    check(&line, "{\"time\":\"2026-09-21T14:13:20.123Z\",\"run_id\":\"0123\","
                 "\"label\":\"a \\\"b\\\"\\n?\",\"phase\":\"01_write\",\"kind\":\"write\","
                 "\"repetition\":2,\"status\":\"running\",\"elapsed_ns\":1000000000,"
                 "\"bytes\":1000,\"rate_bytes_per_s\":1000,\"latency_max_ns\":55,"
                 "\"ranks_working\":3,\"slowest_node\":\"n1\","
                 "\"slowest_node_rate_bytes_per_s\":12}\n");
    live_end(&record, &phase, 7, 1790000000123456789, &line);
    check(&line, "{\"time\":\"2026-09-21T14:13:20.123Z\",\"run_id\":\"0123\","
                 "\"label\":\"a \\\"b\\\"\\n?\",\"phase\":\"01_write\",\"kind\":\"write\","
                 "\"repetition\":2,\"point\":7,\"status\":\"failed\",\"elapsed_ns\":1500000000,"
                 "\"bytes\":3000,\"rate_whole_bytes_per_s\":2000,\"latency_max_ns\":77}\n");
}

static void operations_have_names_of_their_own(void **state)
{
    (void)state;
    struct text line = {0};
    struct record record = {.run_id = "0123"};
    struct record_phase phase = {.name = "01_stat", .kind = "stat", .repetition = 1};
    struct record_live live = {.phase = &phase, .unit = UNIT_OPERATION, .amount = 5};
    live_second(&record, &live, &line);
    check(&line, "{\"time\":\"1970-01-01T00:00:00.000Z\",\"run_id\":\"0123\","
                 "\"phase\":\"01_stat\",\"kind\":\"stat\",\"repetition\":1,"
                 "\"status\":\"running\",\"elapsed_ns\":0,\"operations\":5,"
                 "\"rate_operations_per_s\":0,\"latency_max_ns\":0,\"ranks_working\":0}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_and_ends_are_one_object_each),
        cmocka_unit_test(operations_have_names_of_their_own),
    };
    return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
