"""Computes the printed summary from a result file, and finds the first difference to a page.

Shares no code with tidemill; implements what results/README.md and the headers promise. An
unexpected line is a difference, so each new line needs a check here.
"""
import math
import pathlib
import re

GIB, GB = 2**30, 10**9
NEVER = 2**63 - 1  # first_ns of ranks without work
NOTHING = {"total": 0, "sum_ns": 0, "min_ns": 0, "max_ns": 0}


def shown_options():
    """Yields name, flag and default of options with SHOWN or SHOWN_CHANGED in options.def."""
    table = pathlib.Path(__file__).parents[2] / "include/options/options.def"
    for row in re.split(r"^OPTION\(", table.read_text(encoding="utf-8"), flags=re.M)[1:]:
        name, default = re.findall(r'"([^"]*)"', row)[:2]
        for flag in re.findall(r"\bSHOWN\w*", re.sub(r'"[^"]*"', "", row)):
            yield name, flag, default


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


def rate(amount, time_ns):
    return amount / (time_ns * 1e-9) if amount > 0 and time_ns > 0 else 0.0


def rate_text(per_s, unit=GIB):
    return fixed(per_s / unit, decimals_of(per_s / unit))


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


class Page:
    """The expected parts of a page as words; line breaks do not matter."""

    def __init__(self, file):
        self.file = file
        self.options = dict(line.split(" = ", 1) for line in
                            text_of(file.attrs["options"]).splitlines() if " = " in line)
        self.verbose = self.options.get("verbose") == "yes"
        self.parts = []

    def line(self, label, text):
        self.parts.append(f"{label} {text}")

    # --- the head

    def head(self):
        attrs = self.file.attrs
        self.parts.append(f"tidemill {attrs['tool_version']} run {attrs['run_id']} "
                          f"{attrs['status']}")
        if attrs["status"] == "running":
            self.parts.append("the run has not ended (or was killed): these are the phases done so "
                              "far")
        if attrs["status"] == "interrupted":
            self.parts.append("the run was interrupted: these are the phases done until then")
        self.who()
        self.targets()
        self.settings()
        ended = f", ended {attrs['finished_utc']}" if attrs["finished_utc"] else ""
        if attrs["started_utc"]:
            self.line("started", attrs["started_utc"] + ended)
        if attrs["label"]:
            self.line("label", attrs["label"])

    def who(self):
        nodes, job = self.file["environment/nodes"], self.file["environment/job"].attrs
        names = [text_of(name) for name in nodes["hostname"][()]]
        if not names:
            return
        ranks = int(nodes["ranks"][()].sum())
        text = f"{ranks} rank{'' if ranks == 1 else 's'} on "
        text += f"{len(names)} nodes: " if len(names) > 1 else ""
        text += ", ".join(names[:4]) + (f" ... {names[-1]}" if len(names) > 4 else "")
        text += f"; by {job['launcher']}" if job["launcher"] not in ("", "alone") else ""
        text += f", job {job['job_id']}" if job["job_id"] else ""
        text += f" in {job['partition']}" if job["partition"] else ""
        self.line("ranks", text)

    def targets(self):
        table = {name: column[()] for name, column in self.file["environment/targets"].items()}
        paths = [text_of(path) for path in table["path"]]
        firsts = [i for i, path in enumerate(paths) if path not in paths[:i]]
        for place, i in enumerate(firsts[:4]):
            system, kind = text_of(table["file_system"][i]), text_of(table["kind"][i])
            text = f"{paths[i]} {system or kind}"
            text += f" on {text_of(table['device'][i])}" if table["device"][i] else ""
            if table["size_bytes"][i] > 0:
                text += f", {size(table['free_bytes'][i])} free of {size(table['size_bytes'][i])}"
            text += ", in memory" if table["ram_backed"][i] else ""
            self.line("target" if place == 0 else "", text)
        if len(firsts) > 4:
            self.line("", f"and {len(firsts) - 4} more")

    def settings(self):
        words = [f"{name} {self.options[name]}" for name, flag, default in shown_options()
                 if name in self.options and (flag == "SHOWN" or self.options[name] != default)]
        if words:
            self.line("settings", ", ".join(words))

    # --- a phase

    def phase(self, name):
        phase = Phase(self, name, self.file["phases"][name])
        phase.write()

    def repetitions(self):
        table = {name: column[()] for name, column in self.file["summary"].items()}
        if not len(table["n"]) or max(table["n"]) < 2:
            return
        self.parts.append("repetitions")
        self.parts.append("phase n median GiB/s interval spread least most first")
        for i, n in enumerate(table["n"]):
            if n == 0:
                continue
            row = {column: int(values[i]) for column, values in table.items()
                   if column not in ("phase", "method")}
            interval = "none"
            if row["level_ppm"]:
                interval = (f"{rate_text(row['interval_low_bytes_per_s'])} to "
                            f"{rate_text(row['interval_high_bytes_per_s'])} "
                            f"({fixed(row['level_ppm'] / 1e4, 1)} %)")
            first, rest = row["first_bytes_per_s"], row["rest_median_bytes_per_s"]
            change = fixed((first - rest) * 100 / rest, 1) if rest > 0 else ""
            self.parts.append(" ".join((
                text_of(table["phase"][i]), str(n), rate_text(row["median_bytes_per_s"]), interval,
                share(row["spread_ppm"], 10**6), rate_text(row["least_bytes_per_s"]),
                rate_text(row["most_bytes_per_s"]),
                f"{'+' if first > rest else ''}{change} %" if change else "")))
        if min(table["n"]) < 6:
            self.parts.append("fewer than 6 repetitions carry no interval of 95 %: --repeat 6 gives "
                              "one")

    def advice(self):
        table = {name: column[()] for name, column in self.file["advice"].items()}
        if not len(table["code"]):
            return
        self.parts.append("advice")
        for severity in ("serious", "warning", "note"):
            for i, own in enumerate(table["severity"]):
                if text_of(own) == severity:
                    self.line(severity, text_of(table["text"][i]))

    def write(self):
        self.head()
        phases = list(self.file["phases"])
        last = self.file["phases"][phases[-1]].attrs["repetition"] if phases else 0
        for name in phases:
            if last <= 2 or self.file["phases"][name].attrs["repetition"] == last or self.verbose:
                self.phase(name)
        if not phases:
            self.parts.append("no phase has ended")
        self.repetitions()
        self.advice()


