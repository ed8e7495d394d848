/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/stat.h>

#include "direct.h"
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

static bool is_direct(int fd)
{
    return (fcntl(fd, F_GETFL) & O_DIRECT) != 0;
}

/* Returns the share of sampled pages that the page cache holds; -1 if unknown. */
static double resident_share(const char *name, uint32_t samples)
{
    struct file_pages pages;
    if (file_count_pages(name, samples, &pages))
        return -1;
    return (double)pages.resident / (double)pages.seen;
}

static bool exists(const char *name)
{
    return access(name, F_OK) == 0;
}

static void files_are_created_private_and_only_once(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    struct stat status;
    scratch_file(path, folder, "buffered");
    assert_int_equal(file_open(&file, path, FILE_CREATE, NEVER, 4096, &why), 0);
    assert_int_equal(file.opened, TRUTH_NO);
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_string_equal(file.reason, "");
    assert_int_equal(file.buffered_fd, -1);
    assert_false(is_direct(file.fd));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(pwrite(file.fd, "kept", 4, 0), 4);
    assert_int_equal(files_sync(&file.fd, 1, 1), 0);
    assert_int_equal(file_close(&file, path, &why), 0);
    assert_int_equal(file_close(&file, path, &why), 0);
    assert_int_equal(file_open(&file, path, FILE_CREATE, NEVER, 4096, &why), -EEXIST);
    assert_non_null(strstr(why.text, "--overwrite"));
    assert_int_equal(file.fd, -1);
    assert_int_equal(file_open(&file, path, FILE_OPEN, NEVER, 4096, NULL), 0);
    assert_int_equal(lseek(file.fd, 0, SEEK_END), 4);
    file_close(&file, path, NULL);
    assert_int_equal(file_remove(path, NULL), 0);
}

/* On any file system the reported facts match the descriptors. */
static void direct_facts_match_the_descriptors(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    struct stat one, other;
    void *memory = NULL;
    scratch_file(path, folder, "direct");
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 1 << 20, &why), 0);
    printf("note: opened %d, in effect %d, alignment %u/%u, reason '%s'\n", file.opened,
           file.in_effect, file.memory_alignment, file.offset_alignment, file.reason);
    assert_int_equal(is_direct(file.fd), file.opened == TRUTH_YES);
    assert_int_equal(file.reason[0] == 0, file.in_effect == TRUTH_YES);
    if (scratch_magic(folder) == EXT4_SUPER_MAGIC && file.in_effect != TRUTH_YES)
        printf("note: ext4 without direct I/O\n");
    if (file.opened == TRUTH_YES) {
        assert_false(is_direct(file.buffered_fd));
        assert_int_equal(fstat(file.fd, &one), 0);
        assert_int_equal(fstat(file.buffered_fd, &other), 0);
        assert_int_equal(one.st_ino, other.st_ino);
        assert_int_equal(posix_memalign(&memory, 4096, 8192), 0);
        memset(memory, 3, 8192);
        assert_int_equal(pwrite(file.fd, memory, file.offset_alignment, 0),
                         (ssize_t)file.offset_alignment);
        /* the tail through the buffered descriptor, after the direct part */
        assert_int_equal(pwrite(file.buffered_fd, "tail", 4, file.offset_alignment), 4);
        assert_int_equal(files_sync(&file.fd, 1, 1), 0);
        assert_int_equal(fstat(file.fd, &one), 0);
        assert_int_equal(one.st_size, file.offset_alignment + 4);
        free(memory);
    }
    assert_int_equal(file_close(&file, path, &why), 0);
    assert_int_equal(file_remove(path, &why), 0);
}

