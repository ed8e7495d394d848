/*
 * A path as part of a one-line message: control characters become '?', and what is too long loses
 * its middle, for both ends say where it is. For people only, never to be opened.
 */
#ifndef TIDEMILL_PLATFORM_PATH_TEXT_H
#define TIDEMILL_PLATFORM_PATH_TEXT_H

enum { PATH_TEXT = 256 };

/* Returns 'out'. */
const char *path_text(const char *path, char out[PATH_TEXT]);

/* The folder that 'path' lies in: "/a" of "/a/b" and of "/a/b/", "." of "b", "/" of "/a".
 * malloc'ed; NULL when out of memory. */
char *path_folder(const char *path);

#endif
