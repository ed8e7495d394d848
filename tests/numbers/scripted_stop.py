# SPDX-License-Identifier: Apache-2.0
"""scripted_stop.py RESULT RANK RANKS: the advice names the rank that pauses for three seconds."""
import sys

import h5py

MS = 1000 * 1000


def gap(rank, stopped):
    """A rank's longest time between two completions."""
    usual = (40 if rank % 2 else 20) * MS
    return usual + 3000 * MS if rank == stopped else 5 * usual


path, stopped, ranks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with h5py.File(path, "r") as file:
    table = file["phases/01_write/ranks"]
    wanted = [gap(rank, stopped) for rank in range(ranks)]
    found = list(table["longest_gap_ns"])
    assert wanted == found, (wanted, found)
    texts = [text for code, text in zip(file["advice/code"].asstr(), file["advice/text"].asstr())
             if code == "stalled-rank"]
    names = table["name"].asstr()
    assert len(texts) == 1, texts
    assert [name in texts[0] for name in names] == [rank == stopped for rank in range(ranks)], texts
    assert "for 3.0" in texts[0], texts
print("named:", texts[0])
