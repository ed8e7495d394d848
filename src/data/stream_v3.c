/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#ifdef __x86_64__

/* A rotation by whole bytes is a single shuffle. */
typedef uint8_t bytes32 __attribute__((vector_size(32)));

#define KERNEL(name)  v3_##name
#define KERNEL_TARGET __attribute__((target("avx2,bmi2,prfchw")))
#define VECTOR_BYTES  32
#define VECTORS       4
#define ROTATE_24(v)                                                                               \
    ((vector)__builtin_shufflevector((bytes32)(v), (bytes32)(v), 5, 6, 7, 0, 1, 2, 3, 4, 13, 14,   \
                                     15, 8, 9, 10, 11, 12, 21, 22, 23, 16, 17, 18, 19, 20, 29, 30, \
                                     31, 24, 25, 26, 27, 28))
#include "stream_kernel.h"

static bool supported(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

extern const struct stream_path stream_v3;
const struct stream_path stream_v3 = {
    .name = "x86-64-v3", .supported = supported, .fill = v3_fill, .match = v3_match};

#else
typedef int not_on_this_cpu;
#endif
