# SPDX-License-Identifier: Apache-2.0
"""ReFrame check: measures a file system with tidemill; untried, see launch/packaging/README.md.

reframe -c tidemill.py -r -S target=/scratch/me -S size=100GiB
"""
import json
import os

import reframe as rfm
import reframe.utility.sanity as sn
from reframe.core.builtins import (performance_function, run_before, sanity_function, variable)


@rfm.simple_test
class Tidemill(rfm.RunOnlyRegressionTest):
    """The rate of each phase, and success only if every byte was as written."""

    descr = "storage rates by tidemill"
    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    num_tasks = 2
    target = variable(str, value=".")
    size = variable(str, value="16GiB")
    executable = "tidemill"
    keep_files = ["result.h5", "result.json"]

    @run_before("run")
    def set_options(self):
        self.executable_opts = ["run", "--verify", "--size", self.size, "--result", "result.h5",
                                "--json", "result.json", self.target]

    def phases(self):
        with open(os.path.join(self.stagedir, "result.json"), encoding="utf-8") as file:
            return {phase["kind"]: phase for phase in json.load(file)["phases"]}

    @sanity_function
    def all_complete(self):
        return sn.assert_true(all(phase["status"] == "complete"
                                  for phase in self.phases().values()))

    @performance_function("byte/s")
    def write_rate(self):
        return self.phases()["write"]["rate_whole_bytes_per_s"]

    @performance_function("byte/s")
    def read_rate(self):
        return self.phases()["read"]["rate_whole_bytes_per_s"]
