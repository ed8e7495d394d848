/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/networks.h"

#include <string.h>

#include "fake_host.h"
#include "unit.h"

static void the_loopback_is_not_listed(void **state)
{
    (void)state;
    struct record_network *networks = NULL;
    size_t count = 0;
    assert_int_equal(networks_detect("", &networks, &count), 0);
    for (size_t i = 0; i < count; i++) {
        assert_string_not_equal(networks[i].name, "lo");
        assert_true(networks[i].numa_node >= -1);
    }
    free(networks);
}

static void fake_interfaces(void)
{
    fake_file("sys/class/net/lo/operstate", "unknown\n");
    fake_file("sys/class/net/eth10/speed", "-1\n");
    fake_file("sys/class/net/eth10/device/vendor", "0x8086\n");
    fake_file("sys/class/net/eth2/speed", "25000\n");
    fake_file("sys/class/net/eth2/mtu", "9000\n");
    fake_file("sys/class/net/eth2/operstate", "up\n");
    fake_file("sys/class/net/eth2/device/numa_node", "1\n");
    fake_file("sys/bus/pci/drivers/ice/bind", "");
    fake_link("sys/class/net/eth2/device", "driver", "../../../../bus/pci/drivers/ice");
    fake_file("sys/class/net/bond0/bonding/mode", "802.3ad 4\n");
    fake_file("sys/class/net/bond0/speed", "50000\n");
    fake_file("sys/class/net/veth3/speed", "10000\n");
}

static void fake_infiniband(void)
{
    fake_file("sys/class/infiniband/mlx5_0/ports/1/rate", "200 Gb/sec (4X HDR)\n");
    fake_file("sys/class/infiniband/mlx5_0/ports/1/state", "4: ACTIVE\n");
    fake_file("sys/class/infiniband/mlx5_0/ports/1/link_layer", "InfiniBand\n");
    fake_file("sys/class/infiniband/mlx5_0/device/numa_node", "0\n");
    fake_file("sys/class/infiniband/mlx5_1/ports/1/rate", "2.5 Gb/sec (1X SDR)\n");
    fake_file("sys/class/infiniband/mlx5_1/ports/1/state", "1: DOWN\n");
    fake_file("sys/class/infiniband/mlx5_1/ports/1/link_layer", "Ethernet\n");
}

static void assert_network(const struct record_network *network, const char *name,
                           enum record_network_kind kind, const char *status, int64_t bits_per_s)
{
    assert_string_equal(network->name, name);
    assert_int_equal(network->kind, kind);
    assert_string_equal(network->state, status);
    assert_int_equal(network->down, strcmp(status, "down") == 0);
    assert_int_equal(network->bits_per_s, bits_per_s);
}

static void interfaces_and_ports_are_listed_in_order(void **state)
{
    (void)state;
    struct record_network *networks = NULL;
    size_t count = 0;
    fake_interfaces();
    fake_infiniband();
    assert_int_equal(networks_detect(fake_root, &networks, &count), 0);
    assert_int_equal(count, 5);
    assert_network(&networks[0], "bond0", NETWORK_BOND, "", 50000000000);
    assert_network(&networks[1], "eth2", NETWORK_INTERFACE, "up", 25000000000);
    assert_network(&networks[2], "eth10", NETWORK_INTERFACE, "", -1);
    assert_network(&networks[3], "mlx5_0:1", NETWORK_INFINIBAND, "active", 200000000000);
    assert_network(&networks[4], "mlx5_1:1", NETWORK_RDMA_OVER_ETHERNET, "down", 2500000000);
    assert_string_equal(networks[1].driver, "ice");
    assert_int_equal(networks[1].mtu_bytes, 9000);
    assert_int_equal(networks[1].numa_node, 1);
    assert_int_equal(networks[2].mtu_bytes, -1);
    assert_int_equal(networks[3].numa_node, 0);
    free(networks);
}

static void a_host_without_networks_has_an_empty_list(void **state)
{
    (void)state;
    struct record_network *networks = NULL;
    size_t count = 7;
    assert_int_equal(networks_detect(fake_root, &networks, &count), 0);
    assert_int_equal(count, 0);
    assert_null(networks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loopback_is_not_listed),
        cmocka_unit_test_setup_teardown(interfaces_and_ports_are_listed_in_order, fake_host_begin,
                                        fake_host_end),
        cmocka_unit_test_setup_teardown(a_host_without_networks_has_an_empty_list, fake_host_begin,
                                        fake_host_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
