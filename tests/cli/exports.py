#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the JSON and the CSV tables of a result with its HDF5 file.

exports.py RESULT.h5 RESULT.json TABLES SCHEMA.json

Every attribute and every column of the HDF5 file is in both, with the same value; a table that the file
leaves out is empty. The JSON is valid by the schema, which describes every member of it.
"""
import csv
import json
import sys

import h5py
import jsonschema

FAULTS = []


def fault(where, expected, found):
    FAULTS.append(f"{where}: {expected!r} in the file, {found!r} exported")


def plain(value, dtype):
    """A value of HDF5 as JSON has it."""
    names = h5py.check_enum_dtype(dtype)
    if names:
        word = {v: k for k, v in names.items()}[int(value)]
        return {"TRUE": True, "FALSE": False}.get(word, word)
    if dtype == bool:
        return bool(value)
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    return value.decode("utf-8", "replace").replace("\ufffd", "?") if isinstance(value, bytes) \
        else int(value)


def same(where, expected, found):
    if isinstance(found, bool) and isinstance(expected, str):
        expected = {"TRUE": True, "FALSE": False}.get(expected, expected)
    if expected != found:
        fault(where, expected, found)


def attributes(group, found, where):
    for name in group.attrs:
        if name in ("long_name", "rows"):
            continue
        value = plain(group.attrs[name], group.attrs.get_id(name).dtype)
        same(f"{where}/{name}", value, found.get(name, "nothing"))


def rows(group, found, where):
    count = int(group.attrs["rows"])
    if len(found) != count:
        fault(where, count, len(found))
        return
    for name, column in group.items():
        for i, value in enumerate(column[...] if count else []):
            if name in found[i] or int(group.attrs["rows"]) == 0:
                same(f"{where}[{i}]/{name}", plain(value, column.dtype), found[i][name])
            elif int(value) != -1:
                fault(f"{where}[{i}]/{name}", value, "nothing")


def histogram(group, found, where):
    attributes(group, found, where)
    counts = group["counts"][...]
    edges = group["edges_ns"][...]
    filled = [{"from_ns": int(edges[i]), "below_ns": int(edges[i + 1]), "count": int(n)}
              for i, n in enumerate(counts) if n]
    if filled != found["counts"]:
        fault(f"{where}/counts", filled, found["counts"])
    for i, node in enumerate(found.get("nodes", [])):
        counts = group["nodes/counts"][i]
        if int(counts.sum()) != sum(bucket["count"] for bucket in node["counts"]):
            fault(f"{where}/nodes[{i}]", int(counts.sum()), node["counts"])
        if node["node"] != int(group["nodes/node"][i]):
            fault(f"{where}/nodes[{i}]/node", int(group["nodes/node"][i]), node["node"])


def left_out(group, found, where):
    for name, member in found.items():
        if isinstance(member, list) and name not in group and member:
            fault(f"{where}/{name}", "nothing", member)


def phase(group, found, where):
    attributes(group, found, where)
    left_out(group, found, where)
    for name, part in group.items():
        if "counts" in part:
            histogram(part, found[name], f"{where}/{name}")
        elif "rows" in part.attrs:
            if name == "files" and group.file.attrs["detail"] != "writer":
                assert found[name] == [], where
                continue
            rows(part, found[name], f"{where}/{name}")
        else:
            attributes(part, found[name], f"{where}/{name}")


def table(folder, name):
    with open(f"{folder}/{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells(group, found, where, only=None):
    """The columns of a table against the cells of its CSV file."""
    for name, column in group.items():
        for i, value in enumerate(column[...] if int(group.attrs["rows"]) else []):
            value = plain(value, column.dtype)
            value = {True: "TRUE", False: "FALSE"}[value] if isinstance(value, bool) else str(value)
            cell = found[i][name]
            text = "".join("?" if ord(c) < 32 or ord(c) == 127 else c for c in value)
            if value == "-1" and cell == "" and "_per_s" in name:
                continue  # an amount of another unit
            if cell not in (text, "'" + text):
                fault(f"{where}[{i}]/{name} as CSV", value, cell)


def described(value, schema, where):
    """Every member is in the schema, by name."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name not in schema["properties"]:
                fault(f"{where}/{name}", "a property of the schema", "none")
            else:
                described(member, schema["properties"][name], f"{where}/{name}")
    elif isinstance(value, list):
        for member in value:
            described(member, schema["items"], where)


def main():
    result, exported, folder, schema_path = sys.argv[1:]
    with open(exported, encoding="utf-8") as file:
        found = json.load(file)
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.validate(found, schema)
    described(found, schema, "")
    with h5py.File(result) as file:
        attributes(file, found, "")
        left_out(file, found, "")
        for name, group in file["environment"].items():
            if name == "job":
                attributes(group, found["environment"][name], name)
            else:
                rows(group, found["environment"][name], name)
                cells(group, table(folder, f"environment_{name}"), name)
        for name, group in file.items():
            if name not in ("environment", "phases"):
                rows(group, found[name], name)
                cells(group, table(folder, name), name)
        names = [name for name in file["phases"]] if "phases" in file else []
        if sorted(names) != sorted(one["name"] for one in found["phases"]):
            fault("phases", names, [one["name"] for one in found["phases"]])
        for one in found["phases"]:
            group = file["phases"][one["name"]]
            phase(group, one, one["name"])
            for name, part in group.items():
                if "rows" in part.attrs:
                    own = [row for row in table(folder, f"phases_{name}")
                           if row["phase"] == one["name"]]
                    cells(part, own, f"{one['name']}/{name}")
    for line in FAULTS[:20]:
        print(line)
    sys.exit(1 if FAULTS else 0)


if __name__ == "__main__":
    main()
