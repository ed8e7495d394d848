# SPDX-License-Identifier: Apache-2.0
"""The fault bench: runs the program with one fault and checks everything that a user can observe.

A Case holds a fault and its exact effects: exit code, the program's lines on standard error
(regular expressions in which {host} {target} {run} are replaced), status of the result and of each
phase, files left in the target, and the time from the fault to the end.

All mounts are in a private mount namespace, which the kernel removes with this process. Results are
read with h5py, as tidemill must not verify its own files.
"""
import concurrent.futures
import ctypes
import dataclasses
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import h5py

KIB, MIB = 1024, 1024 * 1024
SKIPPED = 77
NOT_OURS = ("lost+found", "ballast")
OVERALL_S = 60  # a run that takes longer hangs
FAULT_TO_END_S = 10.0
HEALTHY_S = 1.5  # time of a run without faults on two idle cores, with sanitizers
PR_SET_PDEATHSIG = 1
# Lets the sanitizer accept a preload library that is loaded before it.
PRELOAD_ASAN = "verify_asan_link_order=0"
# A wait is reported with the time of day, again each time that it has doubled, and when it is over. How
# often depends on the machine.
CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2} UTC: "
WAITS = "no progress for "
OVER = f"^tidemill: {CLOCK}moving again after "
# A signal may reach mpirun's ranks, or not, when it ends them.
INTERRUPTED = (r"interrupted by (SIGINT|SIGTERM); if this run is killed before it has removed its files: "
               "tidemill run --cleanup '.*/result.h5'")
# The reported offset is that of the first byte that differs; with a random seed, that byte may equal
# the expected one.
SEED = "7"
# Checking for leaks takes most of a short run's time, so only one of LEAKS_EVERY cases does it.
LEAKS_EVERY = 8
WITHOUT_LEAKS = ":detect_leaks=0"


# How long mpirun waits before it passes SIGTERM on, and again before SIGKILL: a second may be too short
# to save the result on a busy machine.
KILL_AFTER_S = 4
# Beyond a case's own time limit, which a busy machine may exceed. A run that hangs takes longer.
SPARE_S = 20

# Only one thread reads a result: h5py serialises calls, and the wait for others would count.
READER = threading.Lock()


class Skip(Exception):
    """A case that this machine does not support."""


@dataclasses.dataclass
class Case:
    name: str
    engine: str = "pwrite"
    layout: str = "rank"
    ranks: int = 2  # 0: one process without mpirun
    rules: str = ""
    via: str = "preload"  # where the rules apply: preload, fuse, none
    storage: str = "plain"  # see storage.py
    phases: str = "write,verify"
    size: str = "2MiB"  # per rank
    options: tuple = ()
    code: int = 0
    lines: tuple = ()  # patterns of the program's lines, in order; waits may be repeated
    maybe: str = OVER  # pattern of lines that may be printed besides
    status: str = "complete"  # pattern of the result's status; None: no result
    ended: str = ""  # pattern, such as "write:failed verify:skipped"; "": all complete
    why: tuple = ()  # (phase, pattern of its failure)
    facts: dict = dataclasses.field(default_factory=dict)  # (phase, column of ranks): least sum
    errors: dict = dataclasses.field(default_factory=dict)  # phase: (operations, "ENOENT 2, EIO 1")
    foreign: tuple = ()  # patterns of files of others in the target, which exist at the end
    named: bool = False  # the result's name is printed at the end; else it may be
    left: bool = False  # files may be left, which --cleanup removes
    within_s: float = FAULT_TO_END_S
    saved_within_s: float = None  # from the first rank's signal to a result ...
    saved_as: str = "interrupted"  # ... with this status
    after: tuple = ()  # (seconds after the fault, action of storage.py or signal, target process)
    kill_after_s: int = KILL_AFTER_S
    hard: bool = False  # fuse: a hanging call cannot be killed
    direct_io: bool = False  # fuse: bypass the page cache
    limits: dict = dataclasses.field(default_factory=dict)
    leaks: bool = False  # check for leaks


