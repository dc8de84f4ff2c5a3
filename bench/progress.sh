#!/usr/bin/env bash
# Usage and status of large campaigns, by processor time, so that a busy machine does not matter: two programs or two campaigns
# in turn. Needs bash 5, GNU time, curl and python3. Usage: bench/progress.sh NEW [OLD], two builds of mmig; OLD is version 0.1.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
new=$(realpath "$1")
old=$(realpath "${2:-$1}")
work=$(mktemp -d)
trap 'stop_sandbox; rm -rf "$work"' EXIT

stop_sandbox() {
  if [ -s "$work/server" ]; then kill "$(cat "$work/server")" 2>/dev/null || true; fi
  rm -f "$work/server"
}

# A campaign that both programs understand.
definition() {
  cat <<'TOML'
[campaign]
title = "API v2"
from = "migrations@example.com"
deadline = 2027-04-30
[usage]
started = "new_calls > 0"
TOML
  for segment in webhooks rest graphql; do
    printf '[[segment]]\nname = "%s"\ntags = "api-v1,%s"\n' $segment $segment
    printf '[[change]]\nid = "%s"\ntitle = "T"\ntext = "Do it."\noperations = ["GET /v1/resource%s/{id}"]\n' $segment ${#segment}
  done
}

# campaign NAME CONTACTS SEVERAL: a folder with this many contacts, SEVERAL of them in two segments, segmented by the old program.
campaign() {
  local folder="$work/$1"
  mkdir -p "$folder/campaigns/api-v2"
  definition >"$folder/campaigns/api-v2/campaign.toml"
  python3 "$here/address_book.py" "$2" "$3" >"$folder/contacts.json"
  rm -f "$work/exports"
  "$new" sandbox --contacts-file "$folder/contacts.json" --contract mailbox >"$work/exports" 2>/dev/null &
  echo $! >"$work/server"
  until grep -q MULTIMAIL_API_KEY "$work/exports" 2>/dev/null; do sleep 0.05; done
  eval "$(grep '^export' "$work/exports")"
  (cd "$folder" && "$new" segment >/dev/null)
  stop_sandbox
}

# cost FOLDER PROGRAM ARGUMENTS...: seconds of processor time and megabytes of memory of one run.
cost() {
  (cd "$1" && /usr/bin/time -o "$work/time" -f '%U %S %M' "${@:2}" >/dev/null 2>"$work/stderr") ||
    { cat "$work/stderr" >&2; return 1; }
  awk '{ printf "%.3f %.0f\n", $1 + $2, $3 / 1024 }' "$work/time"
}

# median FILE: the median of the first column, and the largest of the second.
median() {
  sort -n "$1" | awk '{ time[NR] = $1; if ($2 > most) most = $2 } END { printf "%s %s", time[int((NR + 1) / 2)], most }'
}

# in_turn LABEL LABEL RUNS: runs the functions `one` and `other` in turn.
in_turn() {
  : >"$work/one"; : >"$work/other"
  for _ in $(seq "$3"); do
    one >>"$work/one"
    other >>"$work/other"
  done
  read -r first memory <<<"$(median "$work/one")"
  read -r second other_memory <<<"$(median "$work/other")"
  echo "| $1 | ${first} s, ${memory} MB |"
  echo "| $2 | ${second} s, ${other_memory} MB |"
  echo "| ratio | $(awk "BEGIN { printf \"%.2f\", $first / $second }") |"
}

echo '| what | processor time, memory |'
echo '|---|---|'
campaign plain 100000 0
state="$work/plain/campaigns/api-v2/state.toml"
python3 "$here/usage_rows.py" "$state" 1000000 >"$work/usage.csv"
cp -r "$work/plain" "$work/plain-old"
one() { cost "$work/plain" "$new" track --usage "$work/usage.csv"; }
other() { cost "$work/plain-old" "$old" track --usage "$work/usage.csv"; }
in_turn '`track --usage`, 1,000,000 plain rows' 'the same, 0.1' 5

cp -r "$work/plain" "$work/log"
python3 "$here/log_lines.py" "$state" 1000000 >"$work/access.log"
sed -i 's/^\[usage\]$/[usage]\nformat = "combined"\nold = { path = "\/v1\/" }\nnew = { path = "\/v2\/" }/' \
  "$work/log/campaigns/api-v2/campaign.toml"
one() { cost "$work/log" "$new" track --usage "$work/access.log"; }
other() { cost "$work/plain" "$new" track --usage "$work/usage.csv"; }
in_turn '`track --usage`, 1,000,000 lines of an access log' 'plain rows beside it' 3

campaign several 90000 60000
campaign single 90000 0
one() { cost "$work/several" "$new" status; }
other() { cost "$work/single" "$new" status; }
in_turn '`status`, 90,000 recipients, 60,000 in several segments' 'the same, none in several' 9
