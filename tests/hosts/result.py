# SPDX-License-Identifier: Apache-2.0
"""result.py RESULT: prints what the tests of several hosts check in a result file.

One "key value" per line: status, job_id, launcher, nodes (names in their order), ranks (of each
node), phases (name:status), caches (their state in the last phase), cached_reads (phases that the
warning names), points (bytes of the measurements of a sweep, sorted). Reads with h5py, as tidemill must not verify its own files.
"""
import sys

import h5py


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def attribute(group, name):
    """Returns an attribute as text; the name of its value if it is an enumeration."""
    kind = h5py.check_enum_dtype(group.attrs.get_id(name).dtype)
    value = group.attrs[name]
    if kind:
        return next(key for key, number in kind.items() if number == value)
    return text(value)


with h5py.File(sys.argv[1], "r") as result:
    nodes = result["environment/nodes"]
    job = result["environment/job"]
    phases = [f"{name}:{attribute(group, 'status')}" for name, group in result["phases"].items()]
    print("status", attribute(result, "status"))
    print("job_id", attribute(job, "job_id"))
    print("launcher", attribute(job, "launcher"))
    print("nodes", *[text(name) for name in nodes["hostname"]])
    print("ranks", *nodes["ranks"])
    print("phases", *phases)
    if phases:
        print("caches", attribute(list(result["phases"].values())[-1], "cache_state"))
    if "sweep_runs" in result:
        print("points", *sorted(result["sweep_runs/bytes"][:]))
    advice = result["advice"]
    for code, line in zip(advice["code"], advice["text"]):
        if text(code) == "cached-reads":
            print("cached_reads", text(line).split(" came from")[0].split(" may have")[0])
