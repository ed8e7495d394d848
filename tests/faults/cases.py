# SPDX-License-Identifier: Apache-2.0
"""The matrix: faults x engines x layouts, each with all of its effects.

Sizes: 2 ranks, 2 MiB each, requests of 256 KiB, one producer. The third request of rank 1 is at
524288 of its file, or 2 MiB later in a shared file.
"""
import errno
import os
import re
import signal

from bench import INTERRUPTED, KIB, KILL_AFTER_S, MIB, OVER, Case

REQUEST = 256 * KIB
PART = 2 * MIB
# By offset, as requests of io_uring reach a file system in any order.
FIRST, SECOND, THIRD = (f"@{number * REQUEST}" for number in range(3))
ENGINES = ("pwrite", "pwritev", "uring")
LAYOUTS = ("rank", "shared", "writer")
DAMAGED = {"write": "failed", "verify": "complete"}
SPACE = r" \([0-9]+ bytes and [0-9]+ inodes free\)"


def ended(**phases):
    return " ".join(f"{name}:{status}" for name, status in phases.items())


def one_of(ranks, text):
    return f"1 of {ranks} ranks \\(node {{host}}\\): {text}"


def path(layout, rank=1):
    name = {"rank": f"r{rank}", "shared": "shared", "writer": f"r{rank}\\.w[01]"}[layout]
    return f"'{{target}}/{{run}}/{name}'"


def offset(layout, number, rank=1):
    """Returns the offset of a request, numbered from 1; two writers of a rank share its requests."""
    if layout == "writer":
        return "[0-9]+"
    return str((number - 1) * REQUEST + (rank * PART if layout == "shared" else 0))


def reason(code):
    return os.strerror(code)


def transfer(verb, layout, number, code, space=""):
    return f"cannot {verb} {path(layout)} at offset {offset(layout, number)}{space}: {reason(code)}"


def write_faults(engine, layout):
    """Errors and unusual results of one write of rank 1; acknowledged data are still verified."""
    for code in (errno.EIO, errno.ENOSPC, errno.EDQUOT):
        space = SPACE if code != errno.EIO else ""
        yield Case(name=f"write: {errno.errorcode[code]}", rules=f"1 write 3 errno={code}",
                   code=1, lines=(one_of(2, transfer("write", layout, 3, code, space)),),
                   ended=ended(**DAMAGED), status="failed",
                   why=(("write", one_of(2, transfer("write", layout, 3, code, space))),),
                   facts={("write", "failed_requests"): 1, ("verify", "requests"): 2})
    for action, moved in (("zero", 0), ("long", REQUEST + 4096)):
        line = one_of(2, f"write of {path(layout)} at offset {offset(layout, 2)} "
                         f"transferred {moved} of {REQUEST} bytes")
        yield Case(name=f"write: {action} result", rules=f"1 write 2 {action}", code=1,
                   lines=(line,), status="failed", ended=ended(**DAMAGED))
    yield Case(name="write: continues after a short result", rules="1 write 2 short=8192",
               facts={("write", "short_transfers"): 1, ("verify", "requests"): 16})
    yield Case(name="write: retries after EINTR and EAGAIN",
               rules=f"1 write 2 errno={errno.EINTR};1 write 4 errno={errno.EAGAIN}",
               facts={("write", "retries"): 2, ("verify", "requests"): 16})


def disconnected(engine, layout):
    """A node whose client has died measures nothing more, and nor do the others."""
    line = one_of(2, transfer("write", layout, 3, errno.ENOTCONN))
    yield Case(name="write: ENOTCONN", rules=f"1 write 3 errno={errno.ENOTCONN}", code=1,
               lines=(line,), status="failed", ended=ended(write="failed", verify="skipped"),
               why=(("write", line),
                    ("verify", "skipped: a node has lost its connection to the storage")))


def read_faults(engine, layout):
    phases = "write,read,verify"
    states = ended(write="complete", read="failed", verify="complete")
    yield Case(name="read: EIO", rules=f"1 read 3 errno={errno.EIO}", phases=phases, code=1,
               lines=(one_of(2, transfer("read", layout, 3, errno.EIO)),), status="failed",
               ended=states, facts={("verify", "requests"): 16})
    yield Case(name="read: long result", rules="1 read 2 long", phases=phases, code=1,
               lines=(one_of(2, f"read of {path(layout)} at offset {offset(layout, 2)} transferred "
                                f"{REQUEST + 4096} of {REQUEST} bytes"),),
               status="failed", ended=states)
    yield Case(name="read: zero result", rules="1 read 2 zero", phases=phases, code=1,
               lines=(one_of(2, f"read of {path(layout)} at offset {offset(layout, 2)} transferred 0 of "
                                f"{REQUEST} bytes"),), status="failed", ended=states)
    yield Case(name="read: continues after a short result", rules="1 read 2 short=8192",
               facts={("verify", "short_transfers"): 1})
    yield wrong_data("read: wrong offset", layout, rules=f"1 read 3 shift={REQUEST}")


def wrong_data(name, layout, blocks=64, first=3, kind="[a-z]+", **more):
    line = (f"{blocks} blocks? of 4 KiB holds? wrong data, first in {path(layout)} at offset "
            f"{offset(layout, first)} \\(rank 1 on {{host}}\\): {kind}")
    return Case(name=name, code=3, lines=(line,), status="failed",
                ended=ended(write="complete", verify="failed"),
                facts={("verify", "bad_blocks"): blocks}, **more)


