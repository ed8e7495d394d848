/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the one-line files of /proc and /sys.
 */
#ifndef TIDEMILL_PLATFORM_SMALL_FILE_H
#define TIDEMILL_PLATFORM_SMALL_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Reads the first line without its newline, truncated to 'size'; 0 or -errno (then 'line' is
 * ""). */
int small_file_line(const char *path, char *line, size_t size);

/* Return the decimal number at the start of the file, or 'otherwise' if there is none. */
int64_t small_file_number(const char *path, int64_t otherwise);
int64_t small_file_number_in(const char *folder, const char *name, int64_t otherwise);

/* Reads the first line of 'folder'/'name' without trailing spaces; "" if there is none. */
void small_file_word_in(const char *folder, const char *name, char *out, size_t size);

#endif
