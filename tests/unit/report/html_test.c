/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "html_text.h"
#include "report/plots.h"
#include "sample_points.h"
#include "summary_parts.h"

static const char hostile[] = "<script>alert('x')</script>\"&\x01\n\xff\xe2\x80\xae$(id)`id`{}%s";

static void markup_control_characters_and_bad_utf8_are_inert(void **state)
{
    (void)state;
    struct text out = {0};
    html_add(&out, "a<b>\"c\"&'d'\n\x01\xff\xe2\x80\xae\xc3\xa4\xe2\x80\x94");
    assert_string_equal(text_string(&out),
                        "a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39;\\n\\x01??\xc3\xa4"
                        "\xe2\x80\x94");
    text_release(&out);
}

static void lines_of_the_summary_become_labels_and_whole_texts(void **state)
{
    (void)state;
    struct text lines = {0};
    struct text out = {0};
    char words[256] = "";
    for (int i = 0; i < 30; i++)
        strcat(words, i ? " seven77" : "first");
    summary_line(&lines, "in flight", "%s", words);
    summary_line(&lines, "", "short");
    summary_line(&lines, "a longer label", "words");
    text_add(&lines, "  a sentence without a label\n");
    html_lines(&out, text_string(&lines), NULL);
    struct text expected = {0};
    text_add(&expected,
             "<dl>\n<dt>in flight</dt><dd>%s</dd>\n<dd>short</dd>\n<dt>a longer label</dt><dd>words"
             "</dd>\n<dd>a sentence without a label</dd>\n</dl>\n",
             words);
    assert_string_equal(text_string(&out), text_string(&expected));
    text_release(&expected);
    text_release(&out);
    text_release(&lines);
}

static int draw_nothing(const struct text *script, struct text *svg, void *context)
{
    (void)script;
    (void)svg;
    (*(int *)context)++;
    return -ENOENT;
}

/* Scripts that were drawn. */
struct drawn {
    int count;
    bool hostile;
};

static int draw_frame(const struct text *script, struct text *svg, void *context)
{
    struct drawn *drawn = context;
    drawn->count++;
    drawn->hostile |= strchr(text_string(script), '`') || strstr(text_string(script), "<script") ||
                      strstr(text_string(script), "%s");
    text_add(svg,
             "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 1 1\"><title>t</title><defs><b/></defs>"
             "<g id=\"plot\" ><text>x</text></g></svg>");
    return 0;
}

static void make(struct record *record, int64_t nodes)
{
    const struct sample sample = {.nodes = nodes,
                                  .ranks = 2 * nodes,
                                  .bytes_per_rank = INT64_C(1) << 30,
                                  .requests_per_rank = 256,
                                  .node_rate = 1e9};
    sample_record(record, &sample);
}

static void without_gnuplot_the_page_names_the_package(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    int tried = 0;
    const struct html_plots plots = {draw_nothing, &tried};
    make(&record, 2);
    export_html(&record, &plots, &out);
    assert_int_equal(tried, 1);
    assert_false(out.failed);
    assert_non_null(strstr(text_string(&out), "Debian package gnuplot-nox"));
    assert_null(strstr(text_string(&out), "<svg"));
    assert_non_null(strstr(text_string(&out), "GiB/s"));
    text_release(&out);
    record_release(&record);
}

static void a_page_has_its_plots_inside_and_needs_nothing_else(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    struct drawn drawn = {0};
    const struct html_plots plots = {draw_frame, &drawn};
    make(&record, 3);
    export_html(&record, &plots, &out);
    assert_true(drawn.count >= 4);
    assert_non_null(strstr(text_string(&out), "<svg role=\"img\" aria-label=\""));
    assert_null(strstr(text_string(&out), "<?xml"));
    const char *defined = strstr(text_string(&out), "<defs>"); /* for all pictures */
    assert_non_null(defined);
    assert_null(strstr(defined + 1, "<defs>"));
    assert_null(strstr(text_string(&out), "id=\"plot\""));
    assert_null(strstr(text_string(&out), "src="));
    assert_null(strstr(text_string(&out), "http:"));
    assert_null(strstr(text_string(&out), "https:"));
    text_release(&out);
    record_release(&record);
}

