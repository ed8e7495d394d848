/*
 * Reading the one-line files of /proc and /sys.
 */
#ifndef TIDEMILL_PLATFORM_SMALL_FILE_H
#define TIDEMILL_PLATFORM_SMALL_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The first line without its end, cut to 'room'; 0 or -errno (then 'line' is ""). */
int small_file_line(const char *path, char *line, size_t room);

/* The decimal number that the file begins with, or 'otherwise' when there is none. */
int64_t small_file_number(const char *path, int64_t otherwise);
int64_t small_file_number_in(const char *folder, const char *name, int64_t otherwise);

/* The first line of 'folder'/'name', without spaces at its end; "" when there is none. */
void small_file_word_in(const char *folder, const char *name, char *out, size_t room);

#endif
