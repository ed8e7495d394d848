# SPDX-License-Identifier: Apache-2.0
"""recompute.py RESULT [SUMMARY]: computes every figure of a result again from more detailed data.

Shares no code with tidemill. Computes the attributes of phases from ranks and timelines, nodes from
ranks by the rules of counters.def, latencies from histograms, and the table over repetitions from
the phases, the points of a sweep from its measurements, and what tune found from its probes;
compares histograms with counters, and the printed SUMMARY word by word (printed.py), so that an
unknown line is a difference too.
"""
import math
import pathlib
import re
import sys

import h5py

import sweep
import tune
from printed import NEVER, differences, percentile

problems = []


# How counters of ranks are merged into those of nodes.
COUNTERS = pathlib.Path(__file__).resolve().parents[2] / "include" / "stats" / "counters.def"
MERGES = {"SUM": lambda values: values.sum(), "MIN": min, "MAX": max}
RULES = {name: MERGES[merge] for name, merge in
         re.findall(r"^COUNTER\((\w+), (\w+),", COUNTERS.read_text(encoding="utf-8"), flags=re.M)}
OF_WRITERS = ("bytes", "requests", "writer_time_ns", "writer_waited_ns", "writer_paced_ns",
              "writer_cpu_ns", "sync_ns", "close_ns", "syncs", "retries", "short_transfers")


def expect(what, wanted, found):
    if wanted != found:
        problems.append(f"{what}: computed {wanted}, {found} in the file")


def rate(amount, time_ns):
    return math.floor(amount / (time_ns * 1e-9) + 0.5) if amount > 0 and time_ns > 0 else 0


def unit_of(phase):
    return phase.attrs["unit"] if "unit" in phase.attrs else "bytes"


def table(group):
    return {name: column[()] for name, column in group.items() if isinstance(column, h5py.Dataset)}


def spread(values):
    return max(values) - min(values)


def check_modes(name, phase):
    """Ranks without work have no mode and do not affect the mode of their node."""
    ranks, nodes = table(phase["ranks"]), table(phase["nodes"])
    for column in ("direct_opened", "direct_in_effect", "uncached", "buffers_fixed"):
        names = {value: text for text, value in
                 h5py.check_enum_dtype(phase["ranks"][column].dtype).items()}
        for node in range(len(nodes["node"])):
            found = {names[truth] for truth, of, first in
                     zip(ranks[column], ranks["node"], ranks["first_ns"])
                     if of == node and first != NEVER}
            wanted = "mixed" if len(found) > 1 else found.pop() if found else "unknown"
            expect(f"{name} {column} of node {node}", wanted, names[nodes[column][node]])


def check_cache(name, phase):
    """What the page caches held before reading, as one of a list."""
    attrs, total = phase.attrs, phase["total"].attrs
    if attrs["reads"] != "TRUE":
        expect(f"{name} state of the caches", "none", attrs["cache_state"])
        return
    seen, cached = int(total["sampled_before_pages"]), int(total["cached_before_pages"])
    below = any(phase.file["environment/targets/cached_below"][()]
                | phase.file["environment/targets/ram_backed"][()])
    wanted = ("bypassed" if attrs["direct_in_effect"] == "yes" else "below" if below else
              "not sampled" if not seen else "cold" if cached * 100 < seen else "warm")
    expect(f"{name} state of the caches", wanted, attrs["cache_state"])


