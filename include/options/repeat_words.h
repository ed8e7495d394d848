/* SPDX-License-Identifier: Apache-2.0 */
/* The value of "--repeat N" and "--repeat until=P%". */
#ifndef TIDEMILL_OPTIONS_REPEAT_WORDS_H
#define TIDEMILL_OPTIONS_REPEAT_WORDS_H

#include <stdint.h>

#include "base/failure.h"

enum { REPEAT_MOST = 1000, REPEAT_CAP = 30 };

struct repeat {
    uint64_t count; /* repetitions; with 'until' the maximum */
    double until;   /* half the confidence interval, as a share of the median; 0 = use 'count' */
};

/* Parses the value; NULL is one repetition. -EINVAL. */
int repeat_parse(const char *text, struct repeat *repeat, struct failure *why);

#endif
