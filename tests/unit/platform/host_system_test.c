/* SPDX-License-Identifier: Apache-2.0 */
#include "host_system.h"

#include <sys/resource.h>

#include "fake_host.h"
#include "platform/host.h"
#include "unit.h"

static void missing_facts_are_unknown(void **state)
{
    (void)state;
    struct record_node node = {0};
    host_system_detect(fake_root, &node);
    assert_string_equal(node.operating_system, "unknown");
    assert_string_equal(node.virtual_machine, "unknown");
    assert_string_equal(node.container, "unknown");
    assert_string_equal(node.clock_source, "unknown");
    assert_string_equal(node.cpu_governor, "unknown");
    assert_int_equal(node.cpu_least_hz, -1);
    assert_int_equal(node.cpu_most_hz, -1);
    assert_int_equal(node.memory_available_bytes, -1);
    assert_int_equal(node.swap_bytes, -1);
    assert_int_equal(node.uring_disabled, -1);
    assert_int_equal(node.dirty_limit_percent, -1);
    assert_int_equal(node.dirty_limit_bytes, -1);
}

static void facts_are_read(void **state)
{
    (void)state;
    struct record_node node = {0};
    fake_file("etc/os-release",
              "NAME=Rocky\nPRETTY_NAME=\"Rocky Linux 9.4 (Blue Onyx)\"\nID=rocky\n");
    fake_file("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "performance\n");
    fake_file("sys/devices/system/cpu/cpufreq/policy0/scaling_min_freq", "1500000\n");
    fake_file("sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq", "3700000\n");
    fake_file("sys/devices/system/cpu/cpufreq/policy12/scaling_governor", "performance\n");
    fake_file("sys/devices/system/cpu/cpufreq/policy12/scaling_min_freq", "800000\n");
    fake_file("sys/devices/system/cpu/cpufreq/policy12/scaling_max_freq", "3200000\n");
    fake_file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    fake_file("sys/class/dmi/id/sys_vendor", "QEMU\n");
    fake_file("proc/meminfo", "MemTotal: 900 kB\nMemAvailable:  512 kB\nSwapTotal:       0 kB\n");
    fake_file("proc/sys/kernel/io_uring_disabled", "2\n");
    fake_file("proc/sys/vm/dirty_ratio", "20\n");
    fake_file("proc/sys/vm/dirty_bytes", "0\n");
    host_system_detect(fake_root, &node);
    assert_string_equal(node.operating_system, "Rocky Linux 9.4 (Blue Onyx)");
    assert_string_equal(node.cpu_governor, "performance");
    assert_int_equal(node.cpu_least_hz, 800000000);
    assert_int_equal(node.cpu_most_hz, 3700000000);
    assert_string_equal(node.clock_source, "tsc");
    assert_string_equal(node.virtual_machine, "qemu");
    assert_int_equal(node.memory_available_bytes, 524288);
    assert_int_equal(node.swap_bytes, 0);
    assert_int_equal(node.uring_disabled, 2);
    assert_int_equal(node.dirty_limit_percent, 20);
    assert_int_equal(node.dirty_limit_bytes, 0);
}

static void the_soft_limit_of_open_files_is_used(void **state)
{
    (void)state;
    struct record_node node = {0};
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    limit.rlim_cur = 200;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    host_system_detect(fake_root, &node);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(node.open_files_limit, 200);
}

static void different_governors_are_mixed(void **state)
{
    (void)state;
    struct record_node node = {0};
    fake_file("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "performance\n");
    fake_file("sys/devices/system/cpu/cpufreq/policy1/scaling_governor", "powersave\n");
    fake_file("sys/devices/system/cpu/cpufreq/boost", "1\n");
    host_system_detect(fake_root, &node);
    assert_string_equal(node.cpu_governor, "mixed");
}

static void quotes_of_the_system_name_are_removed(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"PRETTY_NAME=Alpine\n", "Alpine"}, {"PRETTY_NAME='It is \"it\"'\n", "It is \"it\""},
        {"PRETTY_NAME=\"\n", "\""},         {"PRETTY_NAME=\n", ""},
        {"NOT_PRETTY_NAME=x\n", "unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record_node node = {0};
        fake_file("usr/lib/os-release", cases[i][0]);
        host_system_detect(fake_root, &node);
        assert_string_equal(node.operating_system, cases[i][1]);
    }
}

static void containers_are_detected_by_their_files(void **state)
{
    (void)state;
    char name[RECORD_WORD];
    char path[SCRATCH_PATH];
    fake_file("proc/self/ns/none", "");
    assert_int_equal(symlink("pid:[4026531836]", scratch_file(path, fake_root, "proc/self/ns/pid")),
                     0);
    host_container_detect(fake_root, name);
    assert_string_equal(name, "none");
    unlink(path);
    assert_int_equal(symlink("pid:[4026532836]", path), 0);
    host_container_detect(fake_root, name);
    assert_string_equal(name, "unknown");
    fake_file(".dockerenv", "");
    host_container_detect(fake_root, name);
    assert_string_equal(name, "docker");
    fake_file("run/systemd/container", "systemd-nspawn\n");
    host_container_detect(fake_root, name);
    assert_string_equal(name, "systemd-nspawn");
}

static void hypervisors_are_named(void **state)
{
    (void)state;
    assert_string_equal(host_hypervisor_name("KVMKVMKVM\0\0\0"), "kvm");
    assert_string_equal(host_hypervisor_name("VMwareVMware"), "vmware");
    assert_string_equal(host_hypervisor_name("????????????"), "another");
}

static void the_load_is_the_first_field_of_a_complete_line(void **state)
{
    (void)state;
    assert_int_equal(host_load_parse("0.16 0.42 0.45 1/89 7732"), 160);
    assert_int_equal(host_load_parse("130.05 1.00 0.00 12/4096 1"), 130050);
    assert_int_equal(host_load_parse("0.00 0.00 0.00 1/1 1"), 0);
    assert_int_equal(host_load_parse("0.16"), -1);
    assert_int_equal(host_load_parse("nan 0.4 0.4 1/89 1"), -1);
    assert_int_equal(host_load_parse("-1 0.4 0.4 1/89 1"), -1);
    assert_int_equal(host_load_parse(""), -1);
    assert_true(host_load_thousandths() >= -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(missing_facts_are_unknown, fake_host_begin, fake_host_end),
        cmocka_unit_test_setup_teardown(facts_are_read, fake_host_begin, fake_host_end),
        cmocka_unit_test_setup_teardown(the_soft_limit_of_open_files_is_used, fake_host_begin,
                                        fake_host_end),
        cmocka_unit_test_setup_teardown(different_governors_are_mixed, fake_host_begin,
                                        fake_host_end),
        cmocka_unit_test_setup_teardown(quotes_of_the_system_name_are_removed, fake_host_begin,
                                        fake_host_end),
        cmocka_unit_test_setup_teardown(containers_are_detected_by_their_files, fake_host_begin,
                                        fake_host_end),
        cmocka_unit_test(hypervisors_are_named),
        cmocka_unit_test(the_load_is_the_first_field_of_a_complete_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
