# SPDX-License-Identifier: Apache-2.0
"""One trial of the soak: draws settings and a fault from a seed, and checks the outcome.

A table holds the exit codes that each fault may cause (of the documented exit codes), and the
status of the result for each code. A fault that was not injected must have no effect.
"""
import dataclasses
import errno
import random
import signal
import time

import h5py

import bench

SLOWNESS = 4  # times bench.OVERALL_S: a run that takes longer hangs
REQUESTS = 8  # per rank
KIB = bench.KIB

# Status of the result by exit code. Killed runs end with 137 or -9; 1 is also the code of an
# interrupted mpirun.
STATUS = {0: ("complete",), 1: ("failed",), 3: ("failed",), 130: ("interrupted",),
          143: ("interrupted",)}
CUT_SHORT = ("running", "interrupted")


@dataclasses.dataclass
class Fault:
    """The action of a rule, and the exit codes that it may cause."""
    name: str
    call: str = "write"
    action: str = ""
    codes: tuple = (0,)
    first: bool = False  # only at the first such call; later ones may come from libraries
    cut_short: bool = False  # killed before the result was complete
    left: bool = False  # files may be left for --cleanup
    damages: bool = False  # acknowledged data may be wrong
    options: tuple = ()
    under: str = "any"  # alone, mpirun


SLOWLY = ("--rate", "1MiB/s")
GIVE_UP = ("--stall-warning", "1s", "--stall-abort", "3s")
ROOM = (errno.EIO, errno.ENOSPC, errno.EDQUOT)
FAULTS = (
    *(Fault(f"write {errno.errorcode[code]}", action=f"errno={code}", codes=(1,)) for code in ROOM),
    *(Fault(f"write {errno.errorcode[code]}", action=f"errno={code}")
      for code in (errno.EINTR, errno.EAGAIN)),
    *(Fault(f"{call} short", call=call, action="short=4096") for call in ("write", "read")),
    Fault("write zero", action="zero", codes=(1,)),
    # Acknowledges the first buffers of a batch, although nothing was written.
    Fault("write long", action="long", codes=(1, 3), damages=True),
    *(Fault(f"read {word}", call="read", action=word, codes=(1,)) for word in ("zero", "long")),
    *(Fault(f"{call} slow", call=call, action="delay=700") for call in ("write", "read", "fsync")),
    Fault("read EIO", call="read", action=f"errno={errno.EIO}", codes=(1,)),
    Fault("write lost", action="lose", codes=(1, 3), damages=True),
    Fault("fsync EIO", call="fsync", action=f"errno={errno.EIO}", codes=(1,), first=True),
    Fault("close EIO", call="close", action=f"errno={errno.EIO}", codes=(1,), first=True),
    Fault("open EMFILE", call="open", action=f"errno={errno.EMFILE}", codes=(1,), first=True),
    Fault("remove EIO", call="remove", action=f"errno={errno.EIO}", codes=(1,), first=True,
          left=True),
    Fault("write hangs", action="hang", codes=(1,), left=True, options=GIVE_UP),
    *(Fault(f"{number.name} to a rank", action=f"signal={int(number)}", options=SLOWLY,
            codes=(130 if number == signal.SIGINT else 143,))
      for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)),
    *(Fault(f"{number.name} to mpirun", action=f"launcher={int(number)}", options=SLOWLY,
            codes=(143,), under="mpirun") for number in (signal.SIGUSR1, signal.SIGUSR2)),
    *(Fault(f"{number.name} to mpirun", action=f"launcher={int(number)}", options=SLOWLY,
            codes=(1,), under="mpirun", cut_short=True, left=True)
      for number in (signal.SIGINT, signal.SIGTERM)),
    Fault("SIGKILL of a rank", action="kill", codes=(137,), under="mpirun", cut_short=True,
          left=True),
    Fault("SIGKILL alone", action="kill", codes=(-9,), under="alone", cut_short=True, left=True),
)


def draw_options(dice, engine, checks):
    """Draws options that are valid together, so that a usage error is wrong."""
    words = []

    def maybe(chance, name, *values):
        if dice.random() < chance:
            words.extend((name, dice.choice(values)) if values else (name,))

    maybe(.5, "--order", "strided", "random")
    maybe(.5, "--direct", "never")
    maybe(.5, "--fsync", "each", "never")
    maybe(.3, "--cache", "drop", "keep")
    maybe(.3, "--producers", "2", "3")
    maybe(.4, "--writers", "1", "2", "3")
    maybe(.3, "--compress-ratio", "2", "3.5", "16")
    maybe(.3, "--dedup-ratio", "2", "7.5")
    maybe(.2, "--preallocate")
    maybe(.2, "--repeat", "2")
    maybe(.2, "--time", "20s")
    maybe(.2, "--numa", "force", "off")
    maybe(.2, "--simd", "portable")
    maybe(.2, "--huge-pages", "never")
    maybe(.1, "--free-space-floor", "1")
    if engine == "pwritev":
        maybe(.5, "--batch", "2", "4")
    else:
        maybe(.4, "--depth", "1", "3", "16")
    if engine == "uring":
        maybe(.3, "--fixed-buffers", "never")
        maybe(.1, "--uring-sqpoll")
    if not checks and "--compress-ratio" not in words and "--dedup-ratio" not in words:
        maybe(.3, "--generate", "once")
    return words