static void unaligned_requests_are_buffered_or_refused(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    if (scratch_magic(folder) == TMPFS_MAGIC)
        skip_because("'%s' is a tmpfs, where every size fits", folder);
    scratch_file(path, folder, "misfit");
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 4000001, &why), 0);
    assert_int_equal(file.opened, TRUTH_NO);
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_non_null(strstr(file.reason, "requests of 4000001 bytes are not a multiple of"));
    assert_int_equal(pwrite(file.fd, "odd", 3, 1), 3);
    file_close(&file, path, NULL);
    file_remove(path, NULL);
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 4000001, &why), -EINVAL);
    assert_non_null(strstr(why.text, "not a multiple of"));
    assert_non_null(strstr(why.text, "--direct prefer"));
    assert_int_equal(file.fd, -1);
    assert_false(exists(path));
    /* an existing file stays when it is refused */
    scratch_write(path, "mine", 4);
    assert_int_equal(file_open(&file, path, FILE_OPEN, REQUIRE, 4000001, NULL), -EINVAL);
    assert_true(exists(path));
    file_remove(path, NULL);
}

static void direct_has_no_effect_in_memory(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    char memory[SCRATCH_PATH];
    if (scratch_magic("/dev/shm") != TMPFS_MAGIC || !scratch_make(memory, "/dev/shm"))
        skip_because("/dev/shm is not a writable tmpfs");
    scratch_file(path, memory, "file");
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 4000001, &why), 0);
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_non_null(strstr(file.reason, "RAM-backed"));
    assert_int_equal(file.opened == TRUTH_YES, is_direct(file.fd));
    assert_int_equal(file.offset_alignment, 1);
    assert_int_equal(pwrite(file.fd, "odd", 3, 1), 3);
    file_close(&file, path, NULL);
    file_remove(path, NULL);
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 4096, &why), -EINVAL);
    assert_non_null(strstr(why.text, "tmpfs is a RAM-backed"));
    assert_false(exists(path));
    scratch_remove(memory);
}

static void the_null_device_accepts_writes_and_sync(void **state)
{
    (void)state;
    struct file file;
    const int fds[] = {-1, -1};
    assert_int_equal(file_open(&file, "/dev/null", FILE_OPEN, PREFER, 4096, NULL), 0);
    assert_int_equal(file.opened, TRUTH_NO);
    assert_non_null(strstr(file.reason, "/dev/null"));
    assert_int_equal(pwrite(file.fd, "gone", 4, 0), 4);
    assert_int_equal(files_sync(&file.fd, 1, 1), 0);
    file_close(&file, "/dev/null", NULL);
    assert_int_equal(files_sync(fds, 2, 3), -EBADF);
    assert_int_equal(files_sync(fds, 2, 2), -EBADF);
    assert_int_equal(files_sync(fds, 2, 4), 0);
    assert_int_equal(file_open(&file, "/dev/null", FILE_OPEN, REQUIRE, 4096, NULL), -EINVAL);
}

static void other_kinds_of_files_are_refused(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    char link[SCRATCH_PATH];
    alarm(20); /* ends the test if opening the FIFO blocks */
    scratch_file(path, folder, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(file_open(&file, path, FILE_OPEN_READ, NEVER, 1, &why), -EINVAL);
    assert_int_equal(file_open(&file, path, FILE_OPEN, NEVER, 1, NULL), -EINVAL);
    assert_int_equal(resident_share(path, 4), -1);
    assert_int_equal(file_open(&file, folder, FILE_OPEN_READ, NEVER, 1, NULL), -EISDIR);
    assert_int_equal(file_open(&file, "/dev/zero", FILE_OPEN, NEVER, 1, NULL), -EINVAL);
    file_remove(path, NULL);
    alarm(0);

    scratch_file(path, folder, "end");
    scratch_file(link, folder, "link");
    assert_int_equal(symlink("end", link), 0);
    assert_int_equal(file_open(&file, link, FILE_CREATE, NEVER, 1, NULL), -EEXIST);
    assert_false(exists(path));
    scratch_write(path, "safe", 4);
    why = (struct failure){0};
    assert_int_equal(file_open(&file, link, FILE_OPEN, NEVER, 1, &why), -ELOOP);
    assert_non_null(strstr(why.text, "symlink"));
    assert_int_equal(directory_create(link, 0700, NULL), -EEXIST);
    assert_int_equal(file_remove(link, NULL), 0);
    assert_true(exists(path));
    file_remove(path, NULL);
}

static void unusual_names_are_accepted_and_quoted_on_one_line(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    scratch_file(path, folder, "a name\nwith $(everything) ; in 'it'");
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 4096, NULL), 0);
    file_close(&file, path, NULL);
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 4096, &why), -EEXIST);
    assert_null(strchr(why.text, '\n'));
    file_remove(path, NULL);

    char *endless = calloc(1, 10001);
    memset(endless, 'x', 10000);
    why = (struct failure){0};
    assert_int_equal(file_open(&file, endless, FILE_CREATE, NEVER, 1, &why), -ENAMETOOLONG);
    assert_non_null(strstr(why.text, "..."));
    assert_int_equal(file_open(&file, endless, FILE_OPEN, NEVER, 1, NULL), -ENAMETOOLONG);
    why = (struct failure){0};
    assert_int_equal(directory_create(endless, 0700, &why), -ENAMETOOLONG);
    assert_int_equal(why.code, -ENAMETOOLONG);
    free(endless);
}

