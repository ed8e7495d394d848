/*
 * A fuzz target: LLVMFuzzerTestOneInput as libFuzzer wants it. Wherever there is no libFuzzer the
 * same targets are fed by replay.c, which mutates the seeds in a fixed way. A property that does
 * not hold ends the program.
 */
#ifndef TIDEMILL_TESTS_TARGET_H
#define TIDEMILL_TESTS_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Inputs to begin with, for replay.c: NULL after the last. Those with a NUL are not possible. */
extern const char *const target_seeds[];

/* Or one that is made: malloc'ed, NULL when the target has none. */
uint8_t *target_made_seed(size_t *length);

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input as text, cut at its first NUL; malloc'ed. */
static inline char *target_text(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    if (!text)
        abort();
    memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

#endif