static void hostile_names_reach_neither_markup_nor_scripts_of_plots(void **state)
{
    (void)state;
    struct record record;
    struct text out = {0};
    struct drawn drawn = {0};
    const struct html_plots plots = {draw_frame, &drawn};
    make(&record, 3);
    record.label = strdup(hostile);
    free(record.command_line);
    record.command_line = strdup(hostile);
    text_copy(record.nodes[0].hostname, sizeof record.nodes[0].hostname, hostile);
    text_copy(record.targets[0].path, sizeof record.targets[0].path, hostile);
    for (size_t i = 0; i < record.phase_count; i++) {
        text_copy(record.phases[i].name, sizeof record.phases[i].name, hostile);
        text_copy(record.phases[i].nodes[1].name, sizeof record.phases[i].nodes[1].name, hostile);
    }
    assert_int_equal(record_add_advice(&record, "code", SEVERITY_WARNING, "%s", hostile), 0);
    export_html(&record, &plots, &out);
    assert_null(strstr(text_string(&out), "<script>alert"));
    assert_null(strchr(text_string(&out), '\x01'));
    assert_null(strchr(text_string(&out), '\xff'));
    assert_false(drawn.hostile);
    text_release(&out);
    record_release(&record);
}

static void a_record_without_phases_is_a_page(void **state)
{
    (void)state;
    struct record record = {.status = RECORD_RUNNING};
    struct text out = {0};
    struct drawn drawn = {0};
    const struct html_plots plots = {draw_frame, &drawn};
    export_html(&record, &plots, &out);
    assert_int_equal(drawn.count, 0);
    assert_non_null(strstr(text_string(&out), "</html>"));
    text_release(&out);
    record_release(&record);
}

static void plots_have_names_that_are_safe_for_files(void **state)
{
    (void)state;
    struct record record;
    struct plot plot;
    size_t count = 0;
    make(&record, 40);
    text_copy(record.phases[0].name, sizeof record.phases[0].name, "../a b\n");
    for (; plot_find(&record, count, &plot); count++) {
        struct text name = {0};
        plot_name(&plot, &name);
        assert_null(strpbrk(text_string(&name), "/. \n"));
        text_release(&name);
    }
    assert_int_equal(count, 4); /* latency, waits, and the nodes of two phases */
    record_release(&record);
}

static const struct plot *find(const struct record *record, const char *name, struct plot *plot)
{
    struct text own = {0};
    bool found = false;
    for (size_t i = 0; !found && plot_find(record, i, plot); i++) {
        text_clear(&own);
        plot_name(plot, &own);
        found = !strcmp(text_string(&own), name);
    }
    text_release(&own);
    return found ? plot : NULL;
}

static void expect_drawn(const struct record *record, const char *name, const char *words)
{
    struct plot plot;
    struct text script = {0};
    assert_non_null(find(record, name, &plot));
    plot_script(record, &plot, PLOT_SVG, &script);
    assert_false(script.failed);
    if (!strstr(text_string(&script), words))
        fail_msg("'%s' is not in %s:\n%s", words, name, text_string(&script));
    text_release(&script);
}

static void bars_show_latencies_and_the_slowest_of_many_targets(void **state)
{
    (void)state;
    struct record record;
    struct plot plot;
    struct text caption = {0};
    make(&record, 3);
    struct record_phase *phase = &record.phases[0];
    phase->nodes[1].latency.p99_ns = 1234567;
    phase->nodes[2].latency.p99_ns = -1;
    expect_drawn(&record, "01_write-nodes",
                 "set label 2 'p99 1.23 ms' at graph 1, first 1 left offset 1.5,0\n");
    phase->used_target_count = 40;
    phase->used_targets = calloc(phase->used_target_count, sizeof *phase->used_targets);
    for (int i = 0; i < 40; i++) {
        struct record_used_target *used = &phase->used_targets[i];
        *used = (struct record_used_target){.target = i, .bytes = 1 << 30, .end_ns = 1000000000};
        used->latency.p99_ns = i == 39 ? 5000000 : -1;
        used->bytes <<= i < 8; /* the first eight are faster */
        snprintf(used->path, sizeof used->path, "/target/%d", i);
    }
    expect_drawn(&record, "01_write-targets", "set ytics scale 0 ('/target/8' 0, '/target/9' 1, ");
    expect_drawn(&record, "01_write-targets",
                 "'/target/39' 31)\nset xlabel 'GiB/s'\nset rmargin 13\nset xrange "
                 "[0:1.020000]\nset xtics 0,0.200000\nset label 32 'p99 5.00 ms' at ");
    assert_non_null(find(&record, "01_write-targets", &plot));
    plot_caption(&record, &plot, &caption);
    assert_string_equal(text_string(&caption), "The 32 slowest of 40 targets: the rate of each, "
                                               "and its p99 latency");
    text_release(&caption);
    record_release(&record);
}

