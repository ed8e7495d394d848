#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Results in formats for other programs: JSON, CSV, tables, gauges.

load helper

exports=$BATS_TEST_DIRNAME/exports.py
schema=$BATS_TEST_DIRNAME/../../results/schema.json

# same RESULT: JSON and tables hold what the HDF5 file does, and the JSON follows its schema.
same() {
    "$TIDEMILL" report --json result.json --tables tables --overwrite "$1"
    /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
    /usr/bin/python3 "$exports" "$1" result.json tables "$schema"
}

@test "JSON and tables hold every value of the result" {
    ranks 2 run --size 4m --verify --repeat 2 --rate 200m --result a.h5 "$target"
    same a.h5
    ranks 2 run --size 4m --ceilings --layout writer --writers 2 --engine pwrite --result b.h5 \
        "$target"
    same b.h5
}

@test "--detail leaves out finer rows, in the result or in what is exported" {
    ranks 2 run --size 4m --writers 2 --result all.h5 --json all.json "$target"
    [ "$(stat -c %s all.h5)" -lt 310000 ] # 290000 here
    ranks 2 run --size 4m --writers 2 --detail node --result nodes.h5 --json nodes.json "$target"
    "$TIDEMILL" report --detail rank --json ranks.json --tables tables all.h5
    /usr/bin/python3 - <<'PY'
import json
for name, ranks, writers in ("all", 2, 4), ("nodes", 0, 0), ("ranks", 2, 0):
    result = json.load(open(name + ".json"))
    for phase in result["phases"]:
        assert len(phase["nodes"]) == 1 and len(phase["ranks"]) == ranks, name
        assert len(phase["writers"]) == writers and phase["bytes"] == 4 << 20, name
        assert len(phase["files"]) == (writers if phase["writes"] else 0), name
    assert len(result["phases"][1]["readers"]) == ranks
    assert result["detail"] == {"all": "writer", "nodes": "node", "ranks": "rank"}[name]
PY
    [ "$(wc -l <tables/phases_writers.csv)" -eq 1 ]
    [ "$(wc -l <tables/phases_ranks.csv)" -eq 5 ]
    same nodes.h5
    "$TIDEMILL" report -v nodes.h5
    "$TIDEMILL" run --dry-run --options-from nodes.h5 --detail auto
    refused "unknown detail 'ranks'" "$TIDEMILL" report --detail ranks --json - all.h5
    refused "--detail is for" "$TIDEMILL" report --detail rank all.h5
}

@test "a result of version 0.1.0 is exported" {
    "$TIDEMILL" report --json old.json "$BATS_TEST_DIRNAME/../data/v0.1.0/v0.1.0-two-ranks.h5"
    /usr/bin/python3 -c 'import json; assert json.load(open("old.json"))["phases"][0]["bytes"] > 0'
}

@test "failed and interrupted runs, and names that are not text" {
    mkdir "$work/odd"$'\xff\n"'"<script>=1"
    "$TIDEMILL" run --size 1m --label $'=1+1,"x"\n\xfe' --result c.h5 "$work/odd"$'\xff\n"'"<script>=1"
    same c.h5
    mkdir small
    mount -t tmpfs -o size=2m none small || skip "no tmpfs can be mounted"
    run "$TIDEMILL" run --size 8m --force --direct never --result d.h5 small
    umount small
    [ "$status" -eq 1 ]
    same d.h5
}

@test "a result can be read at any time of its run" {
    local program readings=0
    "$TIDEMILL" run --quiet --phases write --sweep depth=1,2,4,8 --repeat 50 --time 20ms --result r.h5 /dev/null &
    program=$!
    while [ "$readings" -lt 10 ] && kill -0 "$program" 2>/dev/null; do
        [ -e r.h5 ] || continue # it is replaced after each measurement
        "$TIDEMILL" report r.h5 >page
        grep -q '^tidemill ' page
        readings=$((readings + 1))
    done
    kill -TERM "$program" 2>/dev/null || true
    wait "$program" || true
    [ "$readings" -gt 0 ]
    "$TIDEMILL" report r.h5 >page
}