def draw(seed):
    """Draws a case of the fault bench, and its fault."""
    dice = random.Random(seed)
    engine = dice.choice(("auto", "uring", "pwrite", "pwritev"))
    ranks = dice.choice((0, 1, 2, 3, 4))
    fault = dice.choice((Fault("no fault"), *FAULTS))
    while fault.under != "any" and (fault.under == "mpirun") != bool(ranks):
        fault = dice.choice(FAULTS)
    checks = fault.action == "lose" or dice.random() < .7
    phases = dice.choice(("write,verify", "write,read,verify") if checks else
                         ("write,read", "write,write,read"))
    buffer_kib = dice.choice((4, 60, 64, 256))
    options = draw_options(dice, engine, checks)
    if checks and "read" in phases:
        options += dice.choice(((), ("--verify",)))
    number = 1 if fault.first else dice.randint(1, REQUESTS)
    rank = dice.randrange(ranks) if ranks else 0
    size = REQUESTS * buffer_kib * KIB - dice.choice((0, 0, 512, 1000))
    if fault.options == SLOWLY:  # several seconds are left when the signal arrives
        size += 4 * bench.MIB
    case = bench.Case(
        name=fault.name, engine=engine, layout=dice.choice(("rank", "shared", "writer")),
        ranks=ranks, phases=phases, size=str(size), left=fault.left,
        rules=f"{rank} {fault.call} {number} {fault.action}" if fault.action else "",
        options=("--buffer-size", f"{buffer_kib}KiB", *options, *fault.options))
    return case, fault


class Trial(bench.Bench):
    """Runs a case like the fault bench, but checks it with the table above."""

    def __init__(self, case, fault, tools):
        super().__init__(case, tools)
        self.fault = fault
        self.struck, self.code, self.status, self.before, self.words = False, None, None, [], []

    def command(self):
        self.words, variables = super().command()
        return self.words, variables

    def judge(self, code, out, err, started, ended):
        self.struck, self.code, self.before = self.mark.exists(), code, self.left()
        codes = self.fault.codes if self.struck else (0,)
        if code not in codes:
            self.wrong.append(f"exit code {code}, not one of {codes}")
        for line in err.splitlines():
            if "ERROR: " in line or "Sanitizer" in line or "runtime error" in line:
                self.wrong.append(f"a sanitizer: {line}")
        cut_short = self.struck and self.fault.cut_short
        self.judge_status(CUT_SHORT if cut_short else STATUS.get(code, ()), cut_short)
        if self.status:
            self.judge_report()
        if self.before and self.struck and self.fault.left:
            self.clean_up()
        self.expect("left in the target", [], self.left())
        if self.wrong:
            self.wrong += [f"printed {line!r}" for line in err.splitlines()[:20]]

    def judge_status(self, allowed, cut_short):
        try:
            with bench.READER, h5py.File(self.result, "r") as result:
                self.status = bench.category(result, "status")
                bad = sum(int(sum(phase["ranks"]["bad_blocks"][:]))
                          for phase in result["phases"].values() if "ranks" in phase)
        except (OSError, KeyError) as error:
            self.wrong.append(f"the result cannot be read: {error}")
            return
        if self.status not in allowed:
            self.wrong.append(f"status of the result {self.status!r}, not one of {allowed}")
        damaged = self.struck and self.fault.damages
        if bad and not damaged:
            self.wrong.append(f"{bad} blocks count as wrong, but nothing damaged them")
        temporary = [path.name for path in self.folder.iterdir() if ".h5." in path.name]
        if not cut_short:
            self.expect("temporary result files", [], temporary)


@dataclasses.dataclass
class Done:
    case: bench.Case
    wrong: list
    struck: bool
    code: int
    status: str
    before: list  # left in the target before any --cleanup
    words: list
    seconds: float


def run_trial(seed, tools):
    case, fault = draw(seed)
    started = time.monotonic()
    trial = Trial(case, fault, tools)
    try:
        trial.run({})
    finally:
        trial.close()
    return Done(case, trial.wrong, trial.struck, trial.code, trial.status, trial.before,
                trial.words, time.monotonic() - started)
