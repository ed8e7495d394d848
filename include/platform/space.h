/*
 * What is free where a file lies, for messages: "no space left" says half of the truth, for space
 * and inodes run out apart.
 */
#ifndef TIDEMILL_PLATFORM_SPACE_H
#define TIDEMILL_PLATFORM_SPACE_H

#include <stdint.h>

enum { SPACE_TEXT = 80 };

/* " (0 bytes and 12 inodes free)" for a positive errno that says that storage or a quota is full,
 * "" for any other, and where the file system does not tell. Returns 'out'. */
const char *space_note(const char *path, int error, char out[SPACE_TEXT]);

/* Share of the file system that an ordinary user may still fill, in percent; -1 when not told. */
int space_free_percent(const char *path);

#endif
