# SPDX-License-Identifier: Apache-2.0
"""lying_check.py RESULT ELAPSED_NS: checks that no time of the phase exceeds what the run can explain.

ELAPSED_NS is the duration of the run by a correct clock. Sums over buffers in flight may be several
times as long; an hour of a false clock shows in any figure that depends on it.
"""
import sys

import h5py

NEVER = 2**63 - 1
IN_FLIGHT = 20  # more than the buffers of both ranks
ERROR_NS = 3600 * 10**9  # of the false clocks
LEAST = {"duration_ns": 10**9, "first_through_ns": 99 * 10**7}  # by the rate limit

elapsed = int(sys.argv[2])
assert elapsed * IN_FLIGHT < ERROR_NS, f"the run took {elapsed} ns: too long to detect false clocks"
checked = 0


def check(name, values):
    global checked
    for value in values:
        checked += 1
        if value != NEVER and abs(int(value)) > elapsed * IN_FLIGHT:
            sys.exit(f"{name} is {value}, where the whole run took {elapsed} ns")


def visit(name, thing):
    if name.startswith("device"):  # counts of the whole machine
        return
    for key, value in thing.attrs.items():
        if key.endswith("_ns") and "utc" not in key:  # no duration
            check(f"{name} {key}", [value])
    if isinstance(thing, h5py.Dataset) and name.endswith("_ns") and "edges" not in name:
        check(name, thing[()])


with h5py.File(sys.argv[1], "r") as file:
    phase = file["phases/01_write"]
    visit("phase", phase)
    phase.visititems(visit)
    for key, least in LEAST.items():
        if phase.attrs[key] < least:
            sys.exit(f"{key} is {phase.attrs[key]}, not at least {least}")
assert checked > 100, checked
print(f"{checked} times within {elapsed * IN_FLIGHT} ns")
