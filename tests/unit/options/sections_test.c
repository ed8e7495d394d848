/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "options/options.h"

static const char three[] = "size = 1g\n"
                            "writers = 2\n"
                            "target = /pfs\n"
                            "[dump]\n"
                            "phase = write\n"
                            "layout = shared\n"
                            "buffer-size = 4m # one checkpoint\n"
                            "[small]\n"
                            "phase = write\n"
                            "size = 64m\n"
                            "target = /nvme\n"
                            "target = /ssd\n"
                            "[restart]\n"
                            "phase = read\n"
                            "data = dump\n"
                            "buffer-size = 1m\n"
                            "writers = 8\n"
                            "order = random\n";

static void read_file(struct options *options, const char *text)
{
    struct failure why = {0};
    assert_int_equal(options_init(options, NULL), 0);
    if (options_read(options, text, "s.conf", SOURCE_FILE, false, &why))
        fail_msg("%s", why.text);
}

static void give(struct options *options, enum option_id id, const char *value)
{
    assert_int_equal(options_set(options, id, value, SOURCE_COMMAND_LINE, NULL), 0);
}

static void a_section_has_its_own_values_and_nothing_of_the_others(void **state)
{
    (void)state;
    struct failure why = {0};
    struct options options;
    struct settings dump;
    struct settings small;
    struct settings restart;
    read_file(&options, three);
    give(&options, OPTION_SIZE, "2g"); /* common: wins over the file's, not over a section's own */
    assert_int_equal(options.section_count, 3);
    assert_int_equal(section_settings(&options, 0, &dump, &why), 0);
    assert_int_equal(section_settings(&options, 1, &small, &why), 0);
    assert_int_equal(section_settings(&options, 2, &restart, &why), 0);
    assert_int_equal(dump.layout, LAYOUT_SHARED);
    assert_int_equal(dump.buffer_size_bytes, 4 << 20);
    assert_int_equal(dump.size_bytes, UINT64_C(2) << 30);
    assert_int_equal(dump.writers, 2);
    assert_string_equal(dump.targets[0], "/pfs");
    assert_int_equal(small.layout, LAYOUT_RANK);
    assert_false(settings_given(&small, OPTION_BUFFER_SIZE));
    assert_int_equal(small.size_bytes, 64 << 20);
    assert_int_equal(small.target_count, 2);
    assert_string_equal(small.targets[1], "/ssd");
    assert_int_equal(restart.order, ORDER_RANDOM);
    assert_int_equal(restart.writers, 8);
    assert_int_equal(options.common.order, ORDER_SEQUENTIAL);
    settings_release(&dump);
    settings_release(&small);
    settings_release(&restart);
    options_release(&options);
}

static void a_reader_adopts_where_the_bytes_are_and_keeps_how_it_reads(void **state)
{
    (void)state;
    struct failure why = {0};
    struct options options;
    struct settings dump;
    struct settings restart;
    read_file(&options, three);
    assert_int_equal(section_settings(&options, 0, &dump, &why), 0);
    assert_int_equal(section_settings(&options, 2, &restart, &why), 0);
    dump.seed = 42;
    dump.compress_ratio = 3;
    assert_int_equal(section_adopt(&restart, &dump, PHASE_READ, &why), 0);
    assert_int_equal(restart.layout, LAYOUT_SHARED);
    assert_int_equal(restart.seed, 42);
    assert_true(restart.compress_ratio == 3);
    assert_int_equal(restart.size_bytes, dump.size_bytes);
    assert_int_equal(restart.buffer_size_bytes, 1 << 20);
    assert_int_equal(restart.writers, 8);
    assert_int_equal(restart.order, ORDER_RANDOM);
    assert_string_equal(restart.targets[0], "/pfs");
    settings_release(&dump);
    settings_release(&restart);
    options_release(&options);
}

static void sections_travel_and_print_as_they_were_read(void **state)
{
    (void)state;
    struct failure why = {0};
    struct options options;
    struct options back;
    struct text packed = {0};
    struct text one = {0};
    struct text other = {0};
    read_file(&options, three);
    give(&options, OPTION_DEPTH, "3");
    options_pack(&options, &packed);
    assert_int_equal(options_init(&back, NULL), 0);
    assert_int_equal(options_unpack(&back, packed.data, &why), 0);
    options_print_canonical(&options, &one);
    options_print_canonical(&back, &other);
    assert_string_equal(text_string(&one), text_string(&other));
    assert_non_null(strstr(text_string(&one), "[restart]\nphase = read\ndata = dump\n"
                                              "buffer-size = 1m\nwriters = 8\norder = random\n"));
    text_release(&packed);
    text_release(&one);
    text_release(&other);
    options_release(&options);
    options_release(&back);
}

static void set_changes_one_section_and_phases_selects(void **state)
{
    (void)state;
    struct failure why = {0};
    struct options options;
    struct settings dump;
    struct settings restart;
    read_file(&options, three);
    give(&options, OPTION_SET, "dump.layout=writer\ndump.depth=7\nrestart.writers=3");
    give(&options, OPTION_PHASES, "restart,dump");
    assert_int_equal(sections_select(&options, false, &why), 0);
    assert_int_equal(options.section_count, 2);
    assert_string_equal(options.sections[0].name, "dump"); /* the order of the file */
    assert_string_equal(options.sections[1].name, "restart");
    assert_int_equal(section_settings(&options, 0, &dump, &why), 0);
    assert_int_equal(section_settings(&options, 1, &restart, &why), 0);
    assert_int_equal(dump.layout, LAYOUT_WRITER);
    assert_int_equal(dump.depth, 7);
    assert_false(settings_given(&restart, OPTION_DEPTH));
    assert_int_equal(restart.writers, 3);
    settings_release(&dump);
    settings_release(&restart);
    options_release(&options);
}

