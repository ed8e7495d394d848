/*
 * The facts of 'tidemill facts', one line of text each: of a node, and of a target on a node. Reads
 * what the system reports and tests what only a test shows; the one file that it may write has no
 * name, or loses it at once (platform/probe.h).
 */
#ifndef TIDEMILL_PREPARE_FACTS_LOOK_H
#define TIDEMILL_PREPARE_FACTS_LOOK_H

#include "base/failure.h"
#include "record/record.h"

#define NODE_FACTS(FACT)                                                                           \
    FACT(SYSTEM, "system")                                                                         \
    FACT(KERNEL, "kernel")                                                                         \
    FACT(CPU, "CPU")                                                                               \
    FACT(CORES, "cores")                                                                           \
    FACT(FREQUENCY, "frequency")                                                                   \
    FACT(ALLOWED, "allowed CPUs")                                                                  \
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
    FACT(KIND, "kind")                                                                             \
    FACT(MOUNT, "mount")                                                                           \
    FACT(SPACE, "space")                                                                           \
    FACT(DEVICE, "device")                                                                         \
    FACT(PARTS, "  members")                                                                       \
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

/* The facts of one node, sent to rank 0 as one row. */
struct fact_row {
    char node[RECORD_NAME];
    int64_t failed;  /* -errno if the target could not be inspected; values[0] has the reason */
    int64_t untried; /* -errno if the target was inspected but could not be tested */
    char values[FACTS_MOST][FACT_TEXT];
};

extern const char *const node_fact_labels[NODE_FACT_COUNT];
extern const char *const target_fact_labels[TARGET_FACT_COUNT];

int facts_of_node(struct fact_row *row, struct failure *why);
void facts_of_target(const char *path, struct fact_row *row);

#endif
