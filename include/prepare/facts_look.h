/*
 * The facts of 'tidemill facts', one line each, as texts: of a node, and of a target on a node.
 * Looks, and tries what only trying tells; the one file that it may write has no name, or none any
 * more (platform/probe.h).
 */
#ifndef TIDEMILL_PREPARE_FACTS_LOOK_H
#define TIDEMILL_PREPARE_FACTS_LOOK_H

#include "base/failure.h"
#include "record/record.h"

#define NODE_FACTS(FACT)                                                                           \
    FACT(SYSTEM, "system")                                                                         \
    FACT(KERNEL, "kernel")                                                                         \
    FACT(CPU, "processor")                                                                         \
    FACT(CORES, "processors")                                                                      \
    FACT(FREQUENCY, "frequency")                                                                   \
    FACT(ALLOWED, "allowed")                                                                       \
    FACT(NUMA, "NUMA nodes")                                                                       \
    FACT(MEMORY, "memory")                                                                         \
    FACT(HUGE, "huge pages")                                                                       \
    FACT(MEMLOCK, "lockable")                                                                      \
    FACT(FILES, "open files")                                                                      \
    FACT(URING, "io_uring")                                                                        \
    FACT(SQPOLL, "  SQPOLL")                                                                       \
    FACT(FIXED, "  fixed")                                                                         \
    FACT(NETWORK, "network")                                                                       \
    FACT(PROGRAM, "program")                                                                       \
    FACT(LIBRARIES, "libraries")

#define TARGET_FACTS(FACT)                                                                         \
    FACT(KIND, "is")                                                                               \
    FACT(MOUNT, "mount")                                                                           \
    FACT(SPACE, "space")                                                                           \
    FACT(DEVICE, "device")                                                                         \
    FACT(PARTS, "  made of")                                                                       \
    FACT(DIRECT, "O_DIRECT")                                                                       \
    FACT(UNIT, "  unit")                                                                           \
    FACT(BYPASS, "  bypasses")                                                                     \
    FACT(UNCACHED, "uncached")                                                                     \
    FACT(PREALLOCATE, "preallocate")                                                               \
    FACT(IOPOLL, "IOPOLL")

#define FACT(ID, label) FACT_##ID,
enum node_fact { NODE_FACTS(FACT) NODE_FACT_COUNT };
enum target_fact { TARGET_FACTS(FACT) TARGET_FACT_COUNT };
#undef FACT

enum { FACTS_MOST = 24, FACT_TEXT = RECORD_LINE };

/* As one row it travels to rank 0. */
struct fact_row {
    char node[RECORD_NAME];
    int64_t failed;  /* a target that could not be looked at: -errno, and values[0] says why */
    int64_t untried; /* it was looked at, but nothing could be tried on it: -errno */
    char values[FACTS_MOST][FACT_TEXT];
};

extern const char *const node_fact_labels[NODE_FACT_COUNT];
extern const char *const target_fact_labels[TARGET_FACT_COUNT];

int facts_of_node(struct fact_row *row, struct failure *why);
void facts_of_target(const char *path, struct fact_row *row);

#endif
