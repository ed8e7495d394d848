#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Presets, their precedence, and the command lines of the benchmark that preceded this one.

load helper

small() {
    cat >"$work/small.conf" <<'END'
# four writers
buffer-size = 64KiB
buffer-count = 16
writers = 4
expected-rate = 1B/s-2B/s
END
}

# option RESULT KEY: its value in the result
option() {
    attribute "$1" / options | sed -n "s/^$2 = //p"
}

@test "--preset list shows each preset and its file" {
    apart "$TIDEMILL" run --preset list
    [ "$status" -eq 0 ]
    for name in array checkpoint database default gen4 gen5 pfs sata training; do
        grep -q "^$name " "$out"
    done
    while read -r file; do
        [ -f "$file" ]
    done < <(grep -o '/.*\.conf$' "$out")
    [ "$(grep -c '\.conf$' "$out")" -eq 9 ]
}

@test "each preset makes a plan on this machine" {
    for name in array default gen4 gen5 sata; do
        "$TIDEMILL" run --preset $name --size 1m --dry-run "$target" >plan
        grep -q "^preset  *$name, for each node" plan
    done
    [ -z "$(ls -A "$target")" ]
}

@test "preset database: reads and synced rewrites of 8 KiB, until the time is over" {
    "$TIDEMILL" run --preset database --size 256k --set oltp.time=300ms --result r.h5 "$target" >page
    /usr/bin/python3 "$BATS_TEST_DIRNAME/../numbers/printed.py" r.h5 page
    [ "$(attribute r.h5 phases/02_oltp read_fraction_ppm)" -eq 700000 ]
    [ "$(option r.h5 fsync)" = "$(printf 'end\nend\neach')" ]
    grep -q '^ *oltp: 256 KiB, read or rewritten again and again for 300 ms, ' page
    [ -z "$(ls -A "$target")" ]
}

@test "preset checkpoint: the slowest rank of each generation, and whether a page cache took part" {
    ranks 2 run --preset checkpoint --pause 0s --size-per-rank 1m --direct never --set restart-02.direct=prefer \
        --phases save-01,save-02,restart-01,restart-02 --result r.h5 "$target" >page 2>plan
    [ -z "$(ls -A "$target")" ]
    [ "$(grep -c '^data set ' plan)" -eq 3 ]
    grep -A1 '^section     save-02: write (planned as save-01)$' plan | grep -q '^run id .*, seed '
    /usr/bin/python3 - <<'PY'
import h5py
file = h5py.File("r.h5")
table, phases = file["checkpoints"], sorted(file["phases"])
assert [name.decode() for name in table["phase"]] == phases == \
    ["01_save-01", "02_save-02", "03_restart-01", "04_restart-02"], phases
caches = h5py.check_enum_dtype(table["cache"].dtype)
for i, name in enumerate(phases):
    ranks = file["phases"][name]["ranks"]
    ends = list(ranks["end_ns"][:])
    assert table["slowest_ns"][i] == max(ends), name
    assert table["slowest_rank"][i] == ranks["name"][ends.index(max(ends))], name
    assert abs(table["least_bytes_per_s"][i] - min(2**20 * 1e9 / end for end in ends)) <= 1, name
    assert table["bytes"][i] == 2 << 20, name
assert all(table["cache"][i] == caches["used"] for i in range(2))
PY
    grep -q '^  01_save-01  *[0-9.]* [mu]*s  *[^ ]*:[01]  *[0-9.]* .* used$' page
    "$TIDEMILL" report r.h5 | sed -n '/^checkpoint$/,/^  memory/p' | diff - <(sed -n '/^checkpoint$/,/^  memory/p' page)
}

@test "preset training: each epoch reads all files, in an order of its own" {
    ranks 2 run --preset training --size-per-rank 1m --files-per-rank 16 --result r.h5 "$target" >page
    [ -z "$(ls -A "$target")" ]
    /usr/bin/python3 "$BATS_TEST_DIRNAME/../numbers/printed.py" r.h5 page
    /usr/bin/python3 - <<'PY'
import h5py
phases = h5py.File("r.h5")["phases"]
assert len(phases) == 6
for name, phase in phases.items():
    assert phase.attrs["data_files"] == 32 and phase.attrs["data_file_size"] == 1 << 16, name
    assert phase.attrs["bytes"] == 2 << 20, name
    assert sum(phase["open_latency/counts"]) == 32, name
PY
    "$TIDEMILL" run --preset training --size-per-rank 1g --dry-run "$target" | grep -q 'in 8192 requests of 128KiB'
}