class Phase:
    def __init__(self, page, name, group):
        self.page, self.name, self.group, self.attrs = page, name, group, group.attrs
        self.reading = self.attrs["kind"] in ("read", "verify")
        self.nodes = {key: column[()] for key, column in group["nodes"].items()}
        self.total = {key: int(values.sum()) for key, values in self.nodes.items()
                      if values.dtype.kind == "i"}

    def line(self, label, text):
        self.page.line(label, text)

    def write(self):
        attrs = self.attrs
        title = self.name
        title += f" repetition {attrs['repetition']}" if attrs["repetition"] > 1 else ""
        title += f" {attrs['status']}" if attrs["status"] != "complete" else ""
        self.page.parts.append(title)
        if attrs["failure"]:
            self.line("failed" if attrs["status"] == "failed" else "because", attrs["failure"])
        if attrs["status"] == "skipped" or attrs["duration_ns"] <= 0:
            return
        self.mode()
        self.evidence()
        self.rates()
        self.pace()
        self.latencies()
        self.slowest()
        self.load()
        self.ceilings()
        self.differences()
        self.bottleneck()
        self.rows()

    def mode(self):
        attrs = self.attrs
        effect, ranks = attrs["direct_in_effect"], int(attrs["ranks_total"])
        good = "yes" in (effect, attrs["uncached"])
        mark = "MARK+" if good else "MARK-"
        if attrs["engine_used"] == "null":
            self.line("mode", f"{mark} engine null: nothing reaches storage")
        else:
            words = {"yes": "O_DIRECT", "mixed": "mixed", "unknown": "O_DIRECT, effect unknown",
                     "no": "buffered"}
            text = "uncached (RWF_DONTCACHE)" if attrs["uncached"] == "yes" else words[effect]
            direct = int(attrs["ranks_direct"])
            if effect == "mixed":
                text += (f", O_DIRECT on {direct} of {ranks} ranks, buffered or unknown on "
                         f"{ranks - direct}")
            else:
                text += "" if ranks < 2 else " on both ranks" if ranks == 2 else \
                    f" on all {ranks} ranks"
            text += f", engine {attrs['engine_used']}" if attrs["engine_used"] else ""
            if not good and attrs["direct_asked"] == "never":
                text += ", as asked"
            elif not good and attrs["reason"]:
                text += f": {attrs['reason']}"
            self.line("mode", f"{mark} {text}")
        if attrs["engine_reason"]:
            self.line("engine", f"{attrs['engine_used']} instead of {attrs['engine_asked']}: "
                                f"{attrs['engine_reason']}")
        if attrs["not_granted"]:
            of = f"{attrs['ranks_without']} of {ranks} ranks: " if ranks > 1 else ""
            self.line("without", of + attrs["not_granted"])
        if self.reading:
            self.line("cache", self.cache())

    def cache(self):
        """The line on the page cache, from the facts beside it."""
        attrs, seen = self.attrs, self.total["sampled_before_pages"]
        found = f"{self.total['cached_before_pages']} of {seen} sampled pages were in the page " \
            "cache before"
        state = attrs["cache_state"]
        if state == "bypassed":
            return "read past the page cache of the nodes (O_DIRECT)"
        if state == "cold":
            return f"cold: {found}"
        one = " (one node: cache defeat not possible here)" if len(self.nodes["node"]) == 1 else ""
        text = "may be cached: the device below keeps its data in memory" if state == "below" else {
            "earlier run": "written by an earlier run",
            "other node": f"written by another node (shift {attrs['shift']})",
            "same node": f"may be cached: {attrs['same_node_ranks']} of "
                         f"{len(self.group['ranks/rank'])} ranks read what their own node "
                         f"wrote{one}"}[attrs["written_by"]]
        return f"{text}; {found}" if seen else text

    def evidence(self):
        if self.total["sampled_pages"] > 0:
            moved = self.total["device_read_bytes" if self.reading else "device_written_bytes"]
            self.line("evidence", f"the kernel counts {size(moved)} "
                                  f"{'from' if self.reading else 'to'} storage; of "
                                  f"{self.total['sampled_pages']} sampled pages "
                                  f"{self.total['cached_pages']} were in the page cache afterwards")

    def rate_line(self, label, per_s, rest):
        self.line(label, f"{rate_text(per_s)} GiB/s {rate_text(per_s, GB)} GB/s {rest}")

    def rates(self):
        attrs = self.attrs
        whole, ranks = int(attrs["duration_ns"]), int(attrs["ranks_total"])
        tail = int(attrs["end_skew_ns"])
        for label, amount, time, note in (
                ("rate", "bytes", "duration_ns", ""),
                ("all active", "active_bytes", "active_ns", ", until the first rank was through")):
            bytes_, time_ns = int(attrs[amount]), int(attrs[time])
            if label == "rate" or (bytes_ > 0 and time_ns > 0 and ranks > 1):
                self.rate_line(label, rate(bytes_, time_ns),
                               f"{size(bytes_)} in {duration(time_ns)}{note}")
        if attrs["rate_ranks_bytes_per_s"] > 0 and ranks > 1:
            self.rate_line("ranks' sum", int(attrs["rate_ranks_bytes_per_s"]),
                           "each rank by its own time")
        if ranks > 1 and tail > 0.05 * whole:
            self.line("tail", f"{duration(tail)} ({share(tail, whole)}) in which some ranks were "
                              "through already")
        if attrs["bytes_planned"] > attrs["bytes"]:
            self.line("done", f"{share(int(attrs['bytes']), int(attrs['bytes_planned']))} of the "
                              f"planned {size(attrs['bytes_planned'])}")

    def pace(self):
        attrs = self.attrs
        ends = {"steady": "by --until-steady: the last five rounds were steady",
                "time": "by --time, before all was done"}
        if attrs["ended_by"] in ends:
            self.line("ended", ends[attrs["ended_by"]])
        if len(self.group["timeline/node"]) and attrs["steady"] != "unknown":
            each = duration(attrs["round_ns"])
            if attrs["steady"] != "yes":
                self.line("steady", f"not reached, by rounds of {each}")
            else:
                start = int(attrs["steady_from_ns"])
                per_s = rate(int(attrs["steady_bytes"]), int(attrs["steady_ns"]))
                self.line("steady", f"{rate_text(per_s)} GiB/s in five rounds of {each} from "
                                    f"{duration(start) if start else 'the start'} on (range "
                                    f"{share(int(attrs['steady_range_ppm']), 10**6)}, slope "
                                    f"{fixed(int(attrs['steady_slope_ppm']) / 1e4, 1)} % of the "
                                    "mean)")
        if attrs["ranks_total"] >= 2 and attrs["slack_ns"] > 0:
            late = int(attrs["ranks_late"])
            error = int(attrs["clock_error_ns"])
            self.line("skew", f"ranks started within {duration(attrs['start_skew_ns'])}"
                              f"{f', {late} late by more than 1 ms' if late else ''}, ended within "
                              f"{duration(attrs['end_skew_ns'])}; clocks agree to "
                              f"{duration(error) if error else 'the nanosecond'}")

    def histogram(self, name):
        """Returns the attributes of a histogram; zeros if the result has none."""
        return self.group[name].attrs if name in self.group else NOTHING

    def histogram_line(self, label, name, what):
        attrs = self.histogram(name)
        if not attrs["total"]:
            return
        group, text = self.group[name], ""
        low, high = int(attrs["min_ns"]), int(attrs["max_ns"])
        for word, p in (("p50", .5), ("p99", .99), ("p99.9", .999), ("p99.99", .9999)):
            value = percentile(group["edges_ns"][()], group["counts"][()], p, low, high)
            text += f"{word} {latency(value)} " if value >= 0 else ""
        self.line(label, f"{text}max {latency(high)} ({attrs['total']} {what})")

    def latencies(self):
        told = int(self.histogram("latency")["sum_ns"]) // 10
        self.histogram_line("latency", "latency", "requests")
        self.histogram_line("as intended", "intended", "requests, since the rate wanted them sent")
        if self.histogram("queue_wait")["sum_ns"] > told or self.page.verbose:
            self.histogram_line("queue wait", "queue_wait", "buffers, read to checked"
                                if self.reading else "buffers, filled to submitted")
        if self.histogram("making")["sum_ns"] > told or self.page.verbose:
            self.histogram_line("checking" if self.reading else "generation", "making", "buffers")
        if self.histogram("file_latency")["total"] > 1:
            self.histogram_line("files", "file_latency", "writers, a file's open to its close")

    def slowest(self):
        table = {name: column[()] for name, column in self.group["slowest"].items()}
        for i in range(len(table["name"]) if self.page.verbose else min(1, len(table["name"]))):
            self.line("" if i else "worst",
                      f"{latency(table['latency_ns'][i])}: {text_of(table['name'][i])} at offset "
                      f"{table['offset'][i]} of '{text_of(table['path'][i])}', "
                      f"{duration(table['sent_ns'][i])} after the start")

    def device_sums(self):
        rows = {name: column[()] for name, column in self.group["device"].items()}
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
        return sums

    def load(self):
        waited, total = int(self.histogram("latency")["sum_ns"]), self.total
        flight = waited / int(self.attrs["duration_ns"])
        if flight > 0:
            each = waited / total["writer_time_ns"] if total["writer_time_ns"] > 0 else 0
            depth = int(self.attrs["depth"])
            self.line("in flight", f"{fixed(flight, 1)} requests on average, {fixed(each, 1)} of "
                                   f"each writer{f', depth {depth}' if depth else ''}")
        words = []
        for who, side, moved in (("readers" if self.reading else "writers", "writer", "bytes"),
                                 ("checkers" if self.reading else "producers", "producer",
                                  "producer_bytes")):
            cpu, time = total[f"{side}_cpu_ns"], total[f"{side}_time_ns"]
            if time > 0 and total[moved] > 0:
                words.append(f"{who} {share(cpu, time)}"
                             f"{'' if words else ' of a processor each'} "
                             f"({fixed(cpu * 1e-9 / (total[moved] / GIB), 3)} s/GiB)")
        if words:
            self.line("processors", ", ".join(words))
        sums = self.device_sums()
        if sums["device"] and sums["width_ns"] > 0:
            queue = sums["queue_ns"] / sums["width_ns"]
            each = sums["request_ns"] // sums["requests"] if sums["requests"] else 0
            self.line("device", f"{sums['device']} busy {share(sums['busy_ns'], sums['width_ns'])} "
                                f"of the time, {fixed(queue, 1)} requests in its queue, "
                                f"{duration(each)} each")
        if sums["received_bytes"] + sums["sent_bytes"] > int(self.attrs["bytes"]) // 10:
            self.line("network", f"{size(sums['received_bytes'])} received, "
                                 f"{size(sums['sent_bytes'])} sent by the nodes, whoever did")

    def probes(self):
        """Returns the probes of a writing phase in their order."""
        table = {name: column[()] for name, column in self.page.file["ceilings"].items()}
        if self.reading:
            return []
        return [(text_of(probe), int(table["rate_bytes_per_s"][i]), int(table["duration_ns"][i]),
                 text_of(table["reason"][i])) for i, probe in enumerate(table["probe"])]

    def reached(self):
        """Returns the share of the lower ceiling; "" if one of the two is unknown."""
        alone = {probe: per_s for probe, per_s, _, _ in self.probes() if probe in ("data", "storage")}
        if len(alone) < 2 or min(alone.values()) <= 0:
            return ""
        lower = "storage" if alone["storage"] <= alone["data"] else "data"
        whole = int(rate(int(self.attrs["bytes"]), int(self.attrs["duration_ns"])))
        return f"{share(whole, alone[lower])} of the lower ceiling ({lower})"

    def ceilings(self):
        words = [f"{probe} not measured ({reason})" if reason else
                 f"{probe} {rate_text(per_s, GB)} GB/s ({duration(took)})"
                 for probe, per_s, took, reason in self.probes()]
        if words:
            reached = self.reached()
            self.line("ceilings", ", ".join(words) +
                      (f": this phase reached {reached}" if reached else ""))

    def differences(self):
        table = {name: column[()] for name, column in self.group["differences"].items()}
        blocks, places = self.total["bad_blocks"], len(table["rank"])
        if not blocks and not places:
            return
        self.line("wrong data", f"{blocks} block{'' if blocks == 1 else 's'} of 4 KiB not as written")
        shown = places if self.page.verbose else min(places, 8)
        for i in range(shown):
            length = table["length"][i]
            self.line("", f"rank {table['rank'][i]} on {text_of(table['host'][i])}: "
                          f"'{text_of(table['path'][i])}' at offset {table['offset'][i]}, {length} "
                          f"byte{'' if length == 1 else 's'}, {text_of(table['kind'][i])}")
        if places > shown:
            self.line("", f"and {places - shown} more places in the result")

    def cached(self):
        """What shows that the page cache answered most reads; "" where nothing does."""
        attrs, total = self.attrs, self.total
        if (not self.reading or "yes" in (attrs["direct_in_effect"], attrs["uncached"])
                or attrs["bytes"] <= 0 or attrs["cache_state"] == "cold"):
            return ""
        seen, held = total["sampled_before_pages"], total["cached_before_pages"]
        if seen:
            return (f"the page cache held {held} of {seen} sampled pages before"
                    if held > seen // 2 else "")
        known = {int(node) for node, device in zip(self.group["device/node"],
                                                   self.group["device/device"]) if device}
        if (len(known) < max(len(self.nodes["node"]), 1)
                or total["device_read_bytes"] >= int(attrs["bytes"]) // 2):
            return ""
        return f"the kernel fetched {size(total['device_read_bytes'])} from storage"

    def limit(self):
        total, reading = self.total, self.reading
        waiters, others = ("readers", "checkers") if reading else ("writers", "producers")
        if total["writer_time_ns"] <= 0:
            return "not known: no waits were measured"
        if total["writer_paced_ns"] > 0.5 * total["writer_time_ns"]:
            return (f"the rate limit: it held {waiters} back for "
                    f"{share(total['writer_paced_ns'], total['writer_time_ns'])} of their time")
        if total["producer_time_ns"] <= 0 or total["producer_bytes"] <= 0:
            if self.cached():
                return f"memory, not storage: {self.cached()}"
            return "storage: the data were " + \
                ("not checked" if reading else "ready-made") + ", so nothing else took part"
        own = total["writer_waited_ns"] / total["writer_time_ns"]
        other = total["producer_waited_ns"] / total["producer_time_ns"]
        if own < 0.2 and other < 0.2:
            text = "balanced, both sides were busy"
        elif own > 0.5 and other > 0.5:
            text = "neither side, both mostly waited (more --buffer-count may help)"
        elif own <= other:
            text = f"memory, not storage: {self.cached()}" if self.cached() else "storage"
        else:
            text = "checking the data" if reading else "generation"
        goods = ("an empty buffer", "data") if reading else ("data", "an empty buffer")
        text += ";" if text.startswith("memory") else ":"
        return (f"{text} {waiters} waited "
                f"{share(total['writer_waited_ns'], total['writer_time_ns'])} of their time for "
                f"{goods[0]}, {others} "
                f"{share(total['producer_waited_ns'], total['producer_time_ns'])} for {goods[1]}")

    def bottleneck(self):
        sums, text = self.device_sums(), self.limit()
        if sums["device"] and sums["width_ns"] > 0:
            text += f"; device busy {share(sums['busy_ns'], sums['width_ns'])}"
        self.line("bottleneck", text + (f"; {self.reached()}" if self.reached() else ""))

    # --- nodes, ranks, writers

    def speeds(self, table):
        return [rate(int(size_), int(end)) for size_, end in zip(table["bytes"], table["end_ns"])]

    def rows(self):
        tables = {what: {name: column[()] for name, column in self.group[f"{what}s"].items()}
                  for what in ("node", "rank", "writer")}
        extremes = {0: [], -1: []}
        orders = {}
        for what, table in tables.items():
            speed = self.speeds(table)
            worked = [i for i, first in enumerate(table["first_ns"]) if first != NEVER]
            orders[what] = sorted(worked, key=lambda i, s=speed: (s[i], i))
            for end in extremes:
                if what != "writer" and len(worked) > 1:
                    row = orders[what][end]
                    extremes[end].append(f"{what} {text_of(table['name'][row])} with "
                                         f"{rate_text(speed[row])} GiB/s")
        for end, label in ((0, "slowest"), (-1, "fastest")):
            if extremes[end]:
                self.line(label, ", ".join(extremes[end]))
        for what, table in tables.items():
            if len(table["name"]) > 1 and orders[what] and (what == "node" or self.page.verbose):
                self.table(what, table, orders[what])
        if self.page.verbose:
            for i, failure in enumerate(tables["rank"]["first_failure"]):
                if failure:
                    self.line(text_of(tables["rank"]["name"][i]), text_of(failure))

    def table(self, what, table, order):
        speed = self.speeds(table)
        every = self.page.verbose or what != "node" or len(speed) <= 16
        count = len(speed) if every else len(order)
        sides = "checkers readers" if self.reading else "producers writers"
        self.page.parts.append(f"{what}{'' if every else ', by rate'} GiB/s {sides} p50 p99 p99.9 "
                               "max waited waited")
        decimals = decimals_of(speed[order[-1]] / GIB)
        for i in range(count):
            row = i if every else order[i]
            if every or i < 4 or i + 4 >= count or i == count // 2:
                cells = [text_of(table["name"][row]), fixed(speed[row] / GIB, decimals)]
                for side in ("producer", "writer"):
                    cells.append(share(int(table[f"{side}_waited_ns"][row]),
                                       int(table[f"{side}_time_ns"][row])))
                cells += [latency(int(table[f"latency_{p}_ns"][row]))
                          for p in ("p50", "p99", "p999", "max")]
                self.page.parts.append(" ".join(cells))
            elif i in (4, count // 2 + 1):
                self.page.parts.append("DOTS")


def words_of(text):
    """Splits a printed page into words, with the same marks for each locale."""
    text = re.sub(r"^(  mode +)(✓|\[ok\]) ", r"\1MARK+ ", text, flags=re.M)
    text = re.sub(r"^(  mode +)(⚠|\[!\]) ", r"\1MARK- ", text, flags=re.M)
    text = re.sub(r"^  (…|\.\.\.)$", "  DOTS", text, flags=re.M)
    text = re.sub(r"\nresult  \S.*\n\Z", "\n", text)
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
