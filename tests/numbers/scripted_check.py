# SPDX-License-Identifier: Apache-2.0
"""scripted_check.py RESULT RANKS WRITERS DEPTH REQUESTS LENGTH once|each: every number of a scripted run.

Simulates the script of scripted.c, and compares the result exactly.
"""
import math
import sys

import h5py

MS = 1000 * 1000
BIN = 1 << 20  # doubled in main() until 1 024 bins reach the end
SUB = 64


def simulate(rank, depth, requests):
    """Returns (sent, done) of each request of a writer, and the end of the writer."""
    now, sent, out = 0, [0] * min(depth, requests), []
    for i in range(requests):
        took = (40 if rank % 2 else 20) * MS * (5 if i % 50 == 49 else 1)
        if rank == 1 and i == 120:
            took += 800 * MS
        now += took
        out.append((sent[i], now))
        if len(sent) < requests:
            sent.append(now)
    return out, now


def middle(value):
    """Returns the middle of a value's bucket in a histogram with 64 buckets per octave."""
    if value < SUB:
        return value
    shift = value.bit_length() - 1 - 6
    low = value >> shift << shift
    return low + ((1 << shift) - 1) // 2


def percentile(latencies, p):
    if len(latencies) < math.log(0.025) / math.log(p) and p != 0.5:
        return -1
    rank = min(len(latencies), max(1, math.ceil(p * len(latencies) - 1e-6)))
    value = middle(sorted(latencies)[rank - 1])
    return min(max(value, min(latencies)), max(latencies))


def expect(what, wanted, found):
    if wanted != found:
        sys.exit(f"{what}: expected {wanted}, found {found}")


def rate(amount, time_ns):
    return math.floor(amount / (time_ns * 1e-9) + 0.5) if time_ns else 0


def check_rates(phase, spans, ends, length):
    """Rates, windows and skew. 'spans' has (sent, done) of all requests of each rank."""
    ranks = len(spans)
    total = sum(len(span) for span in spans) * length
    duration = max(ends)
    through = min(max(done for _, done in span) for span in spans)
    active = through // BIN * BIN
    inside = sum(length for span in spans for _, done in span if done < active)
    expect("bytes", total, phase.attrs["bytes"])
    expect("duration_ns", duration, phase.attrs["duration_ns"])
    expect("first_through_ns", through, phase.attrs["first_through_ns"])
    expect("active_ns", active, phase.attrs["active_ns"])
    expect("active_bytes", inside, phase.attrs["active_bytes"])
    expect("whole rate", rate(total, duration), phase.attrs["rate_whole_bytes_per_s"])
    expect("active rate", rate(inside, active), phase.attrs["rate_active_bytes_per_s"])
    summed = sum(len(span) * length * 1e9 / end for span, end in zip(spans, ends))
    expect("sum of ranks", math.floor(summed + 0.5), phase.attrs["rate_ranks_bytes_per_s"])
    expect("end skew", duration - min(ends), phase.attrs["end_skew_ns"])
    expect("start skew", 0, phase.attrs["start_skew_ns"])
    expect("submit skew", 0, phase.attrs["submit_skew_ns"])
    expect("late ranks", 0, phase.attrs["ranks_late"])
    expect("ranks", ranks, phase["ranks"].attrs["rows"])
    expect("ends of ranks", ends, list(phase["ranks/end_ns"]))