@test "an unknown preset: the nearest one is suggested" {
    refused "unknown preset 'gem4' (known: array, checkpoint, database, default, gen4, gen5, pfs, sata, training; or the path of a file); did you mean 'gen4'?" \
        "$TIDEMILL" run --preset gem4 --size 1m "$target"
    refused "--preset: cannot open './none.conf'" "$TIDEMILL" run --preset ./none.conf --size 1m "$target"
}

@test "a preset has no other preset, and no sections where a settings file has them" {
    printf '[w]\nphase = write\n' >s.conf
    refused 'both have sections' "$TIDEMILL" run --preset s.conf --options-from s.conf --size 1m \
        "$target"
    echo 'preset = sata' >s.conf
    refused "cannot contain 'preset'" "$TIDEMILL" run --preset s.conf --size 1m "$target"
    refused "--expected-rate: '5' is not a range" "$TIDEMILL" run --expected-rate 5 --size 1m "$target"
}

@test "the ranks of a node divide writers and buffers; both are printed and recorded" {
    small
    ranks 2 run --preset ./small.conf --size 1m --result r.h5 "$target" >page 2>plan
    grep -q 'small.conf, for each node 4 writers and 16 buffers; for each rank 2 writers and 8 buffers' plan
    tr -s ' \n' ' ' <page |
        grep -q 'small.conf, for each node 4 I/O threads and 16 buffers; for each rank 2 I/O threads and 8 buffers'
    [ "$(option r.h5 writers)" = 2 ]
    [ "$(option r.h5 buffer-count)" = 8 ]
    [ "$(attribute r.h5 / preset_writers)" = 4 ]
    [ "$(attribute r.h5 / preset_buffers)" = 16 ]
    [ "$(attribute r.h5 / expected_most_bytes_per_s)" = 2 ]
    [ "$(grep -c 'expected .* is above, .* of the upper end' page)" -eq 2 ]
    python3=/usr/bin/python3
    $python3 "$BATS_TEST_DIRNAME/../numbers/printed.py" r.h5 page
}

@test "built-in < preset < --options-from < command line, in any order" {
    small
    printf 'writers = 2\nbuffer-size = 128KiB\n' >own.conf
    "$TIDEMILL" run --buffer-size 32KiB --options-from own.conf --preset ./small.conf --quiet \
        --size 1m --result r.h5 "$target"
    [ "$(option r.h5 buffer-size)" = 32KiB ]
    [ "$(option r.h5 writers)" = 2 ]
    [ "$(option r.h5 buffer-count)" = 16 ]
    echo 'preset = ./small.conf' >>own.conf
    "$TIDEMILL" run --options-from own.conf --quiet --size 1m --result s.h5 "$target"
    [ "$(option s.h5 writers)" = 2 ]
    [ "$(option s.h5 buffer-count)" = 16 ]
    "$TIDEMILL" run --options-from r.h5 --quiet --result t.h5
    [ "$(option t.h5 writers)" = 2 ]
    [ -z "$(option t.h5 preset)" ]
}

@test "presets are found from where cmake installs them" {
    mkdir -p prefix/bin prefix/share/tidemill/presets
    ln "$TIDEMILL" prefix/bin/tidemill 2>/dev/null || cp "$TIDEMILL" prefix/bin/tidemill
    printf '# mine\nwriters = 3\n' >prefix/share/tidemill/presets/own.conf
    prefix/bin/tidemill run --preset list >list
    grep -q '^own  *mine: writers 3$' list
    prefix/bin/tidemill run --preset own --size 1m --dry-run "$target" | grep -q 'writers 3'
    rm -r prefix/share
    refused 'no presets near the program' prefix/bin/tidemill run --preset sata --size 1m "$target"
}

