/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "property.h"
#include "unit.h"

static void a_zeroed_text_is_empty(void **state)
{
    (void)state;
    struct text text = {0};
    assert_string_equal(text_string(&text), "");
    text_clear(&text);
    text_add(&text, "%s", "");
    assert_string_equal(text_string(&text), "");
    assert_int_equal(text.length, 0);
    text_release(&text);
    text_release(&text);
}

static void appended_text_is_kept(void **state)
{
    (void)state;
    struct property property = property_start("text");
    struct text text = {0};
    char expected[20000] = "";
    size_t length = 0;
    while (length < sizeof expected - 100) {
        char piece[100];
        size_t size = property_below(&property, sizeof piece);
        for (size_t i = 0; i < size; i++)
            piece[i] = (char)('a' + property_below(&property, 26));
        piece[size] = '\0';
        if (property_below(&property, 2) == 0)
            text_add(&text, "%s", piece);
        else
            text_add_bytes(&text, piece, size);
        memcpy(expected + length, piece, size + 1);
        length += size;
        assert_int_equal(text.length, length);
        assert_true(text.capacity > text.length);
    }
    assert_string_equal(text_string(&text), expected);
    assert_false(text.failed);
    text_release(&text);
}

static void bytes_may_contain_a_nul(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_bytes(&text, "a\0b", 3);
    text_add_bytes(&text, NULL, 0);
    assert_int_equal(text.length, 3);
    assert_memory_equal(text.data, "a\0b", 4);
    text_release(&text);
}

static void failed_stays_set_until_clear(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "kept");
    text_add_bytes(&text, "x", SIZE_MAX - 2); /* more than any allocation */
    assert_true(text.failed);
    text_add(&text, "dropped");
    assert_string_equal(text_string(&text), "kept");
    text_clear(&text);
    text_add(&text, "again");
    assert_false(text.failed);
    assert_string_equal(text_string(&text), "again");
    text_release(&text);
}

static void copy_truncates_and_terminates(void **state)
{
    (void)state;
    char to[4] = "zzz";
    assert_true(text_copy(to, sizeof to, "abc"));
    assert_string_equal(to, "abc");
    assert_false(text_copy(to, sizeof to, "defg"));
    assert_string_equal(to, "def");
    assert_true(text_copy(to, 1, ""));
    assert_string_equal(to, "");
    assert_false(text_copy(to, 0, ""));
}

static void invalid_utf8_becomes_question_marks(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
    } cases[] = {
        {"", ""},
        {"a\tb\n", "a\tb\n"},
        {"\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x8c\x8a", "\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x8c\x8a"},
        {"\xff", "?"},
        {"\xc3", "?"},
        {"\xc0\xaf", "??"},           /* overlong */
        {"\xed\xa0\x80", "???"},      /* a surrogate */
        {"\xf4\x90\x80\x80", "????"}, /* above U+10FFFF */
        {"\xe6\xbc"
         "x",
         "??x"},
        {"\xf0\x9f\x8c", "???"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        text_add_utf8(&text, cases[i].from);
        assert_string_equal(text_string(&text), cases[i].to);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_text_is_empty),
        cmocka_unit_test(appended_text_is_kept),
        cmocka_unit_test(bytes_may_contain_a_nul),
        cmocka_unit_test(failed_stays_set_until_clear),
        cmocka_unit_test(copy_truncates_and_terminates),
        cmocka_unit_test(invalid_utf8_becomes_question_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
