/*
 * Values of "key = value" lines: plain where that reads back to the same bytes, else in double
 * quotes with escapes. Both directions stand here, so that they agree.
 */
#ifndef TIDEMILL_QUOTE_H
#define TIDEMILL_QUOTE_H

#include "base/failure.h"
#include "base/text.h"

/* Appends 'value' as a line must hold it. */
void quote_add(struct text *out, const char *value);

/* Reads what stands after the '=' (without the line's end): blanks around it and a comment after it
 * do not count. -EINVAL. */
int quote_read(const char *line, struct text *value, struct failure *why);

#endif
