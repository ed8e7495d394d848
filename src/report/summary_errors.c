/* SPDX-License-Identifier: Apache-2.0 */
/* "failed": the operations of a phase that failed, by their error. */
#include <string.h>

#include "summary_parts.h"

/* What an error means for an operation; "" = for all kinds. */
static const struct meaning {
    const char *error;
    const char *kind;
    const char *words;
} meanings[] = {
    {"EEXIST", "create", "created by another process, left alone"},
    {"EEXIST", "rename", "its new name is another process's file, left alone"},
    {"EEXIST", "readdir", "not an object of this run, left alone"},
    {"EEXIST", "find", "not an object of this run, left alone"},
    {"ENOTEMPTY", "remove", "holds something of another process, left alone"},
    {"ENOTEMPTY", "", "holds something of another process"},
    {"ENOENT", "create", "its directory was removed by another process"},
    {"ENOENT", "", "removed by another process"},
    {"ESTALE", "", "removed by another client"},
    {"ENOTDIR", "", "replaced by another process"},
    {"EISDIR", "", "replaced by another process"},
    {"ELOOP", "", "replaced by another process"},
    {"EXDEV", "rename", "the file system cannot rename them"},
    {"ENOSYS", "rename", "the file system cannot rename them"},
    {"EOPNOTSUPP", "rename", "the file system cannot rename them"},
    {"EINVAL", "rename", "the file system cannot rename them"},
    {"EBADMSG", "", "not as it was created"},
    {"EMLINK", "", "too many directories in one directory"},
    {"ENOSPC", "", "no space or no inodes left"},
    {"EDQUOT", "", "quota of space or inodes exceeded"},
    {"ENAMETOOLONG", "", "name too long for the file system"},
    {"EROFS", "", "the file system became read-only"},
    {"ETIMEDOUT", "", "no answer within --stall-abort"},
    {"other", "", "further errors"},
};

static const char *meaning_of(const struct record_error *error, const char *kind)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (!strcmp(meanings[i].error, error->name) &&
            (!meanings[i].kind[0] || !strcmp(meanings[i].kind, kind)))
            return meanings[i].words;
    const char *const words = strerrordesc_np((int)error->number);
    return words ? words : "unknown error";
}

void summary_error_reason(const struct record_phase *phase, struct text *out)
{
    int64_t count = 0;
    for (size_t i = 0; i < phase->error_count; i++)
        count += phase->errors[i].count;
    const char *words = meaning_of(&phase->errors[0], phase->kind);
    text_add(out, "%lld failure%s%s: %.*s", (long long)count, summary_plural(count),
             phase->error_count > 1 ? ", most of them" : "", (int)strcspn(words, ","), words);
}

void summary_errors(const struct record_phase *phase, const struct summary_style *style,
                    struct text *out)
{
    struct text line = {0};
    if (phase->error_count == 0)
        return;
    for (size_t i = 0; i < phase->error_count; i++)
        text_add(&line, "%s%lld %s (%s)", i ? ", " : "", (long long)phase->errors[i].count,
                 phase->errors[i].name, meaning_of(&phase->errors[i], phase->kind));
    summary_text(out, PAINT_BAD, style, "failed", text_string(&line));
    for (size_t i = 0; i < phase->error_count; i++) {
        const struct record_error *error = &phase->errors[i];
        summary_line(out, "", "first %s: '%s' by rank %lld on %s", error->name, error->path,
                     (long long)error->rank, error->host);
    }
    out->failed |= line.failed;
    text_release(&line);
}
