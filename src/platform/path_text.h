/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A path in a one-line message: control characters become '?', and a path that is too long loses
 * its middle, because both ends identify it. For output only, never to be opened.
 */
#ifndef TIDEMILL_PLATFORM_PATH_TEXT_H
#define TIDEMILL_PLATFORM_PATH_TEXT_H

enum { PATH_TEXT = 256 };

/* Formats a path; returns 'out'. */
const char *path_text(const char *path, char out[PATH_TEXT]);

/* Returns the parent directory of 'path': "/a" of "/a/b" and of "/a/b/", "." of "b", "/" of "/a".
 * malloc'ed; NULL if out of memory. */
char *path_folder(const char *path);

#endif