def call_faults(engine, layout):
    """Errors of open, fsync, close and removal."""
    if layout != "shared":
        created = one_of(2, f"cannot create {path(layout)}: {reason(errno.EACCES)}")
        nothing = "skipped: nothing was written that could be read"
        yield Case(name="open refused: EACCES", rules=f"1 open 1 errno={errno.EACCES}", code=1,
                   lines=(created,), status="failed",
                   ended=ended(write="failed", verify="skipped"),
                   why=(("write", created), ("verify", nothing)))
        full = one_of(2, f"cannot create {path(layout)}{SPACE}: {reason(errno.ENOSPC)}")
        yield Case(name="open refused: ENOSPC", rules=f"1 open 1 errno={errno.ENOSPC}", code=1,
                   lines=(full,), status="failed", ended=ended(write="failed", verify="skipped"))
    else:
        yield Case(name="open refused: EMFILE", rules=f"1 open 1 errno={errno.EMFILE}", code=1,
                   lines=(one_of(2, f"cannot open {path(layout)} \\(raise ulimit -n, or use fewer "
                                    f"writers\\): {reason(errno.EMFILE)}"),),
                   status="failed", ended=ended(write="failed", verify="skipped"))
    yield Case(name="statx refused: EPERM", rules=f"* statx 1+ errno={errno.EPERM}",
               facts={("verify", "requests"): 16})
    for code in (errno.EIO, errno.ENOSPC):
        space = SPACE if code == errno.ENOSPC else ""
        yield Case(name=f"fsync: {errno.errorcode[code]}", rules=f"1 fsync 1 errno={code}", code=1,
                   lines=(one_of(2, f"cannot sync {path(layout)}{space}: {reason(code)}"),),
                   status="failed", ended=ended(**DAMAGED))
    yield Case(name="close: EIO", rules=f"1 close 1 errno={errno.EIO}", code=1,
               lines=(one_of(2, f"cannot close {path(layout)}: {reason(errno.EIO)}"),),
               status="failed", ended=ended(**DAMAGED))
    if layout == "rank":
        yield Case(name="removal: EIO", rules=f"1 remove 1 errno={errno.EIO}", code=1, left=True,
                   lines=("[12] of 2 ranks .*: cannot remove .*",), status="failed")


WAITS = ("no progress for [0-9.]+ m?s: rank {rank} on {{host}} waits for a {what} of "
         "{path} at offset {offset}")


def stalls(engine, layout):
    def waits(what, number, rank=1):
        return WAITS.format(rank=rank, what=what, path=path(layout, rank),
                            offset=offset(layout, number, rank))

    given_up = one_of(2, f"write of {path(layout)} at offset {offset(layout, 3)} did not complete "
                         r"within 3\.00 s \(--stall-abort\)")
    soon = ("--stall-warning", "1s")
    abort = (*soon, "--stall-abort", "3s")
    # The delay holds up all requests of an io_uring submission; the first has waited longest.
    yield Case(name="write: slow, reported, continues", rules="1 write 3 delay=3500", options=soon,
               lines=(waits("write", 3) if engine != "uring" else
                      waits("write", 1).rsplit(" ", 1)[0] + " [0-9]+",), facts={("verify", "requests"): 16})
    yield Case(name="write: never returns, --stall-abort", rules="1 write 3 hang", options=abort,
               code=1, lines=(waits("write", 3), given_up), status="failed",
               ended=ended(write="failed", verify="skipped"), why=(("write", given_up),))
    if layout == "rank":
        lost = one_of(2, f"sync of {path(layout)} did not complete within "
                         r"3\.00 s \(--stall-abort\)")
        stalled = WAITS.split(" at offset")[0].format(rank=1, what="sync", path=path(layout))
        yield Case(name="sync after a request: never returns, --stall-abort", rules="1 fsync 2 hang",
                   options=(*abort, "--fsync", "each", "--depth", "1"), code=1, lines=(stalled, lost),
                   status="failed", ended=ended(write="failed", verify="skipped"),
                   why=(("write", lost),))
    yield Case(name="write: never returns, second signal", ranks=0, rules="0 write 3 hang",
               code=130, options=soon, lines=(waits("write", 3, 0), INTERRUPTED),
               status="interrupted", named=True,
               why=(("write", "interrupted by SIGINT: bytes as last received; rank 0 on {host} waits "
                              "for a write of .*"),),
               ended=ended(write="interrupted"), left=True, within_s=5,
               after=((2.5, signal.SIGINT, 0), (3.2, signal.SIGINT, 0)))


def matrix(make, engines, layouts, **more):
    """Yields the cases of each engine and layout, with common fields in 'more'."""
    for engine in engines:
        for layout in layouts:
            for case in make(engine, layout):
                case.engine, case.layout = engine, layout
                for name, value in more.items():
                    setattr(case, name, value)
                yield case


def transfers():
    yield from matrix(write_faults, ("pwrite",), ("rank",))
    yield from matrix(write_faults, ("uring",), ("rank", "shared"))
    yield from matrix(write_faults, ("pwritev",), ("writer",))
    yield from matrix(disconnected, ("pwrite", "uring"), ("rank",))
    yield from matrix(read_faults, ("uring",), ("rank", "shared"))
    yield from matrix(read_faults, ("pwrite",), ("writer",))


