#!/usr/bin/env bash
# Schemathesis against the program: `schemathesis.sh [--examples N] [--stateful] [FILE...]`; without a file, the bundled document.
#
# Needs `standin` (STANDIN, default: target/release/standin) and `schemathesis` (SCHEMATHESIS, default: the one on PATH).
# With no FILE and for each FILE, it serves the document, runs the phases examples, coverage and fuzzing with all checks, and ends with
# 1 if any document has a failure. With --stateful, things are kept, and it is the stateful phase that runs: what is created is read,
# changed and deleted in sequences that schemathesis makes up.
set -uo pipefail
cd "$(dirname "$0")/../.."
standin=${STANDIN:-${CARGO_TARGET_DIR:-target}/release/standin}
schemathesis=${SCHEMATHESIS:-schemathesis}
examples=30
if [ "${1:-}" = --examples ]; then examples=$2; shift 2; fi
stateful= phases=examples,coverage,fuzzing
if [ "${1:-}" = --stateful ]; then stateful=--stateful phases=stateful; shift; fi

work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null; rm -rf "$work"' EXIT

# One document; the file to serve is empty for the bundled one.
check() {
    local file=$1 document=${1:-spec/kayle.openapi.yaml}
    "$standin" --port 0 --seed 1 --format json --api-key token $stateful ${file:+"$file"} >"$work/out" 2>"$work/err" &
    server=$!
    for _ in $(seq 100); do grep -q listening "$work/out" && break; sleep 0.1; done
    local url
    url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/out")
    local config=() hooks= checks=()
    if [ -z "$file" ]; then
        config=(--config-file tests/independent/kayle.schemathesis.toml)
    else
        hooks=tests/independent/standin_hooks.py
        checks=(--exclude-checks not_a_server_error,status_code_conformance,positive_data_acceptance,negative_data_rejection)
        # A path with a fragment is a name for a variant of an operation; the fragment is never sent.
        checks+=(--exclude-path-regex '#')
    fi
    SCHEMATHESIS_HOOKS=$hooks "$schemathesis" --no-color "${config[@]}" run "$document" --url "$url" \
        --phases $phases "${checks[@]}" --mode all --max-examples "$examples" --seed 1 --workers 1 --no-shrink --suppress-health-check all \
        --warnings off --header 'Authorization: Bearer token' >"$work/report" 2>&1
    local status=$?
    echo "== ${file:-the bundled document}: exit code $status"
    if [ $status -eq 0 ]; then tail -n 25 "$work/report"; else cat "$work/report"; fi
    kill -INT "$server"; wait "$server" 2>/dev/null; server=
    return $status
}

failed=0
if [ $# -eq 0 ]; then check "" || failed=1; fi
for file; do check "$file" || failed=1; done
exit $failed
