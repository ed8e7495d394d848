/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#ifdef __x86_64__

/* A rotation by whole bytes is a single shuffle. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));

#define KERNEL(name)  v2_##name
#define KERNEL_TARGET __attribute__((target("ssse3,sse4.1,sse4.2")))
#define VECTOR_BYTES  16
#define VECTORS       4
#define ROTATE_24(v)                                                                               \
    ((vector)__builtin_shufflevector((bytes16)(v), (bytes16)(v), 5, 6, 7, 0, 1, 2, 3, 4, 13, 14,   \
                                     15, 8, 9, 10, 11, 12))
#include "stream_kernel.h"

static bool supported(void)
{
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.2");
}

extern const struct stream_path stream_v2;
const struct stream_path stream_v2 = {
    .name = "x86-64-v2", .supported = supported, .fill = v2_fill, .match = v2_match};

#else
typedef int not_on_this_cpu;
#endif
