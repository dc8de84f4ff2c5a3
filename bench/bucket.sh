#!/usr/bin/env bash
# A ledger in a bucket, measured from outside: 100,000 recipients there and back, and sends per second, compared with the ledger in the
# folder. Needs what bench/run.sh needs, and moto_server (`.ci/run` installs it). Usage: bench/bucket.sh [path to mmig]
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

others=()
stop_others() { [ ${#others[@]} = 0 ] || kill "${others[@]}" 2>/dev/null || true; }

moto=$here/../target/servers/python/bin/moto_server
[ -x "$moto" ] || moto=$(command -v moto_server)

# listens PORT: waits until a server listens.
listens() { until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do sleep 0.05; done; }

bucket=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$moto" -H 127.0.0.1 -p "$bucket" >"$work/moto.log" 2>&1 &
others+=($!)
listens "$bucket"
curl -sf -X PUT "http://127.0.0.1:$bucket/led" >/dev/null
export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_REGION=us-east-1 AWS_ALLOW_HTTP=true
export AWS_ENDPOINT_URL=http://127.0.0.1:$bucket

# timed LABEL COMMAND...: time, processor time and memory; the command has to succeed.
timed() {
  local label=$1 took
  shift
  if ! /usr/bin/time -o "$work/time" -f '%e s (%U s + %S s of processor time), %M KB' "$@" >"$work/out" 2>&1; then
    cat "$work/out" >&2
    return 1
  fi
  took=$(tail -n 1 "$work/time")
  row "$label" "$took"
}

# documents NAME: the output of readers, without the current time.
documents() {
  "$mmig" --as-of 2027-02-15 status --json >"$work/$1.status"
  "$mmig" --as-of 2027-02-15 report --json >"$work/$1.report"
  "$mmig" --as-of 2027-02-15 status --behind --json >"$work/$1.behind"
}

same() {
  for part in status report behind; do cmp "$work/$1.$part" "$work/$2.$part"; done
  row "$3" identical
}

echo '| what | measured |'
echo '|---|---|'
start_sandbox --contacts 111112 --contract mailbox
campaign "$work" 32
state=$work/campaigns/api-v2/state.toml
"$mmig" segment >/dev/null
python3 "$here/mails.py" "$state" 1
# Written once by the program, so that the file has its format.
"$mmig" segment >/dev/null
cp "$state" "$work/before.toml"
row 'recipients, size of the ledger' "$(grep -c '^  {' "$state"), $(stat -c %s "$state") bytes"
documents before
timed '`ledger move s3://…`' "$mmig" ledger move s3://led/move
documents there
same before there '`status`, `report`, `status --behind` from the bucket'
timed '`status` from the bucket' "$mmig" status
timed '`ledger move local`' "$mmig" ledger move local
cmp "$state" "$work/before.toml"
row 'state.toml, there and back' identical
documents after
same before after '`status`, `report`, `status --behind`, there and back'

# The line to the bucket: 15 ms for each request, plus moto's own time.
python3 "$here/delay.py" "$bucket" 15 >"$work/line" &
others+=($!)
until [ -s "$work/line" ]; do sleep 0.05; done
AWS_ENDPOINT_URL=http://127.0.0.1:$(cat "$work/line")
local_rates=() bucket_rates=()
for turn in 1 2 3 4 5; do
  start_sandbox --latency 20 --contacts 3333 --contract mailbox
  local_rates+=("$(sends 32 "$work")")
  start_sandbox --latency 20 --contacts 3333 --contract mailbox
  bucket_rates+=("$(MMIG_LEDGER_URL=s3://led/turn-$turn sends 32 "$work")")
done
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
here_rate=$(median "${local_rates[@]}") there_rate=$(median "${bucket_rates[@]}")
row 'sends, 20 ms at the mail server, 32 in flight, ledger in the folder' "$here_rate a second (${local_rates[*]})"
row 'the same, ledger in a bucket 15 ms away' "$there_rate a second (${bucket_rates[*]})"
row 'ratio' "$(ratio "$there_rate" "$here_rate")"
