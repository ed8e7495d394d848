/* SPDX-License-Identifier: Apache-2.0 */
/* The line that shows which node's data each node used. */
#include "report/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample_record.h"

static const struct summary_style plain = {.utf8 = true};

/* Six nodes; the third reads what another container on its kernel wrote. */
static void the_source_of_each_nodes_data_is_shown(void **state)
{
    (void)state;
    enum { NODES = 6 };
    static const struct sample many = {NODES, NODES, INT64_C(8) << 30, 2048, 3.1e9, false};
    struct record record;
    struct text out = {0};
    sample_record(&record, &many);
    struct record_phase *read = &record.phases[1];
    read->readers = calloc(NODES, sizeof *read->readers);
    read->reader_count = NODES;
    for (int i = 0; i < NODES; i++) {
        struct record_reader *reader = &read->readers[i];
        snprintf(reader->node, sizeof reader->node, "n%d", i);
        snprintf(reader->written_node, sizeof reader->written_node, "n%d", (i + 1) % NODES);
        snprintf(reader->boot_id, sizeof reader->boot_id, "b%d", i);
        snprintf(reader->written_boot_id, sizeof reader->written_boot_id, "b%d",
                 i == 2 ? i : (i + 1) % NODES);
    }
    summary_write(&record, &plain, &out);
    assert_non_null(
        strstr(text_string(&out),
               "source    5 of 6 ranks used what another kernel had written (by boot id): "
               "n0 from n1, n1"));
    assert_non_null(strstr(text_string(&out), "n3 from n4, n4 from n5, ..."));
    text_release(&out);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_source_of_each_nodes_data_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
