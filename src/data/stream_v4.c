/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#ifdef __x86_64__

/* Two 512-bit vectors use few of the 32 registers, and rotation is a single instruction. */
#define KERNEL(name) v4_##name
#define KERNEL_TARGET                                                                              \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,bmi2,prfchw")))
#define VECTOR_BYTES 64
#define VECTORS      2
#define ROTATE_24(v) ((v) << 24 | (v) >> 40)
#include "stream_kernel.h"

static bool supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2");
}

extern const struct stream_path stream_v4;
const struct stream_path stream_v4 = {
    .name = "x86-64-v4", .supported = supported, .fill = v4_fill, .match = v4_match};

#else
typedef int not_on_this_cpu;
#endif
