# What scripts/chaos does to processes and links, and how it sees that they are well again; sourced by it alone. Uses $data, $now
# and start_process of the caller. shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

# The events in their order: what was planned, and what came of it. Times are ms of the clock; empty: not yet. Clear: since when
# neither the coordinator nor Redis was hit as well.
event_at=() event_target=() event_kind=() event_link=() event_lasts=()
event_began=() event_healed=() event_recovered=() event_identity=() event_baseline=() event_clear=() event_risk=()
# Events that are not over or not recovered from.
open_events=()
# Targets to which an event is happening, with its number.
declare -A happening=()
# Workers that cannot reach Redis at this moment, or do not run: since when, and the event that began it.
declare -A away_since=() away_event=()
# When a process last could not reach Redis.
declare -A redis_away_at=([redis]=0)
# Processes that ended by themselves and are started again, as a supervisor would: since when.
declare -A ended_at=()

plan_events() {
    local at target kind link lasts
    while read -r at target kind link lasts; do
        event_at+=("$at") event_target+=("$target") event_kind+=("$kind") event_link+=("$link") event_lasts+=("$lasts")
    done < <(awk -v seconds="$1" -v seed="$seed" -v workers="$workers" -v lease="$lease" -f scripts/lib/schedule.awk)
}

# The links that an event interrupts.
links_of() {
    if [[ ${event_target[$1]} == redis ]]; then
        echo "${redis_links[@]}"
    else
        echo "${event_target[$1]}.${event_link[$1]}"
    fi
}

# The identity under which a worker last registered, from its log; empty when this process has none yet.
identity_of() {
    local last
    last=$(grep -o 'worker\.id=[^ ]*' "$data/logs/$1.log" | tail -n 1) || true
    last=${last#worker.id=}
    if [[ $last != "${earlier_identity[$1]:-}" ]]; then echo "$last"; fi
}

# ---- Events ---------------------------------------------------------------------------------------------------------

# The most messages of a worker that will be sent twice if it dies at this moment: those in hand and a batch of results; while it
# cannot tell Redis, all that it has claimed.
at_risk() {
    if [[ -n ${away_since[$1]:-} ]]; then echo "$flight"; else echo "$messages_in_hand"; fi
}

begin_event() {
    local e=$1 target=${event_target[$1]} kind=${event_kind[$1]} link pid
    event_began[e]=$now
    event_clear[e]=$now
    event_risk[e]=0
    happening[$target]=$e
    open_events+=("$e")
    if [[ $target == worker-* ]]; then event_identity[e]=$(identity_of "$target"); fi
    case $kind in
    kill)
        kill_group "$target"
        if [[ $target == worker-* ]]; then event_risk[e]=$(at_risk "$target"); fi
        ;;
    stop)
        pid=$(pid_of "$target")
        kill -STOP "$pid" 2>/dev/null || true
        ;;
    restart)
        pid=$(pid_of "$target")
        kill -TERM "$pid" 2>/dev/null || true
        ;;
    cut | silence)
        for link in $(links_of "$e"); do interrupt_link "$kind" "$link"; done
        if [[ $kind == cut && ${event_link[e]} == smtp ]]; then event_risk[e]=$messages_unanswered; fi
        ;;
    esac
    say_event "$e" "${event_lasts[e]}"
}

# Ends what is happening, if its time is over.
end_event_if_due() {
    local e=$1 target=${event_target[$1]} kind=${event_kind[$1]} pid link
    if [[ $kind == restart ]]; then
        if pid=$(pid_of "$target") && is_running "$pid"; then
            ((now - event_began[e] > 40000)) || return 0
            warn "$target (pid $pid) did not stop within 40 s of SIGTERM and was killed"
            late_stops=$((late_stops + 1))
            if [[ $target == worker-* ]]; then event_risk[e]=$(at_risk "$target"); fi
        fi
    elif ((now - event_began[e] < event_lasts[e])); then
        return 0
    fi
    # What its link has carried by now proves nothing.
    if [[ ${event_link[e]} == smtp ]]; then event_baseline[e]=$(link_traffic "$target.smtp"); fi
    case $kind in
    kill | restart)
        kill_group "$target"
        start_process "$target"
        ;;
    stop) kill -CONT "$(pid_of "$target")" 2>/dev/null || true ;;
    cut | silence) for link in $(links_of "$e"); do heal_link "$kind" "$link"; done ;;
    esac
    event_healed[e]=$now
    unset "happening[$target]"
}

