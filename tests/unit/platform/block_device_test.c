/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/block_device.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_host.h"
#include "unit.h"

static void a_device_of_this_host_has_a_queue(void **state)
{
    (void)state;
    struct record_block_device device;
    char name[RECORD_NAME] = "";
    DIR *list = opendir("/sys/class/block");
    for (const struct dirent *entry; list && !name[0] && (entry = readdir(list));)
        if (entry->d_name[0] != '.')
            snprintf(name, sizeof name, "%.60s", entry->d_name);
    if (list)
        closedir(list);
    if (!name[0])
        skip_because("no block devices here");
    assert_int_equal(block_device_detect("", name, &device), 0);
    assert_true(device.rotational >= 0 && device.rotational <= 1);
    assert_true(device.logical_block_bytes >= 512);
    assert_true(device.physical_block_bytes >= device.logical_block_bytes);
    assert_true(device.numa_node >= -1);
    assert_null(strchr(device.scheduler, '['));
    assert_int_equal(device.before_ns, 0);
    block_devices_measure(&device, 1, 2000000);
    assert_true(device.before_ns >= 2000000);
    assert_true(device.before_busy_ns >= 0 && device.before_read_bytes >= 0);
}

static void an_unknown_device_is_an_error(void **state)
{
    (void)state;
    struct record_block_device device;
    assert_true(block_device_detect("", "no-such-device", &device) < 0);
    assert_true(block_device_detect("", "", &device) < 0);
    assert_true(block_device_detect("", "../net", &device) < 0);
    assert_int_equal(device.numa_node, -1);
    assert_int_equal(device.queue_requests, -1);
}

/* Creates a block device on the fake host, at 'place' below sys/devices. */
static void fake_device(const char *name, const char *place)
{
    char target[SCRATCH_PATH];
    fake_device_file(place, "size", "1024\n");
    snprintf(target, sizeof target, "../../devices/%s", place);
    fake_link("sys/class/block", name, target);
}

static const char nvme[] = "pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme0/nvme0n1";

static void fake_nvme(void)
{
    static const char function[] = "pci0000:00/0000:00:01.0/0000:01:00.0";
    fake_device("nvme0n1", nvme);
    fake_device_file(nvme, "queue/scheduler", "[none] mq-deadline kyber\n");
    fake_device_file(nvme, "queue/write_cache", "write through\n");
    fake_device_file(nvme, "queue/rotational", "0\n");
    fake_device_file(nvme, "queue/nr_requests", "1023\n");
    fake_device_file(nvme, "queue/max_sectors_kb", "128\n");
    fake_device_file(nvme, "queue/read_ahead_kb", "256\n");
    fake_device_file(nvme, "queue/wbt_lat_usec", "2000\n");
    fake_device_file(nvme, "queue/logical_block_size", "512\n");
    fake_device_file(nvme, "queue/physical_block_size", "4096\n");
    fake_device_file(nvme, "device/model", "EXCELLENT FLASH 3840   \n");
    fake_device_file(nvme, "device/transport", "pcie\n");
    fake_device_file(function, "current_link_speed", "8.0 GT/s PCIe\n");
    fake_device_file(function, "current_link_width", "4\n");
    fake_device_file(function, "max_link_speed", "16.0 GT/s PCIe\n");
    fake_device_file(function, "max_link_width", "4\n");
    fake_device_file(function, "numa_node", "1\n");
}

static void all_settings_are_read(void **state)
{
    (void)state;
    struct record_block_device device;
    fake_nvme();
    assert_int_equal(block_device_detect(fake_root, "nvme0n1", &device), 0);
    assert_string_equal(device.name, "nvme0n1");
    assert_string_equal(device.kind, "nvme");
    assert_int_equal(device.bus, BUS_PCIE_NVME);
    assert_string_equal(device.model, "EXCELLENT FLASH 3840");
    assert_string_equal(device.scheduler, "none");
    assert_string_equal(device.write_cache, "write through");
    assert_int_equal(device.rotational, 0);
    assert_int_equal(device.queue_requests, 1023);
    assert_int_equal(device.request_bytes, 131072);
    assert_int_equal(device.read_ahead_bytes, 262144);
    assert_int_equal(device.throttle_ns, 2000000);
    assert_int_equal(device.poll_queues, -1);
    assert_int_equal(device.logical_block_bytes, 512);
    assert_int_equal(device.physical_block_bytes, 4096);
    assert_int_equal(device.link_transfers_per_s, 8000000000);
    assert_int_equal(device.link_most_per_s, 16000000000);
    assert_int_equal(device.link_width, 4);
    assert_int_equal(device.link_most_width, 4);
    assert_int_equal(device.numa_node, 1);
}

static void a_partition_is_its_disk(void **state)
{
    (void)state;
    struct record_block_device device;
    char place[SCRATCH_PATH];
    fake_nvme();
    snprintf(place, sizeof place, "%s/nvme0n1p2", nvme);
    fake_device("nvme0n1p2", place);
    fake_device_file(place, "partition", "2\n");
    assert_int_equal(block_device_detect(fake_root, "nvme0n1p2", &device), 0);
    assert_string_equal(device.name, "nvme0n1");
    assert_int_equal(device.queue_requests, 1023);
}

