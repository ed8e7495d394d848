#include "platform/meter.h"

#include "unit.h"

/* As Documentation/block/stat.rst has them; newer kernels add columns. */
static void lines_of_old_and_new_kernels(void **state)
{
    (void)state;
    struct meter_reading reading = {0};
    assert_true(meter_parse("  100 1 2048 30  50 2 4096 70  3 80 90\n", &reading));
    assert_int_equal(reading.requests, 150);
    assert_int_equal(reading.read_bytes, 1 << 20);
    assert_int_equal(reading.written_bytes, 2 << 20);
    assert_int_equal(reading.request_ns, 100000000);
    assert_int_equal(reading.busy_ns, 80000000);
    assert_int_equal(reading.queue_ns, 90000000);
    assert_true(meter_parse("1 0 8 1 1 0 8 1 0 2 3 0 0 0 0 5 6", &reading));
    assert_int_equal(reading.busy_ns, 2000000);
    assert_false(meter_parse("", &reading));
    assert_false(meter_parse("1 2 3", &reading));
}

static void a_device_that_is_not_there_counts_nothing(void **state)
{
    (void)state;
    struct meter_reading before;
    struct meter_reading after;
    meter_read("no-such-device", &before);
    meter_read("", &after);
    assert_int_equal(before.busy_ns, 0);
    assert_int_equal(after.requests, 0);
    assert_true(after.at_ns >= before.at_ns && before.at_ns > 0);
    assert_true(after.received_bytes >= before.received_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_old_and_new_kernels),
        cmocka_unit_test(a_device_that_is_not_there_counts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
