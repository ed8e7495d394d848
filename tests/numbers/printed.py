# SPDX-License-Identifier: Apache-2.0
"""Computes the printed summary from a result file, and finds the first difference to a page.

Shares no code with tidemill; implements what results/README.md and the headers promise. An
unexpected line is a difference, so each new line needs a check here. printed.py RESULT PAGE
compares a file.
"""
import math
import os
import re
import signal
import sys

import h5py

import sweep
import tune

GIB, GB = 2**30, 10**9
NEVER = 2**63 - 1  # first_ns of ranks without work
WIDTH = 100
QUOTES = ("failed", "ended early", "returned wrong data", "stored nothing", "stayed in memory",
          "came from the page cache", "kept to a rate limit", "varied by more than 30 %",
          "took less than 10 s")
POWERS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "B": 1}
PROBES = {"data": "generator only", "storage": "storage only", "both": "generator and storage"}


def text_of(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def fixed(value, decimals):
    parts = math.floor(abs(value) * 10**decimals + 0.5)
    sign = "-" if value < 0 and parts > 0 else ""
    whole, rest = divmod(parts, 10**decimals)
    return f"{sign}{whole}" if decimals == 0 else f"{sign}{whole}.{rest:0{decimals}}"


def decimals_of(value):
    for least, decimals in ((1000, 0), (100, 1), (1, 2)):
        if value >= least:
            return decimals
    return 2 if value <= 0 else 3 if value >= 0.1 else 4


def listed(names, quote):
    """Lists names; three or more that are numbered one after the other as "a-1 to a-3"."""
    def number(name):
        stem = name.rstrip("0123456789")
        return stem, int(name[len(stem):] or -2)

    texts, i = [], 0
    while i < len(names):
        last = i
        while last + 1 < len(names) and number(names[last])[1] >= 0 and number(names[last + 1]) == (
                number(names[last])[0], number(names[last])[1] + 1):
            last += 1
        last = last if last - i >= 2 else i
        texts.append(f"{quote}{names[i]}{quote}" + (f" to {quote}{names[last]}{quote}" if last > i else ""))
        i = last + 1
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def rate(amount, time_ns):
    return amount / (time_ns * 1e-9) if amount > 0 and time_ns > 0 else 0.0


def rate_text(per_s, unit=GIB):
    return fixed(per_s / unit, decimals_of(per_s / unit))


def rate_cell(per_s, unit):
    return rate_text(per_s) if unit == "bytes" else f"{rate_text(per_s, 1000)} kop/s"


def middle(numbers):
    """Returns the median of sorted numbers, rounded down."""
    return (numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]) // 2


def coverage(count, d):
    """The chance that the true median is between the d-th smallest and largest of the numbers."""
    return 1 - 2 * sum(math.comb(count, heads) for heads in range(d)) / 2 ** count


