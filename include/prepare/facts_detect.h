/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of 'tidemill facts', one line of text each: of a node, and of a target on a node. Reads
 * what the system reports and tests what only a test shows; the one file that it may write has no
 * name, or loses it at once (platform/probe.h).
 */
#ifndef TIDEMILL_PREPARE_FACTS_DETECT_H
#define TIDEMILL_PREPARE_FACTS_DETECT_H

#include "base/failure.h"
#include "record/record.h"

/* FACT(ID, label, COMPARED | MOMENTARY): a momentary value changes while nodes are inspected, so a
 * difference between nodes is shown but not marked. */
#define NODE_FACTS(FACT)                                                                           \
    FACT(SYSTEM, "system", COMPARED)                                                               \
    FACT(KERNEL, "kernel", COMPARED)                                                               \
    FACT(CPU, "CPU", COMPARED)                                                                     \
    FACT(CORES, "cores", COMPARED)                                                                 \
    FACT(FREQUENCY, "frequency", COMPARED)                                                         \
    FACT(ALLOWED, "allowed CPUs", COMPARED)                                                        \
    FACT(NUMA, "NUMA nodes", COMPARED)                                                             \
    FACT(QUOTA, "CPU quota", COMPARED)                                                             \
    FACT(MEMORY, "memory", COMPARED)                                                               \
    FACT(MEMORY_FREE, "  free", MOMENTARY)                                                         \
    FACT(HUGE, "huge pages", COMPARED)                                                             \
    FACT(HUGE_FREE, "  free", MOMENTARY)                                                           \
    FACT(MEMLOCK, "lockable", COMPARED)                                                            \
    FACT(FILES, "open files", COMPARED)                                                            \
    FACT(TASKS, "processes", COMPARED)                                                             \
    FACT(TASKS_FREE, "  free", MOMENTARY)                                                          \
    FACT(LIMITS, "limits", COMPARED)                                                               \
    FACT(URING, "io_uring", COMPARED)                                                              \
    FACT(SQPOLL, "  SQPOLL", COMPARED)                                                             \
    FACT(FIXED, "  fixed", COMPARED)                                                               \
    FACT(NETWORK, "network", COMPARED)                                                             \
    FACT(PROGRAM, "program", COMPARED)                                                             \
    FACT(LIBRARIES, "libraries", COMPARED)

#define TARGET_FACTS(FACT)                                                                         \
    FACT(KIND, "kind", COMPARED)                                                                   \
    FACT(MOUNT, "mount", COMPARED)                                                                 \
    FACT(SPACE, "space", COMPARED)                                                                 \
    FACT(SPACE_FREE, "  free", MOMENTARY)                                                          \
    FACT(DEVICE, "device", COMPARED)                                                               \
    FACT(PARTS, "  members", COMPARED)                                                             \
    FACT(DIRECT, "O_DIRECT", COMPARED)                                                             \
    FACT(UNIT, "  unit", COMPARED)                                                                 \
    FACT(BYPASS, "  bypasses", COMPARED)                                                           \
    FACT(UNCACHED, "uncached", COMPARED)                                                           \
    FACT(PREALLOCATE, "preallocate", COMPARED)                                                     \
    FACT(IOPOLL, "IOPOLL", COMPARED)

#define FACT(ID, label, kind) FACT_##ID,
enum node_fact { NODE_FACTS(FACT) NODE_FACT_COUNT };
enum target_fact { TARGET_FACTS(FACT) TARGET_FACT_COUNT };
#undef FACT

enum { FACTS_MOST = 24, FACT_TEXT = RECORD_LINE };

/* The facts of one node, sent to rank 0 as one row. */
struct fact_row {
    char node[RECORD_NAME];
    int64_t failed;  /* -errno if the target could not be inspected; values[0] has the reason */
    int64_t untried; /* -errno if the target was inspected but could not be tested */
    char values[FACTS_MOST][FACT_TEXT];
};

struct fact_kind {
    const char *label;
    bool momentary;
};

extern const struct fact_kind node_facts[NODE_FACT_COUNT];
extern const struct fact_kind target_facts[TARGET_FACT_COUNT];

int facts_detect_node(struct fact_row *row, struct failure *why);
void facts_detect_target(const char *path, struct fact_row *row);

#endif
