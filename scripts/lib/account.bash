# What a run of scripts/chaos did and what came of it; sourced by it alone, after prove.bash. shellcheck shell=bash
# shellcheck disable=SC2154

# Lays down in $data/proof who was lost, mailed twice or in doubt, and in $data/events.tsv what happened.
count_damage() {
    local proof=$data/proof e
    awk -F '\t' '$2 == "Sent" { print $1 }' "$proof/seed" | sort -u | comm -13 "$proof/log.once" - >"$proof/lost"
    scripts/lib/histories.py "$data/book.sqlite" >"$proof/histories"
    # Accepted more often than the book knows that they were sent: once, and once more each time that they were taken up again.
    awk -F '\t' 'NR == FNR { sent[$1] = $2 > 0 ? $2 : 1; next } { accepted[$1]++ }
        END { for (who in accepted) if (accepted[who] > sent[who]) print who "\t" accepted[who] - sent[who] }' \
        "$proof/histories" "$proof/log.accepted" | sort >"$proof/copies"
    duplicates=$(awk -F '\t' '{ sum += $2 } END { print sum + 0 }' "$proof/copies")
    count_returned
    awk -F '\t' '$2 ~ /^250 / { print $1 "\t" $3 }' "$proof/log" | sort -u | cut -f 1 | uniq -d >"$proof/other-ids"
    # Their fate was unknown to a worker: dropped without an answer, accepted more than once, or held.
    tr '[:upper:]' '[:lower:]' <"$data/held.all" | sort -u >"$proof/held"
    { awk -F '\t' '$2 == "" { print $1 }' "$proof/log" && cut -f 1 "$proof/copies"; } | sort -u - "$proof/held" >"$proof/in-doubt"
    find_false_recoveries >"$proof/false-recoveries"

    for e in "${!event_began[@]}"; do
        printf '%s\t' "${event_target[e]}" "${event_kind[e]}" "${event_link[e]}" $((event_began[e] - began_at)) \
            $((event_healed[e] - event_began[e])) \
            "$([[ -z ${event_recovered[e]:-} ]] || echo $((event_recovered[e] - event_began[e])))" \
            $((event_clear[e] - event_began[e]))
        printf '%s\n' "${event_risk[e]}"
    done >"$data/events.tsv"
    awk -F '\t' -v limit=$((recovery_limit * 1000)) \
        '$1 ~ /^worker/ && $2 == "kill" && $6 - $7 > limit' "$data/events.tsv" >"$proof/slow-recoveries"
    bound=0
    [[ $in_doubt == hold ]] || bound=$(awk -F '\t' '{ sum += $8 } END { print sum + 0 }' "$data/events.tsv")
}

# Lays down what came back: how many different reports about each contact were taken, by what the returner heard and by the book;
# and who was attempted again.
count_returned() {
    local proof=$data/proof
    sort -u "$data/reports.tsv" | awk -F '\t' '$3 == "taken" { count[tolower($1)]++ }
        END { for (who in count) print who "\t" count[who] }' | sort >"$proof/reports.taken"
    awk -F '\t' '$3 > 0 { print $1 "\t" $3 }' "$proof/histories" | sort >"$proof/reports.booked"
    awk -F '\t' '$3 == "refused"' "$data/reports.tsv" >"$proof/reports.refused"
    awk -F '\t' '$2 > 1 { print $1 "\t" $2 - 1 }' "$proof/histories" >"$proof/again"
    awk -F '\t' '$1 ~ /^back-/ { print tolower($4) }' "$data/expected.tsv" | sort >"$proof/seed.again"
    cut -f 1 "$proof/again" | sort | comm -23 - "$proof/seed.again" >"$proof/again.others"
    # Once more for each report at the most, and once more still where one came while an attempt was in doubt (rule N4).
    awk -F '\t' 'NR == FNR { if ($1 ~ /^back-/) most[tolower($4)] = substr($1, 6) + 1; next }
        $1 in most && $2 > most[$1]' "$data/expected.tsv" "$proof/histories" >"$proof/again.too-often"
    reports=$(awk -F '\t' '{ sum += $2 } END { print sum + 0 }' "$proof/reports.taken")
    reports_repeated=$(($(grep -c 'taken$' "$data/reports.tsv") - reports))
    attempted_again=$(awk -F '\t' '{ sum += $2 } END { print sum + 0 }' "$proof/again")
}