static const struct refusal {
    const char *text;
    const char *set;
    const char *phases;
    const char *right;
} refusals[] = {
    {"[A]\n", NULL, NULL,
     "line 1 of 's.conf': a section's name has 1 to 32 characters of a-z, 0-9, '_' and '-'"},
    {"[a]\n[a]\n", NULL, NULL, "line 2 of 's.conf': section 'a' exists already; use another name"},
    {"[a\n", NULL, NULL, "line 1 of 's.conf': expected '[name]'"},
    {"[a]\nkeep = yes\n", NULL, NULL,
     "line 2 of 's.conf': section 'a': 'keep' belongs to the whole run; set it before the first "
     "section, or on the command line"},
    {"[a]\ndepth = 0x\n", NULL, NULL, "line 2 of 's.conf': section 'a': depth: "},
    {"[a]\ndepht = 1\n", NULL, NULL,
     "line 2 of 's.conf': section 'a': unknown option 'depht'; did you mean 'depth'?"},
    {"[a]\ndepth = 1\ndepth = 2\n", NULL, NULL,
     "line 3 of 's.conf': 'depth' is already set on line 2"},
    {"[a]\nphase = write,read\n", NULL, NULL,
     "line 2 of 's.conf': section 'a': phase: 'write,read' is not one phase"},
    {"target = /x\n[a]\ndepth = 1\n", NULL, NULL,
     "section 'a' has no phase; add 'phase = write' or another"},
    {"target = /x\n[a]\nphase = read\n", NULL, NULL,
     "section 'a' reads, but has no 'data'; add 'data = NAME' of a section that writes"},
    {"target = /x\n[a]\nphase = write\n[b]\nphase = read\ndata = c\n", NULL, NULL,
     "section 'b': 'data = c' is not a selected section before it that writes"},
    {"target = /x\n[a]\nphase = write\n[b]\nphase = read\ndata = a\n", NULL, "b",
     "section 'b': 'data = a' is not a selected section before it that writes"},
    {"target = /x\n[a]\nphase = write\n[b]\nphase = write\ndata = a\n", NULL, NULL,
     "section 'b': phase 'write' writes its own data set; leave 'data' out"},
    {"target = /x\n[a]\nphase = write\n[b]\nphase = read\ndata = a\nlayout = shared\n", NULL, NULL,
     "section 'b' uses the data of section 'a', which sets 'layout'; leave it out"},
    {"target = /x\n[a]\nphase = write\n[b]\nphase = read\ndata = a\ntarget = /y\n", NULL, NULL,
     "section 'b' uses the data of section 'a', which sets 'target'; leave it out"},
    {"target = /x\n[a]\nphase = rewrite\n", NULL, NULL,
     "section 'a' rewrites, but has no 'data'; add 'data = NAME' of a section that writes"},
    {"target = /x\n[a]\nphase = write\n[b]\nphase = rewrite\ndata = a\norder = random\n", NULL,
     NULL, "section 'b' uses the data of section 'a', which sets 'order'; leave it out"},
    {"target = /x\n[a]\nphase = write\n[b]\nphase = rewrite\ndata = a\n[c]\nphase = read\n"
     "data = b\n",
     NULL, NULL, "section 'c': 'data = b' is not a selected section before it that writes"},
    {"target = /x\n[a]\nphase = write\nsize = 0\n", NULL, NULL,
     "section 'a': --size is 0; use the number of bytes to write, such as 4g"},
    {"target = /x\n[a]\nphase = write\n", "b.depth=1", NULL,
     "--set: unknown section 'b' (known: a)"},
    {"target = /x\n[a]\nphase = write\n", "a.depth", NULL,
     "--set: 'a.depth' is not SECTION.OPTION=VALUE"},
    {"target = /x\n[a]\nphase = write\n", "a.phase=read", NULL,
     "--set: 'phase' of a section can only be set in the file"},
    {"target = /x\n[a]\nphase = write\n", "a.keep=yes", NULL, "--set: section 'a': 'keep' belongs"},
    {"target = /x\n[a]\nphase = write\n", NULL, "a,read",
     "--phases: unknown section 'read' (known: a)"},
    {"target = /x\n", "a.depth=1", NULL,
     "--set: unknown section 'a' (known: none; use --options-from FILE)"},
};

static void bad_sections_are_refused_in_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *refusal = &refusals[i];
        struct options options;
        struct failure why = {0};
        assert_int_equal(options_init(&options, NULL), 0);
        if (refusal->set)
            give(&options, OPTION_SET, refusal->set);
        if (refusal->phases)
            give(&options, OPTION_PHASES, refusal->phases);
        if (!options_read(&options, refusal->text, "s.conf", SOURCE_FILE, false, &why) &&
            !sections_select(&options, false, &why))
            options_check(&options, &why);
        assert_int_equal(why.code, -EINVAL);
        if (strncmp(why.text, refusal->right, strlen(refusal->right)) != 0)
            assert_string_equal(why.text, refusal->right);
        options_release(&options);
    }
}

static void a_good_file_passes(void **state)
{
    (void)state;
    struct options options;
    struct failure why = {0};
    read_file(&options, three);
    if (sections_select(&options, false, &why) || options_check(&options, &why))
        fail_msg("%s", why.text);
    options_release(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_has_its_own_values_and_nothing_of_the_others),
        cmocka_unit_test(a_reader_adopts_where_the_bytes_are_and_keeps_how_it_reads),
        cmocka_unit_test(sections_travel_and_print_as_they_were_read),
        cmocka_unit_test(set_changes_one_section_and_phases_selects),
        cmocka_unit_test(bad_sections_are_refused_in_one_line),
        cmocka_unit_test(a_good_file_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