def calls():
    yield from matrix(call_faults, ("pwrite",), ("rank",))
    yield from matrix(call_faults, ("uring",), ("shared",))
    yield from matrix(call_faults, ("pwritev",), ("writer",))
    for code, words in ((errno.ENOSYS, "ENOSYS"), (errno.EPERM, "EPERM"), (errno.ENOMEM, "ENOMEM")):
        yield Case(name=f"io_uring refused: {words}, asked for", engine="uring",
                   rules=f"1 setup 1+ errno={code}", code=2, status=None, lines=(one_of(2, ".*"),))
    yield Case(name="io_uring refused, auto falls back", engine="auto",
               rules=f"1 setup 1+ errno={errno.EPERM}", facts={("verify", "requests"): 16})
    yield Case(name="io_uring refused later, in the phase", engine="uring",
               rules=f"1 setup 2+ errno={errno.ENOMEM}", code=1, status="failed",
               lines=(one_of(2, ".*"),), ended=ended(write="failed", verify="skipped"))


def probes():
    """--ceilings: faults in a probe are reported, its files removed, and the run continues."""
    probe = "{target}/{run}/probe-r1"
    asked = ("--ceilings",)
    line = one_of(2, f"cannot write '{probe}' at offset {2 * REQUEST}: {reason(errno.EIO)}")
    for engine in ("pwrite", "uring"):
        yield Case(name="EIO in a probe", engine=engine, options=asked, lines=(line,),
                   rules=f"1 write 3 errno={errno.EIO}", facts={("verify", "requests"): 16})
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            yield Case(name=f"{number.name} in a probe, alone", engine=engine, ranks=0, code=code,
                       options=asked, rules=f"0 write 3 signal={int(number)}", within_s=5,
                       lines=(INTERRUPTED,),
                       status="interrupted", ended=ended(write="skipped", verify="skipped"))
    yield Case(name="SIGTERM to rank 1 in a probe", engine="uring", code=143, options=asked,
               rules=f"1 write 3 signal={int(signal.SIGTERM)}", status="interrupted", within_s=5,
               lines=(INTERRUPTED,), ended=ended(write="skipped", verify="skipped"))
    yield Case(name="SIGTERM through mpirun in a probe", engine="pwrite", code=1,
               options=asked, status="interrupted", within_s=5, lines=(INTERRUPTED,), kill_after_s=1,
               rules=f"0 write 3 launcher={int(signal.SIGTERM)};1 write 4+ delay=400",
               ended="(write:skipped( verify:skipped)?)?")


def stalling():
    yield from matrix(stalls, ("pwrite", "uring"), ("rank",))
    yield from list(matrix(stalls, ("uring",), ("shared",)))[:2]
    for engine in ("pwrite", "uring"):
        yield from fuse_stalls(engine)


def fuse_stalls(engine):
    """Stalls in the kernel, without the preload library."""
    abort = ("--stall-warning", "1s", "--stall-abort", "3s")
    hangs = {"engine": engine, "via": "fuse", "code": 1, "status": "failed", "left": True}

    def lines_of(what, at=""):
        begins = f"no progress for [0-9.]+ m?s: rank 1 on {{host}} waits for a {what} of "
        ends = one_of(2, f"{what} of {path('rank')}{at} did not complete within "
                         r"3\.00 s \(--stall-abort\)")
        return (begins + path("rank") + at, ends,
                "[12] of 2 ranks .*: cannot remove files: their storage does not answer; remove "
                "them with --cleanup and the result")

    # Requests of io_uring reach the file system in any order.
    where = f" at offset {REQUEST if engine == 'pwrite' else '[0-9]+'}"
    yield Case(name="stall below the kernel, reported, continues", engine=engine, via="fuse",
               rules="r1 write 2 delay=3500", options=abort[:2], lines=lines_of("write", where)[:1])
    yield Case(name="hang below the page cache, --stall-abort", rules="r1 write 2 hang",
               options=(*abort, "--direct", "never"), lines=lines_of("write", " at offset [0-9]+"),
               ended=ended(write="failed", verify="skipped"), **hangs)
    # The process cannot be killed: it reports and saves everything, and then waits.
    yield Case(name="hang that cannot be killed", rules="r1 write 2 hang", options=abort,
               lines=lines_of("write", where),
               ended=ended(write="failed", verify="skipped"), saved_as="failed",
               saved_within_s=9, after=((10, "let_go", 0),), within_s=14, **hangs)
    yield Case(name="fsync hangs below the kernel", rules="r1 fsync 1 hang", options=abort,
               lines=lines_of("sync"), ended=ended(write="failed", verify="skipped"), **hangs)


def gave_up(line):
    return f"gave up: {line}; files may be left behind: tidemill run --cleanup '.*/result.h5'"


def gate(rank):
    line = f"no progress for [0-9.]+ m?s: rank {rank} on {{host}} has not come to the next gate"
    return (line, gave_up(line))