static void removing_a_missing_path_succeeds(void **state)
{
    (void)state;
    struct stat status;
    struct failure why = {0};
    char inner[SCRATCH_PATH];
    scratch_file(path, folder, "folder");
    assert_false(path_exists(path));
    assert_int_equal(directory_create(path, 0700, &why), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_int_equal(directory_create(path, 0700, &why), -EEXIST);
    assert_int_equal(why.code, 0);
    assert_true(path_exists(path));
    scratch_write(scratch_file(inner, path, "foreign"), "x", 1);
    assert_int_equal(directory_remove(path, 0, &why), -ENOTEMPTY);
    assert_non_null(strstr(why.text, "it holds 'foreign', which another process may have created; "
                                     "move it away, then use --cleanup"));
    assert_int_equal(file_remove(path, NULL), -EISDIR);
    assert_int_equal(file_remove(inner, NULL), 0);
    assert_int_equal(file_remove(inner, NULL), 0);
    assert_int_equal(directory_remove(path, 0, NULL), 0);
    assert_int_equal(directory_remove(path, 0, NULL), 0);
}

static void a_failed_sync_is_reported(void **state)
{
    (void)state;
    struct failure why = {0};
    struct file file = {.fd = 9999, .buffered_fd = -1};
    assert_int_equal(files_sync(&file.fd, 1, 1), -EBADF);
    assert_int_equal(file_close(&file, "/pfs/x", &why), -EBADF);
    assert_int_equal(file.fd, -1);
}

static void residency_of_a_new_file(void **state)
{
    (void)state;
    enum { BYTES = 5 << 20 };
    char *bytes = malloc(BYTES);
    memset(bytes, 1, BYTES);
    scratch_file(path, folder, "resident");
    scratch_write(path, bytes, BYTES);
    free(bytes);
    assert_true(resident_share(path, 8) > 0);
    assert_true(resident_share(path, 8) <= 1);
    if (scratch_magic(folder) != TMPFS_MAGIC) {
        /* The pages may still be resident, but not more than all of them. */
        const int fd = open(path, O_RDWR);
        assert_int_equal(fsync(fd), 0);
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
        printf("note: %.2f of the file is resident after dropping\n", resident_share(path, 8));
    }
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(resident_share(path, 8), -1);
    assert_int_equal(resident_share("/nowhere", 8), -1);
    assert_int_equal(resident_share(folder, 8), -1);
    file_remove(path, NULL);
}

static void blocks_are_preallocated(void **state)
{
    (void)state;
    enum { BYTES = 3 << 20 };
    struct file file;
    struct stat status;
    struct failure why = {0};
    scratch_file(path, folder, "blocks");
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 4096, NULL), 0);
    const int result = file_preallocate(&file, path, BYTES, &why);
    if (result) {
        assert_int_equal(result, -EOPNOTSUPP);
        assert_int_equal(why.code, 0);
        printf("note: this file system cannot preallocate\n");
    } else {
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_size, BYTES);
        assert_true(status.st_blocks * 512 >= BYTES);
        assert_true(file_preallocate(&file, path, (uint64_t)1 << 62, &why) < 0);
        assert_true(why.code < 0);
        assert_non_null(strstr(why.text, path));
    }
    file_close(&file, path, NULL);
    file_remove(path, NULL);
}

