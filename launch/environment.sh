# shellcheck shell=bash
# Sourced by the scripts beside it: what makes Open MPI behave on one machine and in containers.
# Values that are set already stay.

# Open MPI refuses to run as root unless told twice.
export OMPI_ALLOW_RUN_AS_ROOT=${OMPI_ALLOW_RUN_AS_ROOT:-1}
export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-1}
# Ranks that share cores must not spin for each other.
export OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}
# Containers forbid one process to read another's memory, and Open MPI complains each time.
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