def bounds(count):
    """Returns the indices of the narrowest such bounds with a chance of 95 %."""
    d = max(d for d in range(1, count // 2 + 1) if coverage(count, d) >= 0.95)
    return d - 1, count - d


def share(part, whole):
    if whole <= 0:
        return "-"
    value = part / whole * 100
    return fixed(value, 1 if 0 < value < 9.95 else 0) + " %"


def rounded(value, unit, name):
    """Three significant digits, rounded half up."""
    def parts(scale):
        return (2 * scale * value // unit + 1) // 2
    if parts(100) < 1000:
        return f"{parts(100) // 100}.{parts(100) % 100:02} {name}"
    if parts(10) < 1000:
        return f"{parts(10) // 10}.{parts(10) % 10} {name}"
    return f"{parts(1)} {name}"


def size(count):
    count = max(int(count), 0)
    for power, name in ((50, "PiB"), (40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if (2 * count // 2 ** (power - 10) + 1) // 2 >= 1024:
            return rounded(count, 2**power, name)
    return f"{count} B"


def duration(ns):
    ns = int(ns)
    sign, ns = ("-" if ns < 0 else ""), abs(ns)
    units = (("h", 3600 * 10**9, 600), ("min", 60 * 10**9, 600), ("s", 10**9, 1000),
             ("ms", 10**6, 1000), ("us", 1000, 1000), ("ns", 1, 0))
    for (name, unit, least), (_, smaller, _) in zip(units, units[1:]):
        if (2 * ns // smaller + 1) // 2 >= least:
            return sign + rounded(ns, unit, name)
    return f"{sign}{ns} ns"


def latency(ns):
    return "n/a" if ns < 0 else duration(ns)


def percentile(edges, counts, p, low, high):
    total = int(counts.sum())
    if p != 0.5 and total < math.log(0.025) / math.log(p):
        return -1
    wanted = min(total, max(1, math.ceil(p * total * (1 - 1e-12))))
    seen = 0
    for i, count in enumerate(counts):
        seen += int(count)
        if seen >= wanted:
            first, last = int(edges[i]), int(edges[i + 1]) - 1
            return min(max(first + (last - first) // 2, low), high)
    return 0


def plural(count):
    return "" if int(count) == 1 else "s"


def count_rate(count, time_ns):
    per_s = rate(count, int(time_ns))
    return fixed(per_s, 0 if per_s >= 99.95 else 1 if per_s >= 9.995 else 2)


def exact(text):
    """A size of the options with its unit apart: "1MiB" as "1 MiB"."""
    digits, unit = re.fullmatch(r"([0-9.]+)(\w*)", text).groups()
    return f"{digits} {unit or 'B'}"


def shorten(text, most):
    if len(text) <= most:
        return text
    kept = most - 3
    return text[:kept - kept // 2] + "..." + text[len(text) - kept // 2:]


def columns(table):
    return {name: column[()] for name, column in table.items()}


MAXIMA = ("last_ns", "drained_ns", "end_ns", "stopped_ns")


def sum_of(table):
    """Adds up columns of numbers; maxima of instants and of longest times."""
    return {key: int(values.max() if key.startswith("longest_") or key in MAXIMA
                     else values.sum()) if len(values) else 0
            for key, values in table.items() if values.dtype.kind == "i"}


def settings_of(text):
    """Yields the name of each section ("" without sections), its data's section, and its options."""
    sections = [("", {})]
    for line in text.splitlines():
        if line.startswith("["):
            sections.append((line.strip("[]"), {}))
        elif " = " in line:
            key, value = line.split(" = ", 1)
            sections[-1][1][key] = value
    common = sections[0][1]
    own = dict(sections[1:])
    if not own:
        yield "", "", common
    selected = common.get("phases", "").split(",") if "phases" in common else list(own)
    for name, options in own.items():
        if name in selected:
            yield name, options.get("data", ""), {
                **common, **own.get(options.get("data"), {}), **options}


class Page:
    """The expected parts of a page as words; line breaks do not matter."""

    def __init__(self, file):
        self.file = file
        self.options = next(options for _, _, options in settings_of("".join(
            text_of(file.attrs["options"]).partition("\n[")[:1])))
        self.verbose = self.options.get("verbose") == "yes"
        self.phases = [Phase(self, name, group) for name, group in file["phases"].items()]
        self.parts = []

    def rows(self, head, rows):
        """A table; columns that make it too wide follow in a second one, behind the first column."""
        rows = [row + [""] * (len(head[0]) - len(row)) for row in head + rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        start = 1
        while start < len(widths):
            width, end = 2 + widths[0], start
            while end < len(widths) and (end == start or width + 2 + widths[end] <= WIDTH):
                width, end = width + 2 + widths[end], end + 1
            for row in rows:
                self.parts.append(" ".join([row[0], *row[start:end]]))
            start = end

    def line(self, label, text):
        """Words that do not fit into a line lose their middle."""
        words = " ".join(shorten(word, WIDTH - 12) for word in text.split())
        self.parts.append(f"{label} {words}")

    # --- the head

    def status(self):
        attrs = self.file.attrs
        status = text_of(attrs["status"])
        warnings = sum(text_of(own) != "note" for own in self.file["advice/severity"][()])
        text = status.upper()
        if status == "running":
            return text
        found = [phase.name for phase in self.phases if phase.attrs["status"] == status]
        if status == "failed":
            if any(phase.total["bad_blocks"] for phase in self.phases):
                text += ": wrong data"
            elif found:
                reason = self.reason(next(phase for phase in self.phases if phase.name == found[0]))
                text += f": {found[0]}: {reason}" if reason else f": {found[0]} failed"
        if status == "interrupted" and found:
            text += f" during {found[0]}"
        if warnings:
            text += f"{' with' if status == 'complete' else ', with'} {warnings} " \
                f"warning{plural(warnings)}"
        return text + (f" (exit code {attrs['exit_code']})" if attrs["exit_code"] else "")

    def head(self):
        attrs = self.file.attrs
        self.parts.append(f"tidemill {attrs['tool_version']} run {attrs['run_id']} {self.status()}")
        if attrs["status"] == "failed":
            self.because()
        if attrs["status"] == "running":
            self.parts.append("the run has not ended (or was killed)"
                              f"{', and only these phases have' if self.phases else ''}; 'tidemill "
                              "run --cleanup' and this result remove what a dead run left")
        self.quote()
        command = text_of(attrs["command_line"])
        if command:
            self.line("command", command if self.verbose else shorten(command, 170))
        self.where()
        self.targets()
        used = {text_of(phase.attrs["section"]) for phase in self.phases}
        sections = [section for section in settings_of(text_of(attrs["options"]))
                    if not used or section[0] in used]
        self.workloads(sections)
        if text_of(attrs.get("preset", "")):
            self.preset(sections)
        kinds = [text_of(kind) for kind in self.file["environment/targets/kind"][()]]
        if sections and sections[0][2].get("keep") == "yes" and kinds[:1] == ["directory"] and \
                any(phase.writes for phase in self.phases):
            self.line("kept", f"what is in directory tidemill-{text_of(attrs['run_id'])} at the end "
                              "(--keep)")
        if attrs["label"]:
            self.line("label", text_of(attrs["label"]))

    def preset(self, sections):
        attrs = self.file.attrs
        parts = [f"{attrs[f'preset_{key}']} {name}" for key, name in
                 (("writers", "I/O threads"), ("buffers", "buffers")) if attrs[f"preset_{key}"]]
        text = text_of(attrs["preset"])
        text += f", for each node {' and '.join(parts)}" if parts else ""
        if parts and not sections[0][0]:
            options = sections[0][2]
            threads, buffers = int(options["writers"]), int(options["buffer-count"])
            text += f"; for each rank {threads} I/O thread{plural(threads)} and {buffers} " \
                f"buffer{plural(buffers)}"
        self.line("preset", text)

    def reason(self, phase):
        """What failed, by the errors; else the end of a failure's text, if it is short and names no
        path."""
        counts, words = phase.error_words()
        if counts:
            kinds = ", most of them" if len(counts) > 1 else ""
            return f"{sum(counts)} failure{plural(sum(counts))}{kinds}: {words[0].split(',')[0]}"
        words = re.fullmatch(r".*: ([^;']{1,40})(;.*)?", text_of(phase.attrs["failure"]), re.S)
        return words[1] if words and ": " not in (words[2] or "") else ""

    def quote(self):
        """Which rates may be quoted, if not all of them."""
        repeated = bool(self.phases) and self.phases[-1].attrs["repetition"] > 1
        judged = [(text_of(phase.attrs["section"] or phase.attrs["kind"]) if repeated else phase.name,
                   phase.quote()) for phase in self.phases
                  if phase.attrs["status"] not in ("skipped", "running") and
                  (not repeated or self.median(int(phase.attrs["position"])) is phase)]
        found = {why: [name for name, own in judged if own == why] for why in ("", *QUOTES)}
        names = {why: ", ".join(found[why][:3]) +
                 (f" and {len(found[why]) - 3} more" if len(found[why]) > 3 else "")
                 for why in found if found[why]}
        against = "; ".join(f"{names[why]} {why}" for why in QUOTES if why in names)
        if against:
            self.line("quote", f"{names[''] + ' only' if '' in names else 'none'}: {against}")

    def because(self):
        """What --min-rate and --fail-on required, if no phase failed."""
        if any(phase.attrs["status"] == "failed" for phase in self.phases):
            return
        words, least = [], self.options.get("min-rate", "0B/s")
        wanted, unit = re.fullmatch(r"([0-9.]+)(\w*)/s", least).groups()
        for row in self.summary().values():
            if row["n"] and 0 <= row["median_bytes_per_s"] < float(wanted) * POWERS[unit]:
                words.append(f"{text_of(row['phase'])} reached "
                             f"{rate_text(int(row['median_bytes_per_s']))} GiB/s, less than "
                             f"--min-rate {least}")
                break
        fail = self.options.get("fail-on", "never")
        counted = ("serious",) if fail == "serious" else ("serious", "warning")
        count = sum(text_of(own) in counted for own in self.file["advice/severity"][()])
        if fail != "never" and count:
            words.append(f"{count} {'serious ' if fail == 'serious' else ''}warning{plural(count)}, "
                         f"and --fail-on {fail} was requested")
        if words:
            self.line("because", "; ".join(words))

    def where(self):
        nodes, job = self.file["environment/nodes"], self.file["environment/job"].attrs
        names = [text_of(name) for name in nodes["hostname"][()]]
        if not names:
            return
        ranks = int(nodes["ranks"][()].sum())
        text = f"{ranks} rank{plural(ranks)} on {len(names)} node{plural(len(names))} ("
        text += ", ".join(names[:4])
        text += ("" if len(names) < 5 else ", " if len(names) == 5 else " ... ") + \
            (names[-1] if len(names) > 4 else "") + self.nodes_size(nodes) + ")"
        text += f", {job['launcher']}" if job["launched"] == "TRUE" else ""
        text += f", job {job['job_id']}" if job["job_id"] else ""
        text += f" in {job['partition']}" if job["partition"] else ""
        start, end = (text_of(self.file.attrs[f"{what}_utc"]).strip("Z").split("T")
                      for what in ("started", "finished"))
        if start[0]:
            text += f", {' '.join(start)}"
            if end[0]:
                text += f" to {' '.join(end[1:] if start[0] == end[0] else end)}"
            text += " UTC"
        self.line("where", text)

    def nodes_size(self, nodes):
        cores, memory = nodes["cpus"][()], nodes["memory_bytes"][()]
        if min(cores) <= 0 or min(memory) <= 0:
            return ""
        alike = len(set(cores)) == len(set(memory)) == 1
        return (f"; {'' if alike else 'at least '}{min(cores)} core{plural(min(cores))}, "
                f"{size(min(memory))}{' each' if len(cores) > 1 else ''}")

    def targets(self):
        table = columns(self.file["environment/targets"])
        paths = [text_of(path) for path in table["path"]]
        firsts = [i for i, path in enumerate(paths) if path not in paths[:i]]
        for place, i in enumerate(firsts[:4]):
            self.line("target" if place == 0 else "", self.target({
                name: text_of(column[i]) if column.dtype.kind == "S" else column[i]
                for name, column in table.items()}))
        if len(firsts) > 4:
            self.line("", f"and {len(firsts) - 4} more")

    def kind_of(self, target):
        kinds = self.file["environment/targets/kind"]
        return text_of(target["kind"]) if kinds.dtype.kind in "SO" else target["kind"]

    def elsewhere(self, target):
        return bool(target["remote"]) or target["file_system"].startswith("fuse")

    def target(self, target):
        nodes = len(self.file["environment/nodes/hostname"])
        kind, null = self.kind_of(target), self.kind_of(target) == "null"
        system = target["file_system"] or ("no storage" if null else kind)
        text = f"{shorten(target['path'], 50)}: {system}"
        text += f" on {target['device']}" if target["device"] else ""
        shared = truth(self.file["environment/targets/shared"], target["shared"])
        if null:
            text += ", discards everything"
        elif target["ram_backed"]:
            text += ", in memory"
        elif nodes > 1 and shared in ("yes", "no"):
            text += f", shared by all {nodes} nodes" if shared == "yes" else \
                ", each node has its own"
        elif nodes == 1 and not self.elsewhere(target):
            text += ", local to the node"
        if self.elsewhere(target) and target["source"]:
            text += f", mounted from {target['source']}"
        if target["cached_below"]:
            text += f", {target['backing']} uses the page cache for its file"
        if target["striping"]:
            count = target["stripe_count"]
            text += f", {count} stripe{'s' if count != 1 else ''} of {size(target['stripe_bytes'])}" \
                if count > 0 else f", stripes of {size(target['stripe_bytes'])}" + \
                (" over all its targets" if count < 0 else "")
            text += " (set by this run)" if target["stripe_set"] else ""
        if target["size_bytes"] > 0:
            text += f", {size(target['free_bytes'])} free of {size(target['size_bytes'])}"
        return text

    def workloads(self, sections):
        """Sections that were requested to do the same share a line."""
        groups = {}
        for section, data, options in sections:
            groups.setdefault((*self.workload(section, options), bool(data)), []).append(
                (section, data, options))
        for i, ((what, reader, _), members) in enumerate(groups.items()):
            names = listed([section for section, _, _ in members], "")
            text = f"{names}: {what}" if names else what
            if reader:
                sources = [data for _, data, _ in members if data]
                sources = sources[:1] if len(set(sources)) == 1 else sources
                quoted = listed(sources, "'")
                text += f"; data of {quoted} {reader}" if sources else f"; {reader}"
            if self.verbose and reader is not None:
                seeds = [str(options.get("seed", 0)) for _, _, options in members]
                text += f"; seed{plural(len(seeds))} {', '.join(seeds)}"
            self.line("" if i else "workload", text)

    def workload(self, section, options):
        """Returns what was to be done, and which rank reads the data; None where none are moved."""
        phases = [phase for phase in self.phases if phase.attrs["section"] == section]
        works = [phase for phase in phases if phase.unit != "bytes"]
        phases = [phase for phase in phases if phase.unit == "bytes"]
        write = next((phase for phase in phases if phase.writes), None)
        read = next((phase for phase in phases if phase.reads), None)
        phase, writes = write or read, write or not read
        text = self.objects(options, works[0].attrs) if works else ""
        if works and not phases:
            return text, None
        text += "; " if works else ""
        time = options.get("time", "0s")
        time = "" if exact(time) == "0 s" else time
        loop = options.get("loop") == "yes"
        if phase and phase.planned and not phase.open_ended:
            text += ("at most " if time and not loop else "") + size(phase.planned)
            text += (" in total" if phase.attrs["ranks_total"] > 1 else "") + \
                (", read or rewritten again and again for " if loop else
                 " or " if time else ", ")
        text += f"{exact(time)}{'' if loop or section else ' for each phase'}, " if time else ""
        text += "until the rate is steady, " if options["until-steady"] == "yes" else ""
        text += self.pattern(options, phase) + self.mode(options, phase, writes)
        text += self.data(options) if writes else ""
        if not self.phases:
            text += "".join(f"; apart from what {name} changes" for group, name in (
                ("sweep", "--sweep"), ("tune", "tune")) if self.rows_of(group))
        return text, self.source(read.attrs) if read else ""

    def rows_of(self, group):
        return int(self.file[group].attrs["rows"]) if group in self.file else 0

    def objects(self, options, attrs):
        count, size_ = options.get("objects-per-rank", "0"), options["object-size"]
        kind = options["objects"] if count != "1" else \
            {"files": "file", "directories": "directory"}[options["objects"]]
        threads, levels, shared = int(options["writers"]), int(options["tree-depth"]), \
            options["shared-directory"] == "yes"
        where = f"directories of {'all ranks' if shared else 'each rank'} with at most " \
            f"{options['fan-out']} each" if options["fan-out"] != "0" else \
            "one directory of all ranks" if shared else "a directory per rank"
        where += f", {levels} level{plural(levels)} deep" if levels else ""
        return (f"{count if count != '0' else 'as many'} {kind} per rank"
                f"{'' if count != '0' else ' as --time allows'}"
                f"{' of ' + exact(size_) if size_ != '0' else ''}, in {where}, "
                f"{threads} I/O thread{plural(threads)} x depth {attrs['depth']} per rank"
                f"{', engine ' + attrs['engine_used'] if attrs['engine_used'] else ''}"
                f"{'; created by an earlier run' if attrs['written_by'] == 'earlier run' else ''}")

    def pattern(self, options, phase):
        kinds = [text_of(kind) for kind in self.file["environment/targets/kind"][()]]
        text = {"device": "the whole device", "file": "one file", "other": "one file",
                "null": "no files"}.get(kinds[0] if kinds else "") or \
            {"rank": "one file per rank", "shared": "one file shared by all ranks",
             "writer": "one file per I/O thread"}[options["layout"]]
        files = options.get("files-per-rank", "1")
        text = f"{files} files per rank" if files != "1" else text
        turns = options.get("interleave", "0")
        text += f", in turns of {exact(turns)}" if turns != "0" else ""
        text += {"sequential": ", sequential, ", "strided": ", every 16th request first, ",
                 "random": ", random order, " if files == "1" else
                           ", whole files in random order, ",
                 "random-repeat": ", random order with repetitions, "}[options["order"]]
        text += f"{exact(options['buffer-size'])} requests, " if "buffer-size" in options else ""
        depth = int(phase.attrs["depth"]) if phase else 0
        depth = depth or int(options.get("depth", 0))
        threads, makers = int(options.get("writers", 0)), int(options.get("producers", 0))
        if threads and depth:
            text += (f"{threads} I/O thread{plural(threads)} x depth {depth} and {makers} data "
                     f"thread{plural(makers)} per rank, ")
        return text

    def mode(self, options, phase, writes):
        engine = phase.attrs["engine_used"] if phase else ""
        text = f"engine {engine}, " if engine else ""
        if phase and phase.discards:
            return text + "nothing stored"
        text += "RWF_DONTCACHE" if options["uncached"] == "yes" else {
            "prefer": "O_DIRECT if possible", "require": "O_DIRECT required",
            "never": "buffered"}[options["direct"]]
        if writes:
            text += {"end": ", fsync at end", "each": ", fsync after each request",
                     "never": ", no fsync"}[options["fsync"]]
            text += ", preallocated" if options["preallocate"] == "yes" else ""
        text += {"drop": ", page cache dropped before reading", "keep":
                 ", page cache kept before reading"}.get(options["cache"], "")
        if "rate" in options:
            text += f", at most {exact(options['rate'].removesuffix('/s'))}/s per rank"
        return text

    def data(self, options):
        dedup, compress = (float(options[f"{what}-ratio"]) > 1 for what in ("dedup", "compress"))
        text = ""
        if options["generate"] == "once":
            text += ", the same buffers again and again"
        elif not dedup and not compress:
            text += ", unique incompressible data"
        if dedup:
            text += f", each block of {exact(options['dedup-block'])} {options['dedup-ratio']} times"
        if compress:
            text += f", data that compress {options['compress-ratio']}:1"
        return text

    def source(self, attrs):
        if attrs["written_by"] == "none":
            return ""
        text = "written by an earlier run, read by " if attrs["written_by"] == "earlier run" else \
            "read back by "
        shift, ranks = int(attrs["shift"]), int(attrs["ranks_total"])
        if not shift:
            return text + "the rank that wrote it"
        text += "the rank on the next node (shift 1)" if shift == 1 else \
            f"the rank {shift} nodes away (shift {shift})"
        if attrs["same_node_ranks"]:
            text += f", by the same node for {attrs['same_node_ranks']} of {ranks} ranks"
        return text

    # --- the table

    def table(self):
        if not self.phases:
            self.parts.append("no phase has ended")
            return
        repeated = self.phases[-1].attrs["repetition"] > 1
        if repeated:
            self.repeated()
        if not repeated or self.verbose:
            for unit, head in (("bytes", "GiB/s GB/s IOPS time p50 p99 max direct status verified"),
                               ("operations", "kop/s op time p50 p99 max status")):
                rows = [row for phase in self.phases if phase.unit == unit
                        for row in (phase.row(), *phase.half_rows())]
                if rows:
                    self.rows([["phase", *head.split()]], rows)
        for phase in self.phases:
            if phase.attrs["failure"]:
                self.line("", f"{phase.name}: {text_of(phase.attrs['failure'])}")
            elif phase.attrs["status"] not in ("skipped", "running") and not phase.amount:
                self.line("", f"{phase.name}: no "
                              f"{'data were moved' if phase.unit == 'bytes' else 'operation succeeded'}")

    def summary(self):
        table = columns(self.file["summary"])
        return {int(place): {name: column[i] for name, column in table.items()}
                for i, place in enumerate(table["position"])}

    def median(self, position):
        """The repetition whose rate is nearest to the median; the first phase if none is complete."""
        phases = [phase for phase in self.phases if phase.attrs["position"] == position]
        row = self.summary().get(position)
        median = row[f"median_{phases[0].unit}_per_s"] if row else 0
        complete = [phase for phase in phases if phase.attrs["status"] == "complete"]
        return min(complete, key=lambda phase: abs(phase.rate() - int(median)),
                   default=phases[0])

    def repeated(self):
        for unit in ("bytes", "operations"):
            rows = [first for first in self.phases
                    if first.attrs["repetition"] == 1 and first.unit == unit]
            if rows:
                self.rows([["phase", "runs", rows[0].name_of_rate, "95 % interval", "spread", "IOPS",
                            "p50", "p99", "status", "verified"]],
                          [row for first in rows for row in
                           (self.repeated_row(first), *self.repeated_halves(first))])
        self.parts.append("rates: median of the runs; spread: (max - min) / median; latencies: of "
                          "the run nearest to it")

    def repeated_row(self, first):
        place, unit = int(first.attrs["position"]), first.unit
        states = [phase.attrs["status"] for phase in self.phases
                  if phase.attrs["position"] == place]
        complete, phase = states.count("complete"), self.median(place)
        row = self.summary().get(place)
        low, high = (first.rate_text(int(row[f"interval_{end}_{unit}_per_s"])) if row else ""
                     for end in ("low", "high"))
        cells = [shorten(first.attrs["section"] or first.attrs["kind"], 14), str(len(states)),
                 first.rate_text(int(row[f"median_{unit}_per_s"])) if complete else "-",
                 f"{low} to {high}" if row and row["level_ppm"] else "-",
                 share(int(row["spread_ppm"]), 10**6) if complete > 1 else "-",
                 count_rate(phase.attrs["requests"] / phase.amount * row[f"median_{unit}_per_s"], 10**9)
                 if complete and phase.amount else "-", *phase.latency_cells()[:2],
                 "complete" if complete == len(states) else f"{complete} of {len(states)}",
                 phase.verified()]
        return cells

    def repeated_halves(self, first):
        """What the median run of a mixed phase read and wrote."""
        return [[row[0], "-", row[1], "-", "-", row[3], *row[5:7], "-", "-"]
                for row in self.median(int(first.attrs["position"])).half_rows()]

    def repetitions(self):
        rows = self.summary().values()
        if max((int(row["n"]) for row in rows), default=0) < 2:
            return
        self.parts.append("repetitions")
        cells = []
        for row in rows:
            if row["n"] == 0:
                continue
            unit = "bytes" if row["median_bytes_per_s"] >= 0 else "operations"
            median, low, high, least, most = (
                rate_cell(int(row[f"{name}_{unit}_per_s"]), unit)
                for name in ("median", "interval_low", "interval_high", "least", "most"))
            interval = f"{low} to {high} ({fixed(row['level_ppm'] / 1e4, 1)} %)" \
                if row["level_ppm"] else "none"
            first, rest = (int(row[f"{name}_{unit}_per_s"]) for name in ("first", "rest_median"))
            change = fixed((first - rest) * 100 / rest, 1) if rest > 0 else ""
            cells.append([
                text_of(row["phase"]), str(row["n"]), median, interval,
                share(int(row["spread_ppm"]), 10**6), least, most,
                f"{'+' if first > rest else ''}{change} %" if change else ""])
        self.rows([["phase", "n", "median GiB/s", "95 % interval", "spread", "least", "most",
                    "first"]], cells)

    def advice(self, title, labels):
        table = columns(self.file["advice"])
        rows = [(text_of(severity), text_of(text)) for severity, text in
                zip(table["severity"], table["text"])]
        if any(severity in labels for severity, _ in rows):
            self.parts.append(title)
        for severity, label in labels.items():
            for own, text in rows:
                if own == severity:
                    self.line(label, text)

    def had_size(self):
        """Did the user name the size of what the run wrote?"""
        writing = [phase for phase in self.phases if phase.writes and phase.unit == "bytes"]
        return bool(writing) and not writing[0].open_ended

    def detailed(self):
        repeated = self.phases and self.phases[-1].attrs["repetition"] > 1
        return [phase for phase in self.phases
                if phase.attrs["duration_ns"] > 0 and phase.attrs["status"] != "skipped" and
                (self.verbose or not repeated or phase.attrs["status"] != "complete"
                 or self.median(int(phase.attrs["position"])) is phase)]

    def modes(self, phase):
        """The lines on the mode of a phase, apart from the page."""
        before, self.parts = self.parts, []
        phase.mode()
        lines, self.parts = self.parts, before
        return lines

    def write(self):
        self.head()
        phases = self.detailed()
        modes = [self.modes(phase) for phase in phases]
        self.same_mode = len(modes) > 1 and all(lines == modes[0] for lines in modes)
        self.parts += modes[0] if self.same_mode else []
        self.tune()
        if self.phases or not {"sweep_runs", "tune"} & set(self.file):
            self.table()
        self.sweep()
        self.advice("warnings", {"serious": "WARNING", "warning": "warning"})
        for phase in phases:
            phase.write()
        if self.verbose:
            self.repetitions()
        self.advice("notes", {"note": "note"})


    # --- tune

    def tune(self):
        trail = tune.rows_of(self.file, "tune")
        if not trail:
            return
        rows = tune.rows_of(self.file, "tune_results")
        interrupted = text_of(self.file.attrs["status"]) == "interrupted"
        self.parts.append("tune")
        for row in rows:
            choices = [choice for choice in tune.rows_of(self.file, "tune_choices")
                       if choice["phase"] == row["phase"]]
            self.line(row["phase"], tune.gain(row, lambda per_s: f"{rate_text(per_s)} GiB/s"))
            if row["finished"] != "yes":
                self.line("UNFINISHED", tune.unfinished(row, choices, interrupted))
            if row["shifted"] == "yes":
                self.line("level", "the rate of the same settings changed much meanwhile, as when a "
                                   "cache is full; what was found before was measured again")
            self.line("options", row["settings"])
            self.line("start", row["start"])
            if row["knee_depth"]:
                self.line("knee", tune.knee(row))
            self.parts += [f"{choice['option']} {choice['value']} "
                           f"{tune.reason(choice, row['start'])}" for choice in choices]
        missing = tune.missing(self.file, trail, rows)
        if missing:
            self.line("UNFINISHED", missing)
        failed = [row["reason"] for row in trail if row["reason"]]
        if failed:
            self.parts.append(f"{len(failed)} probe{plural(len(failed))} could not be measured; "
                              f"the first: {failed[0]}")

    # --- a sweep

    def sweep(self):
        points = sweep.points_of(self.file) if "sweep_runs" in self.file else []
        if not points:
            return
        offers = any(point.offered for point in points)
        scales = any(point.scale for point in points)
        head = ["settings", "phase", "n", *(["offered GiB/s"] if offers else []), "GiB/s", "95 %",
                *(["efficiency"] if scales else []), "p50", "p99", "CPU s/GiB", ""]
        self.parts.append("sweep")
        self.rows([head], [self.point(point, offers, scales) for point in
                           sweep.sorted_by(points, self.options.get("sort", "rate"))])
        self.overloads(points)
        if any(point.best == "unknown" for point in points):
            self.parts.append("? whether it equals the best takes --repeat 4 or more")
        runs = columns(self.file["sweep_runs"])
        for i, reason in enumerate(runs["reason"]):
            if text_of(reason):
                self.parts.append(f"not measured: {text_of(runs['phase'][i])} of "
                                  f"{text_of(runs['settings'][i])}, repetition "
                                  f"{runs['repetition'][i]}: {text_of(reason)}")
        if text_of(self.file.attrs["status"]) == "interrupted":
            self.parts.append("unfinished: the best is that of the measurements so far")

    def point(self, point, offers, scales):
        def shown(ns):
            return latency(ns) if point.rates and ns > 0 else "-"
        return [point.settings, point.phase, str(len(point.rates)),
                *([rate_text(point.offered) if point.offered else "-"] if offers else []),
                rate_text(point.rate) if point.rates else "-",
                " to ".join(rate_text(bound) for bound in point.bounds[:2]) if point.bounds else "-",
                *([f"{fixed(point.efficiency * 100, 0)} %" if point.efficiency else "-"]
                  if scales else []),
                shown(point.p50), shown(point.p99),
                fixed(point.cpu / 1e9, 3) if point.rates else "-", point.mark]

    def overloads(self, points):
        for phase in sweep.phases_of(points):
            first, certain = sweep.overload(points, phase)
            if first:
                self.parts.append(
                    f"the queue of {phase} {'grows' if certain else 'may grow'} from "
                    f"{rate_text(first.offered)} GiB/s offered on ({first.settings})"
                    f"{'' if certain else ': --repeat 6 or more shows whether it does'}")


def truth(column, value):
    """The name of a value of an enumeration."""
    names = h5py.check_enum_dtype(column.dtype)
    return {number: name for name, number in names.items()}[int(value)] if names else value


class Phase:
    def __init__(self, page, name, group):
        self.page, self.name, self.group, self.attrs = page, name, group, group.attrs
        self.writes, self.reads, self.checks, self.open_ended, self.discards, self.synced = (
            group.attrs[flag] == "TRUE"
            for flag in ("writes", "reads", "checks", "open_ended", "discards", "synced"))
        self.reading = self.reads and not self.writes
        self.unit = text_of(self.attrs["unit"]) if "unit" in self.attrs else "bytes"
        self.planned = int(self.attrs[f"{self.unit}_planned"])
        self.amount = int(self.attrs[self.unit])
        self.active = int(self.attrs[f"active_{self.unit}"])
        self.name_of_rate = "GiB/s" if self.unit == "bytes" else "kop/s"
        self.nodes, self.ranks = columns(group["nodes"]), columns(group["ranks"])
        self.total = sum_of(self.nodes)

    def line(self, label, text):
        self.page.line(label, text)

    def rate(self):
        return rate(self.amount, int(self.attrs["duration_ns"]))

    def rate_text(self, per_s):
        return rate_text(per_s, GIB if self.unit == "bytes" else 1000)

    def quote(self):
        """What speaks against quoting its rate; "" if nothing does."""
        attrs, total = self.attrs, self.total
        memory = self.page.file["environment/targets/ram_backed"][()]
        row = self.page.summary().get(int(attrs["position"]))
        short = (attrs["status"] == "complete" and 0 < int(attrs["duration_ns"]) < 10**10
                 and self.amount > 0 and attrs["steady"] != "yes")
        rules = (attrs["status"] == "failed", attrs["status"] == "interrupted",
                 total["bad_blocks"] > 0, self.discards, len(memory) > 0 and all(memory),
                 bool(self.cached()), total["writer_paced_ns"] > 0.5 * total["writer_time_ns"] > 0,
                 row is not None and row["n"] > 1 and row["spread_ppm"] > 300000, short)
        return next((why for why, applies in zip(QUOTES, rules) if applies), "")

    # --- its row of the table

    def latency_cells(self, name="latency"):
        return [latency(value) if value > 0 else "-" for _, value in
                self.percentiles(name, (("p50", .5), ("p99", .99)), True)]

    def half_rows(self):
        """The rows of what a mixed phase read, and of what it wrote."""
        rows = []
        for name in ("read", "write") if self.reads and self.writes and "read" in self.group else ():
            half = self.group[name].attrs
            cells = [rate_text(int(half["rate_whole_bytes_per_s"]), GIB),
                     rate_text(int(half["rate_whole_bytes_per_s"]), GB),
                     count_rate(half["rate_requests_per_s"], 10**9)]
            rows.append([name, *(cells if half["bytes"] else ["-"] * 3), "-",
                         *self.latency_cells(f"{name}/latency"), "-", "-", "-"])
        return rows

    def halves(self):
        for name in ("read", "write") if self.half_rows() else ():
            half = self.group[name].attrs
            shown = self.percentiles(f"{name}/latency")
            self.line(name, f"{rate_text(int(half['rate_whole_bytes_per_s']))} GiB/s, "
                            f"{count_rate(half['rate_requests_per_s'], 10**9)} IOPS, "
                            f"{size(half['bytes'])}" + ("; " if shown else "") + ", ".join(
                                f"{word} {latency(value)}" for word, value in shown))

    def bytes_of(self, half):
        """The bytes that the phase read, or wrote."""
        if self.half_rows():
            return int(self.group[half].attrs["bytes"])
        return self.amount if (self.reads if half == "read" else self.writes) else 0

    def verified(self):
        errors, checked = self.total["bad_blocks"], self.total["producer_bytes"]
        checked = "all" if checked == self.amount or self.writes else size(checked)
        return f"{checked}, {errors} error{plural(errors)}" if self.checks else "-"

    def direct(self):
        if self.discards:
            return "-"
        return "uncached" if self.attrs["uncached"] == "yes" else self.attrs["direct_in_effect"]

    def row(self):
        ran, moved = self.attrs["duration_ns"] > 0, self.rate() > 0
        if self.unit != "bytes":
            return [shorten(self.name, 14), self.rate_text(self.rate()) if moved else "-",
                    str(self.amount), duration(self.attrs["duration_ns"]) if ran else "-",
                    *self.latency_cells(), text_of(self.attrs["status"])]
        cells = [rate_text(self.rate()), rate_text(self.rate(), GB),
                 count_rate(self.attrs["requests"], self.attrs["duration_ns"])
                 if self.attrs["requests"] else "-"]
        return [shorten(self.name, 14), *(cells if moved else ["-"] * 3),
                duration(self.attrs["duration_ns"]) if ran else "-", *self.latency_cells(),
                self.direct() if ran else "-", text_of(self.attrs["status"]),
                self.verified() if ran else "-"]

    # --- its lines

    def write(self):
        attrs = self.attrs
        title = self.name
        if self.page.phases[-1].attrs["repetition"] > 1:
            title += f" repetition {attrs['repetition']} of {self.page.phases[-1].attrs['repetition']}"
            title += ", nearest to the median" \
                if self.page.median(int(attrs["position"])) is self else ""
        self.page.parts.append(title)
        self.warm_up()
        self.time()
        self.end()
        self.passes()
        self.rates()
        self.runs()
        self.expected()
        self.steady()
        self.latencies()
        self.halves()
        self.listing()
        self.files()
        self.gap()
        self.balance()
        self.targets()
        self.bottleneck()
        self.ceilings()
        if not self.page.same_mode:
            self.mode()
        self.source()
        self.cache()
        self.handling()
        self.load()
        if self.page.verbose:
            self.operation_parts()
            self.skew()
            self.slowest()
        self.failures()
        self.differences()
        self.rows()

    def verb(self):
        if self.unit != "bytes":
            return "working"
        return "moving data" if self.writes and self.reads else \
            "writing" if self.writes else "reading"

    def gathered(self):
        return self.attrs["status"] != "interrupted" or len(self.nodes["name"])

    def time(self):
        """The parts are differences of rounded instants, so they add up as printed."""
        whole, many = int(self.attrs["duration_ns"]), self.attrs["ranks_total"] > 1
        if not self.gathered():
            self.line("time", duration(whole))
            return
        answered = min(max(self.total["last_ns"], 0), whole)
        drained = min(max(self.total.get("drained_ns", 0), answered), whole)
        last = answered if (drained - answered) * 20 >= whole else drained
        first = min(max(int(self.attrs["first_through_ns"]), 0), last) if many else last
        shown = duration(whole)
        number, unit = shown.split()
        decimals = len(number.partition(".")[2])
        step = {"h": 3600 * 10**9, "min": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 1000,
                "ns": 1}[unit] // 10**decimals
        edges = [(2 * instant // step + 1) // 2 for instant in (0, first, last, drained, whole)]
        names = (f"all ranks {self.verb()}" if many else self.verb(), "only some",
                 "without a completion", "fsync and close" if self.unit == "bytes" and self.writes and self.synced
                 else "sync" if self.unit != "bytes" and self.total.get("syncs") else "close")
        parts = [f"{fixed((end - start) / 10**decimals, decimals)} {unit} {name}"
                 for start, end, name in zip(edges, edges[1:], names) if end > start]
        self.line("time", f"{shown} = {' + '.join(parts)}" if len(parts) > 1 else
                  parts[0] if parts else shown)

    def end(self):
        attrs = self.attrs
        words = {"steady": "by --until-steady: the last five rounds were steady",
                 "time": "by --time", "signal": "by a signal",
                 "failure": self.page.reason(self),
                 "stall": "because storage did not answer"}.get(attrs["ended_by"], "")
        if attrs["ended_by"] == "size" and self.open_ended:
            words = "when the free space was used up, before --time"
        elif attrs["ended_by"] == "size" and "time" in self.page.options and \
                not self.page.had_size() and \
                "\n[" not in "\n" + text_of(self.page.file.attrs["options"]):
            words = "when all was done, before --time"
        code = int(self.page.file.attrs["exit_code"])
        if attrs["ended_by"] == "signal" and code > 128:
            words += f" ({signal.Signals(code - 128).name})"
        all_tried = attrs["ended_by"] == "size" and self.unit != "bytes" and self.went_on()
        if self.planned > self.amount and not self.open_ended and not all_tried:
            planned = size(self.planned) if self.unit == "bytes" else \
                f"{self.planned} operation{plural(self.planned)}"
            words += f"{', ' if words else ''}after {share(self.amount, self.planned)} of the " \
                f"planned {planned}"
        if words:
            self.line("stopped" if attrs["ended_by"] in ("signal", "failure", "stall") else "ended",
                      words)

    def went_on(self):
        """True if failures did not end the phase."""
        return self.attrs["ended_by"] not in ("signal", "failure", "stall") and \
            bool(self.total["bad_blocks" if self.unit == "bytes" else "failed_requests"])

    def rates(self):
        attrs, many = self.attrs, self.attrs["ranks_total"] > 1
        text = f"{self.rate_text(self.rate())} {self.name_of_rate}"
        failed = attrs["status"] == "failed"
        if failed and self.went_on():
            text += ", wrong data included" if self.unit == "bytes" else \
                ", without the operations that failed"
        elif failed:
            text += " until the failure"
        elif not self.gathered():
            text += " as last received"
        elif self.writes and self.unit == "bytes":
            text += ", fsync and close included" if self.synced else \
                "" if self.discards else ", without fsync"
        elif self.unit != "bytes" and self.total.get("syncs"):
            text += ", sync included"
        elif self.unit != "bytes" and attrs.get("objects_state", "unchanged") != "unchanged":
            text += ", without sync"
        active = rate(self.active, int(attrs["active_ns"]))
        if many and active > 1.05 * self.rate() and attrs["status"] == "complete":
            text += f"; {self.rate_text(active)} {self.name_of_rate} while all ranks were {self.verb()}"
        self.line("rate", text)
        self.deadline()

    def deadline(self):
        """What was reached when the time of --equalise was over."""
        attrs, total = self.attrs, self.total
        if attrs.get("equalised", "no") == "no":
            return
        goal, at = int(attrs[f"goal_{self.unit}"]), int(attrs["deadline_ns"])
        many = size(goal) if self.unit == "bytes" else f"{goal} operation{plural(goal)}"
        rest = duration(int(total["drained_ns"]) - at)
        threads = int(attrs["writers_each"]) * int(attrs["ranks_total"])
        then = f"all I/O threads continued to the {many} of the fastest one, for {rest}" \
            if attrs["equalised"] == "yes" else \
            f"{int(total['threads_behind'])} of {threads} I/O threads did not reach the {many} of " \
            f"the fastest one in {rest}"
        self.line("deadline", f"{self.rate_text(rate(int(attrs[f'deadline_{self.unit}']), at))} "
                  f"{self.name_of_rate} after the {duration(at)} of --time; then {then}")

    def passes(self):
        if self.attrs.get("loops", "FALSE") == "TRUE" and self.amount:
            self.line("passes", f"{fixed(int(self.attrs['passes_ppm']) / 1e6, 2)} over "
                                f"{size(self.planned)} (--loop)")

    def runs(self):
        """The rates of all repetitions, next to the median one; of more than ten the outer ones."""
        position = int(self.attrs["position"])
        rates = [phase.rate_text(phase.rate()) for phase in self.page.phases
                 if phase.attrs["position"] == position and phase.attrs["status"] == "complete"]
        if self.page.median(position) is not self or len(rates) < 2:
            return
        shown = rates if len(rates) <= 10 else rates[:5] + ["..."] + rates[-5:]
        which = f": first and last 5 of {len(rates)}" if len(rates) > 10 else ""
        self.line("runs", f"{', '.join(shown)} {self.name_of_rate}{which}, in order")

    def expected(self):
        attrs = self.page.file.attrs
        least, most = (int(attrs.get(f"expected_{end}_bytes_per_s", 0)) for end in ("least", "most"))
        nodes = max(len(self.page.file["environment/nodes/hostname"]), 1)
        reached = self.rate() / nodes
        if not least or self.unit != "bytes" or self.discards or reached <= 0:
            return
        where = f"below, {share(int(reached), least)} of the lower end" if int(reached) < least else \
            f"above, {share(int(reached), most)} of the upper end" if int(reached) > most else \
            "in this range"
        self.line("expected", f"{rate_text(least, GB)} to {rate_text(most, GB)} GB/s"
                  f"{' for each node' if nodes > 1 else ''}; {rate_text(reached, GB)} GB/s is {where}")

    def steady(self):
        attrs = self.attrs
        if not len(self.group["timeline/node"]) or attrs["steady"] == "unknown":
            return
        each = duration(attrs["round_ns"])
        if attrs["steady"] != "yes" and not self.page.verbose:
            return  # that is a note
        if attrs["steady"] != "yes":
            self.line("steady", f"not reached, by rounds of {each}")
            return
        start = int(attrs["steady_from_ns"])
        per_s = rate(int(attrs["steady_bytes"]), int(attrs["steady_ns"]))
        self.line("steady", f"{rate_text(per_s)} GiB/s in five rounds of {each} from "
                            f"{duration(start) if start else 'the start'} on (range "
                            f"{share(int(attrs['steady_range_ppm']), 10**6)}, slope "
                            f"{fixed(int(attrs['steady_slope_ppm']) / 1e4, 1)} %)")

    def percentiles(self, name, wanted=(("p50", .5), ("p99", .99), ("p99.9", .999),
                                        ("p99.99", .9999)), always=False):
        """Yields the percentiles of a histogram that it can give ('always': -1 for others)."""
        if name not in self.group or not self.group[name].attrs["total"]:
            return [(word, 0) for word, _ in wanted] + [("max", 0)] if always else []
        group = self.group[name]
        low, high = int(group.attrs["min_ns"]), int(group.attrs["max_ns"])
        found = [(word, percentile(group["edges_ns"][()], group["counts"][()], p, low, high))
                 for word, p in wanted] + [("max", high)]
        return [(word, value) for word, value in found if value >= 0 or always]

    def histogram(self, label, name, what):
        shown = self.percentiles(name)
        if shown:
            self.line(label, f"{', '.join(f'{word} {latency(value)}' for word, value in shown)} of "
                             f"{self.group[name].attrs['total']} {what}")

    def latencies(self):
        shown = self.percentiles("latency")
        slow = columns(self.group["slowest"])
        if shown:
            text = ", ".join(f"{word} {latency(value)}" for word, value in shown)
            if len(slow["name"]) and not self.discards:
                text += (f" ({text_of(slow['name'][0])}, "
                         f"{text_of(slow['path'][0]).rpartition('/')[2]}"
                         f"{' at ' + size(slow['offset'][0]) if self.unit == 'bytes' else ''}, at "
                         f"{duration(slow['sent_ns'][0])})")
            self.line("latency", text)
        self.histogram("intended", "intended", "requests, from scheduled send to completion")

    def listing(self):
        kind = text_of(self.attrs["kind"])
        objects, calls = int(self.attrs.get("operations", 0)), int(self.attrs["requests"])
        if kind == "readdir" and calls < objects:
            self.line("listing", f"{objects} names in {calls} calls; the latency is that of a call")
        if kind == "find":
            self.line("matches", f"{self.attrs['find_matches']} of {objects} objects")

    def gap(self):
        gap = self.total["longest_gap_ns"]
        if gap <= 0 or (gap < int(self.attrs["duration_ns"]) // 10 and not self.page.verbose):
            return
        names = [text_of(name) for name, own in
                 zip(self.ranks["name"], self.ranks["longest_gap_ns"]) if own == gap]
        self.line("gap", f"longest time without a completion: {duration(gap)}"
                         f"{f' ({names[0]})' if names else ''}")

    def handling(self):
        if not self.page.verbose and not self.limit().startswith(("generation", "checking")):
            return
        self.histogram("checking" if self.reading else "filling", "making", "buffers")
        if not self.page.verbose:
            return
        self.histogram("queueing", "queue_wait", "buffers, read to checked"
                       if self.reading else "buffers, filled to submitted")
        if "file_latency" in self.group and self.group["file_latency"].attrs["total"] > 1:
            self.histogram("each file" if self.attrs.get("data_files", 0) else "files",
                           "file_latency", "files, open to close")

    def files(self):
        if not self.attrs.get("data_files", 0):
            return
        opened = int(self.group["open_latency"].attrs["total"]) \
            if "open_latency" in self.group else 0
        text = f"{self.attrs['data_files']} of {size(self.attrs['data_file_size'])}, opened " \
               f"{opened} time{'' if opened == 1 else 's'}"
        for word, name in (("open", "open_latency"), ("close", "close_latency")):
            shown = {key: value for key, value in self.percentiles(name)
                     if key in ("p50", "p99", "max")}
            if shown:
                text += f"; {word} " + ", ".join(f"{key} {latency(value)}"
                                                 for key, value in shown.items())
        self.line("files", text)

    def operation_parts(self):
        for label, name in (("open", "open_latency"),
                            ("write" if self.writes else "read", "transfer_latency"),
                            ("sync", "sync_latency"), ("close", "close_latency")):
            self.histogram(label, name, "files" if self.unit == "bytes" else "operations")

    def skew(self):
        attrs = self.attrs
        if attrs["ranks_total"] < 2 or attrs["slack_ns"] <= 0:
            return
        late, error = int(attrs["ranks_late"]), int(attrs["clock_error_ns"])
        text = f"ranks started within {duration(attrs['start_skew_ns'])}"
        text += f", {late} of them late by more than 1 ms" if late else ""
        text += f", give or take {duration(error)}: so well the nodes' clocks are compared" \
            if error else ""
        self.line("skew", text)

    def slowest(self):
        table = columns(self.group["slowest"])
        for i in range(len(table["name"])):
            self.line("" if i else "slowest",
                      f"{latency(table['latency_ns'][i])}: {text_of(table['name'][i])}, "
                      f"{text_of(table['path'][i]).rpartition('/')[2]}"
                      f"{' at offset ' + str(table['offset'][i]) if self.unit == 'bytes' else ''}, "
                      f"{duration(table['sent_ns'][i])} after the start")

    # --- what limited it

    def device_sums(self):
        rows = columns(self.group["device"])
        known = [i for i, name in enumerate(rows["device"]) if name]
        sums = {name: int(values[known].sum()) for name, values in rows.items()
                if values.dtype.kind == "i"}
        inside = {i: min(int(rows["start_ns"][i]) + int(rows["width_ns"][i]),
                         int(self.attrs["duration_ns"])) - max(int(rows["start_ns"][i]), 0)
                  for i in known}
        sums["width_ns"] = sum(max(width, 0) for width in inside.values())
        sums["busy_ns"] = sum(min(int(rows["busy_ns"][i]), width)
                              for i, width in inside.items() if width > 0)
        sums["queue_ns"] = sum(int(rows["queue_ns"][i]) for i, width in inside.items() if width > 0)
        for both in ("received_bytes", "sent_bytes"):
            sums[both] = int(rows[both].sum())
        sums["device"] = text_of(rows["device"][known[-1]]) if known else ""
        sums["nodes"] = len({int(rows["node"][i]) for i in known})
        if (self.unit == "bytes" and self.amount and not sums["requests"]
                and self.attrs["direct_in_effect"] == "yes"):
            sums.update(device="", width_ns=0, nodes=0)  # it missed what bypassed the page cache
        return sums

    def device(self):
        """How busy the devices were, without a share that contradicts the queue."""
        sums = self.device_sums()
        if not sums["device"] or sums["width_ns"] <= 0:
            return ""
        queue = sums["queue_ns"] / sums["width_ns"]
        idle, queued = 20 * sums["busy_ns"] < sums["width_ns"], 2 * sums["queue_ns"] >= sums["width_ns"]
        text = "devices" if sums["nodes"] > 1 else sums["device"]
        text += f" {share(sums['busy_ns'], sums['width_ns'])} busy" \
            if not idle or not queued else ""
        if not idle or queued:
            text += f"{'' if idle else ','} queue {fixed(queue, 1)}"
        return text

    def unsynced(self):
        """Was it synced through the page cache, and the sync did nothing?"""
        attrs, total, targets = self.attrs, self.total, self.page.file["environment/targets"]
        if (not self.writes or not self.synced or attrs["status"] != "complete" or self.unit != "bytes"
                or self.discards or not self.amount or total["syncs"] <= 0
                or attrs["direct_in_effect"] == "yes"):
            return False
        return total.get("counted_dirty_bytes", 0) * 100 > total.get("counted_cached_bytes", 0) or \
            ("ignores_sync" in targets and bool(targets["ignores_sync"][()].any()))

    def storage(self):
        sums = self.device_sums()
        if self.discards:
            return "I/O threads, as nothing is stored"
        memory = self.page.file["environment/targets/ram_backed"][()]
        if len(memory) and all(memory):
            return "memory, where the target is"
        if self.unsynced():
            return "memory, as fsync did nothing"
        if (sums["nodes"] == len(self.nodes["node"]) and sums["width_ns"] > 0
                and 20 * sums["busy_ns"] < sums["width_ns"]
                and 2 * sums["queue_ns"] < sums["width_ns"]):
            return "file system and page cache, not the device"
        if (sums["nodes"] == len(self.nodes["node"]) and sums["width_ns"] > 0
                and 5 * sums["busy_ns"] < 4 * sums["width_ns"]):
            return "storage, not the device alone"
        return "storage"

    def cached(self):
        """What shows that the page cache answered most reads; "" where nothing does."""
        attrs, total = self.attrs, self.total
        if (not self.reads or self.unit != "bytes" or "yes" in (attrs["direct_in_effect"], attrs["uncached"])
                or self.amount <= 0 or attrs["cache_state"] == "cold"):
            return ""
        seen, held = total["sampled_before_pages"], total["cached_before_pages"]
        if seen:
            return (f"the page cache held {held} of {seen} sampled pages before"
                    if held > seen // 2 else "")
        known = {int(node) for node, device in zip(self.group["device/node"],
                                                   self.group["device/device"]) if device}
        if (len(known) < max(len(self.nodes["node"]), 1)
                or total["device_read_bytes"] >= self.bytes_of("read") // 2):
            return ""
        return f"the kernel fetched {size(total['device_read_bytes'])} from storage"

    def quota(self):
        """Names the first node whose control group used up its CPU quota."""
        nodes = columns(self.page.file["environment/nodes"])
        for i, throttled in enumerate(self.nodes["quota_throttled_periods"]):
            periods, cores = int(self.nodes["quota_periods"][i]), nodes["cpu_quota_thousandths"][i]
            if (throttled > 0.25 * periods and self.nodes["quota_throttled_ns"][i]
                    > 0.05 * int(self.attrs["duration_ns"])):
                where = f"on {text_of(nodes['hostname'][i])}, " if len(nodes["hostname"]) > 1 else ""
                return (f"{where}the CPU quota of the control group"
                        f"{f' ({fixed(cores / 1000, 2)} cores)' if cores > 0 else ''} was used up in "
                        f"{share(int(throttled), periods)} of its periods")
        return ""

    def rate_limit(self):
        options = next((own for section, _, own in
                        settings_of(text_of(self.page.file.attrs["options"]))
                        if section == self.attrs["section"]), {})
        name = "rate" if self.unit == "bytes" else "operation-rate"
        if name not in options:
            return ("the rate limit: I/O threads waited " + share(
                self.total["writer_paced_ns"], self.total["writer_time_ns"]) + " of the time for it")
        number, unit = re.fullmatch(r"([0-9.]+)(\w*)(?:/s)?", options[name]).groups()
        allowed = int(float(number) * POWERS[unit or "B"]) * int(self.attrs["ranks_total"])
        whole = f"{size(allowed)}/s" if self.unit == "bytes" else f"{allowed} operations per second"
        return f"the rate limit: {share(int(self.rate()), allowed)} of the {whole} that --{name} allows"

    def cap(self):
        """Names the I/O cap that a node reached by writing, or else by reading."""
        ways = [("written", "writes", "write")] if self.writes else []
        ways += [("read", "reads", "read")] if self.reads else []
        return next(filter(None, (self.cap_of(*way) for way in ways)), "")

    def cap_of(self, way, many, half):
        part = self.bytes_of(half) / self.amount if self.amount > 0 else 0
        nodes = [text_of(name) for name in self.page.file["environment/nodes/hostname"][()]]
        table = columns(self.page.file["environment/devices"]) \
            if "environment/devices" in self.page.file else {"node": []}
        for i, name in enumerate(table["node"] if f"cap_{many}_per_s" in table else []):
            if text_of(name) not in nodes or table["above"][i]:
                continue
            node = nodes.index(text_of(name))
            end = int(self.nodes["end_ns"][node])
            seen = columns(self.group["device"])
            own = [k for k, at in enumerate(seen["node"]) if at == node]
            finished = part * rate(int(seen["requests"][own].sum()), int(seen["width_ns"][own].sum()))
            per_s = part * rate(int(self.nodes["bytes"][node]), end)
            near = [0 < most and 0.9 * most < value < 1.1 * most for value, most in (
                (per_s, int(table[f"cap_{way}_bytes_per_s"][i])),
                (part * rate(int(self.nodes["requests"][node]), end), int(table[f"cap_{many}_per_s"][i])),
                (finished, int(table[f"cap_{many}_per_s"][i])))]
            if any(near):
                where = f"on {text_of(name)}, " if len(nodes) > 1 else ""
                text = f"{where}the control group's I/O cap of {text_of(table['name'][i])} allows "
                return text + (
                    f"{size(table[f'cap_{way}_bytes_per_s'][i])}/s, and {size(per_s)}/s were {way}"
                    if near[0] else f"{table[f'cap_{many}_per_s'][i]} {many[:-1]} requests per second")
        return ""

    def limit(self):
        total, reading = self.total, self.reading
        stopped, whole = total.get("stopped_ns", 0), int(self.attrs["duration_ns"])
        if stopped * 2 > whole:
            name = text_of(self.ranks["name"][list(self.ranks["stopped_ns"]).index(stopped)])
            return f"the program itself: {name} did not run for {duration(stopped)} of {duration(whole)}"
        if self.quota() and total["writer_paced_ns"] <= 0.5 * total["writer_time_ns"]:
            return self.quota()
        if self.cap() and total["writer_paced_ns"] <= 0.5 * total["writer_time_ns"]:
            return self.cap()
        if total["writer_time_ns"] <= 0:
            return "unknown: no waits were measured"
        if total["writer_paced_ns"] > 0.5 * total["writer_time_ns"]:
            return self.rate_limit()
        if total["producer_time_ns"] <= 0 or total["producer_bytes"] <= 0:
            if self.cached():
                return f"memory, not storage: {self.cached()}"
            if self.unit != "bytes":
                return f"{self.storage()}: only I/O threads worked"
            return f"{self.storage()}: the data were " + \
                ("not checked" if reading else "ready-made") + ", so only I/O threads worked"
        own = total["writer_waited_ns"] / total["writer_time_ns"]
        other = total["producer_waited_ns"] / total["producer_time_ns"]
        if own < 0.2 and other < 0.2:
            text = "balanced, both sides were busy"
        elif own > 0.5 and other > 0.5:
            text = "neither side, both mostly waited" + \
                ("" if self.unsynced() else " (more --buffer-count may help)")
        elif own <= other:
            text = f"memory, not storage: {self.cached()}" if self.cached() else self.storage()
        else:
            text = "checking the data" if reading else "generation"
        goods = ("data or a free buffer", "a buffer") if self.reads and self.writes else \
            ("a free buffer", "data") if reading else ("data", "a free buffer")
        if own <= other and text == self.storage():
            return f"{text}: I/O threads waited " \
                f"{share(total['writer_waited_ns'], total['writer_time_ns'])} of the time for {goods[0]}"
        text += ";" if text.startswith("memory, not") else ":"
        return (f"{text} I/O threads waited "
                f"{share(total['writer_waited_ns'], total['writer_time_ns'])} of the time for "
                f"{goods[0]}, data threads "
                f"{share(total['producer_waited_ns'], total['producer_time_ns'])} for {goods[1]}")

    def bottleneck(self):
        parts = [part for part in (self.limit(), self.device(), self.reached()) if part]
        self.line("limit", "; ".join(parts))

    def probes(self):
        """Returns the name, rates (None: not measured) and reason of each ceiling of the phase."""
        table = columns(self.page.file["ceilings"])
        rounds = {}
        for i, probe in enumerate(table["probe"]):
            kind, section = text_of(table["direction"][i]), text_of(table["section"][i])
            if (kind, section) != (self.attrs["kind"], self.attrs["section"]):
                continue
            rates, reasons = rounds.setdefault(text_of(probe), ([], []))
            if table["reason"][i]:
                reasons.append(text_of(table["reason"][i]))
            elif table["rate_bytes_per_s"][i] > 0:
                rates.append(int(table["rate_bytes_per_s"][i]))
        return {probe: (sorted(rates) if not reasons else [], reasons[-1:])
                for probe, (rates, reasons) in rounds.items()}

    def probe_name(self, probe):
        return PROBES[probe] if self.writes else PROBES[probe].replace("generator", "checker")

    def reached(self):
        """Returns the share of the lower ceiling; "" if one of them is unknown."""
        found = {probe: rates for probe, (rates, _) in self.probes().items() if rates}
        alone = not self.writes and not self.checks
        names = ["storage"] if alone else ["data", "storage"]
        if not all(name in found for name in names):
            return ""
        lower = min(reversed(names), key=lambda name: middle(found[name]))
        which = f"the {'ceiling' if alone else 'lower ceiling'} ({self.probe_name(lower)})"
        part = share(int(self.rate()), middle(found[lower]))
        if any(len(found[name]) < 6 for name in names):
            count = len(found[lower])
            return f"about {part} of {which}, of {count} probe{'s' if count > 1 else ''}"
        low = min(found[name][bounds(len(found[name]))[0]] for name in names)
        high = min(found[name][bounds(len(found[name]))[1]] for name in names)
        least = share(int(self.rate()), high).split(" ")[0]
        more = ", more than its short probes reached" if int(self.rate()) > high else ""
        return f"{part} ({least} to {share(int(self.rate()), low)}) of {which}{more}"

    def warm_up(self):
        table = columns(self.page.file.get("warm_ups", {}))
        words = []
        for i, phase in enumerate(table.get("phase", [])):
            if text_of(phase) != self.name or table["point"][i]:
                continue
            kind = text_of(table["kind"][i])
            done = "read from the same files" if not table["own_data"][i] else \
                "written to files of its own" if kind == "write" else \
                "read from and written to files of its own, in place" if kind == "mixed" else \
                "written to files of its own, in place"
            words.append(f"{duration(int(table['duration_ns'][i]))}: {size(int(table['bytes'][i]))} "
                         f"{done}" + (", until it failed" if len(table["reason"][i]) else ""))
        if words:
            self.line("warm-up", "; ".join(words) + "; outside every number")

    def ceilings(self):
        words, last = [], None
        for probe in ("data", "storage", "both"):
            if probe not in self.probes():
                continue
            rates, reasons = self.probes()[probe]
            if not rates:
                words.append(f"{self.probe_name(probe)} not measured"
                             + (f" ({reasons[0]})" if reasons else ""))
                continue
            where = f"{len(rates)} probe{'s' if len(rates) > 1 else ''}"
            if len(rates) >= 6:
                low, high = bounds(len(rates))
                where = f"{rate_text(rates[low])} to {rate_text(rates[high])}"
                last = len(rates)
            words.append(f"{self.probe_name(probe)} {rate_text(middle(rates))} GiB/s ({where})")
        line = ", ".join(words)
        if last:
            level = share(round(coverage(last, bounds(last)[0] + 1) * 1e6), 1000000)
            line += f"; medians of {last} probes, with intervals of {level}"
        elif len(self.page.file["ceilings/probe"]) and self.attrs["kind"] in ("rewrite", "mixed"):
            line += "none: probes would replace the data"
        if line:
            self.line("ceilings", line)

    # --- how it was done

    def mode(self):
        attrs, page = self.attrs, self.page
        if self.unit != "bytes":
            if page.verbose:
                self.line("mode", f"engine {attrs['engine_used']}")
            return
        effect, ranks = attrs["direct_in_effect"], int(attrs["ranks_total"])
        good = "yes" in (effect, attrs["uncached"])
        if page.verbose or (not good and not self.discards) or attrs["uncached"] == "yes":
            mark = "MARK+" if good else "MARK-"
            words = {"yes": "O_DIRECT", "mixed": "mixed", "unknown": "O_DIRECT, effect unknown",
                     "no": "O_DIRECT, cached below" if
                     attrs["direct_cause"] == "device below uses the page cache" else "buffered"}
            text = "uncached (RWF_DONTCACHE)" if attrs["uncached"] == "yes" else words[effect]
            direct = int(attrs["ranks_direct"])
            alike = ranks == 1 or attrs["direct_cause"] == "unaligned transfers"
            if effect == "mixed" and not (alike and direct == 0):
                text += (f", O_DIRECT on {direct} of {ranks} ranks, buffered or unknown on "
                         f"{ranks - direct}")
            else:
                text += "" if ranks < 2 else " on both ranks" if ranks == 2 else \
                    f" on all {ranks} ranks"
            text += f", engine {attrs['engine_used']}" if attrs["engine_used"] else ""
            if not good and attrs["direct_asked"] == "never":
                text += ", as requested"
            elif not good and attrs["reason"]:
                text += f": {text_of(attrs['reason'])}"
            self.line("mode", f"{mark} engine null: nothing reaches storage" if self.discards
                      else f"{mark} {text}")
        if attrs["engine_reason"] and (page.verbose or attrs["engine_cause"] not in (
                "target in memory", "metadata phases")):
            self.line("engine", f"{attrs['engine_used']} instead of {attrs['engine_asked']}: "
                                f"{text_of(attrs['engine_reason'])}")
        reason, without = text_of(attrs["not_granted"]), int(attrs["ranks_without"])
        if reason:
            some = 1 < ranks and without < ranks and \
                not (re.match(r"\d", reason) and " ranks (" in reason)
            self.line("degraded", f"{f'{without} of {ranks} ranks: ' if some else ''}{reason}")

    def source(self):
        """Which node's data each node used, by the table of readers."""
        if "readers" not in self.group or len(self.page.file["environment/nodes/hostname"]) < 2:
            return
        columns = [[text_of(cell) for cell in self.group["readers"][name][()]]
                   for name in ("node", "boot_id", "written_node", "written_boot_id")]
        rows = [row for row in zip(*columns) if all(row)]
        others = [(node, whose) for node, boot, whose, other in rows if boot != other]
        if not rows:
            return
        pairs = list(dict.fromkeys(others))
        text = ", ".join(f"{node} from {whose}" for node, whose in pairs[:4])
        self.line("source", f"{len(others)} of {len(columns[0])} rank{plural(len(columns[0]))} used "
                  f"what another kernel had {'written' if self.unit == 'bytes' else 'created'} "
                  f"(by boot id){': ' if pairs else ''}{text}{', ...' if len(pairs) > 4 else ''}")

    def cache(self):
        """The line on the page cache, from the facts next to it."""
        attrs, total = self.attrs, self.total
        memory = self.page.file["environment/targets/ram_backed"][()]
        if self.discards or self.unit != "bytes" or not self.amount or (len(memory) and all(memory)):
            return
        used = {"cold": "cold before reading",
                "client cold": "empty on the client before reading", "warm": "warm before reading", "below":
                "used, and the device below keeps its data in memory"}
        state = "pages dropped at once" if attrs["uncached"] == "yes" else {
            "yes": "bypassed", "mixed":
            "bypassed, except for what was not aligned" if attrs["direct_cause"] == "unaligned transfers"
            else "bypassed in part" if attrs["ranks_total"] == 1 else "bypassed by some ranks only",
            "unknown": "unknown whether O_DIRECT bypasses it",
            "no": used.get(attrs["cache_state"], "used") if self.reads else "used",
        }[attrs["direct_in_effect"]]
        before, after = total["sampled_before_pages"], total["sampled_pages"]
        shown = [f"of {before} sampled pages {total['cached_before_pages']} cached before"] \
            if before else []
        if after:
            shown.append(f"{total['cached_pages']} after" if after == before else
                         f"of {after} sampled pages {total['cached_pages']} cached after")
        text = state + (", and fsync did nothing" if self.unsynced() else "") + \
            (": " + ", ".join(shown) if shown else "")
        targets = self.page.file["environment/targets"]
        elsewhere = any(remote or text_of(system).startswith("fuse") for remote, system in
                        zip(targets["remote"][()], targets["file_system"][()])) or \
            ("hidden_caches" in targets and targets["hidden_caches"][()].any())
        if not elsewhere and before + after > 0:
            synced = (self.synced and not self.unsynced()) or attrs["direct_in_effect"] == "yes"
            way = "to storage" if synced else "into the page cache"
            moved = [f"{size(total['device_read_bytes'])} from storage"] if self.reads else []
            moved += [f"{size(total['device_written_bytes'])} {way}"] if self.writes else []
            text += f"; kernel: {', '.join(moved)}"
        if before + after > 0:
            text += self.dirtied()
        text += "; caches of daemons and servers unknown" if elsewhere else ""
        self.line("cache", text)

    def dirtied(self):
        total = self.total
        if self.reading or "dirtied_bytes" not in total:
            return ""
        of_device = total["dirtied_of_device"] == len(self.nodes["name"])
        counted = total["dirtied_of_device"] + total["dirtied_of_node"] > 0
        if not of_device and (self.attrs["direct_cause"] != "not reported" or not counted):
            return ""
        return (f"; {size(total['dirtied_bytes'])} became dirty in the page cache "
                f"({'device' if of_device else 'node, all processes'})")

    def load(self):
        sums, total = self.device_sums(), self.total
        if sums["received_bytes"] + sums["sent_bytes"] > self.total["bytes"] // 10:
            self.line("network", f"{size(sums['received_bytes'])} received, "
                                 f"{size(sums['sent_bytes'])} sent by the nodes, all processes "
                                 "together")
        if not self.page.verbose:
            return
        latencies = self.group["latency"].attrs if "latency" in self.group else {"sum_ns": 0}
        waited = int(latencies["sum_ns"])
        flight = waited / int(self.attrs["duration_ns"])
        if flight > 0:
            each = waited / total["writer_time_ns"] if total["writer_time_ns"] > 0 else 0
            depth = int(self.attrs["depth"])
            self.line("in flight", f"{fixed(flight, 1)} requests on average, {fixed(each, 1)} for "
                                   f"each I/O thread{f', depth {depth}' if depth else ''}")
        words = []
        for threads, side, moved in (("I/O threads", "writer", "bytes"),
                                 ("data threads", "producer", "producer_bytes")):
            cpu, time = total[f"{side}_cpu_ns"], total[f"{side}_time_ns"]
            if self.unit == "bytes" and time > 0 and total[moved] > 0:
                words.append(f"{threads} {share(cpu, time)} of a core each "
                             f"({fixed(cpu * 1e-9 / (total[moved] / GIB), 3)} s/GiB)")
                if side == "writer" and total.get("ring_cpu_ns", 0) > 0:
                    ring = fixed(total["ring_cpu_ns"] * 1e-9 / (total["bytes"] / GIB), 3)
                    words.append(f"threads of io_uring {ring} s/GiB")
        if self.unit != "bytes" and total["writer_time_ns"] > 0 and total["operations"] > 0:
            cpu, ring, count = (int(total[key]) for key in
                                ("writer_cpu_ns", "ring_cpu_ns", "operations"))
            words.append(f"I/O threads {share(cpu, total['writer_time_ns'])} of a core each, "
                         f"{latency((cpu + ring) // count)} for each operation" +
                         (f" ({latency(ring // count)} in threads of io_uring)" if ring else ""))
        if words:
            self.line("CPU", ", ".join(words))
        if self.device():
            each = sums["request_ns"] // sums["requests"] if sums["requests"] else 0
            self.line("device", f"{self.device()}, {duration(each)} for each request")

    def error_words(self):
        """How many operations failed with each error, and what it means."""
        table = columns(self.group["errors"]) if "errors" in self.group else {"error": ()}
        words = {"EEXIST": "its new name is another process's file, left alone"
                           if self.attrs["kind"] == "rename" else
                           "created by another process, left alone",
                 "ENOENT": ("its directory was " if self.attrs["kind"] == "create" else "") +
                           "removed by another process",
                 "EBADMSG": "not as it was created", "ENOSPC": "no space or no inodes left",
                 "EMLINK": "too many directories in one directory",
                 "EDQUOT": "quota of space or inodes exceeded",
                 "ENAMETOOLONG": "name too long for the file system",
                 "EROFS": "the file system became read-only",
                 "ETIMEDOUT": "no answer within --stall-abort", "other": "further errors"}
        names = [text_of(name) for name in table["error"]]
        return list(table.get("operations", ())), [
            words.get(name) or os.strerror(number) for name, number in zip(names, table.get("number", ()))]

    def failures(self):
        counts, words = self.error_words()
        if not counts:
            return
        table = columns(self.group["errors"])
        names = [text_of(name) for name in table["error"]]
        self.line("failed", ", ".join(f"{count} {name} ({meaning})"
                                      for count, name, meaning in zip(counts, names, words)))
        for i, name in enumerate(names):
            self.line("", f"first {name}: '{text_of(table['path'][i])}' by rank {table['rank'][i]} "
                          f"on {text_of(table['host'][i])}")

    def differences(self):
        table = columns(self.group["differences"])
        blocks, places = self.total["bad_blocks"], len(table["rank"])
        if not blocks and not places:
            return
        self.line("errors", f"{blocks} block{plural(blocks)} of 4 KiB not as written")
        shown = places if self.page.verbose else min(places, 4)
        for i in range(shown):
            length = table["length"][i]
            self.line("", f"rank {table['rank'][i]} on {text_of(table['host'][i])}: "
                          f"'{text_of(table['path'][i])}' at offset {table['offset'][i]}, {length} "
                          f"byte{plural(length)}, {text_of(table['kind'][i])}")
        if places > shown:
            self.line("", f"and {places - shown} more in the result")

    # --- nodes, ranks, I/O threads

    def speeds(self, table):
        return [rate(int(amount), int(end)) for amount, end in zip(table[self.unit], table["end_ns"])]

    def order(self, table):
        speed = self.speeds(table)
        worked = [i for i, first in enumerate(table["first_ns"]) if first != NEVER]
        return sorted(worked, key=lambda i: (speed[i], i))

    def balance(self):
        words = []
        for what, table in (("node", self.nodes), ("rank", self.ranks)):
            if what == "rank" and len(self.ranks["name"]) == len(self.nodes["name"]) != 1:
                continue  # they are the same
            order, speed = self.order(table), self.speeds(table)
            each = "" if self.unit == "bytes" else " kop/s"
            named = [f"{text_of(name)} {self.rate_text(own)}{each}"
                     for name, own in zip(table["name"], speed)]
            if len(order) > 4:
                words.append(f"{what}s from {named[order[0]]} to {named[order[-1]]}, median "
                             f"{self.rate_text(speed[order[len(order) // 2]])} {self.name_of_rate}")
            elif len(order) > 1:
                words.append(", ".join(named[i] for i in sorted(order))
                             + (" GiB/s" if self.unit == "bytes" else ""))
        if words:
            self.line("balance", f"{'; '.join(words)}; ends {duration(self.attrs['end_skew_ns'])} "
                                 "apart")

    def targets(self):
        rows = columns(self.group["targets"]) if "targets" in self.group else {"path": []}
        for i, path in enumerate(rows["path"] if len(rows["path"]) > 1 else []):
            device, ranks = text_of(rows["device"][i]), int(rows["ranks"][i])
            p99 = int(rows["latency_p99_ns"][i])
            self.line("" if i else "targets",
                      f"{text_of(path)}{f' ({device})' if device else ''}: "
                      f"{rate_text(rate(int(rows['bytes'][i]), int(rows['end_ns'][i])))} GiB/s by "
                      f"{ranks} rank{plural(ranks)}{f', p99 {latency(p99)}' if p99 > 0 else ''}")

    def rows(self):
        tables = {"node": self.nodes, "rank": self.ranks, "I/O thread":
                  columns(self.group["writers"])}
        for what, table in tables.items():
            order = self.order(table)
            if len(table["name"]) > 1 and order and (what == "node" or self.page.verbose):
                self.table(what, table, order)
        if self.page.verbose:
            for i, failure in enumerate(self.ranks["first_failure"]):
                if failure:
                    self.line(text_of(self.ranks["name"][i]), text_of(failure))

    def table(self, what, table, order):
        speed = self.speeds(table)
        every = self.page.verbose or what != "node" or len(speed) <= 16
        count = len(speed) if every else len(order)
        head = [[f"{what}{'' if every else ', by rate'}", self.name_of_rate, "I/O threads", "data threads",
                 "p50", "p99", "p99.9", "max"], ["", "", "waited", "waited", "", "", "", ""]]
        lines = []
        for i in range(count):
            row = i if every else order[i]
            if every or i < 4 or i + 4 >= count or i == count // 2:
                cells = [shorten(text_of(table["name"][row]), 40), self.rate_text(speed[row])]
                for side in ("writer", "producer"):
                    cells.append(share(int(table[f"{side}_waited_ns"][row]),
                                       int(table[f"{side}_time_ns"][row])))
                values = [int(table[f"latency_{p}_ns"][row]) for p in ("p50", "p99", "p999", "max")]
                cells += [latency(value) if value > 0 else "-" for value in values]
                lines.append(cells)
            elif i in (4, count // 2 + 1):
                lines.append(["..."])
        self.page.rows(head, lines)


def words_of(text):
    """Splits a printed page into words, with the same marks for each locale."""
    text = re.sub(r"^(  mode +)(✓|\[ok\]) ", r"\1MARK+ ", text, flags=re.M)
    text = re.sub(r"^(  mode +)(⚠|\[!\]) ", r"\1MARK- ", text, flags=re.M)
    text = re.sub(r"\nresult  \S.*\n(settings \S.*\n)?\Z", "\n", text)
    return text.split()


def differences(file, text):
    """Returns a line that describes the first difference of a page to the file, if any."""
    page = Page(file)
    page.write()
    wanted = [(word, part) for part in page.parts for word in part.split()]
    found = words_of(text)
    for i, (word, part) in enumerate(wanted):
        if i >= len(found) or found[i] != word:
            return [f"the page prints '{' '.join(found[max(0, i - 3):i + 6])}', where the file gives "
                    f"'{' '.join(part.split())}'"]
    if len(found) > len(wanted):
        return [f"the page continues with '{' '.join(found[len(wanted):][:12])}', which is unknown"]
    return []


if __name__ == "__main__":
    with h5py.File(sys.argv[1]) as result, open(sys.argv[2], encoding="utf-8") as written:
        sys.exit("\n".join(differences(result, written.read())) or 0)
