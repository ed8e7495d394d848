/*
 * What "--repeat N" and "--repeat until=P%" ask for.
 */
#ifndef TIDEMILL_OPTIONS_REPEAT_WORDS_H
#define TIDEMILL_OPTIONS_REPEAT_WORDS_H

#include <stdint.h>

#include "base/failure.h"

enum { REPEAT_MOST = 1000, REPEAT_CAP = 30 };

struct repeat {
    uint64_t count; /* repetitions; with 'until' at most so many */
    double until;   /* share of the median that half an interval may be; 0 = go by the count */
};

/* -EINVAL. */
int repeat_words_read(const char *text, struct repeat *repeat, struct failure *why);

#endif