# Begins the events whose time has come and whose target is free, several at once if so it falls.
begin_events() {
    local e due=$((now - began_at)) target
    for ((e = next_event; e < ${#event_at[@]} && event_at[e] <= due; e++)); do
        target=${event_target[e]}
        [[ -z ${event_began[e]:-} && -z ${happening[$target]:-} && -z ${ended_at[$target]:-} ]] || continue
        begin_event "$e"
    done
    while [[ -n ${event_began[next_event]:-} ]]; do next_event=$((next_event + 1)); done
}

# ---- What is alive --------------------------------------------------------------------------------------------------

redis_is_up() {
    local e=${happening[redis]:-}
    [[ -z $e || ${event_kind[e]} == cut || ${event_kind[e]} == silence ]] && [[ -z ${ended_at[redis]:-} ]]
}

# Starts again what ended by itself, a second later. A process may end because it cannot reach Redis; nothing else is excused.
keep_running() {
    local target status
    for target in coordinator redis inbound "${worker_names[@]}"; do
        if [[ -n ${ended_at[$target]:-} ]]; then
            if ((now - ended_at[$target] >= 1000)); then
                unset "ended_at[$target]"
                start_process "$target"
            fi
            continue
        fi
        # A process to which something is happening is looked after by that.
        if [[ -n ${happening[$target]:-} && ${event_kind[${happening[$target]}]} =~ ^(kill|restart)$ ]]; then continue; fi
        local pid
        pid=$(pid_of "$target")
        if is_running "$pid"; then continue; fi
        status=0
        wait "$pid" 2>/dev/null || status=$?
        kill_group "$target"
        ended_at[$target]=$now
        if ((status == 1 && now - redis_away_at[$target] < 20000)); then
            restarts=$((restarts + 1))
        else
            unexplained_ends=$((unexplained_ends + 1))
            warn "$target ended by itself (exit $status): $(tail -n 1 "$data/logs/$target.log")"
        fi
    done
}

# Whether a process runs and reaches Redis. One that is stopping in good order does.
reaches_redis() {
    local e=${happening[$1]:-}
    [[ -z ${ended_at[$1]:-} ]] && redis_is_up && link_is_open "$1.redis" && [[ -z $e || ! ${event_kind[e]} =~ ^(kill|stop)$ ]]
}

# The event that keeps a process from Redis: its own, else that of Redis; none while it is being started again.
cause_of_absence() {
    local e=${happening[$1]:-}
    if [[ -n $e && (${event_kind[e]} =~ ^(kill|stop)$ || ${event_link[e]} == redis) ]]; then
        echo "$e"
    else
        echo "${happening[redis]:-}"
    fi
}

# Notes who cannot reach Redis. A worker that was away long enough to lose its lease puts what it had in flight at risk of being
# sent twice; that is charged to the event that began it. Kills of workers are charged when they happen.
watch_reach() {
    local target e
    for target in coordinator inbound "${worker_names[@]}"; do
        if ! reaches_redis "$target"; then
            redis_away_at[$target]=$now
            if [[ -z ${away_since[$target]:-} ]]; then
                away_since[$target]=$now
                away_event[$target]=$(cause_of_absence "$target")
            fi
        elif [[ -n ${away_since[$target]:-} ]]; then
            e=${away_event[$target]}
            if [[ $target == worker-* && -n $e ]] && ((now - away_since[$target] >= trusted)) &&
                [[ ${event_target[e]} != "$target" || ${event_kind[e]} != kill ]]; then
                if [[ ${event_kind[e]} == stop && ${event_target[e]} == "$target" ]]; then
                    event_risk[e]=$((event_risk[e] + messages_in_hand))
                else
                    # It went on with what it had claimed until it trusted its lease no more.
                    event_risk[e]=$((event_risk[e] + flight))
                fi
            fi
            printf '%s\t%s\t%s\n' "$target" "${away_since[$target]}" "$now" >>"$data/away.tsv"
            unset "away_since[$target]"
        fi
    done
}

# ---- Recovery -------------------------------------------------------------------------------------------------------

# Reads the newest sample; fails when there is none since the last time.
read_sample() {
    local line
    read -r line 2>/dev/null <"$data/sample" || return 1
    [[ $line != "${sample[*]:-}" ]] || return 1
    read -r -a sample <<<"$line"
    sample_time=${sample[0]} booked=${sample[1]} settled=${sample[2]} campaign_state=${sample[3]}
    in_flight=${sample[4]} waiting=${sample[5]}
    sampled_workers=("${sample[@]:6}")
}

# Reads how far what comes back has come: see returner.py.
read_returner() {
    read -r log_read reports_pending reports_taken returner_at 2>/dev/null <"$data/returner.state" || true
}

# Whether all that comes back has been taken, for some seconds already.
all_returned() {
    ((reports_pending == 0 && log_read == $(stat -c %s "$data/simulator.ndjson") && now - returner_at > 4000))
}

# Whether a sample shows jobs in the flight of an identity.
flight_is_empty() {
    local worker
    for worker in "${sampled_workers[@]}"; do
        if [[ $worker == "$1="* && $worker != "$1=0,"* ]]; then return 1; fi
    done
}

# Whether a sample shows a worker of a name with a lease renewed less than about a beat ago, other than an old identity.
beats_again() {
    local worker
    for worker in "${sampled_workers[@]}"; do
        if [[ $worker == "$1#"* && $worker != "${2:-none}="* ]] && ((${worker##*,} >= lease - 5)); then return 0; fi
    done
    return 1
}

# Whether the link of an event carries anything since it was healed.
carries_mail_again() {
    [[ -n ${event_healed[$1]:-} ]] && (($(link_traffic "${event_target[$1]}.smtp") > event_baseline[$1]))
}

# Whether a number has grown since the first sample after the end of an event.
has_grown() {
    if [[ -z ${event_baseline[$1]:-} ]]; then
        event_baseline[$1]=$2
        return 1
    fi
    (($2 > event_baseline[$1]))
}

# Whether the campaign makes progress again through the part that an event hit, as a new sample shows. Of a killed or stopped
# worker: whether its jobs were accepted or given back.
has_recovered() {
    local e=$1 target=${event_target[$1]} kind=${event_kind[$1]} identity=${event_identity[$1]:-}
    if [[ $target == worker-* && $kind =~ ^(kill|stop)$ && -n $identity ]]; then
        ((sample_time > event_began[e])) && flight_is_empty "$identity"
        return
    fi
    if [[ -z ${event_healed[e]:-} ]] || ((sample_time <= event_healed[e])); then return 1; fi
    case $target,${event_link[e]} in
    worker-*,redis) beats_again "$target" ;;
    worker-*) beats_again "$target" "$identity" && { [[ -z $identity ]] || flight_is_empty "$identity"; } ;;
    coordinator,*) has_grown "$e" "$booked" ;;
    inbound,*) has_grown "$e" "$reports_taken" ;;
    redis,*) has_grown "$e" "$settled" ;;
    esac
}

# Looks after all events that are not done with.
follow_events() {
    local e other left=() fresh=$1
    for e in "${open_events[@]}"; do
        if [[ -z ${event_healed[e]:-} ]]; then end_event_if_due "$e"; fi
        if [[ -z ${event_recovered[e]:-} ]]; then
            # Nobody recovers while the coordinator or Redis is away.
            for other in coordinator redis; do
                if [[ ${event_target[e]} != "$other" && -n ${happening[$other]:-}${ended_at[$other]:-} ]]; then
                    event_clear[e]=$now
                fi
            done
            if [[ ${event_link[e]} == smtp ]]; then
                if carries_mail_again "$e"; then event_recovered[e]=$now; fi
            elif ((fresh)) && has_recovered "$e"; then
                event_recovered[e]=$sample_time
            fi
        fi
        if [[ -z ${event_healed[e]:-} || -z ${event_recovered[e]:-} ]]; then left+=("$e"); fi
    done
    open_events=("${left[@]}")
}
