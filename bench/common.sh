# Shared by the scripts of this folder: a sandbox, a campaign on it, rows of a table. Sourced; the first argument is the path to
# mmig.
# shellcheck shell=bash
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mmig=$(realpath "${1:-$here/../target/release/mmig}")
work=$(mktemp -d)
memory=$(mktemp -d -p /dev/shm)
trap 'stop_sandbox; stop_others; rm -rf "$work" "$memory"' EXIT

# Ends everything else that a script starts.
stop_others() { :; }

# Its number is kept in a file, since some callers are subshells.
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

# once LABEL COMMAND...: time and memory of a command that cannot be repeated.
once() {
  local start=$EPOCHREALTIME memory
  memory=$(peak "$work/peak" "${@:2}")
  row "$1" "$(bc <<<"($EPOCHREALTIME - $start) / 1") s, $memory MB"
}

# peak FILE COMMAND...: the maximum of memory, in megabytes.
peak() {
  /usr/bin/time -o "$1" -f '%M' "${@:2}" >/dev/null 2>&1 || true
  awk '{ printf "%.0f", $1 / 1024 }' <(tail -n 1 "$1")
}

# sends IN_FLIGHT FOLDER: mails per second of one submit, by the sandbox's record.
sends() {
  campaign "$2" "$1"
  "$mmig" segment >/dev/null
  "$mmig" draft --phase announce >/dev/null
  # With faults, a reply or two stay lost despite all retries; the next run settles them.
  for _ in 1 2 3; do
    if "$mmig" submit --phase announce --now --yes >/dev/null 2>"$work/stderr"; then break; fi
  done
  curl -s "$MULTIMAIL_API_URL/_sandbox/mails" | python3 "$here/sends_per_second.py"
}

ratio() { printf '%.2f' "$(bc -l <<<"$1 / $2")"; }
