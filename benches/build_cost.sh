#!/usr/bin/env bash
# What standin costs those who compile it: crates, and CPU time of a clean dev build, beside wiremock's.
# Usage: benches/build_cost.sh   (needs the registry; takes some minutes)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

crates() { cargo tree --manifest-path "$1" -p "$2" -e normal --prefix none | sed 's/ (\*)$//' | sort -u | wc -l; }

cpu() { # seconds of CPU that a clean dev build of one dependency takes
  local name=$1 dependency=$2
  mkdir -p "$work/$name/src"
  touch "$work/$name/src/lib.rs"
  printf '[package]\nname = "cost-%s"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s\n[workspace]\n' "$name" "$dependency" >"$work/$name/Cargo.toml"
  cargo fetch --quiet --manifest-path "$work/$name/Cargo.toml"
  local TIMEFORMAT='%U %S'
  { time CARGO_TARGET_DIR="$work/$name/target" cargo build --quiet --manifest-path "$work/$name/Cargo.toml"; } 2>&1 |
    tail -n 1 | awk '{ printf "%.1f", $1 + $2 }'
}

ours=$(cpu standin "standin = { path = \"$root\" }")
theirs=$(cpu wiremock 'wiremock = "0.6"')
echo "standin:  $(crates "$root/Cargo.toml" standin) crates, clean dev build ${ours} s of CPU"
echo "wiremock: $(crates "$work/wiremock/Cargo.toml" wiremock) crates, clean dev build ${theirs} s of CPU"
awk -v ours="$ours" -v theirs="$theirs" 'BEGIN { printf "ratio: %.2f (limit 2.00)\n", ours / theirs; exit !(ours <= 2 * theirs) }'
