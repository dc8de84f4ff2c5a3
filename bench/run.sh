#!/usr/bin/env bash
# The whole program, measured from outside: prints the table of bench/README.md.
# Needs bash 5, GNU time, curl and python3. Usage: bench/run.sh [path to mmig]
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

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

# Far along, with mails that no sandbox knows: a fresh one has the same contacts, tagged as notified, and no mails of its own.
curl -s "$MULTIMAIL_API_URL/_sandbox/contacts" | python3 "$here/tag_notified.py" >"$work/notified.json"
start_sandbox --contacts-file "$work/notified.json" --contract mailbox
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
bad=()
for fault in error-before error-after cut-before cut-after garbage html truncated; do bad+=("--$fault" "$share"); done
row 'sends, 20 ms latency, 32 in flight, 21 % of them with a fault' \
  "$(of_three --latency 20 --contacts 3333 "${bad[@]}" -- 32 "$work") a second"

# use_of_rate RATE SECONDS: how much of an allowed rate a submit of that many seconds uses, and how many requests are refused.
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
