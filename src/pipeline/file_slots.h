/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open files of a drive whose shares are in many: each is opened for its first request, synced
 * if that is wanted, and closed after its last one. At most as many are open as there are requests
 * in flight, and a few more whose next requests are still to come.
 */
#ifndef TIDEMILL_PIPELINE_FILE_SLOTS_H
#define TIDEMILL_PIPELINE_FILE_SLOTS_H

#include "drive.h"

struct file_slots;

/* How many files the drive may have open at once. */
uint32_t file_slots_count(const struct drive_setup *setup);

/* Initialises the slots, whose files are drive->files. -ENOMEM. */
int file_slots_init(struct drive *drive, const struct drive_setup *setup, uint32_t count);

/* Frees them; accepts a drive without slots. */
void file_slots_release(struct drive *drive);

/* Opens the file of a buffer's request unless it is open, and sets 'buffer->file'. After -errno the
 * drive's outcome has the failure. */
int file_slots_enter(struct drive *drive, struct buffer *buffer);

/* A request has ended: closes its file if that was the last one. */
void file_slots_leave(struct drive *drive, const struct buffer *buffer);

/* Syncs what was written since the last sync; 0 or the first -errno. */
int file_slots_sync(struct drive *drive);

/* Closes all files, without a sync. */
void file_slots_close(struct drive *drive);

#endif
