/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/cgroup.h"

#include "fake_host.h"
#include "host_system.h"
#include "platform/memory.h"
#include "unit.h"

/* A host with the controllers of both versions; 'root' is the mounted part of each tree. */
static void fake_mounts(const char *root)
{
    static const char *const controllers[] = {"memory",  "cpu,cpuacct", "pids",
                                              "hugetlb", "blkio",       "cpuset"};
    char table[4096];
    int used =
        snprintf(table, sizeof table, "20 1 0:20 %s /cg/unified rw - cgroup2 cgroup2 rw\n", root);
    for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++)
        used += snprintf(table + used, sizeof table - (size_t)used,
                         "%zu 1 0:%zu %s /cg/%s rw - cgroup cgroup rw,%s\n", 30 + i, 30 + i, root,
                         controllers[i], controllers[i]);
    fake_file("proc/self/mountinfo", table);
}

static void second_version_uses_the_smallest_limit_above(void **state)
{
    (void)state;
    struct cgroup_limits limits;
    fake_mounts("/");
    fake_file("proc/self/cgroup", "0::/a/b\n");
    fake_file("cg/unified/a/memory.max", "5000000\n");
    fake_file("cg/unified/a/memory.current", "4000000\n");
    fake_file("cg/unified/a/memory.stat", "anon 1\ninactive_file 1000000\nactive_file 500000\n");
    fake_file("cg/unified/a/b/memory.max", "max\n");
    fake_file("cg/unified/a/b/cpu.max", "max 100000\n");
    fake_file("cg/unified/a/cpu.max", "150000 100000\n");
    fake_file("cg/unified/cpu.max", "400000 100000\n");
    fake_file("cg/unified/a/b/pids.max", "100\n");
    fake_file("cg/unified/a/b/pids.current", "10\n");
    fake_file("cg/unified/a/pids.max", "200\n");
    fake_file("cg/unified/a/pids.current", "190\n");
    fake_file("cg/unified/a/cpuset.cpus.effective", "0-3\n");
    cgroup_detect(fake_root, &limits);
    assert_int_equal(limits.memory.value, 5000000);
    assert_int_equal(limits.memory.free, 2500000);
    assert_string_equal(limits.memory.group, "/a");
    assert_int_equal(limits.cpu.value, 1500);
    /* the smaller limit leaves more */
    assert_int_equal(limits.tasks.value, 100);
    assert_int_equal(limits.tasks.free, 10);
    assert_string_equal(limits.tasks.group, "/a");
    assert_string_equal(limits.cpus, "0-3");
    assert_int_equal(limits.huge.value, -1);
    fake_file("cg/unified/a/b/memory.high", "3000000\n");
    cgroup_detect(fake_root, &limits);
    assert_int_equal(limits.memory.value, 3000000);
    fake_file("cg/unified/memory.max", "2000000\n"); /* as a container sees its own root group */
    cgroup_detect(fake_root, &limits);
    assert_int_equal(limits.memory.value, 2000000);
}

static void first_version_has_a_tree_for_each_controller(void **state)
{
    (void)state;
    struct cgroup_limits limits;
    char name[64];
    fake_mounts("/");
    fake_file("proc/self/cgroup", "9:name=systemd:/x\n4:memory:/job/step\n3:cpu,cpuacct:/job\n"
                                  "5:pids:/\n6:hugetlb:/job\n7:cpuset:/job\n0::/\n");
    fake_file("cg/memory/job/memory.limit_in_bytes", "7000000\n");
    fake_file("cg/memory/job/step/memory.limit_in_bytes", "9223372036854771712\n");
    fake_file("cg/memory/x/memory.limit_in_bytes", "1\n");
    fake_file("cg/cpu,cpuacct/job/cpu.cfs_quota_us", "25000\n");
    fake_file("cg/cpu,cpuacct/job/cpu.cfs_period_us", "50000\n");
    fake_file("cg/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    fake_file("cg/cpuset/job/cpuset.effective_cpus", "1\n");
    snprintf(name, sizeof name, "cg/hugetlb/job/hugetlb.%zuMB.limit_in_bytes",
             arena_huge_page_bytes() >> 20);
    fake_file(name, "0\n");
    cgroup_detect(fake_root, &limits);
    assert_int_equal(limits.memory.value, 7000000);
    assert_int_equal(limits.cpu.value, 500);
    assert_string_equal(limits.cpu.group, "/job");
    assert_int_equal(limits.tasks.value, -1);
    assert_string_equal(limits.cpus, "1");
    if (arena_huge_page_bytes() >> 20 && !(arena_huge_page_bytes() >> 30)) {
        assert_int_equal(limits.huge.value, 0);
        assert_int_equal(limits.huge.free, 0);
        assert_string_equal(limits.huge.group, "/job");
    }
}

/* Docker without a cgroup namespace: the names are those of the host, but only the container's part
 * of the tree is mounted. In a namespace of its own, a group can be outside of it. */
static void host_names_of_groups_are_mapped_in_a_container(void **state)
{
    (void)state;
    static const char *const outside[] = {"4:memory:/../elsewhere\n", "4:memory:/docker/12345\n",
                                          "4:memory:/docker/1234\n"};
    struct cgroup_limits limits;
    fake_mounts("/docker/1234");
    fake_file("proc/self/cgroup", "4:memory:/docker/1234/job\n");
    fake_file("cg/memory/job/memory.limit_in_bytes", "5000000\n");
    fake_file("cg/memory/memory.limit_in_bytes", "6000000\n");
    fake_file("cg/elsewhere/memory.limit_in_bytes", "1\n");
    cgroup_detect(fake_root, &limits);
    assert_int_equal(limits.memory.value, 5000000);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        fake_file("proc/self/cgroup", outside[i]);
        cgroup_detect(fake_root, &limits);
        assert_int_equal(limits.memory.value, 6000000);
    }
    fake_mounts("/");
    fake_file("proc/self/cgroup", outside[0]);
    cgroup_detect(fake_root, &limits);
    assert_int_equal(limits.memory.value, 6000000);
}

