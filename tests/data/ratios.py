#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures data of tidemill with independent tools: python, zstd, gzip, lz4, fio-dedupe.

usage: ratios.py DIRECTORY [--compress R] [--dedup R] [--dedup-block BYTES]

DIRECTORY has the files of all ranks. Each line shows a measured and a requested value, and whether
they agree. Exit code: 0 if all agree, 1 if not, 2 for a usage error. Tools that are not installed
are reported as skipped.

Tolerances for all files together and for the median chunk of 128 KiB: zstd -1 and gzip -6 3 % up to
4:1, 5 % up to 8:1, 8 % beyond; lz4 5 % (8 %). Dedup: 1 %. Without dedup, every chunk of 512 B,
4 KiB, 128 KiB and 1 MiB must be unique; without compression, zstd -19 must gain nothing.
"""

import argparse
import hashlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

SECTOR, BLOCK, CHUNK, WINDOW = 512, 4096, 128 << 10, 1 << 20
CHUNKS_PACKED = 32  # spread over the files
HARD_SAMPLE = 4 << 20  # bytes for zstd -19

failures = 0


def report(what, found, requested, tolerance):
    """Prints one line; a tolerance of 0 means equal."""
    global failures
    good = found == requested if tolerance == 0 else abs(found / requested - 1) <= tolerance
    failures += not good
    limit = "exactly" if tolerance == 0 else f"within {tolerance:.1%}"
    verdict = "ok" if good else "WRONG"
    print(f"{what:<36} {found:10.4f}  requested {requested:8.4f} {limit:<12} {verdict}")


def files_below(directory):
    found = []
    for folder, _, names in os.walk(directory):
        paths = (os.path.join(folder, name) for name in names)
        found += [path for path in paths if os.path.isfile(path) and os.path.getsize(path)]
    return sorted(found)


def chunks_of(paths, size, whole_only=False):
    """Yields the chunks of each file from its start; the last one may be short."""
    for path in paths:
        with open(path, "rb") as file:
            while data := file.read(size):
                if len(data) == size or not whole_only:
                    yield data


def count_unique(paths, size):
    """Returns the number of chunks, and of different ones."""
    seen, total = set(), 0
    for data in chunks_of(paths, size, whole_only=True):
        seen.add(hashlib.blake2b(data, digest_size=16).digest())
        total += 1
    return total, len(seen)


def judge_dedup(paths, ratio, block):
    for size in sorted({SECTOR, BLOCK, CHUNK, WINDOW, block}):
        total, unique = count_unique(paths, size)
        if not total:
            print(f"skipped chunks of {size} B: no file is that long")
        elif ratio == 1:
            report(f"unique share at {size} B", unique / total, 1, 0)
        elif size <= block and block % size == 0:
            report(f"dedup ratio at {size} B", total / unique, ratio, 0.01)
        elif size >= 8 * block and size % block == 0 and total * ratio <= 64 * unique:
            report(f"unique share at {size} B", unique / total, 1, 0.02)
    zeros = sum(not any(data) for data in chunks_of(paths, BLOCK))
    report("blocks of 4 KiB that are all zero", zeros, 0, 0)


def judge_by_fio(paths, ratio, block):
    if not shutil.which("fio-dedupe"):
        print("skipped fio-dedupe: not installed")
        return
    with tempfile.TemporaryDirectory(prefix="tidemill-ratios.") as folder:
        together = os.path.join(folder, "all")
        with open(together, "wb") as out:
            for data in chunks_of(paths, block, whole_only=True):
                out.write(data)
        # -B 0: without the bloom filter, which has false positives
        command = ["fio-dedupe", "-B", "0", "-b", str(block), together]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    numbers = re.search(r"Extents=(\d+), Unique extents=(\d+)", output)
    report("dedup ratio by fio-dedupe", int(numbers[1]) / int(numbers[2]), ratio, 0.01)


def packed_bytes(command, pieces):
    """Returns how many bytes the command compresses the pieces to, as one stream."""
    with tempfile.TemporaryFile() as spool:
        for piece in pieces:
            spool.write(piece)
        spool.seek(0)
        done = subprocess.run(command, stdin=spool, capture_output=True, check=True)
        return len(done.stdout)


def judge_compression(paths, ratio):
    close, wide = (0.03, 0.05) if ratio <= 4 else (0.05, 0.05) if ratio <= 8 else (0.08, 0.08)
    judges = [("zstd -1", ["zstd", "-1", "-q", "-c"], close),
              ("gzip -6", ["gzip", "-6", "-n", "-c"], close),
              ("lz4", ["lz4", "-1", "-q", "-c"], wide)]
    total = sum(map(os.path.getsize, paths))
    chunks = [data for data in chunks_of(paths, CHUNK) if len(data) == CHUNK]
    chunks = chunks[:: max(1, len(chunks) // CHUNKS_PACKED)]
    for name, command, tolerance in judges:
        if not shutil.which(command[0]):
            print(f"skipped {name}: not installed")
            continue
        report(f"{name} on all files", total / packed_bytes(command, chunks_of(paths, WINDOW)),
             ratio, tolerance)
        if chunks:
            each = statistics.median(len(data) / packed_bytes(command, [data]) for data in chunks)
            report(f"{name} in the median 128 KiB", each, ratio, tolerance)


def judge_hard(paths):
    if not shutil.which("zstd"):
        print("skipped zstd -19: not installed")
        return
    sample = b"".join(chunks_of(paths, WINDOW))[:HARD_SAMPLE]
    gained = len(sample) - packed_bytes(["zstd", "-19", "-q", "-c"], [sample])
    report("bytes that zstd -19 gains", max(gained, 0), 0, 0)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.splitlines()[2][7:])
    parser.add_argument("directory")
    parser.add_argument("--compress", type=float, default=1)
    parser.add_argument("--dedup", type=float, default=1)
    parser.add_argument("--dedup-block", type=int, default=BLOCK)
    requested = parser.parse_args()
    paths = files_below(requested.directory)
    if not paths:
        parser.error(f"no data in '{requested.directory}'")
    judge_dedup(paths, requested.dedup, requested.dedup_block)
    judge_by_fio(paths, requested.dedup, requested.dedup_block)
    judge_compression(paths, requested.compress)
    if requested.compress == 1 and requested.dedup == 1:
        judge_hard(paths)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
