/* SPDX-License-Identifier: Apache-2.0 */
/* The value of --find-size. */
#ifndef TIDEMILL_OPTIONS_FIND_WORDS_H
#define TIDEMILL_OPTIONS_FIND_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

/* Parses the value; NULL: any size. -EINVAL. */
int find_size_parse(const char *text, bool *sized, uint64_t *bytes, struct failure *why);

#endif
