/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

static char folder[SCRATCH_PATH];
static char path[SCRATCH_PATH];

static int create_folder(void **state)
{
    (void)state;
    return scratch_make(folder, NULL) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

/* The target is refused with 'error', and the text contains 'word'. */
static void assert_refused(const char *target, bool overwrite, int error, const char *word)
{
    struct failure why = {0};
    assert_int_equal(target_allow(target, overwrite, false, &why), error);
    assert_int_equal(why.code, error);
    if (!strstr(why.text, word))
        fail_msg("'%s' not in: %s", word, why.text);
    assert_null(strchr(why.text, '\n'));
}

static void a_directory_is_described(void **state)
{
    (void)state;
    struct record_target target;
    assert_int_equal(target_detect(folder, &target, NULL), 0);
    assert_int_equal(target.kind, TARGET_KIND_DIRECTORY);
    assert_string_equal(target.path, folder);
    assert_int_equal(target.mount_point[0], '/');
    assert_true(strncmp(target.options, "rw", 2) == 0);
    assert_true(target.file_system[0] && target.source[0]);
    assert_true(target.size_bytes >= target.free_bytes && target.free_bytes > 0);
    assert_true(target.block_bytes >= 512);
    assert_int_equal(target.ram_backed, scratch_magic(folder) == TMPFS_MAGIC);
    print_message("note: %s on %s (%s, %s), device '%s', alignment %lld/%lld, shared %d\n",
                  target.file_system, target.mount_point, target.source, target.options,
                  target.device, (long long)target.direct_memory_alignment,
                  (long long)target.direct_offset_alignment, target.shared);
    /* nothing was left in the directory */
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(target_allow(folder, false, false, NULL), 0);
}

static void a_new_name_is_a_new_file(void **state)
{
    (void)state;
    struct record_target target, parent;
    struct target_space space, around;
    scratch_file(path, folder, "new file");
    assert_int_equal(target_detect(path, &target, NULL), 0);
    assert_int_equal(target.kind, TARGET_KIND_FILE);
    assert_int_equal(target.size_bytes, 0);
    assert_int_equal(target_detect(folder, &parent, NULL), 0);
    assert_int_equal(target_detect_space(path, &space, NULL), 0);
    assert_int_equal(space.bytes, parent.size_bytes);
    assert_int_equal(target_detect_space(folder, &around, NULL), 0);
    assert_true(space.number && space.number == around.number);
    assert_string_equal(target.mount_point, parent.mount_point);
    assert_int_equal(target.direct_offset_alignment, parent.direct_offset_alignment);
    assert_int_equal(target_allow(path, false, false, NULL), 0);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void an_existing_file_needs_overwrite(void **state)
{
    (void)state;
    struct record_target target;
    scratch_file(path, folder, "existing");
    scratch_write(path, "precious", 8);
    assert_int_equal(target_detect(path, &target, NULL), 0);
    assert_int_equal(target.kind, TARGET_KIND_FILE);
    assert_int_equal(target.size_bytes, 8);
    assert_refused(path, false, -EEXIST, "--overwrite");
    assert_int_equal(target_allow(path, true, false, NULL), 0);
    unlink(path);
}

static void errors_for_missing_paths_suggest_a_remedy(void **state)
{
    (void)state;
    struct record_target target;
    struct failure why = {0};
    assert_refused(scratch_file(path, folder, "no/where"), false, -ENOENT, "create it first");
    assert_int_equal(target_detect(path, &target, &why), -ENOENT);
    assert_non_null(strstr(why.text, "create it first"));
    assert_refused(scratch_file(path, folder, "nowhere/"), false, -ENOENT,
                   "create the directory first");
    assert_refused("", false, -ENOENT, "is empty");
    scratch_file(path, folder, "file");
    scratch_write(path, "x", 1);
    char below[SCRATCH_PATH];
    assert_refused(scratch_file(below, path, "below"), false, -ENOTDIR, "Not a directory");
    unlink(path);
}

static void symlinks_are_accepted_for_directories_only(void **state)
{
    (void)state;
    char file[SCRATCH_PATH], link[SCRATCH_PATH];
    scratch_write(scratch_file(file, folder, "end"), "x", 1);
    assert_int_equal(symlink("end", scratch_file(link, folder, "link")), 0);
    assert_refused(link, true, -ELOOP, "it is a symlink");
    unlink(link);
    assert_int_equal(symlink("gone", link), 0);
    assert_refused(link, true, -ENOENT, "dangling symlink");
    unlink(link);
    assert_int_equal(symlink(folder, link), 0);
    assert_int_equal(target_allow(link, false, false, NULL), 0);
    unlink(link);
    assert_int_equal(symlink("/dev/null", link), 0);
    assert_refused(link, true, -ELOOP, "'/dev/null' itself");
    unlink(link);
    assert_int_equal(symlink("loop", scratch_file(link, folder, "loop")), 0);
    assert_refused(link, true, -ELOOP, "symbolic links");
    unlink(link);
    unlink(file);
}

static void targets_without_storage_are_refused(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_refused("/", true, -EPERM, "root directory");
    assert_refused("//./", true, -EPERM, "root directory");
    assert_refused("/proc", true, -EPERM, "not on storage");
    assert_refused("/sys/kernel/x", true, -EPERM, "not on storage");
    assert_refused("/dev/zero", true, -EINVAL, "character device");
    scratch_file(path, folder, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, true, -EINVAL, "FIFO");
    unlink(path);
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    scratch_file(path, folder, "s");
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_refused(path, true, -EINVAL, "socket");
    close(listener);
    unlink(path);
}

static void null_is_a_target(void **state)
{
    (void)state;
    struct record_target target;
    assert_int_equal(target_detect("/dev/null", &target, NULL), 0);
    assert_int_equal(target.kind, TARGET_KIND_NULL);
    assert_int_equal(target.ram_backed, 1);
    assert_int_equal(target.shared, TRUTH_NO);
    assert_true(target.free_bytes == INT64_MAX);
    struct target_space space;
    assert_int_equal(target_detect_space("/dev/null", &space, NULL), 0);
    assert_true(space.bytes == 0 && space.number == 0);
    assert_int_equal(target_allow("/dev/null", false, false, NULL), 0);
}

static void unusual_and_overlong_names(void **state)
{
    (void)state;
    struct record_target target;
    char *endless = calloc(1, 70001);
    memset(endless, 'x', 70000);
    assert_refused(endless, false, -ENAMETOOLONG, "...");
    assert_int_equal(target_detect(endless, &target, NULL), -ENAMETOOLONG);
    free(endless);
    scratch_file(path, folder, "two\nlines and ; $(touch x)");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(target_detect(path, &target, NULL), 0);
    assert_int_equal(target_allow(path, false, false, NULL), 0);
    rmdir(path);
    scratch_write(path, "x", 1);
    assert_refused(path, false, -EEXIST, "two?lines");
    unlink(path);
}

static int as_nobody(void)
{
    struct failure why = {0};
    char own[SCRATCH_PATH];
    if (geteuid() == 0 && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
        return 2;
    if (access(folder, X_OK))
        return 2;
    scratch_file(own, folder, "locked");
    if (target_allow(own, false, false, &why) != -EACCES ||
        !strstr(why.text, "cannot create files"))
        return 1;
    scratch_file(own, folder, "locked/new");
    if (target_allow(own, false, false, NULL) != -EACCES)
        return 3;
    scratch_file(own, folder, "readable");
    return target_allow(own, true, false, NULL) == -EACCES ? 0 : 4;
}

static void a_directory_without_write_permission_is_refused(void **state)
{
    (void)state;
    int status;
    char locked[SCRATCH_PATH];
    assert_int_equal(mkdir(scratch_file(locked, folder, "locked"), 0700), 0);
    scratch_write(scratch_file(path, folder, "readable"), "x", 1);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(locked, 0555), 0);
    assert_int_equal(chmod(path, 0444), 0);
    const pid_t child = fork();
    if (child == 0)
        _exit(as_nobody());
    assert_int_equal(waitpid(child, &status, 0), child);
    rmdir(locked);
    unlink(path);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        skip_because("'%s' cannot be reached as another user", folder);
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_is_described),
        cmocka_unit_test(a_new_name_is_a_new_file),
        cmocka_unit_test(an_existing_file_needs_overwrite),
        cmocka_unit_test(errors_for_missing_paths_suggest_a_remedy),
        cmocka_unit_test(symlinks_are_accepted_for_directories_only),
        cmocka_unit_test(targets_without_storage_are_refused),
        cmocka_unit_test(null_is_a_target),
        cmocka_unit_test(unusual_and_overlong_names),
        cmocka_unit_test(a_directory_without_write_permission_is_refused),
    };
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
