/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/meter.h"

#include "fake_host.h"
#include "unit.h"

/* In the format of Documentation/block/stat.rst; newer kernels add columns. */
static void lines_of_old_and_new_kernels_are_parsed(void **state)
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

static void an_unknown_device_has_zero_counters(void **state)
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

static void fake_interface(const char *interface, const char *received, const char *sent)
{
    char name[256];
    snprintf(name, sizeof name, "sys/class/net/%s/statistics/rx_bytes", interface);
    fake_file(name, received);
    snprintf(name, sizeof name, "sys/class/net/%s/statistics/tx_bytes", interface);
    fake_file(name, sent);
}

static void assert_bytes(int64_t received, int64_t sent)
{
    struct meter_reading reading;
    meter_read_networks(fake_root, &reading);
    assert_int_equal(reading.received_bytes, received);
    assert_int_equal(reading.sent_bytes, sent);
}

/* First a container with a bridge, then hardware interfaces with interfaces stacked on them. */
static void stacked_interfaces_count_a_byte_once(void **state)
{
    (void)state;
    assert_bytes(0, 0);
    fake_interface("lo", "5", "5");
    fake_interface("veth0", "1000", "2000");
    fake_interface("br0", "990", "1990");
    fake_link("sys/class/net/br0", "lower_veth0", "../veth0");
    assert_bytes(1000, 2000);
    fake_interface("eth0", "30", "40");
    fake_file("sys/class/net/eth0/device/vendor", "0x8086\n");
    fake_interface("eth1", "1", "2");
    fake_file("sys/class/net/eth1/device/vendor", "0x8086\n");
    fake_interface("bond0", "31", "42");
    fake_link("sys/class/net/bond0", "lower_eth0", "../eth0");
    fake_interface("vlan7", "31", "42");
    fake_link("sys/class/net/vlan7", "lower_bond0", "../bond0");
    assert_bytes(31, 42);
    fake_interface("vf", "7", "7"); /* below a hypervisor's virtual function, both with hardware */
    fake_file("sys/class/net/vf/device/vendor", "0x15b3\n");
    fake_link("sys/class/net/eth1", "lower_vf", "../vf");
    assert_bytes(37, 47);
}

static void ports_count_ip_over_infiniband(void **state)
{
    (void)state;
    fake_file("sys/class/infiniband/mlx5_0/ports/1/counters/port_rcv_data", "100\n");
    fake_file("sys/class/infiniband/mlx5_0/ports/1/counters/port_xmit_data", "200\n");
    fake_interface("ib0", "300", "600");
    fake_file("sys/class/net/ib0/type", "32\n");
    fake_file("sys/class/net/ib0/device/infiniband/mlx5_0/node_guid", "0\n");
    fake_interface("veth0", "9", "9");
    assert_bytes(400, 800);
    fake_interface("eth0", "10", "20"); /* its port counts RDMA over Ethernet only */
    fake_file("sys/class/net/eth0/type", "1\n");
    fake_file("sys/class/net/eth0/device/infiniband/mlx5_1/node_guid", "0\n");
    fake_file("sys/class/infiniband/mlx5_1/ports/1/counters/port_rcv_data", "1\n");
    assert_bytes(414, 820);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_old_and_new_kernels_are_parsed),
        cmocka_unit_test(an_unknown_device_has_zero_counters),
        cmocka_unit_test_setup_teardown(stacked_interfaces_count_a_byte_once, fake_host_begin,
                                        fake_host_end),
        cmocka_unit_test_setup_teardown(ports_count_ip_over_infiniband, fake_host_begin,
                                        fake_host_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
