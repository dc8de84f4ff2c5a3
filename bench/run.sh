#!/usr/bin/env bash
# The whole program, measured from outside: prints the table of bench/README.md.
# Needs bash 5, GNU time, curl and python3. Usage: bench/run.sh [path to mmig]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mmig=$(realpath "${1:-$here/../target/release/mmig}")
work=$(mktemp -d)
memory=$(mktemp -d -p /dev/shm)
trap 'stop_sandbox; rm -rf "$work" "$memory"' EXIT

# Its number stands in a file, since some of it happens in subshells.
stop_sandbox() {
  if [ -s "$work/server" ]; then kill "$(cat "$work/server")" 2>/dev/null || true; fi
  rm -f "$work/server"
}

# start_sandbox OPTIONS...: sets the environment that a client needs.
start_sandbox() {
  stop_sandbox
  rm -f "$work/exports"
  "$mmig" sandbox --quota 1000000 "$@" >"$work/exports" 2>"$work/sandbox.log" &
  echo $! >"$work/server"
  until grep -q MULTIMAIL_API_KEY "$work/exports" 2>/dev/null; do kill -0 "$(cat "$work/server")"; sleep 0.05; done
  unset "${!MULTIMAIL_@}"
  eval "$(grep '^export' "$work/exports")"
}

# campaign FOLDER IN_FLIGHT: the example with nothing done yet, and no limit of our own.
campaign() {
  rm -rf "$1/campaigns"
  mkdir "$1/campaigns"
  cp -r "$here/../campaigns/api-v2" "$1/campaigns/"
  sed -i -e "s/^concurrency = [0-9]*/concurrency = $2/" -e 's/^per_second = [0-9.]*/per_second = 0.0/' \
    "$1/campaigns/api-v2/campaign.toml"
  cd "$1"
}

row() { printf '| %-66s | %s |\n' "$1" "$2"; }

# measure LABEL RUNS COMMAND...: median time and largest memory.
measure() {
  local label=$1 runs=$2 times=() start
  shift 2
  for _ in $(seq "$runs"); do
    start=$EPOCHREALTIME
    "$@" >/dev/null 2>"$work/stderr" || { cat "$work/stderr" >&2; return 1; }
    times+=("$(bc <<<"($EPOCHREALTIME - $start) * 1000")")
  done
  local median
  median=$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$(((runs + 1) / 2))p")
  row "$label" "$(printf '%.1f ms' "$median"), $(peak "$work/peak" "$@") MB"
}

# once LABEL COMMAND...: time and memory of a command that is not the same a second time.
once() {
  local start=$EPOCHREALTIME memory
  memory=$(peak "$work/peak" "${@:2}")
  row "$1" "$(bc <<<"($EPOCHREALTIME - $start) / 1") s, $memory MB"
}

# peak FILE COMMAND...: megabytes of memory at the most.
peak() {
  /usr/bin/time -o "$1" -f '%M' "${@:2}" >/dev/null 2>&1 || true
  awk '{ printf "%.0f", $1 / 1024 }' <(tail -n 1 "$1")
}

# sends IN_FLIGHT FOLDER: mails a second of one submit, by the sandbox's record.
sends() {
  campaign "$2" "$1"
  "$mmig" segment >/dev/null
  "$mmig" draft --phase announce >/dev/null
  # With faults, a reply or two stay lost in spite of all repetitions; the next run settles them.
  for _ in 1 2 3; do
    if "$mmig" submit --phase announce --now --yes >/dev/null 2>"$work/stderr"; then break; fi
  done
  curl -s "$MULTIMAIL_API_URL/_sandbox/mails" | python3 "$here/sends_a_second.py"
}

# of_three OPTIONS... -- IN_FLIGHT FOLDER: the median of three submits, each to a fresh sandbox.
of_three() {
  local options=() rates=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  for _ in 1 2 3; do
    start_sandbox "${options[@]}" --contract mailbox
    rates+=("$(sends "$2" "$3")")
  done
  printf '%s\n' "${rates[@]}" | sort -n | sed -n 2p
}

ratio() { printf '%.2f' "$(bc -l <<<"$1 / $2")"; }

echo '| what | measured |'
echo '|---|---|'
measure 'start: `mmig --help`' 41 "$mmig" --help

start_sandbox --contacts 111112 --contract mailbox
campaign "$work" 32
state="$work/campaigns/api-v2/state.toml"
people='100,000 recipients'
measure "$people: \`segment\`" 3 "$mmig" segment
measure "$people: \`draft --phase prepare\`" 5 "$mmig" draft --phase prepare
measure "$people: \`status\`" 5 "$mmig" status
measure "$people: \`submit --dry-run\`" 3 "$mmig" submit --phase prepare --now --dry-run
"$mmig" draft --all >/dev/null
cp "$state" "$work/nothing-sent.toml"
for thousands in 100 1000; do
  python3 "$here/usage_rows.py" "$state" "${thousands}000" >"$work/usage.csv"
  measure "$people: \`track --usage\`, $thousands thousand rows" 3 "$mmig" track --usage "$work/usage.csv"
