# SPDX-License-Identifier: Apache-2.0
"""Computes what a search found from its trail /tune: rates of the start and of what was settled on,
their ratio and its interval; and what the summary prints of the tables of a search."""
import math
from fractions import Fraction

import h5py

from sweep import arrangements, median, text_of

MOST = 32  # numbers of a sample
TAIL = Fraction(25, 1000)


def rows_of(file, name):
    """The rows of a table as dictionaries, with the names of values of enumerations; a table that is
    empty is not in the file."""
    columns = {}
    for column, data in file[name].items() if name in file else ():
        names = h5py.check_enum_dtype(data.dtype)
        texts = {number: text for text, number in names.items()} if names else {}
        columns[column] = [texts[int(value)] if names else
                           text_of(value) if data.dtype.kind in "SO" else int(value)
                           for value in data[()]]
    count = len(next(iter(columns.values()), []))
    return [{column: values[i] for column, values in columns.items()} for i in range(count)]


def rates_of(trail, phase, settings):
    """Those of the pairs at the end; if there are none, of all comparisons."""
    own = [row for row in trail if row["phase"] == phase and row["settings"] == settings
           and row["stage"] != "fill" and row["rate_bytes_per_s"] > 0]
    pairs = [row for row in own if row["stage"] == "pair"]
    return [row["rate_bytes_per_s"] for row in pairs or own][:MOST]


def ppm(value):
    return math.floor(value * 1e6 + 0.5) if value < 1e6 else -1


def compare(before, after):
    """The median of all ratios, and the bounds that hold the true one with 95 %: ppm."""
    found = {"ratio_ppm": 0, "ratio_low_ppm": 0, "ratio_high_ppm": 0, "ratio_level_ppm": 0}
    if not before or not after:
        return found
    ratios = sorted(two / one for one in before for two in after)
    half = len(ratios) // 2
    found["ratio_ppm"] = ppm((ratios[(len(ratios) - 1) // 2] + ratios[half]) / 2)
    counts = arrangements(len(before), len(after))
    total, outside, cut = math.comb(len(before) + len(after), len(after)), 0, 0
    while Fraction(outside + counts.get(cut, 0), total) <= TAIL:
        outside += counts.get(cut, 0)
        cut += 1
    if cut:
        found["ratio_low_ppm"], found["ratio_high_ppm"] = ppm(ratios[cut - 1]), ppm(ratios[-cut])
        found["ratio_level_ppm"] = math.floor((1 - Fraction(2 * outside, total)) * 10**6)
    return found


def results_of(file):
    """For each row of tune_results, what follows from the trail."""
    trail = rows_of(file, "tune")
    for row in rows_of(file, "tune_results"):
        before, after = (rates_of(trail, row["phase"], row[which]) for which in ("start", "settings"))
        found = compare(before, after) if row["start"] != row["settings"] else compare([], [])
        yield row, {"start_bytes_per_s": median(before), "settled_bytes_per_s": median(after), **found}


def number_of(text):
    """A figure of tune has two decimals."""
    return f"{text / 1e6:.2f}"


def gain(row, rate):
    """The line of a phase; 'rate' prints one."""
    text = rate(row["settled_bytes_per_s"]) if row["settled_bytes_per_s"] else "not measured"
    if row["start"] == row["settings"]:
        text += ", with the settings of the start"
    elif row["ratio_ppm"]:
        text += f", {number_of(row['ratio_ppm'])} times the {rate(row['start_bytes_per_s'])} of the start"
        if row["ratio_level_ppm"]:
            text += f" ({row['ratio_level_ppm'] / 1e4:.0f} %: {number_of(row['ratio_low_ppm'])} to " \
                f"{number_of(row['ratio_high_ppm'])})"
    text += f"; {row['probes']} probe{'' if row['probes'] == 1 else 's'}"
    if row["noise_ppm"]:
        text += f" with a noise of {row['noise_ppm'] / 1e4:.1f} %"
        if row["half_width_ppm"] >= 0:
            text += f", so that it may be {math.ceil(row['half_width_ppm'] / 1e4)} % below the best"
    return text


def unfinished(row, choices, interrupted):
    if interrupted:
        return "the run was interrupted; the best so far is shown"
    if not row["settled_bytes_per_s"]:
        return "no probe could be measured; the settings are those of the start"
    skipped = any(choice["outcome"] == "not compared" and choice["compared"] != 1
                  for choice in choices)
    return f"the budget ended before {'every option was compared' if skipped else 'the options were compared again after a change'}; " \
        "the best so far is shown; use a larger --budget"


def starts_with(choice, start):
    """Is the value that of the start?"""
    words = start.split()
    flag = f"--{choice['option']}"
    if choice["value"] in ("yes", "no"):
        return (flag in words) == (choice["value"] == "yes")
    return any(pair == (flag, choice["value"]) for pair in zip(words, words[1:]))


def reason(choice, start):
    """Why a value was chosen."""
    outcome, width = choice["outcome"], choice["half_width_ppm"]
    if outcome == "fixed":
        return "fixed, by an option or by the target"
    if outcome == "not compared":
        return "nothing else is possible" if choice["compared"] == 1 else outcome
    text = {"others slower": "the others are slower: ", "faster": "faster: "}.get(outcome) or (
        "too few probes to decide: " if width < 0 else
        "no difference found: " if choice["ratio_ppm"] <= 10**6 or starts_with(choice, start) else
        "faster, within the noise: ")
    text += f"{number_of(choice['ratio_ppm'])} times the rate of {choice['other']}"
    if width >= 0:
        ratio, factor = choice["ratio_ppm"] / 1e6, 1 + width / 1e6
        high = ratio * factor
        text += f" ({ratio / factor:.2f} to {high:.{2 if high < 100 else 0}f})"
    return text


def knee(row):
    threads = row["knee_writers"]
    return f"depth {row['knee_depth']}, {threads} I/O thread{'' if threads == 1 else 's'} and " \
        f"{row['knee_buffers']} buffers per rank are the least that reaches 97 % of the rate, " \
        "within the noise"


def missing(file, trail, rows):
    """What a search was to find and has no row about."""
    fills = [row for row in trail if row["stage"] == "fill"]
    finished = all(row["finished"] == "yes" for row in rows)
    unread = fills and len(rows) < 2
    if text_of(file.attrs["status"]) != "interrupted":
        return "" if not unread else "reading was not measured" + (
            ": its files could not be written" if fills[0]["reason"] else
            " before the budget ended; use a larger --budget")
    done = rows and finished and not unread and len(file["phases"])
    return "the run was interrupted before anything else was measured" \
        if finished and not done else ""
