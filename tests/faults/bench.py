"""The fault bench: runs the program with one fault and compares all that can be seen of it.

A Case says what is done to whom and what must come of it, exactly: exit code, the lines of the
program on standard error (regular expressions, {host} {target} {run} filled in), status of the
result and of each phase, what is left in the target, how long after the fault it ended.

Mounts are made in a mount namespace of this process's own, so whatever happens here, the kernel
takes them away with it. Results are read by h5py: no code of tidemill judges tidemill.
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
HEALTHY_S = 1.5  # what a run without faults takes on two idle processors, with sanitizers
PR_SET_PDEATHSIG = 1
# A sanitizer in the program puts up with a preload library that comes before it.
PRELOAD_ASAN = "verify_asan_link_order=0"
# Said where the machine's own disk takes longer for the result than a case waits for storage.
SLOW_DISK = "^tidemill: no progress for .* waits for saving of '.*/result.h5'"
# A place is told from its first byte that differs: with any seed it would now and then be the next.
SEED = "7"
# Looking for leaks costs most of a short run's time: every so many cases do.
LEAKS_EVERY = 8
WITHOUT_LEAKS = ":detect_leaks=0"


STILL_S = 0.4  # what is judged while the machine stands still for so long is judged once more ...
TRIES = 3  # ... as often as that, all in all

# One at a time reads results: h5py serialises its calls, and waits of others would count.
READER = threading.Lock()


class Skip(Exception):
    """A case cannot be had on this machine."""


class Pulse(threading.Thread):
    """Feels whether the machine goes on: when a sleep ends, when its disk has taken a byte. Cases
    have limits of time and are told of storage that waits; a virtual machine or a disk that stands
    still has them fail, whatever the program does."""

    def __init__(self):
        super().__init__(daemon=True)
        self.beat = time.monotonic()
        self.stops = []  # (when it went on, after how long)

    def run(self):
        with tempfile.TemporaryFile() as file:
            while True:
                time.sleep(0.2)
                os.pwrite(file.fileno(), b"x", 0)
                os.fsync(file.fileno())
                now = time.monotonic()
                self.stops.append((now, now - self.beat - 0.2))
                self.beat = now

    def longest_since(self, begun):
        now = time.monotonic()
        return max([length for end, length in list(self.stops) if end >= begun]
                   + [now - self.beat - 0.2])


@dataclasses.dataclass
class Case:
    name: str
    engine: str = "pwrite"
    layout: str = "rank"
    ranks: int = 2  # 0: started alone, without mpirun
    rules: str = ""
    via: str = "preload"  # where the rules apply: preload, fuse, none
    storage: str = "plain"  # see storage.py
    phases: str = "write,verify"
    size: str = "2MiB"  # per rank
    options: tuple = ()
    code: int = 0
    lines: tuple = ()  # of the program, in order
    status: str = "complete"  # of the result, a pattern; None: there is none
    ended: str = ""  # a pattern, as "write:failed verify:skipped"; "": all complete
    why: tuple = ()  # (phase, pattern of its failure)
    facts: dict = dataclasses.field(default_factory=dict)  # (phase, column of ranks): least sum
    left: bool = False  # files may be left, and --cleanup takes them away
    within_s: float = FAULT_TO_END_S
    saved_within_s: float = None  # the result after the first rank has heard the signal
    saved_as: str = "interrupted"  # ... says this
    after: tuple = ()  # (seconds after the fault, action of storage.py or signal, whom)
    hard: bool = False  # fuse: what hangs cannot even be killed
    direct_io: bool = False  # fuse: past the page cache
    limits: dict = dataclasses.field(default_factory=dict)
    leaks: bool = False  # a sanitizer looks for leaks


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
    """One case under way: its folder, its storage, its processes."""

    def __init__(self, case, tools):
        self.case, self.tools = case, tools
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidemill-fault."))
        self.target = self.folder / "target"
        self.result = self.folder / "result.h5"
        self.mark = self.folder / "mark"
        self.heard = self.folder / "heard"
        self.release = self.folder / "release"
        # Of each mpirun its own: two that make and remove the same one trip over each other, and
        # one that is killed leaves it behind.
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
                         OMPI_MCA_mpi_yield_when_idle="1", TMPDIR=self.session)
        if not case.leaks:
            variables["ASAN_OPTIONS"] = variables.get("ASAN_OPTIONS", "") + WITHOUT_LEAKS
        if case.rules and case.via == "preload":
            variables |= {"FAULT_RULES": case.rules, "FAULT_PATH": f"{self.target}",
                          "FAULT_MARK": f"{self.mark}", "FAULT_HEARD": f"{self.heard}",
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
            # For the ranks alone: mpirun itself is not to be hurt.
            for name in ("FAULT_RULES", "FAULT_PATH", "FAULT_MARK", "FAULT_HEARD", "LD_PRELOAD",
                         "ASAN_OPTIONS"):
                words += ["-x", f"{name}={variables[name]}"]
                variables[name] = os.environ.get(name, "")
            variables = {name: value for name, value in variables.items() if value}
        words += [self.tools["program"], "run", "--engine", case.engine, "--layout", case.layout,
                  "--buffer-size", "256KiB", "--producers", "1", "--phases", case.phases,
                  "--size-per-rank", case.size, "--seed", SEED, "--quiet",
                  "--result", str(self.result)]
        writers = "2" if case.layout == "writer" else "1"
        words += ["--writers", writers, *case.options, str(self.target)]
        return words, variables

    def begun(self):
        """Seconds since the epoch at which the fault struck, or None."""
        return time_in(self.mark)

    def act(self, process, actions):
        """What is done from outside, so many seconds after the fault."""
        for seconds, action, whom in self.case.after:
            seconds *= self.tools["slowness"]
            while process.poll() is None:
                begun = self.begun()
                if begun is not None and time.time() >= begun + seconds:
                    break
                time.sleep(0.02)
            if process.poll() is not None:
                return
            if isinstance(action, signal.Signals):
                for number in self.whom(process, whom):
                    os.kill(number, action)
            else:
                actions[action](self)

    def whom(self, process, whom):
        if whom == "launcher" or not self.case.ranks:
            return [process.pid]
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(
            encoding="ascii").split()
        return [int(child) for child in children][whom:whom + 1]

    def watch_result(self, process):
        """Notes when the result first says what it should."""
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
            self.wrong.append(f"did not end; said: {err.strip()!r}")
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
        self.expect("standard output", "", out)
        self.judge_lines(err)
        self.judge_result()
        begun = self.begun() or started
        limit = case.within_s * self.tools["slowness"]
        if ended - begun > limit:
            self.wrong.append(f"ended {ended - begun:.1f} s after the fault, not {limit:.1f}")
        if case.saved_within_s:
            saved = (self.saved or ended) - (time_in(self.heard) or begun)
            if saved > case.saved_within_s * self.tools["slowness"]:
                self.wrong.append(f"saved as {case.saved_as} {saved:.2f} s after the signal")
        if case.status is not None and not self.wrong:
            self.judge_report()
        self.judge_left()

    def judge_lines(self, err):
        case = self.case
        said = [line for line in err.splitlines()
                if line.startswith("tidemill: ") and not re.search(SLOW_DISK, line)]
        for line in err.splitlines():
            if "ERROR: " in line or "Sanitizer" in line or "runtime error" in line:
                self.wrong.append(f"a sanitizer: {line}")
        self.expect("lines", len(case.lines), len(said))
        for pattern, line in zip(case.lines, said):
            pattern = self.filled(pattern)
            if not re.fullmatch("tidemill: " + pattern, line):
                self.wrong.append(f"said {line!r}, not {pattern!r}")
        if len(case.lines) != len(said) or case.code not in (0, 1, 2, 3, 130, 143):
            self.wrong += [f"said {line!r}" for line in err.splitlines()] if self.wrong else []

    def filled(self, pattern):
        names = {"host": re.escape(platform.node()), "target": re.escape(str(self.target)),
                 "run": "tidemill-[0-9a-f]{16}"}
        for name, value in names.items():
            pattern = pattern.replace("{" + name + "}", value)
        return pattern

    def judge_result(self):
        case = self.case
        if case.status is None:
            self.expect("result is there", False, self.result.exists())
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
                    told = text_of(phases[name].attrs.get("failure", "")) if name in phases else ""
                    if not re.fullmatch(self.filled(pattern), told):
                        self.wrong.append(f"{name} says {told!r}, not {pattern!r}")
                for (name, column), least in case.facts.items():
                    total = int(sum(phases[name]["ranks"][column][:]))
                    if total < least:
                        self.wrong.append(f"{name}: {column} is {total}, not at least {least}")
        except (OSError, KeyError) as error:
            self.wrong.append(f"the result cannot be read: {error}")
        beside = [path.name for path in self.folder.iterdir() if ".h5." in path.name]
        self.expect("beside the result", [], beside)

    def judge_report(self):
        """Of a run that did not end by itself the program itself must say so."""
        with READER, h5py.File(self.result, "r") as result:
            status = category(result, "status")
        words = {"running": "the run has not ended (or was killed)",
                 "interrupted": "the run was interrupted"}.get(status)
        page = subprocess.run([self.tools["program"], "report", str(self.result)], text=True,
                              capture_output=True, check=False)
        if page.returncode or (words and words not in page.stdout):
            self.wrong.append(f"report ended with {page.returncode} and does not say {words!r}")

    def left(self):
        """What lies in the target, by os.walk: it passes over what cannot be read."""
        return [os.path.relpath(os.path.join(folder, name), self.target)
                for folder, folders, files in os.walk(self.target)
                for name in folders + files if name not in NOT_OURS]

    def judge_left(self):
        if self.case.left and self.left():
            self.clean_up()
        self.expect("left in the target", [], self.left())

    def clean_up(self):
        done = subprocess.run([self.tools["program"], "run", "--cleanup", str(self.result)],
                              text=True, capture_output=True, check=False,
                              env=dict(os.environ, TMPDIR=self.session))
        if done.returncode:
            self.wrong.append(f"--cleanup ended with {done.returncode}: {done.stderr.strip()}")


def one(case, tools, storages, actions):
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


def judged(case, tools, storages, actions):
    """Once more where the machine stood still meanwhile and something was wrong."""
    for turn in range(TRIES):
        begun = time.monotonic()
        outcome = one(case, tools, storages, actions)
        still = tools["pulse"].longest_since(begun)
        if not outcome.wrong or still < STILL_S or turn + 1 == TRIES:
            break
        print(f"once more, as the machine stood still for {still:.1f} s:", flush=True)
        table([outcome])
    return outcome


def own_namespace():
    """Starts this program again with mounts of its own; returns where that is so already, or where
    it cannot be had."""
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
    """How much slower than an idle machine this one is: its time for a run that nothing befalls,
    as many at a time as there will be. Limits of time are stretched by that, never shortened."""
    for _ in range(TRIES):
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            healthy = list(pool.map(lambda _: one(Case("healthy"), tools | {"slowness": 100},
                                                  storages, {}), range(at_once)))
        if any(outcome.wrong for outcome in healthy):
            table(healthy)
            sys.exit("a run without any fault fails")
        if tools["pulse"].longest_since(begun) < STILL_S:
            break
    return max(1.0, max(outcome.seconds for outcome in healthy) / HEALTHY_S)


def run_all(cases, tools, storages, actions, at_once):
    wrong = skipped = 0
    for case in cases[::LEAKS_EVERY]:
        # Those that do not end by themselves cannot, and where waits are told of it takes too long.
        case.leaks = case.code in (0, 1, 3) and "--stall-warning" not in case.options
    tools["pulse"] = Pulse()
    tools["pulse"].start()
    tools["slowness"] = slowness(tools, storages, at_once)
    print(f"limits of time are stretched by {tools['slowness']:.1f} on this machine, now")
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for outcome in pool.map(lambda case: judged(case, tools, storages, actions), cases):
            table([outcome])
            wrong += bool(outcome.wrong)
            skipped += bool(outcome.skipped)
    print(f"{len(cases)} cases: {wrong} wrong, {skipped} skipped")
    if wrong:
        return 1
    return SKIPPED if cases and skipped == len(cases) else 0
