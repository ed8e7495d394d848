/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: which rank reads and writes what, and where. Pure data, the same on every rank (the
 * fingerprint is compared); every decision is made here, before storage is changed.
 *
 * Owns its geometry and texts; borrows the settings and the shape's rank map.
 */
#ifndef TIDEMILL_PLAN_PLAN_H
#define TIDEMILL_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"
#include "options/options.h"
#include "plan/acknowledged.h"
#include "plan/geometry.h"
#include "plan/names.h"
#include "plan/shape.h"

enum { PLAN_NAME = 64 };

/* What a target is, for the plan. */
enum target_kind { TARGET_DIRECTORY, TARGET_FILE, TARGET_NEW_FILE, TARGET_DEVICE, TARGET_NULL };

struct plan_setup {
    const struct settings *settings; /* resolved */
    bool writes;                     /* a phase with these settings writes */
    bool reads;                      /* a phase with these settings reads */
    bool creates;                    /* a phase with these settings creates objects */
    bool visits;                     /* a phase with these settings is about objects */
    enum file_use files;             /* which names they have */
    struct shape shape;
    const enum target_kind *target_kinds; /* one for each of settings->targets */
    bool undivided; /* as version 0.1.0 did: only the last request of the data set is short */
    uint64_t open_ended_bytes; /* size of the data set if only a time is given */
    const char *run_id;        /* of this run, or of the run whose files are read */
    const char *section;       /* whose directory the files are in, or "": the run's directory */
};

struct plan {
    struct plan_setup setup;
    struct geometry geometry;
    char run_id[PLAN_NAME];
    char fingerprint[PLAN_NAME];
    uint32_t shift;     /* kernels that a reader is away from the writer; 0 = reads its own */
    uint32_t *reads_of; /* rank -> rank whose share it reads */
    uint32_t same_node; /* ranks that read what their own node wrote, or one on its kernel */
};

/* -EINVAL with what to do, -EOVERFLOW, -ENOMEM. */
int plan_init(struct plan *plan, const struct plan_setup *setup, struct failure *why);
void plan_release(struct plan *plan);

/* Sets which rank reads which rank's data: that of the kernel 'kernels' away (each node has its
 * own, except for containers); a permutation of the ranks. plan_init calls it with 0; the caller
 * calls it again if the targets are shared. */
int plan_shift(struct plan *plan, uint64_t kernels, struct failure *why);

/* Print the run's directory in a directory target, the directory of the data set (the same if there
 * is only one data set), and the file that contains a share. */
void plan_run_folder(const struct plan *plan, uint32_t target, struct text *out);
void plan_folder(const struct plan *plan, uint32_t target, struct text *out);
void plan_path(const struct plan *plan, uint32_t rank, uint32_t writer, const struct share *share,
               struct text *out);

/* Bytes planned for one target, by all ranks or by those of one node. */
uint64_t plan_target_bytes(const struct plan *plan, uint32_t target);
uint64_t plan_node_bytes(const struct plan *plan, uint32_t target, uint32_t node);

/* Is the size of the data set only what the targets can take, because no size was given? */
bool plan_open_ended(const struct plan *plan);

/* Prints the plan: totals, settings and phases. With a section (or NULL), prints what it does and
 * which options it sets, instead of the list of phases. */
void plan_describe(const struct plan *plan, const struct run_settings *run,
                   const struct section *section, struct text *out);

/* Describes what a preset gives, and what a rank gets of it; adds nothing without one. */
void plan_describe_preset(const struct plan *plan, const struct options *given, struct text *out);

/* Describes a rate that is below one request per second of a rank; adds nothing otherwise. */
void plan_describe_slow_rate(const struct plan *plan, struct text *out);

#endif
