# SPDX-License-Identifier: Apache-2.0
"""results/README.md names every group, column and attribute of a result, and all of schema.json."""
import json
import pathlib
import re
import sys

import h5py

results = pathlib.Path(__file__).parents[2] / "results"
documented = set(re.findall(r"`([^`\s]+)`", (results / "README.md").read_text(encoding="utf-8")))
missing = set()


def names(schema):
    """All properties of a JSON Schema."""
    if isinstance(schema, list):
        return {name for part in schema for name in names(part)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*(names(part) for part in schema.values()))


schema = json.loads((results / "schema.json").read_text(encoding="utf-8"))
missing.update(names(schema) - documented - {"from_ns", "below_ns", "count", "name"})


def check(name, item):
    last = name.split("/")[-1]
    if not re.match(r"phases/[^/]+$", name) and last not in documented:
        missing.add(last)
    missing.update(attribute for attribute in item.attrs if attribute not in documented)


with h5py.File(sys.argv[1], "r") as file:
    missing.update(attribute for attribute in file.attrs if attribute not in documented)
    file.visititems(check)
if missing:
    sys.exit(f"results/README.md does not explain: {', '.join(sorted(missing))}")