@dataclasses.dataclass
class Outcome:
    case: Case
    wrong: list
    seconds: float
    skipped: str = ""


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def category(group, name):
    kind = h5py.check_enum_dtype(group.attrs.get_id(name).dtype)
    value = group.attrs[name]
    if not kind:
        return text_of(value)
    return next(word for word, number in kind.items() if number == value)


def time_in(path):
    try:
        return int(path.read_text(encoding="ascii").split()[0]) / 1e9
    except (FileNotFoundError, IndexError):
        return None


class Bench:
    """One running case: its directory, storage and processes."""

    def __init__(self, case, tools):
        self.case, self.tools = case, tools
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidemill-fault."))
        self.target = self.folder / "target"
        self.result = self.folder / "result.h5"
        self.mark = self.folder / "mark"
        self.signalled = self.folder / "signalled"
        self.release = self.folder / "release"
        # A separate session directory for each mpirun: two may collide in one, and a killed mpirun
        # leaves it behind.
        self.session = tempfile.mkdtemp(prefix="tidemill-session.")
        self.target.mkdir()
        self.saved = None
        self.undo = []  # called in reverse
        self.wrong = []

    def close(self):
        for step in reversed(self.undo):
            step()
        for path in sorted(self.folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self.folder.rmdir()
        shutil.rmtree(self.session, ignore_errors=True)

    def call(self, *words, **more):
        return subprocess.run([str(word) for word in words], check=True, text=True,
                              capture_output=True, **more)

    def environment(self):
        case = self.case
        variables = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                         OMPI_MCA_mpi_yield_when_idle="1", TMPDIR=self.session,
                         OMPI_MCA_odls_base_sigkill_timeout=str(case.kill_after_s))
        if not case.leaks:
            variables["ASAN_OPTIONS"] = variables.get("ASAN_OPTIONS", "") + WITHOUT_LEAKS
        if case.rules and case.via == "preload":
            variables |= {"FAULT_RULES": case.rules, "FAULT_PATH": f"{self.target}",
                          "FAULT_MARK": f"{self.mark}", "FAULT_SIGNALLED": f"{self.signalled}",
                          "LD_PRELOAD": self.tools["preload"],
                          "ASAN_OPTIONS": variables.get("ASAN_OPTIONS", "") + ":" + PRELOAD_ASAN}
        return variables

    def command(self):
        case = self.case
        words = []
        if case.ranks:
            words = ["mpirun", "-q", "-n", str(case.ranks), "--oversubscribe", "--bind-to", "none"]
        variables = self.environment()
        if words and case.rules and case.via == "preload":
            # Only for the ranks: mpirun itself must not get faults.
            for name in ("FAULT_RULES", "FAULT_PATH", "FAULT_MARK", "FAULT_SIGNALLED", "LD_PRELOAD",
                         "ASAN_OPTIONS"):
                words += ["-x", f"{name}={variables[name]}"]
                variables[name] = os.environ.get(name, "")
            variables = {name: value for name, value in variables.items() if value}
        words += [self.tools["program"], "run", "--engine", case.engine, "--layout", case.layout,
                  "--buffer-size", "256KiB", "--producers", "1", "--phases", case.phases,
                  "--seed", SEED, "--quiet", "--result", str(self.result)]
        if not case.phases.startswith("create"):
            words += ["--size-per-rank", case.size]
        writers = "2" if case.layout == "writer" else "1"
        words += ["--writers", writers, *case.options, str(self.target)]
        return words, variables

    def begun(self):
        """Returns the time of the fault in seconds since the epoch, or None."""
        return time_in(self.mark)

    def act(self, process, actions):
        """Performs the actions of Case.after at their times."""
        for seconds, action, name in self.case.after:
            seconds *= self.tools["slowness"]
            while process.poll() is None:
                begun = self.begun()
                if begun is not None and time.time() >= begun + seconds:
                    break
                time.sleep(0.02)
            if process.poll() is not None:
                return
            if isinstance(action, signal.Signals):
                for number in self.processes(process, name):
                    os.kill(number, action)
            else:
                actions[action](self)

    def processes(self, process, name):
        if name == "launcher" or not self.case.ranks:
            return [process.pid]
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(
            encoding="ascii").split()
        return [int(child) for child in children][name:name + 1]

    def watch_result(self, process):
        """Records when the result first has the expected status."""
        seen = None
        while process.poll() is None and not self.saved:
            time.sleep(0.01)
            try:
                changed = self.result.stat().st_mtime_ns
                if self.begun() is None or changed == seen:
                    continue
                seen = changed
                now = time.time()
                with READER, h5py.File(self.result, "r") as result:
                    if category(result, "status") == self.case.saved_as:
                        self.saved = now
            except OSError:
                continue

    def set_limits(self):
        import resource
        die_with_parent()
        for name, value in self.case.limits.items():
            resource.setrlimit(getattr(resource, name), (value, value))

    def run(self, actions):
        words, variables = self.command()
        started = time.time()
        process = subprocess.Popen(words, env=variables, text=True, cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=self.set_limits, start_new_session=True)
        try:
            watcher = threading.Thread(target=self.watch_result, args=(process,))
            if self.case.saved_within_s:
                watcher.start()
            if self.case.after:
                self.act(process, actions)
            out, err = process.communicate(timeout=OVERALL_S * self.tools["slowness"])
            if self.case.saved_within_s:
                watcher.join()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            self.release.touch()
            out, err = process.communicate()
            self.wrong.append(f"did not end; printed: {err.strip()!r}")
            return
        self.judge(process.returncode, out, err, started, time.time())

    def expect(self, what, wanted, found):
        if wanted != found:
            self.wrong.append(f"{what}: {found!r}, not {wanted!r}")

    def match(self, what, pattern, found):
        if not re.fullmatch(pattern, found):
            self.wrong.append(f"{what}: {found!r}, not {pattern!r}")

    def judge(self, code, out, err, started, ended):
        case = self.case
        self.expect("exit code", case.code, code)
        self.match("standard output", f"({re.escape(str(self.result))}\n){'' if case.named else '?'}", out)
        self.judge_lines(err)
        self.judge_result()
        begun = self.begun() or started
        limit = case.within_s * self.tools["slowness"] + SPARE_S
        if ended - begun > limit:
            self.wrong.append(f"ended {ended - begun:.1f} s after the fault, not {limit:.1f}")
        if case.saved_within_s:
            saved = (self.saved or ended) - (time_in(self.signalled) or begun)
            if saved > case.saved_within_s * self.tools["slowness"]:
                self.wrong.append(f"saved as {case.saved_as} {saved:.2f} s after the signal")
        if case.status is not None and not self.wrong:
            self.judge_report()
        self.judge_left()

    def lines_of(self, err):
        """Returns the lines of the program without times, warnings about its numbers, and reports of
        waits that are repeated or, as on a machine that pauses, come besides the expected ones."""
        lines = []
        for line in err.splitlines():
            if (not line.startswith("tidemill: ") or re.match("tidemill: (warning|WARNING): ", line)
                    or re.search(self.case.maybe, line)):
                continue
            shown = re.sub(f"^tidemill: {CLOCK}", "tidemill: ", line)
            if shown == line and line.startswith("tidemill: " + WAITS):
                self.wrong.append(f"printed without a time: {line!r}")
            expected = [re.fullmatch("tidemill: " + self.filled(pattern), shown)
                        for pattern in self.case.lines if WAITS in pattern]
            repeated = any(match and any(re.fullmatch(match.re, before) for before in lines)
                           for match in expected)
            if not shown.startswith("tidemill: " + WAITS) or (any(expected) and not repeated):
                lines.append(shown)
        return lines

    def judge_lines(self, err):
        case = self.case
        printed = self.lines_of(err)
        for line in err.splitlines():
            if "ERROR: " in line or "Sanitizer" in line or "runtime error" in line:
                self.wrong.append(f"a sanitizer: {line}")
        self.expect("lines", len(case.lines), len(printed))
        for pattern, line in zip(case.lines, printed):
            pattern = self.filled(pattern)
            if not re.fullmatch("tidemill: " + pattern, line):
                self.wrong.append(f"printed {line!r}, not {pattern!r}")
        if len(case.lines) != len(printed) or case.code not in (0, 1, 2, 3, 130, 143):
            self.wrong += [f"printed {line!r}" for line in err.splitlines()] if self.wrong else []

    def filled(self, pattern):
        names = {"host": re.escape(platform.node()), "target": re.escape(str(self.target)),
                 "run": "tidemill-[0-9a-f]{16}"}
        for name, value in names.items():
            pattern = pattern.replace("{" + name + "}", value)
        return pattern

    def judge_result(self):
        case = self.case
        if case.status is None:
            self.expect("result exists", False, self.result.exists())
            return
        try:
            with READER, h5py.File(self.result, "r") as result:
                self.match("status", case.status, category(result, "status"))
                phases = {text_of(group.attrs["kind"]): group
                          for group in result["phases"].values()}
                found = {name: category(group, "status") for name, group in phases.items()}
                wanted = case.ended or " ".join(
                    f"{name}:complete" for name in case.phases.split(","))
                self.match("phases", wanted,
                           " ".join(f"{name}:{state}" for name, state in found.items()))
                for name, pattern in case.why:
                    failure = text_of(phases[name].attrs.get("failure", "")) if name in phases else ""
                    if not re.fullmatch(self.filled(pattern), failure):
                        self.wrong.append(f"{name} failed with {failure!r}, not {pattern!r}")
                for name, wanted in case.errors.items():
                    self.judge_errors(name, phases[name], wanted)
                for (name, column), least in case.facts.items():
                    total = int(sum(phases[name]["ranks"][column][:]))
                    if total < least:
                        self.wrong.append(f"{name}: {column} is {total}, not at least {least}")
        except (OSError, KeyError) as error:
            self.wrong.append(f"the result cannot be read: {error}")

    def judge_errors(self, name, phase, wanted):
        """Operations that succeeded, and failures by error, each with its first path and host."""
        counts = []
        if "errors" in phase:
            table = phase["errors"]
            counts = [f"{text_of(error)} {count}"
                      for error, count in zip(table["error"], table["operations"])]
            for path, host in zip(table["path"], table["host"]):
                self.match(f"path of {name}", self.filled("{target}/{run}/objects/.*"), text_of(path))
                self.match(f"host of {name}", self.filled("{host}"), text_of(host))
        done = int(phase.attrs["operations"])
        self.expect(f"operations of {name}", wanted, (done, ", ".join(counts)))
        rate = done / phase.attrs["duration_ns"] * 1e9
        if abs(phase.attrs["rate_whole_operations_per_s"] - rate) > 1:
            self.wrong.append(f"the rate of {name} is not that of its {done} operations")

    def judge_report(self):
        """The report of a run that was killed or interrupted must show that."""
        with READER, h5py.File(self.result, "r") as result:
            status = category(result, "status")
        words = {"running": "the run has not ended (or was killed)",
                 "interrupted": "INTERRUPTED"}.get(status)
        page = subprocess.run([self.tools["program"], "report", str(self.result)], text=True,
                              capture_output=True, check=False)
        if page.returncode or (words and words not in page.stdout):
            self.wrong.append(f"report ended with {page.returncode} and does not print {words!r}")

    def left(self):
        """Returns the files in the target. os.walk skips what cannot be read."""
        return [os.path.relpath(os.path.join(folder, name), self.target)
                for folder, folders, files in os.walk(self.target)
                for name in folders + files if name not in NOT_OURS]

    def temporary(self):
        return [path.name for path in self.folder.iterdir() if ".h5." in path.name]

    def judge_left(self):
        """A rank that is killed while it saves leaves the file that was to replace the result."""
        killed = re.search("interrupted|running", self.case.status or "")
        left = self.left()
        for pattern in self.case.foreign:
            paths = [self.target / name for name in left if re.fullmatch(pattern, name)]
            self.expect(f"content of '{pattern}'", ["precious\n"],
                        [path.read_text(encoding="ascii") for path in paths])
            for path in paths:
                path.unlink()
        if (self.case.left and self.left()) or (killed and self.temporary()):
            self.clean_up()
        self.expect("left in the target", [], self.left())
        self.expect("temporary result files", [], self.temporary())

    def clean_up(self):
        done = subprocess.run([self.tools["program"], "run", "--cleanup", str(self.result)],
                              text=True, capture_output=True, check=False,
                              env=dict(os.environ, TMPDIR=self.session))
        if done.returncode:
            self.wrong.append(f"--cleanup ended with {done.returncode}: {done.stderr.strip()}")


