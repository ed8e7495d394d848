/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a report is written to. A file appears whole or not at all, and no file is replaced
 * unless that is wanted. "-" is standard output; FIFOs and devices are written as they are.
 */
#ifndef TIDEMILL_PLATFORM_OUTPUT_FILE_H
#define TIDEMILL_PLATFORM_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/failure.h"

struct output_file {
    FILE *stream;
    const char *path;
    char *temporary; /* NULL: written in place */
    bool overwrite;
};

/* Could it be opened? Leaves nothing behind. -EEXIST if a file exists and 'overwrite' is not set,
 * -EISDIR, -ENOENT, -EACCES ... */
int output_file_check(const char *path, bool overwrite, struct failure *why);

int output_file_open(struct output_file *file, const char *path, bool overwrite,
                     struct failure *why);

/* Writes a piece of what is made bit by bit to its stream; 0 or -1. */
int output_file_piece(const char *bytes, size_t length, void *stream);

/* Puts the file in place; after any failure, also one of earlier writing, nothing is left of it. */
int output_file_close(struct output_file *file, struct failure *why);

/* Leaves nothing of a file that was opened. */
void output_file_discard(struct output_file *file);

/* Appends 'rows' by one write under an advisory lock, with 'header' before them if the file is
 * empty. Without rows, only checks that this is possible. After a failure the file is as it was, or
 * empty. -EINVAL if it begins with another header. */
int output_file_append(const char *path, const char *header, const char *rows, struct failure *why);

/* Creates a directory unless it exists. */
int output_folder_create(const char *path, struct failure *why);

#endif
