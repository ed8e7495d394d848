/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interface of a fuzz target, which is that of libFuzzer. Without libFuzzer, replay.c runs the
 * same targets on fixed mutations of their seeds. A property that does not hold aborts the program.
 */
#ifndef TIDEMILL_TESTS_TARGET_H
#define TIDEMILL_TESTS_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* First inputs, without NUL bytes; NULL after the last. */
extern const char *const target_seeds[];

/* Returns one more seed, to be freed; NULL if the target has none. */
uint8_t *target_generate_seed(size_t *length);

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
