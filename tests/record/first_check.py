# SPDX-License-Identifier: Apache-2.0
"""A result in which all is 0 has the tables and columns of version 0.1.0 and no others, and
results/README.md lists them."""
import pathlib
import re
import sys

import h5py

here = pathlib.Path(__file__).resolve().parent
readme = here.parents[1] / "results" / "README.md"


def collect(group, path, found):
    """The columns of each table; those of a phase are the first phase's."""
    for name in group:
        if path == "phases" and name != "01_write":
            continue
        if isinstance(group[name], h5py.Dataset):
            found.setdefault(path, set()).add(name)
        else:
            collect(group[name], (path and path + "/") + name, found)


def columns(path):
    found = {}
    with h5py.File(path, "r") as file:
        collect(file, "", found)
    return {table.replace("/01_write", ""): names for table, names in found.items()
            if table.split("/")[-1] not in ("file_latency", "making", "queue_wait")}


first = columns(here.parent / "data" / "v0.1.0" / "v0.1.0-two-ranks.h5")
now = columns(sys.argv[1])
now["phases/latency/nodes"].remove("node")  # a second name of nodes/node
assert now.keys() == first.keys(), now.keys() ^ first.keys()
for table, names in first.items():
    assert now[table] == names or table == "ceilings", (table, now[table] ^ names)

section = readme.read_text(encoding="utf-8").split("## What is always there", 1)[1].split("\n## ")[0]
listed = {}
for tables, names in re.findall(r"^\| (`[^|]*) \| (`[^|]*) \|$", section, re.MULTILINE):
    for table in re.findall(r"`([^`]+)`", tables):
        listed[table] = set(re.findall(r"`([^`]+)`", names))
assert listed == {table: names for table, names in first.items() if table != "phases/latency"}, listed