static void invalid_lines_give_no_limit(void **state)
{
    (void)state;
    struct cgroup_limits limits;
    cgroup_detect("/nowhere", &limits);
    assert_int_equal(limits.memory.value, -1);
    fake_mounts("/");
    fake_file("proc/self/cgroup", "\n0\n0:\n0::\n0::relative\n:::\n0::/not/there\n");
    fake_file("cg/unified/memory.max", "\n");
    fake_file("cg/unified/cpu.max", "100000\n");
    cgroup_detect(fake_root, &limits);
    assert_int_equal(limits.memory.value, -1);
    assert_int_equal(limits.memory.free, -1);
    assert_int_equal(limits.cpu.value, -1);
}

static void throttling_is_summed_up_over_the_path(void **state)
{
    (void)state;
    struct cgroup_throttling throttling;
    fake_mounts("/");
    fake_file("proc/self/cgroup", "3:cpu,cpuacct:/job\n0::/\n");
    fake_file("cg/cpu,cpuacct/job/cpu.stat",
              "nr_periods 100\nnr_throttled 60\nthrottled_time 7000\n");
    fake_file("cg/cpu,cpuacct/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
    cgroup_read_throttling(fake_root, &throttling);
    assert_int_equal(throttling.periods, 100);
    assert_int_equal(throttling.throttled_periods, 60);
    assert_int_equal(throttling.throttled_ns, 7000);
    fake_file("proc/self/cgroup", "0::/\n");
    fake_file("cg/unified/cpu.stat",
              "usage_usec 9\nnr_periods 10\nnr_throttled 4\nthrottled_usec 3\n");
    cgroup_read_throttling(fake_root, &throttling);
    assert_int_equal(throttling.periods, 10);
    assert_int_equal(throttling.throttled_ns, 3000);
}

static void caps_are_those_of_the_device(void **state)
{
    (void)state;
    struct record_block_device device;
    fake_mounts("/");
    fake_file("proc/self/cgroup", "3:blkio:/job\n0::/job\n");
    fake_file("cg/blkio/job/blkio.throttle.write_bps_device", "8:1 5\n8:16 10485760\n");
    fake_file("cg/blkio/blkio.throttle.write_bps_device", "8:16 20971520\n");
    fake_file("cg/blkio/job/blkio.throttle.read_iops_device", "8:160 3\n");
    cgroup_read_caps(fake_root, "8:16", &device);
    assert_int_equal(device.cap_written_bytes_per_s, 10485760);
    assert_int_equal(device.cap_read_bytes_per_s, -1);
    assert_int_equal(device.cap_reads_per_s, -1);
    assert_int_equal(device.cap_writes_per_s, -1);
    fake_file("cg/unified/job/io.max", "8:1 rbps=1 wbps=1 riops=1 wiops=1\n"
                                       "8:16 rbps=2097152 wbps=max riops=max wiops=120\n");
    cgroup_read_caps(fake_root, "8:16", &device);
    assert_int_equal(device.cap_read_bytes_per_s, 2097152);
    assert_int_equal(device.cap_written_bytes_per_s, 10485760);
    assert_int_equal(device.cap_reads_per_s, -1);
    assert_int_equal(device.cap_writes_per_s, 120);
}

static void fake_allowed(int process, const char *list)
{
    char name[64];
    char line[128];
    snprintf(name, sizeof name, process ? "proc/%d/status" : "proc/self/status", process);
    snprintf(line, sizeof line, "Name:\tx\nCpus_allowed_list:\t%s\n", list);
    fake_file(name, line);
}

static void what_restricts_the_cores_is_found(void **state)
{
    (void)state;
    unsetenv("OMPI_MCA_hwloc_base_binding_policy");
    unsetenv("SLURM_CPU_BIND");
    assert_int_equal(host_binding(fake_root, true, ""), BINDING_UNKNOWN);
    fake_allowed(0, "0");
    fake_allowed(getppid(), "0-3");
    assert_int_equal(host_binding(fake_root, true, "0-3"), BINDING_LAUNCHER);
    assert_int_equal(host_binding(fake_root, true, "0"), BINDING_CPUSET);
    assert_int_equal(host_binding(fake_root, false, "0-3"), BINDING_INHERITED);
    setenv("OMPI_MCA_hwloc_base_binding_policy", "none", 1);
    assert_int_equal(host_binding(fake_root, true, ""), BINDING_INHERITED);
    unsetenv("OMPI_MCA_hwloc_base_binding_policy");
    fake_allowed(getppid(), "0");
    assert_int_equal(host_binding(fake_root, true, "0-3"), BINDING_INHERITED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_host_begin, fake_host_end)
    const struct CMUnitTest tests[] = {
        TEST(second_version_uses_the_smallest_limit_above),
        TEST(first_version_has_a_tree_for_each_controller),
        TEST(host_names_of_groups_are_mapped_in_a_container),
        TEST(invalid_lines_give_no_limit),
        TEST(throttling_is_summed_up_over_the_path),
        TEST(caps_are_those_of_the_device),
        TEST(what_restricts_the_cores_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
