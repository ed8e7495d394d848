# SPDX-License-Identifier: Apache-2.0
"""Ramble application of tidemill; untried, see launch/packaging/README.md."""
from ramble.appkit import *


class Tidemill(ExecutableApplication):
    """Storage benchmark for clusters: fresh data, every byte checked, one HDF5 file for each run."""

    name = "tidemill"
    tags("benchmark", "io", "storage")

    software_spec("tidemill", pkg_spec="tidemill")
    required_package("tidemill")

    executable("measure", "tidemill run {options} --size {size} --result result.h5 "
               "--json result.json {target}", use_mpi=True)
    workload("transfer", executables=["measure"])

    workload_variable("target", default="{experiment_run_dir}", workloads=["transfer"],
                      description="Directory on the file system to measure")
    workload_variable("size", default="16GiB", workloads=["transfer"],
                      description="Bytes of the whole data set")
    workload_variable("options", default="--verify", workloads=["transfer"],
                      description="More options of tidemill run")

    # In the JSON each member of a phase is a line, and 'name' precedes the others.
    log = "{experiment_run_dir}/result.json"
    figure_of_merit_context("phase", regex=r'^"name":"(?P<phase>[0-9]+_[^"]+)"',
                            output_format="{phase}")
    for figure, unit in (("rate_whole_bytes_per_s", "byte/s"),
                         ("rate_whole_operations_per_s", "1/s"), ("duration_ns", "ns")):
        figure_of_merit(figure, log_file=log, contexts=["phase"], group_name="value", units=unit,
                        fom_regex=rf'^"{figure}":(?P<value>[0-9]+)')
    success_criteria("complete", mode="string", match=r'^"exit_code":0', file=log)
