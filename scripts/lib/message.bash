# Measures composing and signing alone; sourced by scripts/bench. Uses $work and $format. shellcheck shell=bash
# shellcheck disable=SC2154

# openssl_sign rsa2048|ed25519: the microseconds that openssl's own measure gives for one signature.
openssl_sign() {
    # Signatures in a second are the last number but one; the time of one is rounded too much.
    openssl speed -seconds 2 "$1" 2>/dev/null | tail -n 1 | awk '{ printf "%.1f\n", 1000000 / $(NF - 1) }'
}

bench_message() {
    local instrument report
    if [[ -n ${MESSAGE_BENCH:-} ]]; then
        instrument=$MESSAGE_BENCH
    else
        note "swift build -c release --product message-bench (several minutes the first time)"
        swift build -c release --product message-bench </dev/null
        instrument=$(swift build -c release --show-bin-path </dev/null)/message-bench
    fi
    [[ -x $instrument ]] || die "there is no executable at $instrument"
    report=$("$instrument") || die "bench: message-bench failed"
    jq -n --argjson message "$report" --argjson cores "$(nproc)" \
        --arg cpu "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
        --arg version "$(openssl version | cut -d " " -f 1-2)" \
        --argjson rsa "$(openssl_sign rsa2048)" --argjson ed25519 "$(openssl_sign ed25519)" '{
            machine: { cores: $cores, cpu: $cpu },
            openssl: { version: $version, rsa2048: $rsa, ed25519: $ed25519 } } + $message' >"$work/message.json"
    if [[ $format == json ]]; then
        jq . "$work/message.json" >&4
        return
    fi
    jq -r '
        def fixed(digits): . * pow(10; digits) + 0.5 | floor / pow(10; digits);
        def left(n): tostring | . + " " * ([n - length, 0] | max);
        def spread: "\(.median | fixed(1)) (\(.least | fixed(1))–\(.most | fixed(1)))" | left(24);
        "\(.machine.cores) cores (\(.machine.cpu))",
        "Microseconds of CPU for one message, median (least–most) of 5",
        "",
        ("message" | left(24)) + ("bytes" | left(8)) + (["unsigned", "Ed25519", "RSA-2048", "both"] | map(left(24)) | join("")),
        (.rows[] | (.message | left(24)) + (.bytes | left(8)) + ([.unsigned, .ed25519, .rsa, .both] | map(spread) | join(""))),
        "",
        "one signature by openssl speed (\(.openssl.version)): Ed25519 \(.openssl.ed25519), RSA-2048 \(.openssl.rsa2048)"
        | sub(" +$"; "")' "$work/message.json" >&4
}