# Lists leases that were lost although their worker had been away from Redis, within the time that a lease takes to run out and
# its worker to hear of it, for less time than it would take.
find_false_recoveries() {
    local file line
    for file in "$data"/logs/worker-*.log; do
        while read -r line; do
            printf '%s\t%s\n' "$(basename "$file" .log)" "$(date -d "${line%% *}" +%s%3N)"
        done < <(grep 'lease lost' "$file")
    done | awk -F '\t' -v span=$((2 * lease * 1000)) -v trusted="$trusted" '
        source == "away" { who[++n] = $1; from[n] = $2; to[n] = $3; next }
        {
            away = 0
            for (i = 1; i <= n; i++) {
                begin = from[i] > $2 - span ? from[i] : $2 - span
                end = to[i] < $2 ? to[i] : $2
                if (who[i] == $1 && end > begin) away += end - begin
            }
            if (away < trusted) print $1, "at", $2, "after", away, "ms away"
        }' source=away "$data/away.tsv" source=lost -
}

at_most() { (($1 <= $2)) || { echo "$1 is more than $2" && return 1; }; }

prove_promises() {
    local proof=$data/proof
    check "the audit says that everything adds up" equal "$audit_status" 0
    check "nobody was lost" is_empty "$proof/lost"
    check "duplicates ($duplicates) are within the bound ($bound)" at_most "$duplicates" "$bound"
    check "the copies of a message bear one Message-ID" is_empty "$proof/other-ids"
    check "each of $reports messages that came back, of which $reports_repeated were taken twice, is booked once" \
        same "$proof/reports.taken" "$proof/reports.booked"
    check "nothing that came back was refused" is_empty "$proof/reports.refused"
    check "$attempted_again messages were attempted again after they had been Sent, all because they came back" \
        is_empty "$proof/again.others"
    check "none of them more often than it came back" is_empty "$proof/again.too-often"
    check "nothing is in flight, waiting, due or unbooked at the end" \
        equal "$(jq -r '[.inFlight, .waiting, .due, .unbooked] | join(" ")' "$data/queue.json")" "0 0 0 0"
    check "no lease was lost by a worker that could renew it" is_empty "$proof/false-recoveries"
    check "a killed worker's jobs were back $recovery_limit s after the kill, or after Redis and the coordinator were" \
        is_empty "$proof/slow-recoveries"
    check "nothing ended by itself but for want of Redis" equal "$unexplained_ends" 0
    check "everything stopped in time at SIGTERM" equal "$late_stops" 0
}