def stuck():
    """Hangs of a rank's main thread, outside the pipeline."""
    abort = ("--stall-warning", "1s", "--stall-abort", "3s")
    for rank in (0, 1):
        alone = ("no progress for [0-9.]+ m?s: rank 0 on {host} waits for opening of "
                 + path("rank", 0))
        yield Case(name=f"open never returns on rank {rank}", rules=f"{rank} open 1 hang", code=1,
                   options=abort, status="failed", ended=ended(write="failed"), left=True,
                   lines=gate(1) if rank else (alone, gave_up(alone)))
    yield Case(name="open is slow, reported, continues", rules="1 open 1 delay=3500",
               options=("--stall-warning", "1500ms"), lines=gate(1)[:1])
    removal = ("no progress for [0-9.]+ m?s: rank 0 on {host} waits for removal of "
               + path("rank", 0))
    yield Case(name="removal never returns on rank 0", rules="0 remove 1 hang", code=1,
               options=abort, status="failed", left=True, lines=(removal, gave_up(removal)))
    yield Case(name="removal never returns on rank 1", rules="1 remove 1 hang", code=1,
               options=abort, status="failed", left=True, lines=gate(1))
    yield Case(name="open never returns, second signal", ranks=0, rules="0 open 1 hang", code=143,
               options=("--stall-warning", "20s"), status="interrupted", named=True, left=True, within_s=4,
               lines=(INTERRUPTED,), maybe="waits for opening of",
               ended=ended(write="interrupted"),
               after=((1, signal.SIGTERM, 0), (1.7, signal.SIGTERM, 0)))


def fuse_faults(engine):
    yield Case(name="EIO from below", rules=f"r1 write {THIRD} errno={errno.EIO}", code=1,
               lines=(one_of(2, transfer("write", "rank", 3, errno.EIO)),), status="failed",
               ended=ended(**DAMAGED))
    yield Case(name="EDQUOT from below", rules=f"r1 write {THIRD} errno={errno.EDQUOT}", code=1,
               lines=(one_of(2, transfer("write", "rank", 3, errno.EDQUOT, SPACE)),),
               status="failed", ended=ended(**DAMAGED))
    # io_uring completes both with EIO.
    if engine == "uring":
        for action in ("short=8192", "zero"):
            yield Case(name=f"{action} from below, EIO in a ring",
                       rules=f"r1 write {SECOND} {action}", direct_io=True, code=1,
                       status="failed", ended=ended(**DAMAGED),
                       lines=(one_of(2, transfer("write", "rank", 2, errno.EIO)),))
    else:
        yield Case(name="short from below", rules=f"r1 write {SECOND} short=8192", direct_io=True,
                   facts={("write", "short_transfers"): 1, ("verify", "requests"): 16})
        yield Case(name="zero from below", rules=f"r1 write {SECOND} zero", direct_io=True, code=1,
                   lines=(one_of(2, f"write of {path('rank')} at offset {REQUEST} transferred 0 of "
                                    f"{REQUEST} bytes"),),
                   status="failed", ended=ended(**DAMAGED))
    yield wrong_data("lost write, acknowledged", "rank", rules=f"r1 write {THIRD} lose",
                     kind="zeros")
    yield wrong_data("misdirected write", "rank", rules=f"r1 write {THIRD} shift={16 * MIB}",
                     kind="zeros")
    yield wrong_data("one bit flips", "rank", blocks=1, rules=f"r1 read {THIRD} flip=0",
                     kind="flipped")
    yield Case(name="fsync: EIO from below", rules=f"r1 fsync 1 errno={errno.EIO}", code=1,
               lines=(one_of(2, f"cannot sync {path('rank')}: {reason(errno.EIO)}"),),
               status="failed", ended=ended(**DAMAGED))
    yield Case(name="close: ENOSPC from below", rules=f"r1 close 1+ errno={errno.ENOSPC}", code=1,
               lines=(one_of(2, f"cannot close {path('rank')}{SPACE}: .*"),
                      one_of(2, f"cannot close {path('rank')}{SPACE}: .*")),
               status="failed", ended=ended(write="failed", verify="failed"))
    yield Case(name="O_DIRECT refused at open", rules=f"r1 open_direct 1+ errno={errno.EINVAL}",
               facts={("verify", "requests"): 16})
    yield Case(name="second open and O_RDWR refused", facts={("verify", "requests"): 16},
               rules=f"r1 open_direct 1+ errno={errno.EACCES};r1 open_both 1+ errno={errno.EPERM}")
    yield Case(name="O_DIRECT required, second open refused", code=1, status="failed",
               rules=f"r1 open_direct 1+ errno={errno.EACCES}", options=("--direct", "require"),
               lines=(one_of(2, "direct I/O is required, but not possible: "
                                f"{path('rank')} was created, but opening it again with O_DIRECT "
                                f"was refused: {reason(errno.EACCES)}; use --direct prefer"),),
               ended=ended(write="failed", verify="skipped"))
    yield Case(name="O_DIRECT refused at the write", rules=f"r1 write {FIRST} errno={errno.EINVAL}",
               facts={("write", "buffered_bytes"): PART if engine == "pwrite" else REQUEST,
                      ("verify", "requests"): 16})
    yield Case(name="O_DIRECT required, refused at the write", code=1, status="failed",
               rules=f"r1 write {FIRST} errno={errno.EINVAL}", options=("--direct", "require"),
               lines=(one_of(2, transfer("write", "rank", 1, errno.EINVAL)),),
               ended=ended(write="failed", verify="complete"))


def below():
    for engine in ("pwrite", "uring"):
        for case in fuse_faults(engine):
            case.engine, case.via = engine, "fuse"
            yield case


FORCE = ("--force",)


