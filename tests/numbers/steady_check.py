# SPDX-License-Identifier: Apache-2.0
"""steady_check.py RESULT NAME=ENDED_BY[|ENDED_BY]...: checks when phases of --until-steady ended.

Applies the rule of results/README.md to the bytes of the stored timeline: the first steady window
must be the stored one, and each phase must have ended by ENDED_BY.
"""
import sys

import h5py

ROUND = 1 << 30


def edges_of(phase):
    """Returns the bytes acknowledged before each edge of the rounds while all ranks had work."""
    table = phase["timeline"]
    rows = [i for i, node in enumerate(table["node"]) if node < 0]
    width = int(table["width_ns"][rows[0]])
    each = ROUND // width
    bins = [int(table["bytes"][i]) for i in rows]
    active = int(phase.attrs["active_ns"]) // ROUND
    assert width * each == ROUND, width
    return [sum(bins[:edge * each]) for edge in range(active + 1)]


def is_steady(window):
    mean = sum(window) / 5
    slope = sum((x - 2) * y for x, y in enumerate(window)) / 10
    return mean > 0 and max(window) - min(window) <= 0.2 * mean and abs(slope * 4) <= 0.1 * mean


def first_window(edges):
    """Returns (start, length of a round) in edges; None if no window is steady."""
    kept, width = [0], 1
    for edge in range(1, len(edges)):
        if len(kept) == 26:
            kept, width = kept[::2], 2 * width
        if edge % width:
            continue
        kept.append(edge)
        last = kept[-6:]
        if len(last) == 6 and is_steady([edges[b] - edges[a] for a, b in zip(last, last[1:])]):
            return last[0], width
    return None


def check(name, phase, allowed, planned):
    attrs = phase.attrs
    ended_by = attrs["ended_by"]
    assert attrs["status"] == "complete", (name, attrs["status"], attrs["failure"])
    assert ended_by in allowed.split("|"), (name, ended_by)
    edges = edges_of(phase)
    found = first_window(edges)
    if ended_by == "size":
        # a window that became steady with the last requests did not end the phase, but is stored
        assert attrs["steady"] in (("yes", "no") if found else ("no",)), (name, attrs["steady"])
        assert attrs["bytes"] == planned, (name, attrs["bytes"], planned)
        return
    assert attrs["bytes"] < attrs["bytes_planned"], name
    if ended_by == "time":
        # without --until-steady, fewer than five rounds are not enough
        assert attrs["steady"] == "unknown", (name, attrs["steady"])
        return
    assert found, f"{name} ended, but no window was steady"
    first, width = found
    assert attrs["steady"] == "yes", name
    assert attrs["round_ns"] == width * ROUND, (name, attrs["round_ns"], width)
    assert attrs["steady_from_ns"] == first * ROUND, (name, attrs["steady_from_ns"], first)
    assert attrs["steady_bytes"] == edges[first + 5 * width] - edges[first], name
    assert attrs["duration_ns"] >= (first + 5 * width) * ROUND, name


with h5py.File(sys.argv[1], "r") as result:
    wanted = dict(argument.split("=") for argument in sys.argv[2:])
    assert list(result["phases"]) == list(wanted), list(result["phases"])
    for title, why in wanted.items():
        group = result["phases"][title]
        # no more can be read than was written
        reads = group.attrs["kind"] == "read"
        source = result["phases/01_write"].attrs["bytes"] if reads else group.attrs["bytes_planned"]
        check(title, group, why, source)
print("phases ended as expected:", *sys.argv[2:])
