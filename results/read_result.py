#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a tidemill result with h5py and pandas; needs nothing of tidemill. See README.md here."""
import os
import sys

import h5py
import pandas as pd


def table(group):
    """A table (a group of columns of equal length) as a DataFrame; texts become str. None, as
    file.get() returns for a table that a result leaves out, is an empty one."""
    if group is None:
        return pd.DataFrame()
    columns = {name: column for name, column in group.items()
               if isinstance(column, h5py.Dataset) and column.ndim == 1}
    frame = pd.DataFrame({name: column.asstr(errors="replace")[()] if column.dtype.kind == "S"
                          else column[()] for name, column in columns.items()})
    for name, column in columns.items():  # enumerations by their names
        names = h5py.check_enum_dtype(column.dtype)
        if names:
            frame[name] = frame[name].map({value: key for key, value in names.items()})
    return frame


def phases(file):
    """One row for each phase: the attributes of /phases/NN_name."""
    return pd.DataFrame({name: dict(phase.attrs) for name, phase in file["phases"].items()}).T


def show(frame, *wanted):
    """Prints these columns of a table, as far as it has them."""
    print(frame[[name for name in wanted if name in frame]].to_string(), end="\n\n")


ROWS = 20  # of a timeline, which may have thousands of bins


def coarse(timeline):
    """Bins of all nodes, each of as many bins of the result as leave at most ROWS rows."""
    rows = timeline[timeline["node"] < 0].reset_index(drop=True)
    sums = {name: "first" if name == "start_ns" else "max" if name == "slowest_ns" else "sum"
            for name in rows if name != "node"}
    return rows.groupby(rows.index // (-(-len(rows) // ROWS) or 1)).agg(sums)


def main():
    with h5py.File(sys.argv[1], "r") as file:
        for name, value in file.attrs.items():
            if name != "options":
                print(f"{name:20} {value}")
        print()
        show(phases(file), "status", "bytes", "operations", "duration_ns",
             "rate_whole_bytes_per_s", "rate_whole_operations_per_s")
        for name, phase in file["phases"].items():
            print(name)
            show(table(phase["nodes"]), "name", "bytes", "operations", "requests",
                 "latency_p50_ns", "latency_p99_ns", "sync_ns")
            show(coarse(table(phase["timeline"])), "start_ns", "width_ns", "bytes", "operations",
                 "requests")


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # as of "| head": the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
