/* SPDX-License-Identifier: Apache-2.0 */
/* The value of "--shift auto|none|N". */
#ifndef TIDEMILL_OPTIONS_SHIFT_WORDS_H
#define TIDEMILL_OPTIONS_SHIFT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

struct shift {
    bool automatic;
    uint64_t nodes; /* 0 = none */
};

/* Parses the value. -EINVAL. */
int shift_parse(const char *text, struct shift *shift, struct failure *why);

#endif