def run_case(case, tools, storages, actions):
    started = time.time()
    bench = Bench(case, tools)
    try:
        storages[case.storage](bench)
        if case.via == "fuse":
            storages["fuse"](bench)
        bench.run(actions)
        return Outcome(case, bench.wrong, time.time() - started)
    except Skip as reason:
        return Outcome(case, [], time.time() - started, str(reason))
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", "") or ""
        return Outcome(case, [f"the bench failed: {error} {detail}"], time.time() - started)
    finally:
        bench.close()


def own_namespace():
    """Restarts this program in a private mount namespace; returns if it already has one, or if none
    is available."""
    if os.environ.get("FAULT_NAMESPACE") or os.geteuid() != 0 or not shutil.which("unshare"):
        return
    os.environ["FAULT_NAMESPACE"] = "yes"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable,
                          *sys.argv])


def table(outcomes):
    for outcome in outcomes:
        case = outcome.case
        verdict = "skipped" if outcome.skipped else "WRONG" if outcome.wrong else "ok"
        print(f"{verdict:8}{case.engine:8}{case.layout:8}{case.ranks:2}  {outcome.seconds:5.1f} s  "
              f"{case.name}", flush=True)
        if outcome.skipped:
            print(f"        skipped: {outcome.skipped}", flush=True)
        for text in outcome.wrong:
            print(f"        {text}", flush=True)