def real():
    """Real faults, without injection."""
    for engine in ENGINES:
        yield Case(name="full tmpfs", engine=engine, storage="small_tmpfs", options=FORCE, code=1,
                   lines=("[12] of 2 ranks \\(node {host}\\): cannot write '{target}/{run}/r[01]' at "
                          f"offset [0-9]+{SPACE}: {reason(errno.ENOSPC)}",),
                   status="failed", ended=ended(**DAMAGED))
    for engine in ("pwrite", "uring"):
        full = (f"[12] of 2 ranks .*cannot write .* at offset [0-9]+{SPACE}: "
                f"{reason(errno.ENOSPC)}",)
        yield Case(name="full ext4", engine=engine, storage="small_ext4", size="8MiB", code=1,
                   options=FORCE, lines=full, status="failed", ended=ended(**DAMAGED))
        yield Case(name="full xfs, page cache", engine=engine, storage="full_xfs", size="4MiB",
                   options=(*FORCE, "--direct", "never"), code=1, lines=full, status="failed",
                   ended=ended(**DAMAGED), layout="shared")
        # More than MPI needs for its files in shared memory.
        yield Case(name="file size limit", engine=engine, limits={"RLIMIT_FSIZE": 32 * MIB},
                   size="33MiB", code=1, status="failed", ended=ended(**DAMAGED),
                   lines=(f"[12] of 2 ranks \\(node {{host}}\\): cannot write "
                          f"'{{target}}/{{run}}/r[01]' at offset [0-9]+: "
                          f"{reason(errno.EFBIG)}",))
    yield Case(name="inodes used up", engine="uring", storage="few_inodes", code=1, status="failed",
               lines=(one_of(2, "cannot create '{target}/{run}/r[01]'"
                                " \\([0-9]+ bytes and 0 inodes free\\): "
                                + reason(errno.ENOSPC)),),
               ended=ended(write="failed", verify="skipped"))
    yield Case(name="no space, reported only by fsync", engine="pwrite", storage="sparse_ext4",
               size="8MiB", options=("--direct", "never"), code=1, status="failed",
               lines=(f"[12] of 2 ranks .*cannot (sync|write|close) .*{SPACE}.*",),
               ended="write:failed verify:(complete|failed|skipped)")
    yield from frozen()
    yield from gone_bad()
    yield Case(name="no space: refused before the run", engine="uring", storage="small_tmpfs", code=2,
               lines=("(1 of 2 ranks .*: )?the plan needs 4.00 MiB .4194304 bytes. on '{target}', which has "
                      "[0-9.]+ [KMGT]iB .[0-9]+ bytes. available: use a smaller size, or --force",), status=None)


def frozen():
    """A process that waits for a frozen file system cannot be killed; before the thaw, it must report
    the failure and save the result."""
    for engine, options in (("pwrite", ()), ("uring", ()), ("pwrite", ("--direct", "never"))):
        waits = (r"no progress for [0-9.]+ m?s: rank [01] on {host} waits for a (write|sync|close) "
                 r"of '{target}/{run}/r[01]'( at offset [0-9]+)?(; 1 other rank waits as well)?")
        yield Case(name="frozen ext4" + (", page cache" if options else ""), engine=engine,
                   storage="ext4", rules="1 write 3 delay=1", code=1, status="failed", left=True,
                   options=("--stall-warning", "1s", "--stall-abort", "2s", "--rate", "1MiB/s",
                            *options),
                   lines=(waits, r"[12] of 2 ranks .*: (write|sync|close) of .* did not complete "
                                 r"within 2\.00 s \(--stall-abort\)",
                          "[12] of 2 ranks .*: cannot remove files: their storage does not answer; "
                          "remove them with --cleanup and the result"),
                   ended=ended(write="failed", verify="skipped"), saved_as="failed",
                   saved_within_s=9, after=((0, "freeze", 0), (10, "thaw", 0)), within_s=14)


def gone_bad():
    """The device below the file system is truncated."""
    for engine in ("pwrite", "uring"):
        yield Case(name="device loses its data", engine=engine, storage="ext4",
                   rules="0 read 2 delay=1", phases="write,read", code=1, status="failed",
                   options=("--rate", "1MiB/s"), after=((0, "cut_image", 0),),
                   lines=(r"[12] of 2 ranks .*: cannot read '{target}/{run}/r[01]' at offset [0-9]+: "
                          + reason(errno.EIO),),
                   ended=ended(write="complete", read="failed"))


def lost():
    """A rank is killed in the middle of a phase."""
    for engine in ("pwrite", "uring"):
        for rank in (0, 1):
            gone = "interrupted by SIGTERM: bytes as last received; lost rank 1 on {host}"
            yield Case(name=f"SIGKILL of rank {rank}", engine=engine, code=137,
                       rules=f"{rank} write 3 kill", why=(("write", gone),) if rank else (), status="interrupted" if rank else "running",
                       ended="write:interrupted" if rank else "write:running", left=True,
                       maybe=INTERRUPTED,
                       saved_within_s=KILL_AFTER_S if rank else None)
    yield Case(name="SIGKILL in the second phase", engine="uring", rules="1 read 3 kill", code=137,
               status="interrupted", left=True, maybe=INTERRUPTED,
               why=(("verify", "interrupted by SIGTERM: .*; lost rank 1 on {host}"),),
               ended="write:complete verify:interrupted")
    yield Case(name="SIGKILL of rank 2 of 4", engine="uring", ranks=4, rules="2 write 2 kill",
               code=137, status="interrupted", ended="write:interrupted", left=True,
               maybe=INTERRUPTED,
               why=(("write", "interrupted by SIGTERM: .*; lost rank 2 on {host}"),))
    yield Case(name="SIGKILL of mpirun", engine="uring", code=-9, rules="0 write 3 launcher=9",
               status="running|interrupted|complete|failed", ended="write:.*", left=True,
               maybe=INTERRUPTED)


