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
    struct opened opened;
    struct task *tasks; /* one for each I/O thread */
    struct pipeline *pipeline;
};

/* Makes the phase's work, which remembers the phase. */
int work_bytes_init(struct phase *phase, struct failure *why);

static inline struct work_bytes *work_bytes_of(const struct phase *phase)
{
    return (struct work_bytes *)phase->work;
}

/* Opens files and makes tasks, as the kind of phase needs it. Collective. */
int work_bytes_prepare(struct work *work, struct agreement *agreement);

/* Fills the tasks from the parts. */
void work_bytes_set_tasks(struct work_bytes *bytes);

/* What the threads did, once all have ended. */
void work_bytes_join(struct work *work, struct work_outcome *outcome);

/* The files that were written, or where data were wrong. Collective. */
int work_bytes_gather(const struct work *work, struct record_phase *into, struct failure *why);

/* How the files of this rank were opened. */
bool work_bytes_modes(const struct work *work, struct record_modes *modes);

/* What is known of the buffers and threads once they are there, and of the files' pages in the page
 * cache before and after. */
void work_bytes_note_opened(struct work_bytes *bytes);
void work_bytes_note_ended(struct work_bytes *bytes);

#endif
