#include "cgroup.h"

#include <string.h>
#include <sys/stat.h>

#include "scratch.h"
#include "unit.h"

/* A tree of groups in a private directory, in the layout of one of the two versions. */
struct tree {
    char folder[SCRATCH_PATH];
    char membership[SCRATCH_PATH];
    struct mount mount;
    struct mounts mounts;
};

static void tree_make(struct tree *tree, const char *type, const char *root, const char *member)
{
    *tree = (struct tree){0};
    assert_true(scratch_make(tree->folder, NULL));
    scratch_file(tree->membership, tree->folder, "membership");
    scratch_write(tree->membership, member, strlen(member));
    tree->mount = (struct mount){.point = tree->folder,
                                 .root = root,
                                 .type = type,
                                 .source = "cgroup",
                                 .options = "rw",
                                 .super_options = "rw,cpuset,memory"};
    tree->mounts = (struct mounts){.list = &tree->mount, .count = 1};
}

static void tree_group(struct tree *tree, const char *group, const char *name, const char *limit)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    scratch_file(folder, tree->folder, group);
    mkdir(folder, 0700);
    scratch_write(scratch_file(path, folder, name), limit, strlen(limit));
}

static uint64_t tree_limit(struct tree *tree)
{
    return cgroup_memory_limit(tree->membership, &tree->mounts);
}

static void version_2_uses_the_smallest_limit_above(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree, "cgroup2", "/", "0::/a/b\n");
    tree_group(&tree, "a", "memory.max", "5000000\n");
    tree_group(&tree, "a/b", "memory.max", "max\n");
    assert_int_equal(tree_limit(&tree), 5000000);
    tree_group(&tree, "a/b", "memory.max", "4000000\n");
    assert_int_equal(tree_limit(&tree), 4000000);
    tree_group(&tree, "a", "memory.max", "max\n");
    tree_group(&tree, "a/b", "memory.max", "max\n");
    assert_true(tree_limit(&tree) == UINT64_MAX);
    tree_group(&tree, "", "memory.max", "3000000\n"); /* as a container sees its own root group */
    assert_int_equal(tree_limit(&tree), 3000000);
    scratch_remove(tree.folder);
}

static void version_1_uses_the_memory_controller(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree, "cgroup", "/", "9:name=systemd:/x\n4:cpuset,memory:/job/step\n3:cpu:/job\n");
    tree_group(&tree, "job", "memory.limit_in_bytes", "7000000\n");
    tree_group(&tree, "job/step", "memory.limit_in_bytes", "9223372036854771712\n");
    tree_group(&tree, "x", "memory.limit_in_bytes", "1\n");
    assert_int_equal(tree_limit(&tree), 7000000);
    tree.mount.super_options = "rw,cpu,memoryless";
    assert_true(tree_limit(&tree) == UINT64_MAX);
    scratch_remove(tree.folder);
}

/* Docker without a cgroup namespace: the names are those of the host, but only the container's part
 * of the tree is mounted. */
static void host_names_of_groups_are_mapped_in_a_container(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree, "cgroup", "/docker/1234", "4:memory:/docker/1234/job\n");
    tree_group(&tree, "job", "memory.limit_in_bytes", "8000000\n");
    tree_group(&tree, "", "memory.limit_in_bytes", "6000000\n");
    assert_int_equal(tree_limit(&tree), 6000000);
    scratch_write(tree.membership, "4:memory:/../elsewhere\n", 23);
    assert_int_equal(tree_limit(&tree), 6000000);
    scratch_remove(tree.folder);
}

static void invalid_lines_give_no_limit(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree, "cgroup2", "/", "\n0\n0:\n0::\n0::relative\n:::\n0::/not/there\n");
    assert_true(tree_limit(&tree) == UINT64_MAX);
    assert_true(cgroup_memory_limit("/nowhere", &tree.mounts) == UINT64_MAX);
    scratch_remove(tree.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_2_uses_the_smallest_limit_above),
        cmocka_unit_test(version_1_uses_the_memory_controller),
        cmocka_unit_test(host_names_of_groups_are_mapped_in_a_container),
        cmocka_unit_test(invalid_lines_give_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