SLOWLY = ("--rate", "1MiB/s")


def signals():
    for case in signalled():
        case.lines = case.lines or (INTERRUPTED,)
        yield case


def signalled():
    for engine in ("pwrite", "uring"):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGUSR1, 143),
                             (signal.SIGUSR2, 143), (signal.SIGHUP, 143), (signal.SIGXCPU, 143)):
            yield Case(name=f"{number.name} alone", engine=engine, ranks=0, options=SLOWLY,
                       rules=f"0 write 3 signal={int(number)}", code=code, status="interrupted",
                       ended=ended(write="interrupted", verify="skipped"), within_s=5)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU):
        yield Case(name=f"{number.name} to rank 1", engine="uring", code=143, options=SLOWLY,
                   rules=f"1 write 3 signal={int(number)}", status="interrupted",
                   ended=ended(write="interrupted", verify="skipped"), within_s=5)
    for number, code in ((signal.SIGUSR1, 143), (signal.SIGUSR2, 143)):
        yield Case(name=f"{number.name} through mpirun", engine="uring", code=code, options=SLOWLY,
                   rules=f"0 write 3 launcher={int(number)}", status="interrupted",
                   ended=ended(write="interrupted", verify="skipped"), within_s=5)
    for engine in ("pwrite", "uring"):
        for number in (signal.SIGTERM, signal.SIGINT):
            # More data than are written before mpirun passes the signal on.
            yield Case(name=f"{number.name} through mpirun", engine=engine, code=1, options=SLOWLY,
                       size="16MiB",
                       rules=f"0 write 3 launcher={int(number)}", status="interrupted",
                       ended="write:interrupted( verify:skipped)?", saved_within_s=KILL_AFTER_S,
                       within_s=5)
    yield Case(name="SIGTERM through mpirun while a write hangs", engine="pwrite", code=1,
               rules=f"1 write 2 hang;0 write 3 launcher={int(signal.SIGTERM)}", options=SLOWLY,
               status="interrupted", ended="write:interrupted", left=True, within_s=6)
    # Long before the warning of 30 s: which rank waits for what, in the result too. Nothing else ends
    # the run than a second signal.
    waits = "rank 1 on {host} waits for a write of " + path("rank") + f" at offset {2 * REQUEST}"
    yield Case(name="SIGUSR1 while a write hangs", engine="pwrite", code=143, options=SLOWLY,
               rules="1 write 3 hang", left=True, status="interrupted", within_s=14,
               after=((0.5, signal.SIGUSR1, "launcher"), (10.5, signal.SIGUSR1, "launcher")),
               lines=(INTERRUPTED, "no progress for [0-9.]+ m?s: " + waits),
               why=(("write", "interrupted by SIGTERM: bytes as last received; " + waits),),
               ended="write:interrupted")


NAME_PHASES = ("create", "stat", "open", "rename", "readdir", "find", "remove")


def name_phases(**others):
    """How phases of names end: those in 'others' as given there, the others complete."""
    return ended(**{phase: others.get(phase, "complete") for phase in NAME_PHASES})


def of_object(name):
    """The pattern of a path with the names of objects, of which this one has the first letters."""
    words = {"r": "created", "n": "renamed", "[rn]": "(created|renamed)"}
    return re.sub(r"(\[rn\]|\b[rn])(1\\?\.)", lambda found: rf"tm\.{words[found[1]]}\.r{found[2]}", name)


def object_at(name):
    return f"'{{target}}/{{run}}/objects/r1/d[0-9]+/{of_object(name)}'"


def no(verb, name, code, note=""):
    """The line of an operation of rank 1 that failed."""
    space = SPACE if code in (errno.ENOSPC, errno.EDQUOT) else ""
    return one_of(2, f"cannot {verb} {object_at(name)}{space}: {reason(code)}{note}")


def no_list(code):
    return one_of(2, f"cannot list directory '{{target}}/{{run}}/objects/r1/d[0-9]+': {reason(code)}")


SIZED = ("--object-size", "3901")
FOLDERS = ("--objects", "directories")
READ_ONLY = ": the file system was remounted read-only, perhaps after an error"
NO_RENAME = ": the file system cannot rename it"
VANISHED = ": another process removed it"


def names():
    """Metadata operations, as plain calls and with several in flight."""
    for engine in ("pwrite", "uring"):
        for make in (ending_faults, counted_faults, harmless_faults, name_stalls, killed):
            for case in make(engine):
                case.engine, case.via = engine, "fuse"
                case.options = ("--objects-per-rank", "20", "--fan-out", "5", *case.options,
                                *(("--depth", "4") if engine == "uring" else ()))
                case.phases = ",".join(NAME_PHASES)
                if case.code in (1, 3):
                    case.kill_after_s = 2  # nothing is left to be done when the ranks end
                yield case
    # Without its list of operations, io_uring is used for nothing.
    yield Case(name="io_uring without operations on names", engine="uring",
               rules=f"* probe 1+ errno={errno.ENOSYS}", phases="create,stat,open,rename,remove",
               options=("--objects-per-rank", "20", "--depth", "4"),
               facts={("create", "operations"): 40, ("remove", "operations"): 40})