def check_ranks(name, phase):
    ranks = table(phase["ranks"])
    worked = [i for i, first in enumerate(ranks["first_ns"]) if first != NEVER]

    def of(column):
        return [int(ranks[column][i]) for i in worked]

    attrs, unit = phase.attrs, unit_of(phase)
    expect(f"{name} {unit}", int(ranks[unit].sum()), int(attrs[unit]))
    expect(f"{name} requests", int(ranks["requests"].sum()), int(attrs["requests"]))
    if not worked:
        return
    expect(f"{name} duration", max(of("end_ns")), int(attrs["duration_ns"]))
    expect(f"{name} end skew", spread(of("end_ns")), int(attrs["end_skew_ns"]))
    expect(f"{name} start skew", spread(of("started_ns")), int(attrs["start_skew_ns"]))
    expect(f"{name} submit skew", spread(of("first_ns")), int(attrs["submit_skew_ns"]))
    expect(f"{name} late", sum(at > 10**6 for at in of("started_ns")), int(attrs["ranks_late"]))
    expect(f"{name} first through", min(of("last_ns")), int(attrs["first_through_ns"]))
    summed = sum(size * 1e9 / end for size, end in zip(of(unit), of("end_ns")) if end > 0)
    expect(f"{name} sum of ranks", math.floor(summed + 0.5), int(attrs[f"rate_ranks_{unit}_per_s"]))
    for label, amount, time in (("whole", unit, "duration_ns"),
                                ("active", f"active_{unit}", "active_ns"),
                                ("steady", f"steady_{unit}", "steady_ns")):
        expect(f"{name} rate {label}", rate(int(attrs[amount]), int(attrs[time])),
               int(attrs[f"rate_{label}_{unit}_per_s"]))
    nodes = table(phase["nodes"])
    for column, rule in RULES.items():
        for node in range(len(nodes["node"])):
            expect(f"{name} {column} of node {node}",
                   int(rule(ranks[column][ranks["node"] == node])), int(nodes[column][node]))
        expect(f"{name} {column} of the total", int(rule(nodes[column])),
               int(phase["total"].attrs[column]))
    writers = table(phase["writers"])
    for rank in ranks["rank"]:
        mine = writers["rank"] == rank
        for column in OF_WRITERS:
            expect(f"{name} {column} of rank {rank}", int(writers[column][mine].sum()),
                   int(ranks[column][ranks["rank"] == rank][0]))


def check_timeline(name, phase):
    bins = table(phase["timeline"])
    attrs, unit = phase.attrs, unit_of(phase)
    for node in sorted(set(bins["node"])):
        mine = bins["node"] == node
        whole = attrs[unit] if node < 0 else phase[f"nodes/{unit}"][node]
        expect(f"{name} timeline of node {node}", int(whole), int(bins[unit][mine].sum()))
        edges = bins["start_ns"][mine]
        width = int(bins["width_ns"][mine][0])
        expect(f"{name} grid of node {node}", [i * width for i in range(len(edges))],
               [int(edge) for edge in edges])
        expect(f"{name} width is a power of two", 1, width.bit_count())
    if not len(bins["node"]):
        return
    every = bins["node"] < 0
    width = int(bins["width_ns"][every][0])
    active = int(attrs["first_through_ns"]) // width * width
    expect(f"{name} active time", active, int(attrs["active_ns"]))
    inside = every & (bins["start_ns"] + bins["width_ns"] <= active)
    expect(f"{name} active amount", int(bins[unit][inside].sum()), int(attrs[f"active_{unit}"]))
    slowest = phase["slowest/latency_ns"][()]
    expect(f"{name} slowest", int(attrs_max(phase)), int(slowest[0]))
    expect(f"{name} slowest in order", sorted(slowest, reverse=True), list(slowest))
    expect(f"{name} slowest bin", int(slowest[0]), int(bins["slowest_ns"][every].max()))


def attrs_max(phase):
    return phase["latency"].attrs["max_ns"]


def check_latency(name, phase):
    group = phase["latency"]
    edges = group["edges_ns"][()]
    counts = group["nodes/counts"][()]
    expect(f"{name} counts of nodes", counts.sum(axis=0).tolist(), group["counts"][()].tolist())
    expect(f"{name} latencies", int(phase.attrs["requests"]), int(group.attrs["total"]))
    for node, row in enumerate(counts):
        if row.sum() == 0:
            continue
        low, high = (int(group[f"nodes/{end}_ns"][node]) for end in ("min", "max"))
        for label, p in (("p50", .5), ("p90", .9), ("p99", .99), ("p999", .999), ("p9999", .9999)):
            expect(f"{name} {label} of node {node}", percentile(edges, row, p, low, high),
                   int(phase[f"nodes/latency_{label}_ns"][node]))


