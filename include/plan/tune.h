/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schedule of 'tune': a search for writing, then files with the settled settings, then a search
 * for reading them. Each probe is a step; what it measured, the record shows. Pure: time and bytes
 * that are used up are those of the record.
 */
#ifndef TIDEMILL_PLAN_TUNE_H
#define TIDEMILL_PLAN_TUNE_H

#include "options/phases.h"
#include "options/settings_pool.h"
#include "plan/step.h"
#include "plan/tune_space.h"
#include "record/record.h"

enum { TUNE_PHASES_MOST = 2, TUNE_KNOWN_MOST = 512, TUNE_PROBE_LEAST_NS = 100 * 1000 * 1000 };

struct tune_setup {
    struct settings_pool *pool; /* its first settings are the base; gets those of the probes */
    struct tune_limits limits;
    enum phase_id phases[TUNE_PHASES_MOST]; /* the one that writes first */
    uint32_t phase_count;
    uint32_t ranks;
    int64_t budget_ns;
    uint64_t budget_bytes; /* 0: any */
};

/* The search for one phase. */
struct tune_pass {
    enum phase_id phase;
    struct tune_space space;
    struct search search;
    size_t first; /* its first row in the record */
    bool probed;  /* the start has been fitted to the rate of the first probe */
    struct {
        struct candidate candidate;
        uint32_t settings;
    } known[TUNE_KNOWN_MOST];
    uint32_t known_count;
};

struct tune {
    struct tune_setup setup;
    struct tune_pass passes[TUNE_PHASES_MOST];
    uint32_t at;
    size_t seen;      /* rows of the record */
    bool filled;      /* the files for reading exist */
    uint32_t dataset; /* the settings that wrote them */
    int64_t probe_ns;
    uint32_t idle; /* probes in a row that moved nothing, without a failure */
};

/* -EINVAL if the budget is too small for two probes of each candidate. */
int tune_init(struct tune *tune, const struct tune_setup *setup, struct failure *why);

/* 1 and a step, 0 at the end, -ENOMEM. */
int tune_next(struct tune *tune, const struct record *record, struct step *step);

/* Prints what the search sets, as options of the command line. */
void tune_print_settings(const struct tune *tune, const struct settings *settings,
                         struct text *out);

/* Fills the record's choices and results so far. -ENOMEM. */
int tune_report(const struct tune *tune, struct record *record);

#endif