def ending_faults(engine):
    """Errors that are not about one object: each ends its phase, and later ones visit what exists."""
    yield Case(name="ENOSPC, EIO, EXDEV, EROFS", options=SIZED, code=1, status="failed",
               rules=f"r1.7 open 1 errno={errno.ENOSPC};r1.1 open 2 errno={errno.EIO};"
                     f"r1.2 rename 1 errno={errno.EXDEV};r1/d0 list 2 errno={errno.EIO};"
                     f"1.3 remove 1 errno={errno.EROFS}",
               lines=(no("create", r"r1\.7", errno.ENOSPC), no("open", r"r1\.1", errno.EIO),
                      no("rename", r"r1\.2", errno.EXDEV, NO_RENAME), no_list(errno.EIO),
                      no("remove", r"[rn]1\.3", errno.EROFS, READ_ONLY)),
               ended=name_phases(create="failed", open="failed", rename="failed", find="failed",
                                 remove="failed"))
    yield Case(name="EDQUOT, EACCES, EPERM, EBUSY", options=SIZED, code=1, status="failed",
               rules=f"r1/d1 mkdir 1 errno={errno.EDQUOT};r1.0 open 2 errno={errno.EACCES};"
                     f"r1.2 rename 1 errno={errno.EPERM};r1/d0 list 1 errno={errno.EACCES};"
                     f"1.3 remove 1 errno={errno.EBUSY}",
               lines=(one_of(2, f"cannot create directory '{{target}}/{{run}}/objects/r1/d1'{SPACE}: "
                                + reason(errno.EDQUOT)),
                      no("open", r"r1\.0", errno.EACCES), no("rename", r"r1\.2", errno.EPERM),
                      no_list(errno.EACCES), no("remove", r"[rn]1\.3", errno.EBUSY)),
               ended=name_phases(create="failed", open="failed", rename="failed", readdir="failed",
                                 remove="failed"))
    yield Case(name="EMLINK, ENOSYS, EROFS of directories", options=FOLDERS, code=1, status="failed",
               rules=f"r1.7 mkdir 1 errno={errno.EMLINK};r1.2 rename 1+ errno={errno.ENOSYS};"
                     f"1.3 rmdir 1 errno={errno.EROFS}",
               lines=(no("create", r"r1\.7", errno.EMLINK,
                         ": its directory holds as many directories as the file system allows; use "
                         "--fan-out"),
                      no("rename", r"r1\.2", errno.ENOSYS, NO_RENAME),
                      no("remove", r"[rn]1\.3", errno.EROFS, READ_ONLY)),
               ended=name_phases(create="failed", rename="failed", remove="failed"))
    yield Case(name="ENAMETOOLONG, EINVAL", options=SIZED, code=1, status="failed",
               rules=f"r1.7 open 1 errno={errno.ENAMETOOLONG};r1.2 rename 1+ errno={errno.EINVAL}",
               lines=(no("create", r"r1\.7", errno.ENAMETOOLONG,
                         ": the file system allows only shorter names; use a shorter TARGET"),
                      no("rename", r"r1\.2", errno.EINVAL, NO_RENAME)),
               ended=name_phases(create="failed", rename="failed"))


def holds(name):
    return one_of(2, f"directory '{{target}}/{{run}}/objects/r1/d[0-9]+' holds '{of_object(name)}', which is not "
                     "an object of this run that exists there: it was left alone")


def remains(name):
    return one_of(2, "cannot remove directory '{target}/{run}/objects/r1/d[0-9]+': it holds "
                     f"'{of_object(name)}', which another process may have created; move it away, then use "
                     "--cleanup and the result")


def counted_faults(engine):
    """Errors of one object: the phase continues, and its rate is that of the others."""
    few = one_of(2, "directory '{target}/{run}/objects/r1/d[0-9]+' lists [0-9] of 5 objects: the "
                    "others are missing")
    yield Case(name="objects vanish", options=SIZED, code=1, status="failed",
               rules="r1.7 open 2 vanish;r1.8 rename 1 vanish;1.9 remove 1 vanish",
               lines=(no("open", r"r1\.7", errno.ENOENT, VANISHED),
                      no("rename", r"r1\.[78]", errno.ENOENT, VANISHED), few, few,
                      no("remove", r"[rn]1\.[789]", errno.ENOENT, VANISHED)),
               ended=name_phases(open="failed", rename="failed", readdir="failed", find="failed",
                                 remove="failed"),
               errors={"create": (40, ""), "stat": (40, ""), "open": (39, "ENOENT 1"),
                       "rename": (38, "ENOENT 2"), "readdir": (38, "ENOENT 2"),
                       "find": (38, "ENOENT 2"), "remove": (37, "ENOENT 3")})
    yield Case(name="files of others appear", options=SIZED, code=1, status="failed", left=True,
               rules="r1.7 open 1 appear;r1.8 rename 1 appear;r1/d3 list 1 appear",
               lines=(no("create", r"r1\.7", errno.EEXIST,
                         ": another process created it, and it was left alone"),
                      no("rename", r"r1\.8", errno.EEXIST, ": another process created a file of its "
                         "new name, and it was left alone"),
                      holds(r"(r1\.7|n1\.8|precious)"), holds(r"(r1\.7|n1\.8|precious)"),
                      remains(r"(r1\.7|n1\.8|precious)")),
               ended=name_phases(create="failed", rename="failed", readdir="failed", find="failed"),
               errors={"create": (39, "EEXIST 1"), "stat": (39, ""), "rename": (38, "EEXIST 1"),
                       "readdir": (39, "EEXIST 3"), "find": (39, "EEXIST 3"), "remove": (39, "")},
               foreign=(of_object(r".*/r1/d[0-9]/r1\.7"), of_object(r".*/r1/d[0-9]/n1\.8"), ".*/r1/d3/precious"))
    yield Case(name="directories get files of others", options=FOLDERS, code=1, status="failed",
               rules="1.7 list 1 appear", left=True,
               lines=(one_of(2, f"cannot readdir {object_at('[rn]1.7')}: {reason(errno.ENOTEMPTY)}.*"),
                      one_of(2, f"cannot find {object_at('[rn]1.7')}: {reason(errno.ENOTEMPTY)}.*"),
                      no("remove", r"[rn]1\.7", errno.ENOTEMPTY, ": another process created something "
                         "in it, which was left alone"), ".*cannot remove .*"),
               ended=name_phases(readdir="failed", find="failed", remove="failed"),
               errors={"readdir": (39, "ENOTEMPTY 1"), "find": (39, "ENOTEMPTY 1"),
                       "remove": (39, "ENOTEMPTY 1")},
               foreign=(of_object(".*/[rn]1.7/precious"),))
    yield Case(name="neither O_EXCL nor renames that replace nothing", code=1, status="failed",
               options=SIZED, left=True,
               rules="r1.8 open 1 appear=1;* open 1+ inclusive;* rename 1+ noflags",
               lines=(no("rename", r"r1\.8", errno.EEXIST, ".*"), holds(r"n1\.8"), holds(r"n1\.8"),
                      remains(r"n1\.8")),
               ended=name_phases(rename="failed", readdir="failed", find="failed"),
               errors={"create": (40, ""), "rename": (39, "EEXIST 1"), "remove": (40, "")},
               facts={("rename", "not_granted_set"): 2 * 512}, foreign=(of_object(r".*/n1\.8"),))
    wrong = one_of(2, "1 block of 4 KiB holds wrong data, first in " + object_at(r"r1\.7") +
                   r" at offset 100 \(rank 1 on {host}\): flipped")
    yield Case(name="one bit of an object flips", options=SIZED, code=3, status="failed",
               rules="r1.7 read 1 flip=100", lines=(wrong.split(": ", 1)[1],),
               ended=name_phases(open="failed"), errors={"open": (39, "EBADMSG 1")})


