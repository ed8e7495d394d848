# SPDX-License-Identifier: Apache-2.0
"""scripted_ceilings.py RESULT REQUESTS LENGTH: the probes of a scripted run of two ranks. All exact.

A probe has half a second and no rate limit, regardless of the run. A rank that still has
requests sends none after that time. There are seven rounds of them.
"""
import sys

import h5py

MS = 1000 * 1000
PROBE_NS = 500 * MS
ROUNDS = 7


def play(rank, requests):
    """Requests, one after the other, until the time is up; and when the last of them ended."""
    now = 0
    for i in range(requests):
        if now >= PROBE_NS:
            return i, now
        now += (40 if rank else 20) * MS * (5 if i % 50 == 49 else 1)
    return requests, now


def expect(what, wanted, found):
    if wanted != found:
        sys.exit(f"{what}: expected {wanted}, found {found}")


def main(path, requests, length):
    played = [play(rank, requests) for rank in range(2)]
    total = sum(count for count, _ in played)
    duration = max(end for _, end in played)
    whole = total == 2 * requests
    with h5py.File(path, "r") as file:
        rows = file["ceilings"]
        expect("probes", [b"data", b"storage", b"both"] * ROUNDS, list(rows["probe"]))
        expect("engines", [b"null", b"pwrite", b"pwrite"] * ROUNDS, list(rows["engine"]))
        expect("direction", [b"write"] * 3 * ROUNDS, list(rows["direction"]))
        expect("ranks", [2] * 3 * ROUNDS, list(rows["ranks"]))
        expect("requests", [total] * 3 * ROUNDS, list(rows["requests"]))
        expect("bytes", [total * length] * 3 * ROUNDS, list(rows["bytes"]))
        expect("duration", [duration] * 3 * ROUNDS, list(rows["duration_ns"]))
        expect("ended by", [b"size" if whole else b"time"] * 3 * ROUNDS, list(rows["ended_by"]))
        expect("reason", [b""] * 3 * ROUNDS, list(rows["reason"]))
        expect("round", [1 + i // 3 for i in range(3 * ROUNDS)], list(rows["round"]))
        expect("phases", 1, len(file["phases"]))
    print(f"{3 * ROUNDS} probes of {total} requests are as scripted")


main(sys.argv[1], *map(int, sys.argv[2:]))
