# Compares what the seed says, what the simulator's log says and what the contact book says; sourced by scripts/demo and
# scripts/chaos. Uses $postrider, $data, $contacts and $audit_status; leaves the number of failed checks in $wrong, and in
# $checks each one as "kept" or "broken" and its text. shellcheck shell=bash
# shellcheck disable=SC2154

wrong=0
checks=()

# A contact of the list as its address and its status.
contact_rows='.contacts[] | [.address, .status] | @tsv'

# check TEXT COMMAND…: says whether the command succeeds, and shows the first lines of what it prints if it does not.
check() {
    local text=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed "$text"
        checks+=("kept $text")
    else
        failed "$text"
        [[ -z $output ]] || head -n 12 <<<"$output" | sed 's/^/       /'
        checks+=("broken $text")
        wrong=$((wrong + 1))
    fi
}

same() { diff "$1" "$2" | grep '^[<>]'; (($(diff "$1" "$2" | grep -c '^[<>]') == 0)); }
equal() { [[ $1 == "$2" ]] || { echo "$1 is not $2" && return 1; }; }
is_empty() { [[ ! -s $1 ]] || { cat "$1" && return 1; }; }

# collect_proof CAMPAIGN LIST: lays down in $data/proof, one contact a line and sorted, what each of the three says.
collect_proof() {
    local campaign=$1 list=$2 dir=$data/proof
    mkdir -p "$dir"
    "$postrider" campaign stats "$campaign" --format json >"$dir/stats.json"
    "$postrider" contacts list --list "$list" --format json >"$dir/contacts.json"

    # Addresses are compared without regard to letter case, as Postrider compares them.
    awk -F '\t' '{ print tolower($4) "\t" $2 }' "$data/expected.tsv" | sort >"$dir/seed"
    jq -r "$contact_rows" "$dir/contacts.json" | awk -F '\t' '{ print tolower($1) "\t" $2 }' | sort >"$dir/book"
    awk -F '\t' '{ print $2 }' "$data/expected.tsv" | sort | uniq -c | awk '{ print $2, $1 }' >"$dir/seed.counts"
    jq -r '.mailings[0].outcomes | to_entries[] | select(.value > 0) | "\(.key) \(.value)"' "$dir/stats.json" |
        sort >"$dir/stats.counts"

    jq -r '[.recipient, .reply, .messageID] | @tsv' "$data/simulator.ndjson" |
        awk -F '\t' '{ print tolower($1) "\t" $2 "\t" $3 }' >"$dir/log"
    awk -F '\t' '$2 ~ /^250 / { print $1 }' "$dir/log" | sort >"$dir/log.accepted"
    uniq "$dir/log.accepted" >"$dir/log.once"
    uniq -d "$dir/log.accepted" >"$dir/log.twice"
    cut -f 1 "$dir/log" | sort -u >"$dir/log.attempted"
    awk -F '\t' '$2 == "Sent" { print $1 }' "$dir/book" | sort >"$dir/book.sent"
    awk -F '\t' '$1 !~ /^(invalid|duplicate|suppressed)$/ { print tolower($4) }' "$data/expected.tsv" |
        sort -u >"$dir/seed.attempted"
    # Their mail was accepted and came back for good, or brought them to leave.
    awk -F '\t' '$1 ~ /^(gone|back-3|leaver)$/ { print tolower($4) }' "$data/expected.tsv" |
        sort -u - "$dir/book.sent" >"$dir/accepted"
}

# What must hold of every campaign, however it was disturbed.
prove_outcomes() {
    local dir=$data/proof sent charged came_back=
    [[ ! -e $dir/histories ]] || came_back=", or whose mail came back"
    sent=$(jq '.mailings[0].outcomes.Sent' "$dir/stats.json")
    charged=$(jq '.mailings[0].licences.charged' "$dir/stats.json")

    check "all $contacts contacts ended as the seed says, one by one" same "$dir/seed" "$dir/book"
    check "the statistics say the same numbers" same "$dir/seed.counts" "$dir/stats.counts"
    check "the simulator answered 250 for exactly the $sent contacts that are Sent$came_back" same "$dir/log.once" "$dir/accepted"
    check "everyone was tried who should be, and no invalid, duplicate or suppressed one" \
        same "$dir/seed.attempted" "$dir/log.attempted"
    if [[ -z $came_back ]]; then
        check "licences charged ($charged) = contacts Sent ($sent)" equal "$charged" "$sent"
    else
        check "licences charged ($charged) = contacts that were ever Sent" equal "$charged" \
            "$(awk -F '\t' '$2 > 0' "$dir/histories" | wc -l)"
    fi
}

prove_campaign() {
    local dir=$data/proof
    collect_proof "$1" "$2"
    prove_outcomes
    check "nobody got the message twice" is_empty "$dir/log.twice"

    # Queued, Soft Bounced and Deferred are on the way, never the end: they show in samples taken while the campaign ran.
    jq -s -r '[.[].mailings[0].outcomes | to_entries[] | select(.value > 0)] | group_by(.key)[]
        | "\(.[0].key)\t\(map(.value) | max)"' "$data/samples.ndjson" "$dir/stats.json" >"$dir/seen"
    check "all ten outcomes occurred: $(cut -f 1 "$dir/seen" | paste -s -d , | sed 's/,/, /g')" \
        equal "$(wc -l <"$dir/seen")" 10
    check "the audit says that everything adds up" equal "$audit_status" 0
}