def harmless_faults(engine):
    calls = ("open", "write", "fsync", "close", "mkdir", "rename", "list", "remove", "rmdir")
    yield Case(name="each second call is interrupted", options=(*SIZED, "--fsync", "each"),
               rules=";".join(f"* {call} 1/2 errno={errno.EINTR}" for call in calls),
               errors={phase: (40, "") for phase in NAME_PHASES},
               facts={("create", "retries"): 60, ("rename", "retries"): 30})
    waits = ("no progress for [0-9.]+ m?s: rank 1 on {host} waits for an? %s of "
             "'{target}/{run}/objects/r1/d[0-9]+(/tm\\.[a-z]+\\.r1\\.[0-9]+)?'")
    # The kernel asks for attributes within stat and find only: the names are known for a second.
    yield Case(name="slow, reported, continues", options=("--stall-warning", "400ms", *SIZED),
               rules="r1.7 open 1 delay=1500;r1.6 open 2 delay=1500;r1.5 rename 1 delay=1500;"
                     "r1/d2 list 1 delay=1500;1.4 remove 1 delay=1500",
               lines=tuple(waits % phase for phase in ("create", "open", "rename", "readdir", "remove")),
               errors={phase: (40, "") for phase in NAME_PHASES})


def name_stalls(engine):
    abort = ("--stall-warning", "1s", "--stall-abort", "3s")
    hangs = (("create", "r1.7 open 1 hang"),
             ("readdir", "r1/d2 list 1 hang") if engine == "pwrite" else ("rename", "r1.7 rename 1 hang"))
    for phase, rule in hangs:
        at = NAME_PHASES.index(phase)
        yield Case(name=f"{phase}: never returns, --stall-abort", rules=rule, options=abort, code=1,
                   left=True, status="failed",
                   lines=(f"no progress for [0-9.]+ m?s: rank 1 on {{host}} waits for a {phase} of "
                          "'{target}/{run}/objects/r1/d[0-9]+(/tm\\.[a-z]+\\.r1\\.[0-9]+)?'",
                          one_of(2, f"{phase} in '{{target}}/{{run}}/objects/r1/d[0-9]+' did not "
                                    r"complete within 3\.00 s \(--stall-abort\)")),
                   # an operation of a ring is cancelled when its thread ends
                   maybe=OVER + "|cannot remove files: their storage does not answer",
                   ended=name_phases(**{phase: "failed"},
                                     **{later: "skipped" for later in NAME_PHASES[at + 1:]}))


def killed(engine):
    """What a killed rank leaves is named in the result, and --cleanup removes it."""
    for phase, rule in (("create", "r1.7 open 1 kill"),
                        ("rename", "r1.7 rename 1 kill") if engine == "uring" else
                        ("remove", "1.7 remove 1 kill")):
        at = NAME_PHASES.index(phase)
        yield Case(name=f"SIGKILL of rank 1 in {phase}", rules=rule, code=137, left=True,
                   status="interrupted", maybe=INTERRUPTED,
                   why=((phase, "interrupted by SIGTERM: operations as last received; lost rank 1 on "
                                "{host}"),),
                   ended=" ".join([f"{before}:complete" for before in NAME_PHASES[:at]]
                                  + [f"{phase}:interrupted"]))


GROUPS = {function.__name__: function
          for function in (transfers, calls, probes, stalling, stuck, below, real, lost, signals,
                           names)}
