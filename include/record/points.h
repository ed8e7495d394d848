/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a record that is about the points of a sweep, and the probes of a search. */
#ifndef TIDEMILL_RECORD_POINTS_H
#define TIDEMILL_RECORD_POINTS_H

#include <stdint.h>

#include "record/environment.h"

/* One measurement of a point of a sweep. */
struct record_sweep_run {
    int64_t point;      /* from 1 */
    int64_t repetition; /* from 1 */
    char phase[16];
    char settings[RECORD_LINE]; /* what the point sets */
    int64_t scale;      /* ranks or nodes that worked, if they are swept; else 0, as the next */
    int64_t base_point; /* the point with the same options and the fewest of them */
    int64_t seed;       /* of its data */
    int64_t bytes;
    int64_t requests;
    int64_t duration_ns;   /* as of a phase */
    int64_t per_s;         /* bytes / duration_ns; 0 = not measured */
    int64_t offered_per_s; /* by --rate of all ranks; 0 without */
    int64_t p50_ns;        /* from the intended start where there is a rate; so the next */
    int64_t p99_ns;        /* -1 = too few requests */
    int64_t cpu_ns;
    uint8_t direct_in_effect; /* enum record_truth */
    char reason[RECORD_LINE]; /* why it was not measured; "" = it was */
};

/* A point of a sweep over its repetitions, of one phase. */
struct record_sweep {
    int64_t point;
    char phase[16];
    char settings[RECORD_LINE];
    int64_t scale;
    int64_t base_point;
    int64_t efficiency_ppm; /* rate of each rank or node, in millionths of that of the base; 0 = not
                               known */
    int64_t count;          /* measured repetitions; medians are over these */
    int64_t median_per_s;
    int64_t low_per_s; /* bounds of the interval of the median; -1 = too few repetitions */
    int64_t high_per_s;
    int64_t level_ppm; /* probability that it holds the median, in millionths; 0 without */
    int64_t offered_per_s;
    int64_t p50_ns;
    int64_t p99_ns;
    int64_t cpu_ns_per_gib;
    uint8_t best; /* enum record_truth: equal to the best of its phase, by the interval of their
                     ratio; unknown = too few repetitions */
};

/* One probe of 'tune', in the order of time. */
struct record_tune {
    char phase[16];
    uint8_t stage;              /* enum record_tune_stage */
    char option[24];            /* that is compared; "" = none */
    char settings[RECORD_LINE]; /* all that the search sets, as options of the command line */
    int64_t bytes;
    int64_t requests;
    int64_t duration_ns; /* as of a phase */
    int64_t per_s;       /* bytes / duration_ns; 0 = not measured */
    int64_t started_ns;  /* since the start of the run */
    int64_t spent_ns;    /* preparing and removing files included */
    uint8_t direct_in_effect;
    char reason[RECORD_LINE]; /* why it was not measured; "" = it was */
};

/* What 'tune' chose for an option, and why. */
struct record_tune_choice {
    char phase[16];
    char option[24];
    char value[24];
    char other[24];   /* what it was compared with last: replaced, or the best of the others */
    uint8_t outcome;  /* enum record_tune_outcome */
    int64_t compared; /* values, in the last comparison */
    int64_t rounds;
    int64_t ratio_ppm;      /* of the rate to that with 'other' */
    int64_t half_width_ppm; /* of this ratio; -1 = not known */
};

/* What 'tune' settled on for a phase. */
struct record_tune_result {
    char phase[16];
    uint8_t finished;           /* enum record_truth: no = the budget or the run ended before */
    uint8_t shifted;            /* enum record_truth: the level changed meanwhile */
    char start[RECORD_LINE];    /* as options of the command line */
    char settings[RECORD_LINE]; /* likewise */
    int64_t probes;
    int64_t start_per_s; /* medians; of the pairs at the end if there are any */
    int64_t settled_per_s;
    int64_t ratio_ppm; /* settled to start, by these pairs; 0 = none */
    int64_t low_ppm;
    int64_t high_ppm;
    int64_t level_ppm;
    int64_t noise_ppm;      /* standard deviation of one probe; 0 = not known */
    int64_t half_width_ppm; /* settled may be this much below the best; -1 = not known */
    int64_t knee_depth;     /* 0 = not found */
    int64_t knee_writers;
    int64_t knee_buffers;
};

#endif
