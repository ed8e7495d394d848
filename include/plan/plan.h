/*
 * The plan: who does what, where, until when. Pure data, the same on every rank (its fingerprint
 * proves it); every decision is made here, before anything is touched.
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
#include "plan/shape.h"

enum { PLAN_NAME = 64 };

/* What a target is, as far as the plan cares. */
enum target_kind { TARGET_DIRECTORY, TARGET_FILE, TARGET_NEW_FILE, TARGET_DEVICE, TARGET_NULL };

struct plan_setup {
    const struct settings *settings; /* resolved */
    bool writes;                     /* does a phase with these settings write, or read? */
    bool reads;
    bool probe; /* of a probe: its files in folders are named apart */
    struct shape shape;
    const enum target_kind *target_kinds; /* one for each of settings->targets */
    uint64_t open_ended_bytes; /* data set when only a time is given: what the targets can take */
    const char *run_id;        /* of this run, or of the run whose files are read */
    const char *section;       /* whose own folder the files are in; "": the run's folder */
};

struct plan {
    struct plan_setup setup;
    struct geometry geometry;
    char run_id[PLAN_NAME];
    char fingerprint[PLAN_NAME];
    uint32_t shift;     /* nodes that a reader is away from the writer; 0 = reads its own */
    uint32_t *reads_of; /* rank -> rank whose share it reads */
    uint32_t same_node; /* ranks that read what their own node wrote */
};

/* -EINVAL with what to do, -EOVERFLOW, -ENOMEM. */
int plan_init(struct plan *plan, const struct plan_setup *setup, struct failure *why);
void plan_release(struct plan *plan);

/* Sets who reads whose data: 'nodes' further along the list of nodes, 0 for none; a permutation of
 * the ranks. Called by plan_init with 0; the caller shifts when it knows that targets are shared.
 */
int plan_shift(struct plan *plan, uint64_t nodes, struct failure *why);

/* The folder that this run makes in a directory target, the folder of the data set in it (the same
 * where there is one data set), and the file that a share lies in. */
void plan_run_folder(const struct plan *plan, uint32_t target, struct text *out);
void plan_folder(const struct plan *plan, uint32_t target, struct text *out);
void plan_path(const struct plan *plan, uint32_t rank, uint32_t writer, const struct share *share,
               struct text *out);

/* Bytes that the plan puts on one target (all ranks), or that one node puts there. */
uint64_t plan_target_bytes(const struct plan *plan, uint32_t target);
uint64_t plan_node_bytes(const struct plan *plan, uint32_t target, uint32_t node);

/* The plan for people: totals, shares, threads, engine, phases, in a few lines. With a section (or
 * NULL): what it does and which options it sets itself, instead of the list of phases. */
void plan_describe(const struct plan *plan, const struct run_settings *run,
                   const struct section *section, struct text *out);

#endif
