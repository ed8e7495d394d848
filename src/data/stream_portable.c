/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

/* 128-bit vectors, which every 64-bit CPU has (SSE2, NEON). */
#define KERNEL(name) portable_##name
#define KERNEL_TARGET
#define VECTOR_BYTES 16
#define VECTORS      4
#define ROTATE_24(v) ((v) << 24 | (v) >> 40)
#include "stream_kernel.h"

static bool supported(void)
{
    return true;
}

extern const struct stream_path stream_portable;
const struct stream_path stream_portable = {
    .name = "portable", .supported = supported, .fill = portable_fill, .match = portable_match};
