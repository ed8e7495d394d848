/* SPDX-License-Identifier: Apache-2.0 */
#include "job_environment.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Names of variables that cannot contain a secret. A name that ends with '*' matches all names with
 * that start, unless the name suggests a secret; only for families without a known secret. (Open
 * MPI's family has one: OMPI_MCA_orte_precondition_transports is the key of a job.) */
static const char *const kept_names[] = {
    "FLUX_JOB_ID",
    "FLUX_JOB_NNODES",
    "FLUX_JOB_SIZE",
    "GOMP_CPU_AFFINITY",
    "HDF5_*",
    "JOB_ID",
    "KMP_AFFINITY",
    "LANG",
    "LC_ALL",
    "LD_BIND_NOW",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LSB_DJOB_NUMPROC",
    "LSB_JOBID",
    "LSB_QUEUE",
    "MALLOC_ARENA_MAX",
    "NHOSTS",
    "OMPI_COMM_WORLD_SIZE",
    "OMPI_MCA_btl",
    "OMPI_MCA_btl_tcp_if_exclude",
    "OMPI_MCA_btl_tcp_if_include",
    "OMPI_MCA_coll",
    "OMPI_MCA_hwloc_base_binding_policy",
    "OMPI_MCA_io",
    "OMPI_MCA_mpi_yield_when_idle",
    "OMPI_MCA_mtl",
    "OMPI_MCA_oob_tcp_if_include",
    "OMPI_MCA_osc",
    "OMPI_MCA_pml",
    "OMPI_MCA_rmaps_base_mapping_policy",
    "OMPI_MCA_rmaps_base_oversubscribe",
    "OMPI_UNIVERSE_SIZE",
    "OMP_*",
    "PBS_JOBID",
    "PBS_NUM_NODES",
    "PBS_NUM_PPN",
    "PBS_QUEUE",
    "QUEUE",
    "SLURM_CPUS_PER_TASK",
    "SLURM_CPU_BIND",
    "SLURM_DISTRIBUTION",
    "SLURM_JOB_ID",
    "SLURM_JOB_NODELIST",
    "SLURM_JOB_NUM_NODES",
    "SLURM_JOB_PARTITION",
    "SLURM_MEM_PER_CPU",
    "SLURM_MEM_PER_NODE",
    "SLURM_NTASKS",
    "SLURM_NTASKS_PER_NODE",
    "SLURM_TASKS_PER_NODE",
    "TMPDIR",
    "UCX_*",
};

/* Parts of names that indicate a secret. */
static const char *const secret_parts[] = {"TOKEN", "SECRET", "PASS",   "KEY", "CRED",
                                           "AUTH",  "JWT",    "COOKIE", "URI"};

enum {
    KEPT_NAMES = sizeof kept_names / sizeof *kept_names,
    SECRET_PARTS = sizeof secret_parts / sizeof *secret_parts
};

static bool matches(const char *pattern, const char *name, size_t length)
{
    const size_t whole = strlen(pattern);
    if (pattern[whole - 1] == '*')
        return length >= whole && strncmp(name, pattern, whole - 1) == 0;
    return length == whole && strncmp(name, pattern, length) == 0;
}

static bool is_listed(const char *name, size_t length)
{
    for (size_t i = 0; i < KEPT_NAMES; i++)
        if (matches(kept_names[i], name, length))
            return true;
    return false;
}

static bool contains_nocase(const char *name, size_t length, const char *part)
{
    const size_t whole = strlen(part);
    for (size_t i = 0; i + whole <= length; i++)
        if (strncasecmp(name + i, part, whole) == 0)
            return true;
    return false;
}

static bool is_secret(const char *name, size_t length)
{
    for (size_t i = 0; i < SECRET_PARTS; i++)
        if (contains_nocase(name, length, secret_parts[i]))
            return true;
    /* "https://user:word@host" */
    const char *place = strstr(name + length, "://");
    return place && strchr(place, '@');
}

bool job_environment_keeps(const char *variable)
{
    const size_t length = strcspn(variable, "=");
    return variable[length] && is_listed(variable, length) && !is_secret(variable, length);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void job_environment(char *const *environment, struct text *lines)
{
    size_t count = 0;
    while (environment && environment[count])
        count++;
    char **kept = calloc(count + 1, sizeof *kept);
    size_t kept_count = 0;
    if (!kept) {
        lines->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (job_environment_keeps(environment[i]))
            kept[kept_count++] = environment[i];
    qsort(kept, kept_count, sizeof *kept, by_text);
    for (size_t i = 0; i < kept_count; i++) {
        for (const char *at = kept[i]; *at; at++) /* one line per variable */
            text_add_bytes(lines, *at == '\n' ? " " : at, 1);
        text_add_bytes(lines, "\n", 1);
    }
    free(kept);
}
