/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/striping.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "platform/child.h"

/* The word that follows the last 'key', as files of several parts have one for each; false if there
 * is none. */
static bool find_word(const char *text, const char *key, char word[RECORD_NAME])
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, key)); at += strlen(key))
        found = at + strlen(key);
    if (!found)
        return false;
    found += strspn(found, " \t");
    snprintf(word, RECORD_NAME, "%.*s", (int)strcspn(found, " \t\r\n;"), found);
    return word[0] != 0;
}

static bool find_number(const char *text, const char *key, int64_t *number)
{
    char word[RECORD_NAME];
    char *end;
    if (!find_word(text, key, word))
        return false;
    *number = strtoll(word, &end, 10);
    return end != word && !*end;
}

/* The rest of the line after the first 'key', with single spaces. */
static void add_rest(const char *text, const char *key, const char *name, struct text *about)
{
    const char *at = strstr(text, key);
    if (!at)
        return;
    at += strlen(key);
    text_add(about, "%s%s", about->length ? ", " : "", name);
    while (*at && *at != '\n') {
        const size_t blank = strspn(at, " \t\r");
        const size_t word = strcspn(at + blank, " \t\r\n");
        if (word)
            text_add(about, " %.*s", (int)word, at + blank);
        at += blank + word;
    }
}

static void keep_about(struct text *about, struct record_target *target)
{
    text_copy(target->layout, sizeof target->layout, text_string(about));
    text_release(about);
}

bool striping_parse_lustre(const char *text, struct record_target *target)
{
    struct text about = {0};
    char word[RECORD_NAME];
    int64_t count, bytes, parts;
    if (!find_number(text, "stripe_count:", &count) || !find_number(text, "stripe_size:", &bytes) ||
        count < -1 || bytes < 0)
        return false;
    target->striping = STRIPING_LUSTRE;
    target->stripe_count = count;
    target->stripe_bytes = bytes;
    if (find_word(text, "pattern:", word))
        text_add(&about, "pattern %s", word);
    if (find_word(text, "pool:", word))
        text_add(&about, "%spool %s", about.length ? ", " : "", word);
    if (find_number(text, "lcm_entry_count:", &parts) && parts > 1)
        text_add(&about, "%s%" PRId64 " components, of which this is the last",
                 about.length ? ", " : "", parts);
    keep_about(&about, target);
    return true;
}

/* As in 512K and 1M. */
static bool find_size(const char *text, const char *key, uint64_t *bytes)
{
    char word[RECORD_NAME];
    if (!find_word(text, key, word))
        return false;
    for (char *at = word; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return units_parse_size(word, bytes, NULL) == 0;
}

bool striping_parse_beegfs(const char *text, struct record_target *target)
{
    struct text about = {0};
    int64_t count;
    uint64_t bytes;
    if (!find_size(text, "Chunksize:", &bytes) || !find_number(text, "desired:", &count) ||
        count < 1)
        return false;
    find_number(text, "actual:", &count);
    target->striping = STRIPING_BEEGFS;
    target->stripe_count = count;
    target->stripe_bytes = (int64_t)bytes;
    add_rest(text, "+ Type:", "pattern", &about);
    add_rest(text, "+ Storage Pool:", "pool", &about);
    keep_about(&about, target);
    return true;
}

/* A file is spread in blocks of the file system over all disks of its pool. */
bool striping_parse_gpfs(const char *text, struct record_target *target)
{
    struct text about = {0};
    if (!strstr(text, "data replication:"))
        return false;
    target->striping = STRIPING_GPFS;
    target->stripe_count = -1;
    target->stripe_bytes = target->block_bytes;
    add_rest(text, "storage pool name:", "pool", &about);
    add_rest(text, "\ndata replication:", "data replication", &about);
    keep_about(&about, target);
    return true;
}

static int ask(const char *const *arguments, bool (*parse)(const char *, struct record_target *),
               struct record_target *target)
{
    const struct text nothing = {0};
    struct text output = {0};
    struct failure unused = {0};
    int result = child_filter(arguments, &nothing, &output, &unused);
    if (!result && !parse(text_string(&output), target))
        result = -EIO;
    text_release(&output);
    return result;
}

int striping_detect_lustre(const char *path, struct record_target *target)
{
    const char *const arguments[] = {"lfs", "getstripe", "-d", path, NULL};
    return ask(arguments, striping_parse_lustre, target);
}

void striping_detect(const char *path, struct record_target *target)
{
    const char *const beegfs[] = {"beegfs", "entry", "info", "--retro", path, NULL};
    const char *const older[] = {"beegfs-ctl", "--getentryinfo", path, NULL};
    const char *const gpfs[] = {"mmlsattr", "-L", path, NULL};
    if (!strcmp(target->file_system, "lustre"))
        striping_detect_lustre(path, target);
    else if (!strcmp(target->file_system, "beegfs") && ask(beegfs, striping_parse_beegfs, target))
        ask(older, striping_parse_beegfs, target);
    else if (!strcmp(target->file_system, "gpfs"))
        ask(gpfs, striping_parse_gpfs, target);
}

int striping_set(const char *folder, uint64_t count, uint64_t bytes, struct failure *why)
{
    const struct text nothing = {0};
    struct text output = {0};
    struct failure inner = {0};
    char count_text[32], bytes_text[32];
    const char *arguments[8] = {"lfs", "setstripe"};
    size_t used = 2;
    snprintf(count_text, sizeof count_text, "%" PRIu64, count);
    snprintf(bytes_text, sizeof bytes_text, "%" PRIu64, bytes);
    if (count) {
        arguments[used++] = "-c";
        arguments[used++] = count_text;
    }
    if (bytes) {
        arguments[used++] = "-S";
        arguments[used++] = bytes_text;
    }
    arguments[used] = folder;
    const int result = child_filter(arguments, &nothing, &output, &inner);
    text_release(&output);
    if (!result)
        return 0;
    return failure_set(why, result, "cannot set the layout of '%s': 'lfs setstripe%s%s%s%s' failed",
                       folder, count ? " -c " : "", count ? count_text : "", bytes ? " -S " : "",
                       bytes ? bytes_text : "");
}
