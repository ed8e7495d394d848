#include "outputs.h"

#include <errno.h>
#include <string.h>

#include "platform/output_file.h"
#include "report/export.h"

static bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

int outputs_check(const struct outputs *outputs, struct failure *why)
{
    if (is_stdout(outputs->json) && is_stdout(outputs->openmetrics))
        return failure_set(why, -EINVAL, "--json and --openmetrics cannot both be '-'");
    if (is_stdout(outputs->csv) || is_stdout(outputs->tables))
        return failure_set(why, -EINVAL, "--%s needs a path; '-' is for --json and --openmetrics",
                           is_stdout(outputs->csv) ? "csv" : "tables");
    if (outputs->json && output_file_check(outputs->json, outputs->overwrite, why))
        return why->code;
    if (outputs->openmetrics && output_file_check(outputs->openmetrics, outputs->overwrite, why))
        return why->code;
    if (outputs->csv && output_file_append(outputs->csv, export_csv_header, "", why))
        return why->code;
    return 0;
}

static int write_piece(const char *bytes, size_t length, void *context)
{
    return fwrite(bytes, 1, length, context) == length ? 0 : -1;
}

static int write_json(const struct outputs *outputs, const struct record *record,
                      struct failure *why)
{
    struct output_file file;
    if (output_file_open(&file, outputs->json, outputs->overwrite, why))
        return why->code;
    if (!export_json(record, write_piece, file.stream) || ferror(file.stream))
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
    fputs(text_string(text), file.stream);
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

int outputs_write(const struct outputs *outputs, const struct record *record, struct failure *why)
{
    static int (*const writers[])(const struct outputs *, const struct record *,
                                  struct failure *) = {write_json, write_openmetrics, append_csv,
                                                       write_tables};
    const char *const paths[] = {outputs->json, outputs->openmetrics, outputs->csv,
                                 outputs->tables};
    for (size_t i = 0; i < sizeof writers / sizeof *writers && !why->code; i++)
        if (paths[i])
            writers[i](outputs, record, why);
    return why->code;
}
