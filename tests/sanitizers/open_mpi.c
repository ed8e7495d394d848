/*
 * Linked into every program that a sanitizer checks for leaks: what Open MPI keeps until the
 * process ends is not reported as a leak of ours.
 *
 * Two things make this exact and cheap. Memory that Open MPI allocates while it starts and ends is
 * marked as ignored at that time, so the report needs no whole stacks to name its owner; recording
 * whole stacks takes three quarters of a short run's time. And plug-ins stay loaded, so what their
 * variables point to is not lost and what the suppressions match still has a name.
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