# Writes $data/report.json.
make_report() {
    local proof=$data/proof promises
    promises=$(printf '%s\n' "${checks[@]}" |
        jq -Rn '[inputs | capture("(?<word>[a-z]+) (?<promise>.*)") | { promise, kept: (.word == "kept") }]')
    jq -Rn --argjson minutes "$minutes" --argjson seed "$seed" --arg inDoubt "$in_doubt" \
        --argjson workers "$workers" --argjson connections "$connections" --argjson contacts "$contacts" \
        --argjson chaos $((chaos_ended_at - began_at)) --argjson rest $((finished_at - chaos_ended_at)) \
        --argjson planned "${#event_at[@]}" --argjson lost "$(wc -l <"$proof/lost")" \
        --argjson duplicates "$duplicates" --argjson bound "$bound" --argjson doubt "$(wc -l <"$proof/in-doubt")" \
        --argjson held "$(wc -l <"$proof/held")" --argjson dead "$(sort -u "$data/dead.all" | wc -l)" \
        --argjson accepted "$(wc -l <"$proof/log.accepted")" \
        --argjson sent "$(wc -l <"$proof/book.sent")" --argjson audit "$audit_status" \
        --argjson falseRecoveries "$(wc -l <"$proof/false-recoveries")" --argjson restarts "$restarts" \
        --argjson reports "$reports" --argjson repeated "$reports_repeated" --argjson again "$attempted_again" \
        --argjson unexplained "$unexplained_ends" --argjson promises "$promises" '
        def seconds: if . == null then null else . / 1000 end;
        def median: sort | .[(length - 1) / 2 | floor];
        def spread: { median: (if length > 0 then median else null end | seconds), max: (max | seconds) };
        [inputs | split("\t") | {
            role: (.[0] | sub("-[0-9]+$"; "")), kind: .[1], link: (if .[2] == "-" then null else .[2] end),
            healed: (.[4] | tonumber), recovered: (.[5] | if . == "" then null else tonumber end),
            alone: (.[6] == "0"), risk: (.[7] | tonumber) }] as $events
        | {
            parameters: { $minutes, $seed, $inDoubt, $workers, $connections, $contacts },
            seconds: { chaos: ($chaos | seconds), recovery: ($rest | seconds) },
            events: ($events | length), planned: $planned, kills: ([$events[] | select(.kind == "kill")] | length),
            byKind: [$events | group_by([.role, .kind, .link])[] | map(select(.recovered != null)) as $measured | {
                target: .[0].role, kind: .[0].kind, link: .[0].link, events: length,
                duplicatesBound: (if $inDoubt == "hold" then 0 else map(.risk) | add end),
                recoveriesMeasured: ($measured | length),
                secondsToRecover: ($measured | map(.recovered) | spread),
                # Those during which neither the coordinator nor Redis was hit as well.
                secondsToRecoverAlone: ($measured | map(select(.alone) | .recovered) | spread),
                secondsAfterHealing: ($measured | map([.recovered - .healed, 0] | max) | spread) }],
            $contacts, $sent, $accepted, $lost, $duplicates, duplicatesBound: $bound, inDoubt: $doubt, $held, $dead,
            returned: { $reports, $repeated, attemptedAgain: $again },
            audit: (if $audit == 0 then "exact" else "wrong" end), $falseRecoveries,
            startedAgainForWantOfRedis: $restarts, endedWithoutReason: $unexplained,
            $promises, kept: ($promises | all(.kept))
        }' "$data/events.tsv" >"$data/report.json"
}

print_report() {
    jq -r '
        def left(n): tostring | . + " " * ([n - length, 0] | max);
        def right(n): tostring | " " * ([n - length, 0] | max) + .;
        def time: if . == null then "-" else . * 10 | round / 10 end | right(8);
        def spread: (.median | time) + (.max | time);
        def line(name; value): (name | left(22)) + (value | tostring);
        .parameters as $p | "",
        "\($p.minutes) minutes, seed \($p.seed), \($p.workers) workers with \($p.connections) connections each, "
            + "one Redis, in doubt: \($p.inDoubt)",
        "",
        "                                    twice  recovered in s         alone          after healing",
        "event                     events  at most  median     max  median     max  median     max",
        (.byKind[] | ([.target, .kind, .link] | map(values) | join(" ") | left(27)) + (.events | right(6))
            + (.duplicatesBound | right(9)) + " " + (.secondsToRecover | spread) + " "
            + (.secondsToRecoverAlone | spread) + " " + (.secondsAfterHealing | spread)),
        "",
        line("events"; .events), line("kills"; .kills), line("contacts"; .contacts), line("lost"; .lost),
        line("duplicates"; "\(.duplicates) of \(.accepted) accepted; at most \(.duplicatesBound) promised"),
        line("came back"; "\(.returned.reports) messages, \(.returned.repeated) taken twice; "
            + "\(.returned.attemptedAgain) attempted again"),
        line("in doubt"; "\(.inDoubt), \(.held) of them held"), line("dead, and retried"; .dead), line("audit"; .audit),
        line("false recoveries"; .falseRecoveries),
        line("promises"; "\([.promises[] | select(.kept)] | length) of \(.promises | length) kept")' "$data/report.json"
}
