/* Files of private file systems for which O_DIRECT or sync means something else: only as root. */
#include <errno.h>
#include <string.h>

#include "loop.h"
#include "mounted.h"
#include "platform/file.h"
#include "platform/target.h"
#include "scratch.h"
#include "unit.h"

/* ext2, ext3 and ext4 without extents write into holes through the page cache. */
static void files_without_extents_are_not_direct_until_they_are_whole(void **state)
{
    (void)state;
    struct loop loop;
    struct file file;
    struct failure why = {0};
    struct record_target target;
    char reason[RECORD_LINE];
    char block[8192];
    need_loop(&loop, 512, false);
    if (!run((const char *const[]){"mkfs.ext4", "-q", "-F", "-O", "^extents,^64bit", loop.path,
                                   NULL}) ||
        ioctl(loop.fd, LOOP_SET_DIRECT_IO, 1UL) || mount(loop.path, point, "ext4", 0, NULL)) {
        loop_release(&loop);
        skip_because("no ext4 without extents on a loop device with direct I/O here");
    }
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_int_equal(target.direct_cause, DIRECT_HOLES);
    assert_int_equal(target_direct(&target, 4096, reason), TRUTH_NO);
    assert_int_equal(
        file_open(&file, scratch_file(path, point, "file"), FILE_CREATE, PREFER, 4096, NULL), 0);
    assert_int_equal(file.opened, TRUTH_YES);
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_int_equal(file.cause, DIRECT_HOLES);
    file_close(&file, path, NULL);
    unlink(path);
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 4096, &why), -EINVAL);
    assert_non_null(strstr(why.text, "has no extents"));
    memset(block, 1, sizeof block);
    scratch_write(path, block, sizeof block);
    assert_int_equal(file_open(&file, path, FILE_OPEN_READ, REQUIRE, 4096, NULL), 0);
    file_close(&file, path, NULL);
    assert_int_equal(truncate(path, 2 * sizeof block), 0);
    assert_int_equal(file_open(&file, path, FILE_OPEN, PREFER, 4096, NULL), 0);
    assert_int_equal(file.cause, DIRECT_HOLES);
    file_close(&file, path, NULL);
    unmount();
    loop_release(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_without_extents_are_not_direct_until_they_are_whole),
    };
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
