/*
 * The kinds of phases and their words, as "--phases write,read" lists them: the one list.
 */
#ifndef TIDEMILL_OPTIONS_PHASE_WORDS_H
#define TIDEMILL_OPTIONS_PHASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

enum phase_action { ACTION_WRITE, ACTION_READ, ACTION_VERIFY, ACTION_COUNT };

enum { PHASES_MOST = 64 };

/* "write", ... */
const char *phase_action_name(enum phase_action action);

/* Does it read what was written? */
bool phase_action_reads(enum phase_action action);

/* Reads a list of words between commas; -EINVAL names the word that is none. */
int phase_words_read(const char *list, enum phase_action phases[PHASES_MOST], size_t *count,
                     struct failure *why);

#endif
