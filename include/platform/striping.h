/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How parallel file systems lay out new files, as their own tools report it: lfs (Lustre), beegfs
 * or beegfs-ctl (BeeGFS), mmlsattr (GPFS). Only lfs is used to change anything.
 */
#ifndef TIDEMILL_PLATFORM_STRIPING_H
#define TIDEMILL_PLATFORM_STRIPING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "record/record.h"

/* Sets the layout of what is at 'path' (a file, or files that are made in a directory) in 'target',
 * if its type of file system has a tool and that reports one. */
void striping_detect(const char *path, struct record_target *target);

/* The same by lfs alone, for any type. -ENOENT if there is no lfs, -EIO if it fails. */
int striping_detect_lustre(const char *path, struct record_target *target);

/* Sets the layout of the files that are made in a directory on Lustre; 0 leaves a value as it is.
 */
int striping_set(const char *folder, uint64_t count, uint64_t bytes, struct failure *why);

/* Read what a tool printed; false if there is no layout in it. Pure. */
bool striping_parse_lustre(const char *text, struct record_target *target);
bool striping_parse_beegfs(const char *text, struct record_target *target);
bool striping_parse_gpfs(const char *text, struct record_target *target);

#endif