def check_latency(phase, spans):
    for rank, span in enumerate(spans):
        latencies = [done - sent for sent, done in span]
        for name, p in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)):
            expect(f"{name} of rank {rank}", percentile(latencies, p),
                   phase[f"ranks/latency_{name}_ns"][rank])
        expect("mean", sum(latencies) // len(latencies), phase["ranks/latency_mean_ns"][rank])
        expect("max", max(latencies), phase["ranks/latency_max_ns"][rank])
    every = sorted((done - sent for span in spans for sent, done in span), reverse=True)
    expect("slowest", every[:10], list(phase["slowest/latency_ns"]))
    expect("total", len(every), phase["latency"].attrs["total"])
    expect("sum", sum(every), phase["latency"].attrs["sum_ns"])


def check_timeline(phase, spans, length):
    bins = {}
    for span in spans:
        for sent, done in span:
            count, slowest = bins.get(done // BIN, (0, 0))
            bins[done // BIN] = count + 1, max(slowest, done - sent)
    table = phase["timeline"]
    for node in set(table["node"]):
        rows = [i for i, n in enumerate(table["node"]) if n == node]
        expect("width", {BIN}, {int(table["width_ns"][i]) for i in rows})
        expect("bins", max(bins) + 1, len(rows))
        for i, row in enumerate(rows):
            count, slowest = bins.get(i, (0, 0))
            found = tuple(int(table[name][row])
                          for name in ("start_ns", "bytes", "requests", "slowest_ns"))
            expect(f"bin {i} of node {node}", (i * BIN, count * length, count, slowest), found)


def check_handling(phase, spans, generate):
    """Buffers are filled at the start in no time, and then wait until they are sent."""
    expect("made apart", generate == "each", "making" in phase)
    expect("queued apart", generate == "each", "queue_wait" in phase)
    for rank, span in enumerate(spans):
        waits = [sent for sent, _ in span] if generate == "each" else []
        found = {name: int(phase[f"ranks/{name}"][rank]) for name in
                 ("queued_buffers", "queue_wait_ns", "longest_queue_wait_ns", "made_buffers",
                  "made_ns")}
        expect(f"queue of rank {rank}",
               {"queued_buffers": len(waits), "queue_wait_ns": sum(waits),
                "longest_queue_wait_ns": max(waits, default=0), "made_buffers": len(waits),
                "made_ns": 0}, found)


def check_steady(phase, spans, length):
    """The first five rounds within 20 % of their mean, with a trend of at most 10 %."""
    each = -(-10**9 // BIN)
    count = int(phase.attrs["active_ns"]) // BIN // each
    expect("rounds are long enough", True, count <= 25)
    rounds = [0] * count
    for span in spans:
        for _, done in span:
            if done // BIN // each < count:
                rounds[done // BIN // each] += length
    first = None
    for i in range(count - 4):
        window = rounds[i:i + 5]
        mean = sum(window) / 5
        slope = sum((x - 2) * y for x, y in enumerate(window)) / 10
        if max(window) - min(window) <= 0.2 * mean and abs(slope * 4) <= 0.1 * mean:
            first = i
            break
    expect("steady", "no" if first is None else "yes", phase.attrs["steady"])
    expect("round", each * BIN, phase.attrs["round_ns"])
    if first is not None:
        expect("from", first * each * BIN, phase.attrs["steady_from_ns"])
        expect("bytes in it", sum(rounds[first:first + 5]), phase.attrs["steady_bytes"])


def main(path, generate, ranks, writers, depth, requests, length):
    spans, ends = [], []
    for rank in range(ranks):
        span, end = simulate(rank, depth, requests)
        spans.append(span * writers)
        ends.append(end)
    global BIN
    while max(ends) // BIN >= 1024:
        BIN *= 2
    with h5py.File(path, "r") as file:
        names = list(file["phases"])
        for name in names:
            phase = file["phases"][name]
            check_rates(phase, spans, ends, length)
            check_latency(phase, spans)
            check_timeline(phase, spans, length)
            check_steady(phase, spans, length)
            check_handling(phase, spans, generate)
        expect("repetitions", [1, 1, 2, 2],
               [int(file["phases"][name].attrs["repetition"]) for name in names])
        expect("n", [2, 2], list(file["summary/n"]))
        expect("spread", [0, 0], list(file["summary/spread_ppm"]))
    print(f"{len(names)} phases are as scripted")


main(sys.argv[1], sys.argv[7], *map(int, sys.argv[2:7]))
