/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work of moving bytes: opened files, a pipeline between them and the data, and what of the
 * data set a rank writes or reads. The only part of the phases that knows the pipeline.
 */
#ifndef TIDEMILL_PHASES_WORK_BYTES_H
#define TIDEMILL_PHASES_WORK_BYTES_H

#include "opened.h"
#include "phase.h"
#include "pipeline/pipeline.h"
#include "work.h"

struct work_bytes {
    struct work work;
    struct phase *phase; /* whose work this is */
    uint32_t threads;    /* I/O threads */
    struct task *tasks;  /* one for each I/O thread */
    struct opened opened;
    struct task_files files;   /* how threads open those of shares that are in several */
    struct task_piece *pieces; /* of all tasks in order; place i of 'opened' is of piece i */
    struct piece_use *uses;    /* likewise; NULL unless an I/O thread works on several targets */
    struct acknowledged *readable; /* of the part that this rank reads, by writing thread */
    struct rewrites *rewrites;     /* likewise; its content, if some was rewritten */
    struct reading reading;
    struct amount planned; /* of this rank: to be written, or what may be read */
    struct pipeline *pipeline;
};

/* Makes the phase's work, which remembers the phase. */
int work_bytes_init(struct phase *phase, struct failure *why);

static inline struct work_bytes *work_bytes_of(const struct phase *phase)
{
    return (struct work_bytes *)phase->work;
}

/* Where the pieces of a thread begin, among all pieces and among the opened files. */
static inline uint32_t work_bytes_first(const struct work_bytes *bytes, uint32_t thread)
{
    return (uint32_t)(bytes->tasks[thread].pieces - bytes->pieces);
}

/* Opens files and makes tasks, as the kind of phase needs it. Collective. */
int work_bytes_prepare(struct work *work, struct agreement *agreement);

/* Opens the parts that this rank writes: those whose files it makes, or, after those of all ranks,
 * the others, whose files must exist. */
void work_bytes_open_parts(struct work_bytes *bytes, bool makers, struct failure *why);

/* Finds out how the files of a share are opened that is in several, in the directory 'folder',
 * which it makes and claims; they stay closed. 'folder' is given away. */
int work_bytes_open_folder(struct work_bytes *bytes, uint32_t place, char *folder,
                           const struct share *share, bool makes, struct failure *why);

/* The tasks of the opened parts; and, once 'readable' is known, files and tasks for what may be
 * read. */
void work_bytes_set_writing(struct work_bytes *bytes);
int work_bytes_open_reading(struct work_bytes *bytes, struct failure *why);

/* Counts apart what threads do on several targets; 'pieces' is the number of all pieces. */
int work_bytes_prepare_use(struct work_bytes *bytes, uint32_t pieces, struct failure *why);

/* What may be read of a part, and what it holds. */
int work_bytes_init_reading(struct work_bytes *bytes, struct failure *why);

/* What the threads did, once all have ended. */
void work_bytes_join(struct work *work, struct work_outcome *outcome);

/* What they did on one target. */
void work_bytes_use(const struct work *work, uint32_t target, struct target_use *use);

/* The files that were written, or where data were wrong. Collective. */
int work_bytes_gather(const struct work *work, struct record_phase *into, struct failure *why);

/* How the files of this rank were opened. */
bool work_bytes_modes(const struct work *work, struct record_modes *modes);

/* What is known of the buffers and threads once they exist, and of the files' pages in the page
 * cache before and after. */
void work_bytes_record_opened(struct work_bytes *bytes);
void work_bytes_record_ended(struct work_bytes *bytes);

/* After a probe that has read the run's files: if they were mostly not in the page cache before it,
 * drops them from there again, so that the phase finds them as it would have without the probe. */
void work_bytes_restore_cache(const struct work_bytes *bytes);

#endif