def check_histograms(name, phase):
    """Histograms agree with counters, and their extremes and sums with their counts."""
    total = {key: int(phase[f"nodes/{key}"][()].sum()) for key in
             ("made_buffers", "made_ns", "queued_buffers", "queue_wait_ns", "requests")}
    longest = {key: max(map(int, phase[f"nodes/{key}"]), default=0) for key in
               ("longest_made_ns", "longest_queue_wait_ns")}
    for histogram, count, sum_ns, max_ns in (
            ("making", total["made_buffers"], total["made_ns"], longest["longest_made_ns"]),
            ("queue_wait", total["queued_buffers"], total["queue_wait_ns"],
             longest["longest_queue_wait_ns"])):
        if histogram not in phase:
            expect(f"{name} {histogram} is left out", (0, 0, 0), (count, sum_ns, max_ns))
            continue
        attrs = phase[histogram].attrs
        expect(f"{name} {histogram}", (count, sum_ns, max_ns),
               tuple(int(attrs[key]) for key in ("total", "sum_ns", "max_ns")))
    if "intended" in phase:
        expect(f"{name} intended", total["requests"], int(phase["intended"].attrs["total"]))
    for histogram in ("latency", "intended", "file_latency", "making", "queue_wait", "open_latency",
                      "transfer_latency", "sync_latency", "close_latency"):
        if histogram not in phase:
            continue
        group = phase[histogram]
        edges, counts = group["edges_ns"][()], group["counts"][()]
        expect(f"{name} {histogram} counts", int(counts.sum()), int(group.attrs["total"]))
        used = [i for i, count in enumerate(counts) if count]
        if not used:
            continue
        for end, i in (("min_ns", used[0]), ("max_ns", used[-1])):
            if not edges[i] <= group.attrs[end] < edges[i + 1]:
                problems.append(f"{name} {histogram} {end} is outside its bucket")
        least = sum(int(edges[i]) * int(counts[i]) for i in used)
        most = sum(int(edges[i + 1]) * int(counts[i]) for i in used)
        if not least <= group.attrs["sum_ns"] <= most:
            problems.append(f"{name} {histogram} sum_ns does not fit its counts")


def check_passes(name, phase):
    attrs = phase.attrs
    loops = attrs["loops"] == "TRUE" and int(attrs["bytes_planned"]) > 0
    wanted = int(int(attrs["bytes"]) / int(attrs["bytes_planned"]) * 1e6) if loops else 0
    expect(f"{name} passes", wanted, int(attrs["passes_ppm"]))


def check_halves(name, phase):
    """What a mixed phase read and what it wrote are the phase."""
    attrs = phase.attrs
    mixed = attrs["reads"] == "TRUE" == attrs["writes"] and unit_of(phase) == "bytes"
    expect(f"{name} has halves", mixed, "read" in phase and "write" in phase)
    if not mixed:
        return
    halves = [phase["read"], phase["write"]]
    for column in ("bytes", "requests"):
        expect(f"{name} {column} of both", int(attrs[column]),
               sum(int(half.attrs[column]) for half in halves))
    expect(f"{name} latencies of both", phase["latency/counts"][()].tolist(),
           sum(half["latency/counts"][()] for half in halves).tolist())
    for half in halves:
        own = half.attrs
        for column, per_s in (("bytes", "rate_whole_bytes_per_s"), ("requests", "rate_requests_per_s")):
            expect(f"{name} {half.name} {per_s}", rate(int(own[column]), int(attrs["duration_ns"])),
                   int(own[per_s]))
            expect(f"{name} {half.name} timeline", int(own[column]),
                   int(half[f"timeline/{column}"][()].sum()))
        expect(f"{name} {half.name} latencies", int(own["requests"]), int(half["latency"].attrs["total"]))
        counts = half["latency/counts"][()]
        low, high = (int(half["latency"].attrs[f"{end}_ns"]) for end in ("min", "max"))
        for label, p in (("p50", .5), ("p90", .9), ("p99", .99), ("p999", .999), ("p9999", .9999)):
            if counts.sum():
                expect(f"{name} {half.name} {label}",
                       percentile(half["latency/edges_ns"][()], counts, p, low, high),
                       int(own[f"latency_{label}_ns"]))


def check_device(name, phase):
    """Device samples begin at the start of the phase, so earlier I/O is not included: as exactly as
    the nodes' clocks are known."""
    least = -10**6 - int(phase.attrs["clock_error_ns"])
    starts = [int(start) for start, width in zip(phase["device/start_ns"], phase["device/width_ns"])
              if width > 0]  # 0 with the scripted clock
    if any(start < least for start in starts):
        problems.append(f"{name} samples devices from {min(starts)} ns on")


def median(values):
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) // 2


