/* SPDX-License-Identifier: Apache-2.0 */
/* The directories above those that hold objects. */
#ifndef TIDEMILL_METADATA_PARENTS_H
#define TIDEMILL_METADATA_PARENTS_H

/* Creates the directory 'path', which is in 'top', and those above it that are missing: 0 or
 * -errno. */
int parents_make(const char *path, const char *top);

#endif