/* Dropping the cache and hints change no byte; pages are counted exactly. */
/* Where cachestat is available, dirty pages are counted until they are synced. */
static void dirty_pages_are_counted(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20 };
    static char bytes[BYTES];
    struct file file;
    struct file_pages pages;
    memset(bytes, 'd', BYTES);
    scratch_file(path, folder, "dirty");
    assert_int_equal(file_open(&file, path, FILE_CREATE, NEVER, 4096, NULL), 0);
    assert_int_equal(pwrite(file.fd, bytes, BYTES, 0), BYTES);
    assert_int_equal(file_count_pages(path, 8, &pages), 0);
    const bool counted = pages.counted && scratch_magic(folder) != TMPFS_MAGIC &&
                         scratch_magic(folder) != OVERLAYFS_SUPER_MAGIC;
    if (counted)
        assert_int_equal(pages.cached_bytes, BYTES);
    assert_int_equal(files_sync(&file.fd, 1, 1), 0);
    assert_int_equal(file_count_pages(path, 8, &pages), 0);
    if (counted)
        assert_int_equal(pages.dirty_bytes, 0);
    else
        printf("note: no cachestat, or no pages that become clean\n");
    file_close(&file, path, NULL);
    file_remove(path, NULL);
}

static void hints_change_no_byte(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20 };
    static char bytes[BYTES], back[BYTES];
    struct file file;
    struct file_pages pages;
    memset(bytes, 'h', BYTES);
    scratch_file(path, folder, "hints");
    scratch_write(path, bytes, BYTES);
    assert_int_equal(file_open(&file, path, FILE_OPEN_BOTH, NEVER, 4096, NULL), 0);
    assert_int_equal(files_sync(&file.fd, 1, 1), 0);
    file_advise_random(&file);
    assert_int_equal(file_drop_cache(&file), 0);
    assert_int_equal(file_count_pages(path, 8, &pages), 0);
    assert_int_equal(pages.seen, BYTES / sysconf(_SC_PAGESIZE));
    assert_true(pages.resident <= pages.seen);
    printf("note: %llu of %llu pages stayed\n", (unsigned long long)pages.resident,
           (unsigned long long)pages.seen);
    assert_int_equal(pread(file.fd, back, BYTES, 0), BYTES);
    assert_memory_equal(bytes, back, BYTES);
    assert_int_equal(file_count_pages(path, 8, &pages), 0);
    assert_int_equal(pages.resident, pages.seen);
    assert_int_equal(file_count_pages("/nowhere", 8, &pages), -ENOENT);
    file_close(&file, path, NULL);
    file_remove(path, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_created_private_and_only_once),
        cmocka_unit_test(direct_facts_match_the_descriptors),
        cmocka_unit_test(unaligned_requests_are_buffered_or_refused),
        cmocka_unit_test(direct_has_no_effect_in_memory),
        cmocka_unit_test(the_null_device_accepts_writes_and_sync),
        cmocka_unit_test(other_kinds_of_files_are_refused),
        cmocka_unit_test(unusual_names_are_accepted_and_quoted_on_one_line),
        cmocka_unit_test(removing_a_missing_path_succeeds),
        cmocka_unit_test(a_failed_sync_is_reported),
        cmocka_unit_test(residency_of_a_new_file),
        cmocka_unit_test(blocks_are_preallocated),
        cmocka_unit_test(dirty_pages_are_counted),
        cmocka_unit_test(hints_change_no_byte),
    };
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
