# SPDX-License-Identifier: Apache-2.0
"""The storage of a case's target, and actions on it during the run."""
import os
import shutil
import subprocess
import time

from bench import Skip, die_with_parent


def need_root():
    if not os.environ.get("FAULT_NAMESPACE"):
        raise Skip("mounts need root")


def unmount(bench):
    """Retries, as io_uring releases its files shortly after the end of its process."""
    for _ in range(50):
        if subprocess.run(["umount", bench.target], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "-l", bench.target], check=False)


def mounted(bench, *words):
    need_root()
    bench.call("mount", *words, bench.target)
    bench.undo.append(lambda: unmount(bench))


def plain(bench):
    """The storage of the temporary directory."""
    del bench


def small_tmpfs(bench):
    mounted(bench, "-t", "tmpfs", "-o", "size=1m,mode=700", "small")


def few_inodes(bench):
    """Inodes for one directory and one file."""
    mounted(bench, "-t", "tmpfs", "-o", "size=64m,nr_inodes=3,mode=700", "few")


def on_loop(bench, kind, size, *make_options):
    need_root()
    if not shutil.which(f"mkfs.{kind}"):
        raise Skip(f"needs mkfs.{kind}")
    image = bench.folder / "image"
    with open(image, "wb") as file:
        file.truncate(size)
    bench.call(f"mkfs.{kind}", "-q", *make_options, image)
    device = bench.call("losetup", "-f", "--show", image).stdout.strip()
    try:
        mounted(bench, device)
    finally:
        # The device is removed at the end of its mount.
        subprocess.run(["losetup", "-d", device], check=False)


def small_ext4(bench):
    on_loop(bench, "ext4", 4 << 20, "-F", "-m", "0", "-O", "^has_journal")


def ext4(bench):
    on_loop(bench, "ext4", 64 << 20, "-F", "-m", "0", "-O", "^has_journal")


def full_xfs(bench):
    """Has less free space than the run needs."""
    on_loop(bench, "xfs", 300 << 20, "-f")
    free = os.statvfs(bench.target)
    left = free.f_bavail * free.f_frsize - (2 << 20)
    bench.call("fallocate", "-l", left, bench.target / "ballast")
    bench.undo.append((bench.target / "ballast").unlink)


def sparse_ext4(bench):
    """The file system has space, but its device does not: only delayed allocation fails."""
    need_root()
    below = bench.folder / "below"
    below.mkdir()
    bench.call("mount", "-t", "tmpfs", "-o", "size=6m", "below", below)
    bench.undo.append(lambda: subprocess.run(["umount", "-l", below], check=False))
    image = below / "image"
    with open(image, "wb") as file:
        file.truncate(64 << 20)
    bench.call("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", "-E", "nodiscard", image)
    device = bench.call("losetup", "-f", "--show", image).stdout.strip()
    try:
        mounted(bench, device)
    finally:
        subprocess.run(["losetup", "-d", device], check=False)


def fuse(bench):
    """The file system of the bench (fault_fs) over another directory."""
    need_root()
    if not os.path.exists("/dev/fuse"):
        raise Skip("needs /dev/fuse")
    case = bench.case
    source = bench.folder / "source"
    source.mkdir()
    variables = dict(os.environ, FAULT_RULES=case.rules, FAULT_RELEASE=str(bench.release),
                     FAULT_HARD="yes" if case.hard else "no", FAULT_MARK=str(bench.mark),
                     FAULT_DIRECT="yes" if case.direct_io else "no")
    server = subprocess.Popen([bench.tools["fault_fs"], source, bench.target], env=variables,
                              preexec_fn=die_with_parent, stderr=subprocess.DEVNULL)

    def stop():
        bench.release.touch()
        unmount(bench)
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    bench.undo.append(stop)
    for _ in range(100):
        if os.path.ismount(bench.target):
            return
        time.sleep(0.05)
    raise OSError("fault_fs did not mount")


STORAGES = {function.__name__: function
            for function in (plain, small_tmpfs, few_inodes, small_ext4, ext4, full_xfs,
                             sparse_ext4, fuse)}


def freeze(bench):
    bench.call("fsfreeze", "-f", bench.target)
    bench.undo.append(lambda: subprocess.run(["fsfreeze", "-u", bench.target], check=False,
                                             capture_output=True))


def thaw(bench):
    bench.call("fsfreeze", "-u", bench.target)


def cut_image(bench):
    os.truncate(bench.folder / "image", 1 << 20)


def let_go(bench):
    bench.release.touch()


ACTIONS = {function.__name__: function for function in (freeze, thaw, cut_image, let_go)}