@test "--csv appends a row per phase, from many at once" {
    "$TIDEMILL" run --size 1m --verify --label '=cmd' --result a.h5 "$target"
    for _ in $(seq 20); do
        "$TIDEMILL" report --csv all.csv a.h5 &
    done
    wait
    [ "$(wc -l <all.csv)" -eq 41 ]
    [ "$(grep -c ^started_utc, all.csv)" -eq 1 ]
    /usr/bin/python3 - <<'PY'
import csv
rows = list(csv.DictReader(open("all.csv", newline="")))
assert len(rows) == 40 and all(row["label"] == "'=cmd" for row in rows)
assert {row["phase"] for row in rows} == {"01_write", "02_read"}
assert all(row["bytes"] == "1048576" and row["layout"] == "rank" for row in rows)
assert all(int(row["latency_p99_ns"]) > 0 and row["operations"] == "" for row in rows)
PY
    echo other,columns >other.csv
    refused "other columns" "$TIDEMILL" report --csv other.csv a.h5
}

@test "run writes the same JSON and CSV as report" {
    "$TIDEMILL" run --size 1m --verify --result a.h5 --json a.json --csv rows.csv "$target"
    "$TIDEMILL" report --json - a.h5 >again.json
    cmp a.json again.json
    [ "$(wc -l <rows.csv)" -eq 3 ]
    apart "$TIDEMILL" run --size 1m --result b.h5 --json - "$target"
    [ "$status" -eq 0 ]
    /usr/bin/python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$out"
    grep -q '01_write' "$err"
    echo mine >taken
    refused "'taken' exists" "$TIDEMILL" run --size 1m --json taken "$target"
    ranks 2 run --size 1m --result c.h5 --csv rows.csv --quiet "$target"
    [ "$(wc -l <rows.csv)" -eq 5 ]
}

@test "gauges are in the OpenMetrics format" {
    "$TIDEMILL" run --size 1m --label 'a "b" \c' --result a.h5 "$target"
    "$TIDEMILL" report --openmetrics - a.h5 >gauges
    [ "$(tail -1 gauges)" = "# EOF" ]
    grep -q '^tidemill_phase_bytes{phase="01_write",run_id="[0-9a-f]*",label="a \\"b\\" \\\\c"} 1048576$' \
        gauges
    grep -qE '^tidemill_phase_duration_seconds\{[^}]*\} [0-9]+\.[0-9]{9}$' gauges
}

@test "exports replace nothing unasked, and leave no half file" {
    "$TIDEMILL" run --size 1m --result a.h5 "$target"
    echo mine >taken
    refused "exists; name another file, or add --overwrite" "$TIDEMILL" report --json taken a.h5
    "$TIDEMILL" report --json taken --overwrite a.h5
    [ "$(head -c 1 taken)" = "{" ]
    refused "is the result" "$TIDEMILL" report --json a.h5 --overwrite a.h5
    refused "is the result" "$TIDEMILL" run --size 1m --result a.h5 --csv a.h5 --overwrite "$target"
    refused "file of another output" "$TIDEMILL" report --json same --openmetrics same a.h5
    "$TIDEMILL" report a.h5 >page
    refused "No such file or directory" "$TIDEMILL" report --json no/such a.h5
    run bash -c '"$TIDEMILL" report --json - a.h5 >/dev/full'
    [ "$status" -eq 1 ]
    [[ $output == *"standard output"* ]]
    mkdir small
    mount -t tmpfs -o size=16k none small || skip "no tmpfs can be mounted"
    for format in json csv openmetrics tables html plots; do
        apart "$TIDEMILL" report --$format small/x a.h5
        left=$(find small -type f -name '*.tmp*')
        [ -z "$left" ]
        [ $format = openmetrics ] || [ $format = csv ] || [ "$status" -eq 1 ]
        rm -rf small/x
    done
    head -c 64k /dev/zero >small/filler 2>/dev/null || true # now also the smallest file is too large
    for format in json csv openmetrics tables html plots; do
        apart "$TIDEMILL" report --$format small/x a.h5
        [ "$status" -eq 1 ]
        [ -z "$(find small -type f -size +0 ! -name filler)" ]
        rm -rf small/x
    done
    umount small
}

# without_gnuplot: a PATH that has everything but gnuplot.
without_gnuplot() {
    mkdir -p "$work/none"
    PATH="$work/none" "$TIDEMILL" "$@"
}

@test "--html is one page, and its settings repeat the run" {
    "$TIDEMILL" run --size 1m --verify --label '<b>"x"' --result a.h5 "$target"
    "$TIDEMILL" report --html page.html a.h5
    grep -q '&lt;b&gt;&quot;x&quot;' page.html
    run grep -cE '(src|href)="[^#]' page.html
    [ "$output" = 0 ]
    /usr/bin/python3 - <<'PY'
import html, re
page = open("page.html").read()
settings = re.search(r'<pre id="settings">(.*?)</pre>', page, re.S).group(1)
open("repeat.conf", "w").write(html.unescape(settings))
PY
    "$TIDEMILL" run --options-from repeat.conf --dry-run
    refused "'page.html' exists" "$TIDEMILL" report --html page.html a.h5
    "$TIDEMILL" report --html page.html --overwrite a.h5
    without_gnuplot report --html page.html --overwrite a.h5
    grep -q 'gnuplot-nox' page.html
    run grep -c '<svg' page.html
    [ "$output" = 0 ]
}

