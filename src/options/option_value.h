/* SPDX-License-Identifier: Apache-2.0 */
/* One option value: parse, print, store, default. Only this file depends on how a kind is stored.
 */
#ifndef TIDEMILL_OPTION_VALUE_H
#define TIDEMILL_OPTION_VALUE_H

#include "option_table.h"

union option_value {
    OPTION_TYPE_SIZE number; /* SIZE, RATE, COUNT */
    OPTION_TYPE_DURATION time_ns;
    OPTION_TYPE_REAL real;
    OPTION_TYPE_CHOICE choice;
    OPTION_TYPE_FLAG flag;
    OPTION_TYPE_TEXT text; /* owned */
};

/* Parses 'text' for 'row'. The message does not contain the option's name. -EINVAL, -ERANGE,
 * -ENOMEM. */
int option_value_parse(const struct option_row *row, const char *text, union option_value *value,
                       struct failure *why);

/* Parses "100MB/s"; the "/s" may be left out, and the unit only where bytes are likely. */
int option_value_parse_rate(const char *text, uint64_t *bytes, struct failure *why);

/* Sets the default of the table, or zero if the value adapts. -ENOMEM. */
int option_value_default(const struct option_row *row, union option_value *value,
                         struct failure *why);

/* Frees what a value owns that was not stored in a field. */
void option_value_release(const struct option_row *row, union option_value *value);

/* Moves 'value' into the field and frees the field's previous value. */
void option_value_store(const struct option_row *row, void *field, union option_value value);

/* Returns true if the value is zero or NULL. */
bool option_value_is_unset(const struct option_row *row, const void *field);

/* Prints the shortest exact text. */
void option_value_print(const struct option_row *row, const void *field, struct text *out);

#endif
