#include "options/phase_words.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name;
    bool reads;
} actions[ACTION_COUNT] = {
    [ACTION_WRITE] = {"write", false},
    [ACTION_READ] = {"read", true},
    [ACTION_VERIFY] = {"verify", true},
};

const char *phase_action_name(enum phase_action action)
{
    return actions[action].name;
}

bool phase_action_reads(enum phase_action action)
{
    return actions[action].reads;
}

static int find_action(const char *word, size_t length, enum phase_action *action)
{
    for (int i = 0; i < ACTION_COUNT; i++)
        if (strlen(actions[i].name) == length && !memcmp(actions[i].name, word, length)) {
            *action = (enum phase_action)i;
            return 0;
        }
    return -EINVAL;
}

int phase_words_read(const char *list, enum phase_action phases[PHASES_MOST], size_t *count,
                     struct failure *why)
{
    *count = 0;
    for (const char *word = list;;) {
        size_t length = strcspn(word, ",");
        if (*count == PHASES_MOST)
            return failure_set(why, -EINVAL, "--phases: more than %d; give fewer", PHASES_MOST);
        if (find_action(word, length, &phases[*count]))
            return failure_set(why, -EINVAL,
                               "--phases: '%.*s' is no phase; write, read and verify are",
                               (int)length, word);
        (*count)++;
        if (!word[length])
            return 0;
        word += length + 1;
    }
}