static void kinds_are_detected(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *place;
        const char *file;
        const char *text;
        const char *kind;
    } cases[] = {
        {"sda", "pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0/block/sda", NULL, NULL,
         "sata"},
        {"sdb", "pci0000:00/0000:02:00.0/host0/port-0:0/end_device-0:0/block/sdb", NULL, NULL,
         "sas"},
        {"sdc", "pci0000:00/0000:02:00.0/host0/port-0:1/end_device-0:1/block/sdc", "device/vendor",
         "ATA     \n", "sata"},
        {"sdd", "pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0/host6/block/sdd", NULL, NULL, "usb"},
        {"sde", "platform/host7/session1/target7:0:0/7:0:0:0/block/sde", NULL, NULL, "iscsi"},
        {"sdf", "somewhere/block/sdf", NULL, NULL, "scsi"},
        {"vda", "pci0000:00/0000:00:02.0/virtio1/block/vda", NULL, NULL, "virtio"},
        {"nvme7n1", "virtual/nvme-fabrics/ctl/nvme7/nvme7n1", "device/transport", "tcp\n",
         "nvme-tcp"},
        {"dm-3", "virtual/block/dm-3", "dm/uuid", "LVM-0aBcDe\n", "device mapper (LVM)"},
        {"dm-4", "virtual/block/dm-4", NULL, NULL, "device mapper"},
        {"md127", "virtual/block/md127", "md/level", "raid5\n", "md raid5"},
        {"loop4", "virtual/block/loop4", NULL, NULL, "loop"},
        {"zram0", "virtual/block/zram0", NULL, NULL, "ram"},
        {"strange0", "virtual/block/strange0", NULL, NULL, "unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record_block_device device;
        fake_device(cases[i].name, cases[i].place);
        if (cases[i].file)
            fake_device_file(cases[i].place, cases[i].file, cases[i].text);
        assert_int_equal(block_device_detect(fake_root, cases[i].name, &device), 0);
        assert_string_equal(device.kind, cases[i].kind);
        assert_int_equal(device.bus, strcmp(device.kind, "sata") == 0 ? BUS_SATA : BUS_OTHER);
    }
}

static void a_multipath_disk_has_the_link_of_its_first_controller(void **state)
{
    (void)state;
    static const char function[] = "pci0000:00/0000:05:00.0";
    static const char disk[] = "virtual/nvme-subsystem/nvme-subsys3/nvme3n1";
    struct record_block_device device;
    fake_device("nvme3n1", disk);
    fake_device_file("pci0000:00/0000:05:00.0/nvme/nvme3", "transport", "pcie\n");
    fake_device_file(function, "current_link_speed", "32.0 GT/s PCIe\n");
    fake_device_file(function, "current_link_width", "2\n");
    fake_link("sys/devices/virtual/nvme-subsystem/nvme-subsys3", "nvme3",
              "../../../pci0000:00/0000:05:00.0/nvme/nvme3");
    assert_int_equal(block_device_detect(fake_root, "nvme3n1", &device), 0);
    assert_string_equal(device.kind, "nvme");
    assert_int_equal(device.link_transfers_per_s, 32000000000);
    assert_int_equal(device.link_width, 2);
}

/* dm-0 is on md0 and sda; md0 is on nvme0n1 and a partition of sda. */
static void each_part_is_listed_once_after_its_device(void **state)
{
    (void)state;
    struct record_block_device *devices = NULL;
    size_t count = 0;
    fake_nvme();
    fake_device("dm-0", "virtual/block/dm-0");
    fake_device("md0", "virtual/block/md0");
    fake_device("sda", "pci0000:00/ata1/block/sda");
    fake_device("sda3", "pci0000:00/ata1/block/sda/sda3");
    fake_device_file("pci0000:00/ata1/block/sda/sda3", "partition", "3\n");
    fake_device_file("virtual/block/dm-0", "slaves/md0", "");
    fake_device_file("virtual/block/dm-0", "slaves/sda", "");
    fake_device_file("virtual/block/md0", "slaves/nvme0n1", "");
    fake_device_file("virtual/block/md0", "slaves/sda3", "");
    assert_int_equal(block_devices_add(fake_root, "dm-0", &devices, &count), 0);
    assert_int_equal(block_devices_add(fake_root, "sda3", &devices, &count), 0);
    assert_int_equal(block_devices_add(fake_root, "gone", &devices, &count), 0);
    assert_int_equal(count, 4);
    static const char *const expected[][2] = {
        {"dm-0", ""}, {"md0", "dm-0"}, {"sda", "dm-0"}, {"nvme0n1", "md0"}};
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(devices[i].name, expected[i][0]);
        assert_string_equal(devices[i].above, expected[i][1]);
    }
    free(devices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_of_this_host_has_a_queue),
        cmocka_unit_test(an_unknown_device_is_an_error),
        cmocka_unit_test_setup_teardown(all_settings_are_read, fake_host_begin, fake_host_end),
        cmocka_unit_test_setup_teardown(a_partition_is_its_disk, fake_host_begin, fake_host_end),
        cmocka_unit_test_setup_teardown(kinds_are_detected, fake_host_begin, fake_host_end),
        cmocka_unit_test_setup_teardown(a_multipath_disk_has_the_link_of_its_first_controller,
                                        fake_host_begin, fake_host_end),
        cmocka_unit_test_setup_teardown(each_part_is_listed_once_after_its_device, fake_host_begin,
                                        fake_host_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
