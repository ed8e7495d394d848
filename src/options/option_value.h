/*
 * One value of one kind: from text, to text, equal, default. The only place that knows how a kind
 * of option is stored.
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

/* Reads 'text' for 'row'; the refusal says what is wrong, without the option's name. -EINVAL,
 * -ERANGE, -ENOMEM. */
int option_value_parse(const struct option_row *row, const char *text, union option_value *value,
                       struct failure *why);

/* The default: of the table, or zero where it adapts. -ENOMEM. */
int option_value_default(const struct option_row *row, union option_value *value,
                         struct failure *why);

/* Gives back what a parsed value owns, when it is not put into a field. */
void option_value_drop(const struct option_row *row, union option_value *value);

/* Moves 'value' into the field, and gives back what that held. */
void option_value_put(const struct option_row *row, void *field, union option_value value);

/* Zero, or no text. */
bool option_value_unset(const struct option_row *row, const void *field);

/* Appends the shortest exact text. */
void option_value_print(const struct option_row *row, const void *field, struct text *out);

#endif