done
cp "$work/nothing-sent.toml" "$state"
once "$people: \`submit\`" "$mmig" submit --phase prepare --now --yes
measure "$people, one mail each: \`status\`" 9 "$mmig" status
measure "$people, one mail each: \`track\`" 1 "$mmig" track
once "$people, one mail each: \`remind\`" "$mmig" --as-of 2027-03-31T13:00:00Z remind --yes

measure "$people, two mails each: \`track\`" 1 "$mmig" track

# Far along, with mails that no sandbox knows: a fresh one has the same contacts, tagged as told, and no mails of its own.
curl -s "$MULTIMAIL_API_URL/_sandbox/contacts" | python3 "$here/told.py" >"$work/told.json"
start_sandbox --contacts-file "$work/told.json" --contract mailbox
far_along() { cp "$work/nothing-sent.toml" "$state"; python3 "$here/mails.py" "$state" "$1"; : >"${state%.toml}.journal"; }
far_along 5
measure "$people, five mails each: \`status\`" 9 "$mmig" status
measure "$people, five mails each: \`segment\`" 3 "$mmig" segment
measure "$people, five mails each: \`draft --phase final\`" 5 "$mmig" draft --phase final
far_along 4
measure "$people, four mails each: \`submit --dry-run\`" 3 "$mmig" submit --phase final --now --dry-run
once "$people, four mails each: \`submit\`" "$mmig" submit --phase final --now --yes

# Twelve texts: three segments, and in each a change for every region.
python3 "$here/address_book.py" 100000 >"$work/contacts.json"
start_sandbox --contacts-file "$work/contacts.json" --contract mailbox
campaign "$work" 32
for region in eu us apac latam; do
  printf '\n[[change]]\nid = "host-%s"\ntitle = "The host of %s"\ntext = "Call another host."\ntags = "%s"\n' \
    "$region" "$region" "$region" >>"$work/campaigns/api-v2/campaign.toml"
done
"$mmig" segment >/dev/null
measure "$people in 12 variants: \`draft --phase announce\`" 5 "$mmig" draft --phase announce
texts=("$work"/campaigns/api-v2/drafts/announce/*.md)
row 'texts that it wrote' "${#texts[@]}"

start_sandbox --contacts 5556 --contract mailbox
campaign "$work" 32
"$mmig" segment >/dev/null
"$mmig" draft --phase announce >/dev/null
"$mmig" submit --phase announce --now --yes >/dev/null
once '5,000 mails waiting: `review --approve`' "$mmig" review --approve --phase announce --by Ann --yes

start_sandbox --latency 20
page=$(python3 "$here/page_loop.py" 100)
fast=$(of_three --latency 20 --contacts 3333 -- 32 "$work")
row "the page's loop, 20 ms latency" "$page a second"
row 'sends, 20 ms latency, 32 in flight' "$fast a second, $(ratio "$fast" "$page") times the page's loop"
memory_only=$(of_three --latency 20 --contacts 3333 -- 32 "$memory")
row 'the same, ledger in memory: no sync' "$memory_only a second, with sync $(ratio "$fast" "$memory_only") of it"
none=$(of_three --contacts 3333 -- 32 "$work")
none_in_memory=$(of_three --contacts 3333 -- 32 "$memory")
row 'sends, no latency, 32 in flight' "$none a second"
row 'the same, ledger in memory: no sync' "$none_in_memory a second, with sync $(ratio "$none" "$none_in_memory") of it"
share=0.03
bad=(--error-before $share --error-after $share --cut-before $share --cut-after $share --garbage $share --html $share
  --truncated $share)
row 'sends, 20 ms latency, 32 in flight, 21 % of them with a fault' \
  "$(of_three --latency 20 --contacts 3333 "${bad[@]}" -- 32 "$work") a second"

# use_of_rate RATE SECONDS: how much of an allowed rate a submit of so many seconds uses, and what it is refused.
use_of_rate() {
  local used refused
  start_sandbox --latency 20 --contract mailbox --rate "$1" --contacts "$(($1 * $2 * 10 / 9))"
  campaign "$work" 32
  "$mmig" segment >/dev/null
  "$mmig" draft --phase announce >/dev/null
  "$mmig" submit --phase announce --now --yes >/dev/null 2>"$work/stderr"
  used=$(curl -s "$MULTIMAIL_API_URL/_sandbox/mails" | python3 "$here/rate_used.py" "$1")
  refused=$(curl -s "$MULTIMAIL_API_URL/_sandbox/requests" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["limited"]["rate"])')
  row "an allowed rate of $1 a second, for $2 s" "$used % of it used, $refused requests refused"
}
use_of_rate 5 120
use_of_rate 50 120
