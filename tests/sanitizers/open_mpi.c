/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked into every program that a sanitizer checks for leaks. Hides memory that Open MPI keeps
 * until the process ends.
 *
 * Allocations while Open MPI starts and ends are ignored here rather than by suppressions, which
 * need full stacks; recording those takes three quarters of the time of a short run. Plug-ins stay
 * loaded, so that their variables still refer to their memory and suppressions find their names.
 */
#include <mpi.h>
#include <sanitizer/lsan_interface.h>

int dlclose(void *library);

int dlclose(void *library)
{
    (void)library;
    return 0;
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    __lsan_disable();
    int code = PMPI_Init_thread(argc, argv, required, provided);
    __lsan_enable();
    return code;
}

int MPI_Finalize(void)
{
    __lsan_disable();
    int code = PMPI_Finalize();
    __lsan_enable();
    return code;
}
