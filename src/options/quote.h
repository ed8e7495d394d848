/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of "key = value" lines: plain if that is parsed to the same bytes, else in double quotes
 * with escapes.
 */
#ifndef TIDEMILL_QUOTE_H
#define TIDEMILL_QUOTE_H

#include "base/failure.h"
#include "base/text.h"

/* Prints 'value', quoted if necessary. */
void quote_print(struct text *out, const char *value);

/* Parses the text after the '=' (without a newline); ignores blanks around the value and a comment
 * after it. -EINVAL. */
int quote_parse(const char *line, struct text *value, struct failure *why);

#endif
