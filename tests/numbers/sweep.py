# SPDX-License-Identifier: Apache-2.0
"""Computes the points of a sweep from its measurements, in exact arithmetic where tidemill uses
floating point: the table /sweep, and what the summary prints of it."""
import math
from fractions import Fraction

GIB = 2**30


def text_of(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def median(values):
    """The middle value; the mean of the two middle ones, rounded down."""
    values, half = sorted(values), len(values) // 2
    return 0 if not values else values[half] if len(values) % 2 else \
        values[half - 1] + (values[half] - values[half - 1]) // 2


def interval(values):
    """The narrowest order statistics that hold the median with at least 95 %, and that probability."""
    count, found = len(values), None
    for rank in range(1, count // 2 + 1):
        outside = 2 * sum(math.comb(count, heads) for heads in range(rank))
        if Fraction(outside, 2**count) <= Fraction(5, 100):
            level = 1 - Fraction(outside, 2**count)
            found = (sorted(values)[rank - 1], sorted(values)[count - rank], level)
    return found


def arrangements(first, second):
    """How many arrangements of two samples have each value of the Mann-Whitney statistic."""
    counts = {(0, 0): {0: 1}}
    for i in range(first + 1):
        for j in range(second + 1):
            if i + j == 0:
                continue
            own = {}
            for (one, other), more in (((i - 1, j), j), ((i, j - 1), 0)):
                for value, number in counts.get((one, other), {}).items():
                    own[value + more] = own.get(value + more, 0) + number
            counts[i, j] = own
    return counts[first, second]


def highest_ratio(best, own):
    """The upper bound of the 95 % interval of own / best; None if there are too few numbers."""
    counts, outside, cut = arrangements(len(best), len(own)), 0, 0
    while Fraction(outside + counts.get(cut, 0), math.comb(len(best) + len(own), len(own))) <= \
            Fraction(25, 1000):
        outside += counts.get(cut, 0)
        cut += 1
    ratios = sorted(Fraction(after, before) for before in best for after in own)
    return ratios[-cut] if cut else None


class Point:
    """A point over its repetitions, of one phase."""

    def __init__(self, key, runs):
        first = runs[0]
        self.point, self.phase = key
        self.settings = text_of(first["settings"])
        self.scale, self.base_point, self.offered = (
            int(first[name]) for name in ("scale", "base_point", "offered_bytes_per_s"))
        measured = [run for run in runs if not text_of(run["reason"]) and run["bytes"] > 0
                    and run["duration_ns"] > 0]
        self.rates = [math.floor(int(run["bytes"]) / (int(run["duration_ns"]) * 1e-9) + 0.5)
                      for run in measured]
        self.rate, self.bounds = median(self.rates), interval(self.rates)
        self.p50 = median([int(run["latency_p50_ns"]) for run in measured])
        p99 = [int(run["latency_p99_ns"]) for run in measured]
        self.p99 = -1 if p99 and min(p99) < 0 else median(p99)
        self.cpu = median([math.floor(Fraction(int(run["cpu_ns"]) * GIB, int(run["bytes"]))
                                      + Fraction(1, 2)) for run in measured])
        self.best, self.efficiency = "no", 0

    def columns(self):
        """The row as the file has it."""
        low, high, level = self.bounds or (-1, -1, 0)
        return {"point": self.point, "phase": self.phase, "settings": self.settings,
                "scale": self.scale, "base_point": self.base_point,
                "efficiency_ppm": math.floor(self.efficiency * 10**6 + Fraction(1, 2)),
                "n": len(self.rates), "median_bytes_per_s": self.rate,
                "interval_low_bytes_per_s": low, "interval_high_bytes_per_s": high,
                "interval_level_ppm": math.floor(level * 10**6 + Fraction(1, 2)),
                "offered_bytes_per_s": self.offered, "latency_p50_ns": self.p50,
                "latency_p99_ns": self.p99, "cpu_ns_per_gib": self.cpu, "best": self.best}

    def judge(self, points):
        """Compares the point with the best of its phase (the first 32 repetitions of both), and with
        that of the fewest ranks."""
        mates = [mate for mate in points if mate.phase == self.phase]
        best = max(mates, key=lambda mate: mate.rate)
        bound = highest_ratio(best.rates[:32], self.rates[:32]) if self.rates and self is not best else None
        self.best = ("yes" if self is best else "no" if not self.rates else
                     "unknown" if bound is None else "yes" if bound >= 1 else "no")
        base = [mate for mate in mates if mate.point == self.base_point]
        if self.scale and base and base[0].rate:
            self.efficiency = Fraction(self.rate * base[0].scale, self.scale * base[0].rate)
        self.mark = ("best" if self.rates and self.rate == best.rate else
                     {"yes": "equal", "unknown": "?", "no": ""}[self.best])


def points_of(file):
    """All points, in the order of the file's table."""
    table = {name: column[()] for name, column in file["sweep_runs"].items()}
    runs = {}
    for i in range(len(table["point"])):
        run = {name: column[i] for name, column in table.items()}
        runs.setdefault((int(run["point"]), text_of(run["phase"])), []).append(run)
    points = [Point(key, own) for key, own in runs.items()]
    points.sort(key=lambda point: point.phase, reverse=True)
    points.sort(key=lambda point: point.point)
    for point in points:
        point.judge(points)
    return points


def phases_of(points):
    return list(dict.fromkeys(point.phase for point in points))


def sorted_by(points, sort):
    """Phase by phase; of equal keys the lower point is first."""
    never = 2**63 - 1
    keys = {"rate": lambda point: -point.rate, "point": lambda point: 0,
            "p50": lambda point: point.p50 if point.rates else never,
            "p99": lambda point: point.p99 if point.rates and point.p99 >= 0 else never,
            "cpu": lambda point: point.cpu if point.rates else never}
    phases = phases_of(points)
    return sorted(points, key=lambda point: (phases.index(point.phase), keys[sort](point),
                                             point.point))


def overload(points, phase):
    """The lowest load that a phase did not keep up with, and whether that is certain."""
    loaded = sorted((point for point in points if point.phase == phase and point.offered
                     and point.rates), key=lambda point: point.offered)
    for certain in (True, False):
        for point in loaded:
            reached = point.bounds[1] if point.bounds else point.rate
            if bool(point.bounds) == certain and reached < 0.98 * point.offered:
                return point, certain
    return None, False
