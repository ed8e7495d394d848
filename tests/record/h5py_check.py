# SPDX-License-Identifier: Apache-2.0
"""h5py reads a result of foreign_test.c, in the format that results/README.md documents."""
import sys

import h5py

with h5py.File(sys.argv[1], "r") as file:
    assert file.attrs["schema_version"] == 1
    assert file.attrs["label"] == "größer 漢 🌊", file.attrs["label"]
    assert isinstance(file.attrs["status"], str) and file.attrs["status"] == "complete"

    def check(name, column):
        """Every column has units and a long name; all columns of a table have the same length."""
        if not isinstance(column, h5py.Dataset):
            return
        assert column.attrs["units"] and column.attrs["long_name"], name
        packed = column.compression == "gzip" and column.shuffle
        assert packed if column.chunks else column.nbytes <= 512, name
        string = h5py.check_string_dtype(column.dtype)
        if string:
            assert string.encoding == "utf-8" and string.length, name
        elif h5py.check_enum_dtype(column.dtype):
            assert column.dtype.itemsize == 1, name
        else:
            assert column.dtype == bool or column.dtype == "<i8", (name, column.dtype)
        if "rows" in column.parent.attrs:
            assert column.shape[0] == column.parent.attrs["rows"], name

    file.visititems(check)
    phase = file["phases/99_write"]
    assert phase.attrs["kind"] == "write" and phase.attrs["direct_in_effect"] == "mixed"
    rate = phase.attrs["bytes"] / (phase.attrs["duration_ns"] / 1e9)
    assert phase.attrs["rate_whole_bytes_per_s"] == round(rate) == 2000000000
    assert list(phase["nodes/name"].asstr()) == ["knoten-ä0", "knoten-ä1", "knoten-ä2"]
    truth = h5py.check_enum_dtype(phase["nodes/direct_in_effect"].dtype)
    assert truth == {"no": 0, "yes": 1, "unknown": 2, "mixed": 3}
    assert file["environment/targets/ram_backed"].dtype == bool

    latency = phase["latency"]
    edges, counts = latency["edges_ns"][()], latency["counts"][()]
    assert len(edges) == len(counts) + 1 and counts.sum() == latency.attrs["total"] == 3
    assert all(low < high for low, high in zip(edges, edges[1:]))
    assert [int(edges[i]) for i in counts.nonzero()[0]] == [1000, 2000, 2976]
    assert (latency["nodes/counts"][()].sum(axis=0) == counts).all()
    assert list(file["phases"])[-2:] == ["99_write", "99_create"]

    create = file["phases/99_create"]
    assert (phase.attrs["unit"], create.attrs["unit"]) == ("bytes", "operations")
    assert create.attrs["operations"] == create.attrs["operations_planned"] == 24000
    assert create.attrs["rate_whole_operations_per_s"] == 12000
    assert create.attrs["rate_ranks_operations_per_s"] == 13000
    assert list(create["timeline/operations"]) == [24000]
    assert create["timeline/operations"].attrs["units"] == "1"
    for group, other in ((create, "bytes"), (phase, "operations")):
        names = list(group.attrs) + list(group["timeline"])
        assert not [name for name in names if other in name and name != "request_bytes"], names

    summary = file["summary"]
    assert list(summary["median_bytes_per_s"]) == [2000000000, -1]
    assert list(summary["median_operations_per_s"]) == [-1, 12000]
    assert h5py.check_enum_dtype(summary["unit"].dtype) == {"bytes": 0, "operations": 1}