@test "--plots writes pictures, and needs gnuplot" {
    "$TIDEMILL" run --size 1m --result a.h5 "$target"
    refused "--format is for --plots" "$TIDEMILL" report --format png a.h5
    refused "unknown format 'gif'" "$TIDEMILL" report --plots plots --format gif a.h5
    apart without_gnuplot report --plots plots a.h5
    [ "$status" -eq 1 ]
    grep -q 'gnuplot-nox' "$err"
    [ -z "$(ls plots)" ]
    command -v gnuplot >/dev/null || skip "gnuplot is not installed"
    "$TIDEMILL" report --plots plots a.h5
    "$TIDEMILL" report --plots plots --format png a.h5
    "$TIDEMILL" report --plots plots --format pdf a.h5
    grep -q '<svg' plots/01_write-throughput.svg
    [ "$(head -c 4 plots/waits.png | tail -c 3)" = PNG ]
    [ "$(head -c 4 plots/waits.pdf)" = %PDF ]
    apart "$TIDEMILL" report --plots plots a.h5
    [ "$status" -eq 1 ]
    grep -q "exists; name another file" "$err"
}

@test "an export that fails is in the exit code, also in that of the result" {
    run bash -c '"$1" run --quiet --size 1m --json - --result r.h5 "$2" >/dev/full' - "$TIDEMILL" "$target"
    [ "$status" -eq 1 ]
    [ "$(attribute r.h5 / exit_code)" -eq 1 ]
    [ "$(attribute r.h5 / status)" = failed ]
    [ "$(attribute r.h5 phases/01_write status)" = complete ]
}

@test "--live writes a JSON object for each second, and nothing else to standard output" {
    apart ranks 2 run --time 3s --rate 8m --phases write --live - --result a.h5 "$target"
    [ "$status" -eq 0 ]
    /usr/bin/python3 - a.h5 "$out" <<'PY'
import datetime, h5py, json, sys
with h5py.File(sys.argv[1]) as file:
    run_id, phase = file.attrs["run_id"], dict(file["phases/01_write"].attrs)
*seconds, end = [json.loads(line) for line in open(sys.argv[2])]
assert seconds, "no line while it ran"
for line in seconds + [end]:
    datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00"))
    assert line["run_id"] == (run_id.decode() if isinstance(run_id, bytes) else run_id)
    assert line["phase"] == "01_write" and line["kind"] == "write"
for line in seconds:
    assert line["status"] == "running" and line["elapsed_ns"] % 1000000000 == 0
    assert line["bytes"] <= phase["bytes"] and line["rate_bytes_per_s"] >= 0
    assert line["latency_max_ns"] > 0 and line["ranks_working"] <= 2
    if line["ranks_working"]:
        assert line["slowest_node"]
        assert line["slowest_node_rate_bytes_per_s"] == line["rate_bytes_per_s"]
assert end["status"] == "complete" and end["bytes"] == phase["bytes"]
assert end["elapsed_ns"] == phase["duration_ns"]
PY
    grep -q '^01_write$' "$err"
}

@test "--live appends to its own lines only, and a full disk does not fail the run" {
    for _ in 1 2; do
        "$TIDEMILL" run --phases create --objects-per-rank 3 --live lines --quiet \
            --result a.h5 --overwrite "$target"
    done
    [ "$(grep -c '"status":"complete".*"operations":3' lines)" -eq 2 ]
    refused "'a.h5' holds something else" "$TIDEMILL" run --size 1m --live a.h5 "$target"
    refused "cannot both be '-'" "$TIDEMILL" run --size 1m --live - --json - "$target"
    refused "the file of another output" "$TIDEMILL" run --size 1m --live x --csv x "$target"
    [ -w /dev/full ] || skip "no /dev/full"
    apart "$TIDEMILL" run --size 1m --live /dev/full --quiet --result b.h5 "$target"
    [ "$status" -eq 0 ]
    [ "$(grep -c "lines of --live '/dev/full' are lost: No space left" "$err")" -eq 1 ]
}
