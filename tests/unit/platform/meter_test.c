#include "platform/meter.h"

#include "pretended.h"
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

static void give(const char *interface, const char *received, const char *sent)
{
    char name[256];
    snprintf(name, sizeof name, "sys/class/net/%s/statistics/rx_bytes", interface);
    pretend(name, received);
    snprintf(name, sizeof name, "sys/class/net/%s/statistics/tx_bytes", interface);
    pretend(name, sent);
}

static void assert_bytes(int64_t received, int64_t sent)
{
    struct meter_reading reading;
    meter_networks(pretended, &reading);
    assert_int_equal(reading.received_bytes, received);
    assert_int_equal(reading.sent_bytes, sent);
}

/* First as in a container, with a bridge; then hardware is found, and what stands on it. */
static void layers_count_a_byte_once(void **state)
{
    (void)state;
    assert_bytes(0, 0);
    give("lo", "5", "5");
    give("veth0", "1000", "2000");
    give("br0", "990", "1990");
    pretend_link("sys/class/net/br0", "lower_veth0", "../veth0");
    assert_bytes(1000, 2000);
    give("eth0", "30", "40");
    pretend("sys/class/net/eth0/device/vendor", "0x8086\n");
    give("eth1", "1", "2");
    pretend("sys/class/net/eth1/device/vendor", "0x8086\n");
    give("bond0", "31", "42");
    pretend_link("sys/class/net/bond0", "lower_eth0", "../eth0");
    give("vlan7", "31", "42");
    pretend_link("sys/class/net/vlan7", "lower_bond0", "../bond0");
    assert_bytes(31, 42);
    give("vf", "7", "7"); /* below a virtual function of a hypervisor, both with hardware */
    pretend("sys/class/net/vf/device/vendor", "0x15b3\n");
    pretend_link("sys/class/net/eth1", "lower_vf", "../vf");
    assert_bytes(37, 47);
}

static void ports_count_what_goes_over_infiniband(void **state)
{
    (void)state;
    pretend("sys/class/infiniband/mlx5_0/ports/1/counters/port_rcv_data", "100\n");
    pretend("sys/class/infiniband/mlx5_0/ports/1/counters/port_xmit_data", "200\n");
    give("ib0", "300", "600");
    pretend("sys/class/net/ib0/type", "32\n");
    pretend("sys/class/net/ib0/device/infiniband/mlx5_0/node_guid", "0\n");
    give("veth0", "9", "9");
    assert_bytes(400, 800);
    give("eth0", "10", "20"); /* whose port counts RDMA over Ethernet only */
    pretend("sys/class/net/eth0/type", "1\n");
    pretend("sys/class/net/eth0/device/infiniband/mlx5_1/node_guid", "0\n");
    pretend("sys/class/infiniband/mlx5_1/ports/1/counters/port_rcv_data", "1\n");
    assert_bytes(414, 820);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_old_and_new_kernels),
        cmocka_unit_test(a_device_that_is_not_there_counts_nothing),
        cmocka_unit_test_setup_teardown(layers_count_a_byte_once, pretend_begin, pretend_end),
        cmocka_unit_test_setup_teardown(ports_count_what_goes_over_infiniband, pretend_begin,
                                        pretend_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
