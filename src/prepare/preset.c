/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare/preset.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options/nearest.h"
#include "settings_text.h"

enum { PATH_MOST = 4096, PRESETS_MOST = 64 };

static const char suffix[] = ".conf";

/* The names of the presets in a folder, sorted. */
struct presets {
    char folder[PATH_MOST];
    char *names[PRESETS_MOST];
    size_t count;
};

static bool has_suffix(const char *name)
{
    const size_t length = strlen(name);
    return length > strlen(suffix) && !strcmp(name + length - strlen(suffix), suffix);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_folder(struct presets *presets, DIR *folder)
{
    for (struct dirent *entry; presets->count < PRESETS_MOST && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.' || !has_suffix(entry->d_name))
            continue;
        char *name = strndup(entry->d_name, strlen(entry->d_name) - strlen(suffix));
        if (name)
            presets->names[presets->count++] = name;
    }
    qsort(presets->names, presets->count, sizeof *presets->names, by_name);
}

/* The program is in PREFIX/bin, or in a build directory of the source tree. */
static int find_presets(struct presets *presets, struct failure *why)
{
    static const char *const folders[] = {"../share/tidemill/presets", "launch/presets",
                                          "../launch/presets", "../../launch/presets",
                                          "../../../launch/presets"};
    char program[PATH_MOST / 2];
    *presets = (struct presets){0};
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    for (size_t i = 0; slash && i < sizeof folders / sizeof *folders; i++) {
        *slash = '\0';
        snprintf(presets->folder, sizeof presets->folder, "%s/%s", program, folders[i]);
        DIR *folder = opendir(presets->folder);
        if (!folder)
            continue;
        read_folder(presets, folder);
        closedir(folder);
        return 0;
    }
    return failure_set(why, -ENOENT,
                       "--preset: no presets near the program '%s'; give the path of a file",
                       slash ? program : "");
}

static void presets_release(struct presets *presets)
{
    for (size_t i = 0; i < presets->count; i++)
        free(presets->names[i]);
}

static void refuse_name(const struct presets *presets, const char *name, struct failure *why)
{
    struct text known = {0};
    const char *near = nearest_name(name, presets->names, presets->count);
    for (size_t i = 0; i < presets->count; i++)
        text_add(&known, "%s%s", i ? ", " : "", presets->names[i]);
    failure_set(why, -EINVAL, "unknown preset '%s' (known: %s; or the path of a file)%s%s%s", name,
                text_string(&known), near ? "; did you mean '" : "", near ? near : "",
                near ? "'?" : "");
    text_release(&known);
}

static int print_path(const char *name, struct text *path, struct failure *why)
{
    struct presets presets;
    if (strchr(name, '/') || has_suffix(name)) {
        text_add(path, "%s", name);
        return 0;
    }
    if (find_presets(&presets, why))
        return why->code;
    size_t i = 0;
    while (i < presets.count && strcmp(presets.names[i], name) != 0)
        i++;
    if (i == presets.count)
        refuse_name(&presets, name, why);
    else
        text_add(path, "%s/%s%s", presets.folder, name, suffix);
    presets_release(&presets);
    return why->code;
}

int preset_read(struct options *options, struct failure *why)
{
    struct text path = {0};
    struct text text = {0};
    if (options->run.preset && !print_path(options->run.preset, &path, why) &&
        !settings_text_read("--preset", text_string(&path), &text, why)) {
        if (strlen(text_string(&text)) != text.length)
            failure_set(why, -EINVAL, "--preset: '%s' is not a settings file", text_string(&path));
        else
            options_read(options, text_string(&text), text_string(&path), SOURCE_PRESET, false,
                         why);
    }
    text_release(&path);
    text_release(&text);
    return why->code;
}

/* The settings of a line, "buffer-size 4MiB"; of a section its name. */
static void print_setting(const char *line, size_t length, bool in_section, struct text *out)
{
    const size_t key = strcspn(line, " =");
    const size_t value = key + strspn(line + key, " =");
    if (*line == '[')
        text_add(out, "%s%.*s", in_section ? ", " : "; sections ", (int)strcspn(line + 1, "]"),
                 line + 1);
    else
        text_add(out, "%.*s %.*s", (int)key, line, (int)(length - value), line + value);
}

/* "sata      SATA SSD: buffer-size 4MiB, buffer-count 64, writers 2", and its file. */
static void print_preset(const char *name, const char *path, const char *settings, struct text *out)
{
    const char *before = ": ";
    bool in_section = false;
    text_add(out, "%-10s ", name);
    if (!strncmp(settings, "# ", 2))
        text_add(out, "%.*s", (int)strcspn(settings + 2, "\n"), settings + 2);
    while (*settings) {
        const size_t length = strcspn(settings, "\n");
        if (*settings == '[' ||
            (*settings != '#' && !in_section && strcspn(settings, " =") < length)) {
            text_add(out, "%s", *settings == '[' ? "" : before);
            print_setting(settings, length, in_section, out);
            in_section |= *settings == '[';
            before = ", ";
        }
        settings += length + (settings[length] != '\0');
    }
    text_add(out, "\n%10s ", "");
    text_add_printable(out, path);
    text_add(out, "\n");
}

int preset_list(struct text *out, struct failure *why)
{
    struct presets presets;
    if (find_presets(&presets, why))
        return why->code;
    char *folder = realpath(presets.folder, NULL);
    for (size_t i = 0; i < presets.count && !why->code; i++) {
        struct text path = {0};
        struct text text = {0};
        text_add(&path, "%s/%s%s", folder ? folder : presets.folder, presets.names[i], suffix);
        if (!settings_text_read("--preset", text_string(&path), &text, why))
            print_preset(presets.names[i], text_string(&path), text_string(&text), out);
        text_release(&path);
        text_release(&text);
    }
    free(folder);
    presets_release(&presets);
    return why->code;
}