static void points_and_probes_have_plots_of_their_kind(void **state)
{
    (void)state;
    struct record record = {0};
    struct plot plot;
    sample_points(&record);
    expect_drawn(&record, "write-sweep", "set logscale x\nset xtics ('1' 1.000000, '2' 2.000000");
    expect_drawn(&record, "write-sweep", "with yerrorbars");
    expect_drawn(&record, "write-sweep", "$best << EOD\n64.000000 ");
    expect_drawn(&record, "verify-sweep", "title 'ideal'");
    expect_drawn(&record, "read-sweep", "ideal(x) = 1.000000 * x");
    expect_drawn(&record, "read-sweep", "title 'queue grows'");
    expect_drawn(&record, "read-load", "set xlabel 'achieved GiB/s'");
    expect_drawn(&record, "read-load", "title 'queue grows'");
    expect_drawn(&record, "rewrite-sweep", "set ytics scale 0 ('uring, 8, 4MiB' 0");
    expect_drawn(&record, "write-tune", "'buffer-size' 12.500000, 'writers' 36.500000");
    expect_drawn(&record, "write-tune", "title 'knee'");
    expect_drawn(&record, "write-candidates", "'depth 16, 17 buffers' 17");
    assert_null(find(&record, "write-load", &plot));
    assert_null(find(&record, "read-tune", &plot));
    record_release(&record);
}

/* Lines of several engines have one axis; words and too many lines have bars. */
static void a_load_of_several_engines_has_a_line_each(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_sweep_run run = {.point = 1, .phase = "write"};
    for (int i = 0; i < 8; i++, run.point++) {
        run.offered_per_s = (INT64_C(1) << 30) << i / 2;
        snprintf(run.settings, sizeof run.settings, "engine %s, rate %dGiB/s",
                 i % 2 ? "uring" : "pwrite", 1 << i / 2);
        sample_point(&record, run, 1e9, 1);
    }
    expect_drawn(&record, "write-sweep", "title 'pwrite', ");
    expect_drawn(&record, "write-load", "title 'uring, p99'");
    record_release(&record);
    run = (struct record_sweep_run){.point = 1, .phase = "write", .settings = "depth 1"};
    sample_point(&record, run, 1e9, 1);
    expect_drawn(&record, "write-sweep", "set ytics scale 0 ('1' 0");
    record_release(&record);
}

static void the_page_of_points_has_their_tables_and_the_best_at_the_top(void **state)
{
    (void)state;
    struct record record = {.status = RECORD_COMPLETE};
    struct text out = {0};
    int tried = 0;
    const struct html_plots plots = {draw_nothing, &tried};
    sample_points(&record);
    export_html(&record, &plots, &out);
    const char *page = text_string(&out);
    assert_null(strstr(page, "<h2>Phases</h2>"));
    assert_non_null(strstr(page, "<p>1.90 times the start</p>"));
    assert_non_null(strstr(page, "<p>depth 64</p><p>best of the sweep, median of 6"));
    assert_non_null(strstr(page, "<th scope=\"col\">efficiency</th>"));
    assert_non_null(strstr(page, "<tr><th scope=\"row\">nodes 2</th>"));
    assert_non_null(strstr(page, "<p>the queue of read grows from 2.05 GiB/s"));
    assert_non_null(strstr(page, "gnuplot-nox"));
    assert_int_equal(tried, 1);
    text_release(&out);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_control_characters_and_bad_utf8_are_inert),
        cmocka_unit_test(lines_of_the_summary_become_labels_and_whole_texts),
        cmocka_unit_test(without_gnuplot_the_page_names_the_package),
        cmocka_unit_test(a_page_has_its_plots_inside_and_needs_nothing_else),
        cmocka_unit_test(hostile_names_reach_neither_markup_nor_scripts_of_plots),
        cmocka_unit_test(a_record_without_phases_is_a_page),
        cmocka_unit_test(plots_have_names_that_are_safe_for_files),
        cmocka_unit_test(bars_show_latencies_and_the_slowest_of_many_targets),
        cmocka_unit_test(points_and_probes_have_plots_of_their_kind),
        cmocka_unit_test(a_load_of_several_engines_has_a_line_each),
        cmocka_unit_test(the_page_of_points_has_their_tables_and_the_best_at_the_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
