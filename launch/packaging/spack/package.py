# SPDX-License-Identifier: Apache-2.0
"""Spack package of tidemill; untried, see launch/packaging/README.md."""
from spack.package import *


class Tidemill(CMakePackage):
    """Storage benchmark for clusters: fresh data, every byte checked, one HDF5 file for each run."""

    license("Apache-2.0")

    # A source archive of cpack, or a checkout: spack install tidemill@develop with 'spack develop'.
    version("0.1.0")

    depends_on("c", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5@1.10:+mpi")
    depends_on("liburing@2.3:")
    depends_on("hwloc@2:")
    depends_on("zstd")
    depends_on("lz4")
    depends_on("jansson")
    depends_on("gnuplot", type="run")

    def cmake_args(self):
        return [
            self.define("TIDEMILL_TESTS", False),
            self.define("TIDEMILL_HDF5_PKGCONFIG", False),
        ]
