# SPDX-License-Identifier: Apache-2.0
"""results/README.md names every group, column and attribute of a result."""
import pathlib
import re
import sys

import h5py

readme = pathlib.Path(__file__).parents[2] / "results" / "README.md"
documented = set(re.findall(r"`([^`\s]+)`", readme.read_text(encoding="utf-8")))
missing = set()


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
