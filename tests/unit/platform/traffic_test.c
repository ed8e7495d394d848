/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel counted, read from a fake host. */
#include "platform/traffic.h"

#include "fake_host.h"
#include "unit.h"

enum { MIB = 1 << 20 };

static void nothing_is_known_of_an_empty_host(void **state)
{
    struct traffic traffic = {.dirtied_bytes = 1, .disks = 1};
    (void)state;
    traffic_read(fake_root, "vda", &traffic);
    assert_false(traffic.of_device || traffic.of_node);
    assert_int_equal(traffic.dirtied_bytes, 0);
    assert_int_equal(traffic.disks, 0);
}

static void the_node_counts_pages(void **state)
{
    struct traffic traffic;
    (void)state;
    fake_file("proc/vmstat",
              "nr_dirty 7\nnr_dirtied 3000\nnr_written 2000\nnr_dirty_threshold 9\n");
    traffic_read(fake_root, "vda", &traffic);
    assert_false(traffic.of_device);
    assert_true(traffic.of_node);
    assert_int_equal(traffic.dirtied_bytes, 3000 * sysconf(_SC_PAGESIZE));
    assert_int_equal(traffic.written_back_bytes, 2000 * sysconf(_SC_PAGESIZE));
}

/* A partition's folder is in that of its disk, and only the disk has counters. */
static void a_device_counts_for_itself_and_its_partitions(void **state)
{
    static const char *const names[] = {"vda", "vda1"};
    struct traffic traffic;
    char link[SCRATCH_PATH];
    (void)state;
    fake_file("sys/devices/vda/dev", "254:0\n");
    fake_file("sys/devices/vda/vda1/dev", "254:1\n");
    fake_file("sys/devices/vda/vda1/partition", "1\n");
    fake_file("sys/kernel/debug/bdi/254:0/stats", "BdiWriteback:            0 kB\n"
                                                  "BdiDirtied:           5120 kB\n"
                                                  "BdiWritten:           4096 kB\n");
    fake_path(link, "sys/class/block/vda");
    assert_int_equal(symlink("../../devices/vda", link), 0);
    assert_int_equal(symlink("../../devices/vda/vda1", fake_path(link, "sys/class/block/vda1")), 0);
    for (int i = 0; i < 2; i++) {
        traffic_read(fake_root, names[i], &traffic);
        assert_true(traffic.of_device);
        assert_false(traffic.of_node);
        assert_int_equal(traffic.dirtied_bytes, 5 * MIB);
        assert_int_equal(traffic.written_back_bytes, 4 * MIB);
    }
    traffic_read(fake_root, "", &traffic); /* as of NFS: the node is counted */
    assert_true(traffic.of_node);
}

static void disks_are_counted_without_what_is_made_of_them(void **state)
{
    struct traffic traffic;
    (void)state;
    fake_file("sys/block/vda/device/vendor", "0x1af4\n");
    fake_file("sys/block/vda/stat", "1 0 2048 5 2 0 4096 6 0 7 8 0 0 0 0 0 0\n");
    fake_file("sys/block/nvme0n1/device/model", "disk\n");
    fake_file("sys/block/nvme0n1/stat", "1 0 2048 5 2 0 4096 6 0 7 8 0 0 0 0 0 0\n");
    fake_file("sys/block/dm-0/stat", "1 0 2048 5 2 0 4096 6 0 7 8 0 0 0 0 0 0\n");
    traffic_read(fake_root, "", &traffic);
    assert_int_equal(traffic.disks, 2);
    assert_int_equal(traffic.disks_read_bytes, 2 * MIB);
    assert_int_equal(traffic.disks_written_bytes, 4 * MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_of_an_empty_host),
        cmocka_unit_test(the_node_counts_pages),
        cmocka_unit_test(a_device_counts_for_itself_and_its_partitions),
        cmocka_unit_test(disks_are_counted_without_what_is_made_of_them),
    };
    return cmocka_run_group_tests(tests, fake_host_begin, fake_host_end);
}
