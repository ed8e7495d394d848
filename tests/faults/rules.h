/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of the fault bench, for the preload library and the file system:
 *
 *   WHERE CALL NTH ACTION[=VALUE]    several are separated by ';' or line breaks
 *
 *   WHERE   the rank (preload) or the end of the path (file system); '*' is any
 *   CALL    open write read fsync close setup (of io_uring) remove; preload: statx probe (the
 *           operations of io_uring); file system: open_direct open_both (with O_DIRECT, for
 *           reading and writing) stat mkdir rmdir rename list
 *   NTH     counts this rule's calls from 1: "3" is only the third, "3+" all from the third on;
 *           "1/2" is every second one; "@N" is the first transfer at offset N, for requests in an
 *           unknown order
 *   ACTION  errno=N short=BYTES zero long delay=MILLISECONDS hang shift=BYTES flip lose
 *           kill signal=N launcher=N (sends the signal to the parent); file system: appear (first,
 * a file of others appears: with the name that is created or given, or in the directory), appear=1
 * (... with the object's other name), vanish (first, the object is removed), inclusive (open
 * without O_EXCL), noflags (refuse to rename without replacing)
 */
#ifndef TIDEMILL_TESTS_RULES_H
#define TIDEMILL_TESTS_RULES_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RULES_MOST = 16, RULE_WORD = 64, NO_OFFSET = -1 };

struct rule {
    char where[RULE_WORD];
    char call[RULE_WORD];
    char action[RULE_WORD];
    long nth;
    bool onward;
    long every;   /* 0: once */
    off_t offset; /* NO_OFFSET: by number */
    long value;
    _Atomic long seen;
};

struct rules {
    struct rule list[RULES_MOST];
    int count;
};

static inline bool rule_read(struct rule *rule, const char *text)
{
    char nth[RULE_WORD];
    *rule = (struct rule){0};
    if (sscanf(text, "%63s %63s %63s %63s", rule->where, rule->call, nth, rule->action) != 4)
        return false;
    char *end;
    bool placed = nth[0] == '@';
    long number = strtol(nth + placed, &end, 10);
    rule->nth = placed ? 1 : number;
    rule->offset = placed ? number : NO_OFFSET;
    rule->onward = *end == '+';
    rule->every = *end == '/' ? strtol(end + 1, NULL, 10) : 0;
    char *equals = strchr(rule->action, '=');
    if (equals) {
        *equals = '\0';
        rule->value = strtol(equals + 1, NULL, 10);
    }
    return true;
}

/* False if a rule is invalid: without its fault, the test would prove nothing. */
static inline bool rules_read(struct rules *rules, const char *text)
{
    rules->count = 0;
    while (*text) {
        char one[4 * RULE_WORD + 8];
        size_t length = strcspn(text, ";\n");
        if (length >= sizeof one || rules->count == RULES_MOST)
            return false;
        memcpy(one, text, length);
        one[length] = '\0';
        if (one[strspn(one, " \t")] && !rule_read(&rules->list[rules->count++], one))
            return false;
        text += length + (text[length] != '\0');
    }
    return true;
}

static inline bool rule_names(const struct rule *rule, const char *where)
{
    size_t own = strlen(rule->where);
    size_t length = strlen(where);
    return !strcmp(rule->where, "*") ||
           (length >= own && !strcmp(where + length - own, rule->where));
}

static inline bool rule_counts(const struct rule *rule, long seen)
{
    if (rule->every)
        return seen % rule->every == rule->nth % rule->every;
    return rule->onward ? seen >= rule->nth : seen == rule->nth;
}

/* Returns the rule that applies to this call, or NULL; counts the call for each matching rule. */
static inline const struct rule *rules_meet(struct rules *rules, const char *where,
                                            const char *call, off_t offset)
{
    const struct rule *met = NULL;
    for (int i = 0; i < rules->count; i++) {
        struct rule *rule = &rules->list[i];
        if (strcmp(rule->call, call) || !rule_names(rule, where))
            continue;
        if (rule->offset != NO_OFFSET && rule->offset != offset)
            continue;
        long seen = atomic_fetch_add(&rule->seen, 1) + 1;
        if (!met && rule_counts(rule, seen))
            met = rule;
    }
    return met;
}

/* Writes the time in ns since 1970 to the file that 'variable' names, if it does not exist yet. */
static inline void rules_record_time(const char *variable)
{
    const char *path = getenv(variable);
    struct timespec now;
    char text[32];
    if (!path)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = snprintf(text, sizeof text, "%lld\n",
                          (long long)now.tv_sec * 1000000000LL + (long long)now.tv_nsec);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    ssize_t written = write(fd, text, (size_t)length);
    (void)written;
    close(fd);
}

static inline void rules_mark(void)
{
    static _Atomic bool left;
    if (!atomic_exchange(&left, true))
        rules_record_time("FAULT_MARK");
}

static inline bool rule_does(const struct rule *rule, const char *action)
{
    return rule && !strcmp(rule->action, action);
}

#endif