def slowness(tools, storages, at_once):
    """Returns how much slower this machine is than an idle one, from the time of as many concurrent
    runs without faults as there will be cases. Time limits are multiplied by it."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        healthy = list(pool.map(lambda _: run_case(Case("healthy"), tools | {"slowness": 100},
                                                   storages, {}), range(at_once)))
    if any(outcome.wrong for outcome in healthy):
        table(healthy)
        sys.exit("a run without faults fails")
    return max(1.0, max(outcome.seconds for outcome in healthy) / HEALTHY_S)


def run_all(cases, tools, storages, actions, at_once):
    wrong = skipped = 0
    for case in cases[::LEAKS_EVERY]:
        # Not if the run is killed, nor with reports about waits, as the check delays the end.
        case.leaks = case.code in (0, 1, 3) and "--stall-warning" not in case.options
    tools["slowness"] = slowness(tools, storages, at_once)
    print(f"time limits are multiplied by {tools['slowness']:.1f}, as this machine is slow")
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for outcome in pool.map(lambda case: run_case(case, tools, storages, actions), cases):
            table([outcome])
            wrong += bool(outcome.wrong)
            skipped += bool(outcome.skipped)
    print(f"{len(cases)} cases: {wrong} wrong, {skipped} skipped")
    if wrong:
        return 1
    return SKIPPED if cases and skipped == len(cases) else 0
