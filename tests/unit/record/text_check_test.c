/* SPDX-License-Identifier: Apache-2.0 */
/* References of text attributes to the heap: each wrong byte is noticed, in each kind of header. */
#include "text_check.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <hdf5.h>

#include "record/record.h"
#include "record/store.h"
#include "record_folder.h"

enum { REFERENCE_BYTES = 16, MOST_BYTES = 1 << 20 };

/* The file, and where its root group begins. */
static int open_root(uint64_t *root)
{
    const int fd = open(in_folder("result.h5"), O_RDWR | O_CLOEXEC);
    unsigned char head[72] = {0};
    assert_int_equal(pread(fd, head, sizeof head, 0), sizeof head);
    memcpy(root, head + (head[8] == 0 ? 64 : 36), sizeof *root);
    return fd;
}

/* Where the reference of an attribute is: after the name, it begins with the length of its text. */
static off_t reference_of(int fd, const char *name, uint32_t length)
{
    static char bytes[MOST_BYTES];
    const ssize_t count = pread(fd, bytes, sizeof bytes, 0);
    assert_in_range(count, 1, MOST_BYTES - 1);
    const char *at = memmem(bytes, (size_t)count, name, strlen(name) + 1);
    assert_non_null(at);
    at = memmem(at, 100, &length, sizeof length);
    assert_non_null(at);
    return at - bytes;
}

static void each_wrong_byte_is_noticed(const char *name, uint32_t length)
{
    uint64_t root;
    const int fd = open_root(&root);
    const off_t at = reference_of(fd, name, length);
    char whole[REFERENCE_BYTES];
    assert_int_equal(pread(fd, whole, sizeof whole, at), sizeof whole);
    assert_true(text_check(fd, root, name));
    for (off_t i = 0; i < REFERENCE_BYTES; i++)
        for (int bit = 0; bit < 8; bit++) {
            const char wrong = (char)(whole[i] ^ 1 << bit);
            assert_int_equal(pwrite(fd, &wrong, 1, at + i), 1);
            if (text_check(fd, root, name))
                fail_msg("byte %d, bit %d of '%s' is wrong", (int)i, bit, name);
            assert_int_equal(pwrite(fd, &whole[i], 1, at + i), 1);
        }
    assert_true(text_check(fd, root, name));
    assert_false(text_check(fd, root, "nothing"));
    assert_false(text_check(fd, root + 1, name));
    assert_false(text_check(fd, UINT64_MAX, name));
    close(fd);
}

static void in_a_header(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA};
    strcpy(record.run_id, "0123456789abcdef0123456789abcd");
    assert_int_equal(store_save(in_folder("result.h5"), &record, NULL, NULL), 0);
    each_wrong_byte_is_noticed("run_id", 30);
}

static void in_a_header_of_the_first_version(void **state)
{
    (void)state;
    const char *const text = "0123456789abcdef0123456789abcd";
    hid_t file = H5Fcreate(in_folder("result.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t scalar = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    for (int i = 0; i < 9; i++) {
        const char *part = text + i; /* of another length each */
        char name[] = "text 0";
        name[sizeof name - 2] = (char)('0' + i);
        hid_t attribute = H5Acreate2(file, name, type, scalar, H5P_DEFAULT, H5P_DEFAULT);
        assert_true(H5Awrite(attribute, type, &part) >= 0);
        H5Aclose(attribute);
    }
    H5Sclose(scalar);
    H5Tclose(type);
    H5Fclose(file);
    each_wrong_byte_is_noticed("text 0", 30);
    each_wrong_byte_is_noticed("text 8", 22); /* where the header is continued */
}

static void in_heaps_as_version_0_1_0_had_them(void **state)
{
    (void)state;
    char command[2048];
    snprintf(command, sizeof command, "cp '%.*s/../../data/v0.1.0/v0.1.0-two-ranks.h5' '%s'",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, in_folder("result.h5"));
    assert_int_equal(system(command), 0);
    each_wrong_byte_is_noticed("started_utc", 20);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(in_a_header),
        TEST(in_a_header_of_the_first_version),
        TEST(in_heaps_as_version_0_1_0_had_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
