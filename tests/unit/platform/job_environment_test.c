/* SPDX-License-Identifier: Apache-2.0 */
#include "job_environment.h"

#include "unit.h"

static void variables_that_show_how_a_run_was_started_are_kept(void **state)
{
    (void)state;
    static const char *const kept[] = {
        "SLURM_JOB_ID=4711",
        "OMP_NUM_THREADS=8",
        "UCX_NET_DEVICES=mlx5_0:1",
        "HDF5_USE_FILE_LOCKING=FALSE",
        "LD_PRELOAD=",
        "LD_LIBRARY_PATH=/opt/lib:/usr/lib",
        "OMPI_MCA_pml=ucx",
        "OMPI_MCA_hwloc_base_binding_policy=none",
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (!job_environment_keeps(kept[i]))
            fail_msg("'%s' is not kept", kept[i]);
}

static void possible_secrets_are_not_kept(void **state)
{
    (void)state;
    static const char *const secrets[] = {
        "SLURM_JWT=x",
        "OMPI_MCA_orte_precondition_transports=1f-2e",
        "OMPI_MCA_orte_hnp_uri=1;tcp://10.0.0.1:5",
        "PMIX_SERVER_URI21=x",
        "PMIX_SECURITY_MODE=munge",
        "AWS_SECRET_ACCESS_KEY=x",
        "HDF5_API_TOKEN=x",
        "HDF5_VOL_Secret=x",
        "UCX_AUTH=x",
        "OMP_PASSPHRASE=x",
        "HDF5_PLUGIN_PATH=https://me:word@host/x",
        "LD_LIBRARY_PATH=ftp://a@b",
        "HOME=/home/me",
        "SLURM_JOB_IDX=4711",
        "OMPI_MCA_pml_x=ucx",
        "HDF5_=x",
        "UCX_TLS",
        "=x",
        "",
    };
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (job_environment_keeps(secrets[i]))
            fail_msg("'%s' is kept", secrets[i]);
}

static void lines_are_sorted_one_per_variable(void **state)
{
    (void)state;
    char second[] = "UCX_TLS=rc,\nself", first[] = "OMP_NUM_THREADS=2", other[] = "X=y";
    char *environment[] = {second, other, first, NULL};
    struct text lines = {0};
    job_environment(environment, &lines);
    assert_string_equal(text_string(&lines), "OMP_NUM_THREADS=2\nUCX_TLS=rc, self\n");
    text_clear(&lines);
    job_environment(NULL, &lines);
    assert_string_equal(text_string(&lines), "");
    text_release(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_that_show_how_a_run_was_started_are_kept),
        cmocka_unit_test(possible_secrets_are_not_kept),
        cmocka_unit_test(lines_are_sorted_one_per_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
