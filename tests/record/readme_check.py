"""Every group, column and attribute of a result is named in results/README.md."""
import pathlib
import re
import sys

import h5py

readme = pathlib.Path(__file__).parents[2] / "results" / "README.md"
told = set(re.findall(r"`([^`\s]+)`", readme.read_text(encoding="utf-8")))
missing = set()


def look(name, thing):
    last = name.split("/")[-1]
    if not re.match(r"phases/[^/]+$", name) and last not in told:
        missing.add(last)
    missing.update(attribute for attribute in thing.attrs if attribute not in told)


with h5py.File(sys.argv[1], "r") as file:
    missing.update(attribute for attribute in file.attrs if attribute not in told)
    file.visititems(look)
if missing:
    sys.exit(f"results/README.md does not explain: {', '.join(sorted(missing))}")