@test "command lines of the preceding benchmark" {
    local line
    for line in '--buffer-size 8MB --num-writers 8 --buffer-count 256' \
        '--buffer-size 16MB --buffer-count 512 --num-writers 16' \
        '--buffer-size 4MB --buffer-count 64 --num-writers 2' '--no-direct'; do
        read -ra words <<<"$line"
        apart "$TIDEMILL" run --size 1GB "${words[@]}" --output "$work/new" --dry-run
        [ "$status" -eq 0 ] || grep -q 'do not fit the .* that a rank may use' "$err"
        [ ! -e "$work/new" ]
    done
    for line in '--buffer-size 8MB --num-writers 2 --buffer-count 8' '--buffer-count 6 --num-writers 2' \
        '--numa-mode force' '--numa-mode auto' '--numa-mode disabled' '--max-threads 2' '--no-direct'; do
        read -ra words <<<"$line"
        "$TIDEMILL" run --size 16MB "${words[@]}" --output "$work/new" --overwrite --quiet --result r.h5
        [ ! -e "$work/new" ]
    done
}

@test "pfs: thirteen phases, their means, and the deviations from the rules; all of it is recorded" {
    ranks 2 run --preset pfs --time 300ms --rate 8m --operation-rate 300 --result r.h5 "$target" >page
    [ -z "$(ls -A "$target")" ]
    /usr/bin/python3 - <<'PY'
import h5py, math, re
file, page = h5py.File("r.h5"), " ".join(open("page").read().split("\npfs\n")[1].split())
def texts(column):
    return [text.decode() if isinstance(text, bytes) else text for text in column[:]]
table = {"name": texts(file["pfs/name"]), "value_millionths": file["pfs/value_millionths"][:]}
values = dict(zip(table["name"], table["value_millionths"] / 1e6))
order = [name[3:] for name in sorted(file["phases"])]
assert order == ["easy-write", "easy-create", "hard-write", "hard-create", "find", "easy-read",
                 "easy-stat", "hard-read", "hard-stat", "easy-remove", "hard-open", "hard-remove", "random-read"]
rates = {"bytes": [], "operations": []}
for name, phase in file["phases"].items():
    unit = phase.attrs["unit"] if isinstance(phase.attrs["unit"], str) else phase.attrs["unit"].decode()
    rate = phase.attrs[unit] / phase.attrs["duration_ns"] * 1e9 / (2**30 if unit == "bytes" else 1000)
    assert abs(values[name[3:]] - rate) < 1e-3, (name, values[name[3:]], rate)
    assert phase.attrs["status"] in ("complete", b"complete"), name
    if name[3:] != "random-read":
        rates[unit].append(rate)
    if name[3:] in ("easy-write", "easy-create", "hard-write", "hard-create"):
        assert phase.attrs["equalised"] in ("yes", b"yes"), name
    elif name[3:] != "random-read":
        assert phase.attrs["ended_by"] in ("size", b"size"), name
means = [math.exp(sum(map(math.log, rates[unit])) / len(rates[unit])) for unit in ("bytes", "operations")]
for name, mean in zip(("bandwidth", "metadata", "overall"), means + [math.sqrt(means[0] * means[1])]):
    assert abs(values[name] - mean) < 2e-3 * max(mean, 1), (name, values[name], mean)
    assert f"tidemill pfs {name} mean, not an IO500 score" in page
for text in texts(file["pfs_deviations/text"]):
    assert text in page, text
assert "a time limit other than the 300 s of the rules" in page
assert "SCORE" not in page and "RESULT" not in page
PY
    "$TIDEMILL" report r.h5 | sed -n '/^pfs$/,$p' >again
    [ "$(sed -n '/^pfs$/,/^result/p' page | grep -v '^result' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}')" = "$(<again)" ]
    # reading is not limited in a run with the options of this result either
    "$TIDEMILL" report --json - r.h5 | grep -q 'pfs_deviations'
    attribute r.h5 / options | sed -n '/^.easy-read.$/,/^.easy-stat/p' | grep -q '^time = 0'
}
