#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The page of 'report --html' as a browser shows it: nothing is cut off, covers other text or is hard
# to read, on a phone and a desk, in light and dark; and its script may run, while none that a name
# brings along does: page_test.sh SYNTHETIC
set -euo pipefail
synthetic=${1:?usage: page_test.sh SYNTHETIC}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [[ -z $browser ]]; then
    echo "skipped: chromium is not installed"
    exit 77
fi
if ! command -v gnuplot >/dev/null; then
    echo "skipped: gnuplot is not installed"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if ! timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir=profile --dump-dom \
    about:blank >blank 2>messages; then
    echo "skipped: $browser does not start here: $(tail -1 messages)"
    exit 77
fi

failed=0

# dump PAGE WIDTH SCHEME: the page as a browser has it after its scripts.
dump() {
    local scheme=()
    [[ $3 == light ]] || scheme=(--blink-settings=preferredColorScheme=0)
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars \
        --user-data-dir=profile "${scheme[@]}" --window-size="$2,1000" --dump-dom "file://$work/$1" \
        2>/dev/null
}

# seen PAGE WIDTH SCHEME: a copy without the policy runs the checks.
seen() {
    grep -v 'http-equiv="Content-Security-Policy"' "$1" >checked.html
    echo "<script src=\"$here/page.js\"></script>" >>checked.html
    dump checked.html "$2" "$3" >dumped
    if ! grep -q '<pre id="verdict">fine</pre>' dumped; then
        echo "$1 at $2 px, $3:"
        sed -n '/<pre id="verdict">/,$p' dumped
        failed=1
    fi
}

page() {
    "$synthetic" "$1.h5" "${@:2}"
    "$TIDEMILL" report --html "$1.html" "$1.h5"
}

page few 4 2 30
page many 500 2 60
page hostile 3 1 20 $'</style><script>document.title="taken"</script>\'"`$(touch taken)%s{/}'
page points 2 0 20
page hostile_points 2 0 20 $'</style><script>document.title="taken"</script>\'"`$(touch taken)%s{/}, x --depth'
"$TIDEMILL" report --html old.html "$here/../data/v0.1.0/v0.1.0-two-ranks.h5"
seen few.html 390 light
seen few.html 1280 dark
seen many.html 390 dark
seen many.html 1280 light
seen old.html 390 light
seen points.html 390 light
seen points.html 1280 dark
seen hostile.html 390 light
seen hostile_points.html 1280 light

# With the policy: headers of tables have become buttons, and nothing else ran.
dump hostile.html 1280 light >dumped
if ! grep -q '<button type="button" title="sort">' dumped; then
    echo "the page's own script does not run: is its SHA-256 in html_style.c that of the script?"
    failed=1
fi
dump hostile_points.html 1280 light >>dumped
if grep -q '<title>taken' dumped || [[ -e taken ]]; then
    echo "a name became code"
    failed=1
fi
size=$(stat -c %s many.html)
if ((size > 1000000)); then
    echo "the page of 500 nodes has $size bytes"
    failed=1
fi
exit $failed