def check_summary(file):
    phases = list(file["phases"].values())
    listed = [phase for phase in phases if phase.attrs["repetition"] == 1]
    rows = table(file["summary"])
    expect("rows of the summary", len(listed), len(rows["n"]))
    for place in range(len(rows["n"])):
        unit = unit_of(listed[place])
        rates = [int(phase.attrs[f"rate_whole_{unit}_per_s"]) for phase in phases[place::len(listed)]
                 if phase.attrs["status"] == "complete"]
        expect(f"n of {place}", len(rates), int(rows["n"][place]))
        if not rates:
            continue
        for column, wanted in (("median", median(rates)), ("least", min(rates)),
                               ("most", max(rates)), ("first", rates[0]),
                               ("rest_median", median(rates[1:]) if rates[1:] else 0)):
            expect(f"{column} of {place}", wanted, int(rows[f"{column}_{unit}_per_s"][place]))
        n, d, level = len(rates), 0, 0.0
        while 2 * (d + 1) <= n:
            held = 1 - 2 * sum(math.comb(n, k) for k in range(d + 1)) / 2**n
            if held < 0.95:
                break
            d, level = d + 1, held
        low, high = (sorted(rates)[d - 1], sorted(rates)[n - d]) if d else (-1, -1)
        expect(f"low of {place}", low, int(rows[f"interval_low_{unit}_per_s"][place]))
        expect(f"high of {place}", high, int(rows[f"interval_high_{unit}_per_s"][place]))
        expect(f"level of {place}", round(level * 1e6), int(rows["level_ppm"][place]))


def check_ceilings(file):
    rows = table(file["ceilings"])
    for i, probe in enumerate(rows["probe"]):
        wanted = 0 if rows["reason"][i] else rate(int(rows["bytes"][i]), int(rows["duration_ns"][i]))
        expect(f"ceiling of {probe.decode()}", wanted, int(rows["rate_bytes_per_s"][i]))


def check_sweep(file):
    rows = table(file["sweep"])
    points = sweep.points_of(file)
    expect("points of the sweep", len(points), len(rows["point"]))
    names = h5py.check_enum_dtype(file["sweep/best"].dtype)
    for i, point in enumerate(points[:len(rows["point"])]):
        for column, wanted in point.columns().items():
            found = rows[column][i]
            wanted = names[wanted] if column == "best" else wanted
            found = found.decode() if isinstance(found, bytes) else int(found)
            expect(f"{column} of point {point.point}, {point.phase}", wanted, found)


def check_starts(file):
    """All ranks start when the preparation has ended."""
    for name, phase in file["phases"].items():
        started, common = (int(phase.attrs[column]) for column in ("started_ns", "common_start_ns"))
        expect(f"{name} starts after its preparation", True, started < common or not common)


def check_tune(file):
    trail = tune.rows_of(file, "tune")
    for row in trail:
        wanted = 0 if row["reason"] else rate(row["bytes"], row["duration_ns"])
        expect(f"rate of a probe of {row['phase']}", wanted, row["rate_bytes_per_s"])
    for row, found in tune.results_of(file):
        for column, wanted in found.items():
            # the level is cut, not rounded
            if abs(wanted - row[column]) > (column == "ratio_level_ppm"):
                expect(f"{column} of tune, {row['phase']}", wanted, row[column])
        measured = sum(probe["phase"] == row["phase"] and probe["stage"] != "fill"
                       for probe in trail)
        if row["probes"] > measured:
            expect(f"probes of tune, {row['phase']}", f"at most {measured}", row["probes"])


with h5py.File(sys.argv[1], "r") as result:
    for title, group in result["phases"].items():
        if group.attrs["duration_ns"] > 0:
            check_ranks(title, group)
            check_modes(title, group)
            check_cache(title, group)
            check_timeline(title, group)
            check_latency(title, group)
            check_histograms(title, group)
            check_halves(title, group)
            if unit_of(group) == "bytes":
                check_passes(title, group)
            check_device(title, group)
    check_starts(result)
    check_summary(result)
    check_ceilings(result)
    if "sweep" in result:
        check_sweep(result)
    if "tune" in result:
        check_tune(result)
    if len(sys.argv) > 2:
        problems += differences(result, open(sys.argv[2], encoding="utf-8").read())
if problems:
    sys.exit("\n".join(problems))
print("all figures agree")
