/* SPDX-License-Identifier: Apache-2.0 */
#include "outputs.h"

#include <errno.h>
#include <string.h>

#include "draw.h"
#include "live_output.h"
#include "platform/line_writer.h"
#include "platform/output_file.h"
#include "platform/target.h"
#include "report/export.h"
#include "report/html.h"

static bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

/* --overwrite is meant for files of earlier runs: nothing that is written now replaces another. */
static int refuse_same_file(const struct outputs *outputs, struct failure *why)
{
    const char *const paths[] = {outputs->result, outputs->json, outputs->openmetrics,
                                 outputs->csv,    outputs->html, outputs->live};
    const size_t count = sizeof paths / sizeof *paths;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (paths[i] && paths[j] && !is_stdout(paths[i]) && target_is_same(paths[i], paths[j]))
                return failure_set(why, -EINVAL, "'%.300s' is %s; name another file", paths[j],
                                   i == 0 ? "the result" : "the file of another output");
    return 0;
}

int outputs_check(const struct outputs *outputs, struct failure *why)
{
    if (is_stdout(outputs->json) && is_stdout(outputs->openmetrics))
        return failure_set(why, -EINVAL, "--json and --openmetrics cannot both be '-'");
    if (is_stdout(outputs->json) && outputs->live && line_writer_is_stdout(outputs->live))
        return failure_set(why, -EINVAL, "--json and --live cannot both be '-'");
    const char *const others[][2] = {{"csv", outputs->csv},
                                     {"tables", outputs->tables},
                                     {"html", outputs->html},
                                     {"plots", outputs->plots}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (is_stdout(others[i][1]))
            return failure_set(why, -EINVAL,
                               "--%s needs a path; '-' is for --json and --openmetrics",
                               others[i][0]);
    if (refuse_same_file(outputs, why))
        return why->code;
    const char *const files[] = {outputs->json, outputs->openmetrics, outputs->html};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] && output_file_check(files[i], outputs->overwrite, why))
            return why->code;
    if (outputs->live && live_output_check(outputs->live, why))
        return why->code;
    if (outputs->csv && output_file_append(outputs->csv, export_csv_header, "", why))
        return why->code;
    return 0;
}

static int write_json(const struct outputs *outputs, const struct record *record,
                      struct failure *why)
{
    struct output_file file;
    if (output_file_open(&file, outputs->json, outputs->overwrite, why))
        return why->code;
    if (!export_json(record, output_file_piece, file.stream) || ferror(file.stream))
        return output_file_close(&file, why);
    output_file_discard(&file);
    return failure_set(why, -ENOMEM, "not enough memory for '%s'", outputs->json);
}

static int write_text(const struct outputs *outputs, const char *path, const struct text *text,
                      struct failure *why)
{
    struct output_file file;
    if (text->failed)
        return failure_set(why, -ENOMEM, "not enough memory for '%s'", path);
    if (output_file_open(&file, path, outputs->overwrite, why))
        return why->code;
    fwrite(text_string(text), 1, text->length, file.stream);
    return output_file_close(&file, why);
}

static int append_csv(const struct outputs *outputs, const struct record *record,
                      struct failure *why)
{
    struct text rows = {0};
    export_csv(record, &rows);
    if (rows.failed)
        failure_set(why, -ENOMEM, "not enough memory for '%s'", outputs->csv);
    else
        output_file_append(outputs->csv, export_csv_header, text_string(&rows), why);
    text_release(&rows);
    return why->code;
}

static int write_openmetrics(const struct outputs *outputs, const struct record *record,
                             struct failure *why)
{
    struct text text = {0};
    export_openmetrics(record, &text);
    write_text(outputs, outputs->openmetrics, &text, why);
    text_release(&text);
    return why->code;
}

static int write_tables(const struct outputs *outputs, const struct record *record,
                        struct failure *why)
{
    struct text name = {0};
    struct text rows = {0};
    if (output_folder_create(outputs->tables, why))
        return why->code;
    for (size_t i = 0; !why->code; i++) {
        text_clear(&rows);
        text_clear(&name);
        text_add(&name, "%s/", outputs->tables);
        if (!export_table(record, i, &name, &rows))
            break;
        text_add(&name, ".csv");
        if (name.failed)
            failure_set(why, -ENOMEM, "not enough memory for '%s'", outputs->tables);
        else
            write_text(outputs, text_string(&name), &rows, why);
    }
    text_release(&rows);
    text_release(&name);
    return why->code;
}

static int draw_part(const struct text *script, struct text *svg, void *why)
{
    struct failure *first = why;
    struct failure own = {0};
    const int result = draw(script, svg, &own);
    return result && result != -ENOENT ? failure_set(first, result, "%s", own.text) : result;
}

/* A page without plots is fine where gnuplot is not installed, but not where it fails. */
static int write_html(const struct outputs *outputs, const struct record *record,
                      struct failure *why)
{
    struct text page = {0};
    const struct html_plots plots = {draw_part, why};
    export_html(record, &plots, &page);
    if (!why->code)
        write_text(outputs, outputs->html, &page, why);
    text_release(&page);
    return why->code;
}

static int write_plot(const struct outputs *outputs, const struct record *record,
                      const struct plot *plot, struct failure *why)
{
    struct text script = {0};
    struct text picture = {0};
    struct text path = {0};
    text_add(&path, "%s/", outputs->plots);
    plot_name(plot, &path);
    text_add(&path, ".%s", plot_format_names[outputs->plot_format]);
    plot_script(record, plot, outputs->plot_format, &script);
    if (path.failed || script.failed)
        failure_set(why, -ENOMEM, "not enough memory for '%s'", outputs->plots);
    else if (!draw(&script, &picture, why))
        write_text(outputs, text_string(&path), &picture, why);
    text_release(&path);
    text_release(&picture);
    text_release(&script);
    return why->code;
}

static int write_plots(const struct outputs *outputs, const struct record *record,
                       struct failure *why)
{
    struct plot plot;
    if (output_folder_create(outputs->plots, why))
        return why->code;
    for (size_t i = 0; !why->code && plot_find(record, i, &plot); i++)
        write_plot(outputs, record, &plot, why);
    return why->code;
}

int outputs_write(const struct outputs *outputs, const struct record *record, struct failure *why)
{
    static int (*const writers[])(const struct outputs *, const struct record *,
                                  struct failure *) = {
        write_json, write_openmetrics, append_csv, write_tables, write_html, write_plots};
    const char *const paths[] = {outputs->json,   outputs->openmetrics, outputs->csv,
                                 outputs->tables, outputs->html,        outputs->plots};
    for (size_t i = 0; i < sizeof writers / sizeof *writers && !why->code; i++)
        if (paths[i])
            writers[i](outputs, record, why);
    return why->code;
}
