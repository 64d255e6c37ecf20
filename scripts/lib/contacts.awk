# Makes the demo's contacts: the same count and seed give the same file, byte for byte, with any awk.
#
#   awk -v count=10000 -v seed=1 -v expected=FILE -v suppressed=FILE -f contacts.awk > contacts.csv
#
# Standard output is the CSV file. "expected" gets one line per contact, in the order of the file: its kind, the outcome
# and the reason in which it must end, and its address. "suppressed" gets the addresses to suppress before the start.
# With -v without="KIND KIND" those kinds are left out, and with -v slow=N so many in a thousand are slow: ok takes the balance.
# With -v returned=1 there are those whose mail is accepted and comes back (see returner.py).

# The minimal standard generator (Park and Miller, 1988): its products fit into a double exactly.
function random(n) {
    state = (state * 16807) % 2147483647
    return state % n
}

function kind(name, perMille, outcome, reason) {
    if (index(" " without " ", " " name " ")) return
    kinds[++kindCount] = name
    share[name] = perMille
    outcomeOf[name] = outcome
    reasonOf[name] = reason
}

function quoted(text) {
    if (text !~ /[",]/) return text
    gsub(/"/, "\"\"", text)
    return "\"" text "\""
}

function draw(   i, r) {
    r = random(1000)
    for (i = 1; i <= kindCount; i++) {
        r -= share[kinds[i]]
        if (r < 0) return kinds[i]
    }
    return "ok"
}

# Addresses that RFC 5321 does not allow, each in its own way.
function malformed(i,   way) {
    way = i % 8
    if (way == 0) return "no-at-sign-" i
    if (way == 1) return "two@@at" i ".example"
    if (way == 2) return "double..dot" i "@north.example"
    if (way == 3) return ".leading" i "@north.example"
    if (way == 4) return "trailing" i ".@north.example"
    if (way == 5) return "a blank " i "@north.example"
    if (way == 6) return "no-domain-" i "@"
    return "hyphen" i "@-north.example"
}

# The same address in other letters: neither the local part nor the domain tells two people apart by case.
function respelled(address) {
    return random(2) ? toupper(substr(address, 1, 1)) substr(address, 2) : toupper(address)
}

BEGIN {
    # What the simulator does with an address follows from the beginning of its local part.
    if (slow == "") slow = 4
    kind("ok",   547 - slow - (returned ? 75 : 0), "Sent", "accepted")
    kind("international", 7, "Sent",         "accepted")
    kind("bounce",       80, "Bounced",      "no_such_user")
    kind("greylist",     60, "Sent",         "accepted")
    kind("deferred-1",   45, "Sent",         "accepted")
    kind("deferred-2",   20, "Sent",         "accepted")
    kind("deferred-3",   10, "Sent",         "accepted")
    kind("full-1",       25, "Sent",         "accepted")
    kind("full-2",       20, "Sent",         "accepted")
    kind("full-3",       10, "Bounced",      "soft_bounce_limit")
    kind("full",         15, "Bounced",      "soft_bounce_limit")
    kind("toobig",        8, "Bounced",      "soft_bounce_limit")
    kind("spam",         15, "Spam",         "spam_content")
    kind("rejected",     12, "Rejected",     "sender_authentication")
    kind("blocked",       8, "Bounced",      "sender_blocked")
    kind("throttle",      3, "Bounced",      "expired")
    kind("drop",          4, "Sent",         "accepted")
    kind("slow",       slow, "Sent",         "accepted")
    kind("invalid",      25, "Invalid",      "bad_syntax")
    kind("duplicate",    40, "Duplicated",   "duplicate")
    kind("suppressed",   30, "Unsubscribed", "")
    if (returned) {
        # A mailbox that is no more, one that was full once, one that is full for ever, and somebody who leaves the list.
        kind("gone",     25, "Bounced",      "no_such_user")
        kind("back-1",   25, "Sent",         "accepted")
        kind("back-3",   10, "Bounced",      "soft_bounce_limit")
        kind("leaver",   15, "Unsubscribed", "opt_out")
    }

    domains = split("north south east west river lake forest meadow harbour island valley summit", domain, " ")
    firsts = split("Ada Zoë Łukasz José Søren Aïcha Björk Žofia Đorđe Ngọc 美咲 Олена Γιώργος Mary Tom Grace", first, " ")
    lasts = split("Lovelace Müller Nowak García Sørensen Haddad Guðmundsdóttir Nováková Petrović Nguyễn 佐藤 Шевченко " \
        "Παπαδόπουλος O'Neill Smith Hopper", last, " ")
    cities = split("Oslo|Zürich|Kraków|São Paulo|Washington, D.C.|Reykjavík|Praha|Београд|東京|Київ|\"The Hague\"", city, "|")

    if (count < 50) {
        print "contacts.awk: at least 50 contacts, so that every kind has room" > "/dev/stderr"
        exit 1
    }
    state = (seed % 2147483646) + 1
    for (i = 0; i < 20; i++) random(2)

    # Who refuses us or asks for less mail speaks for a whole site, so those have a domain each.

    # One of each kind for certain, the others by lot, then shuffled; the first must be one that can be duplicated.
    for (i = 1; i <= count; i++) kindAt[i] = i <= kindCount ? kinds[i] : draw()
    for (i = count; i > 2; i--) {
        j = 2 + random(i - 1)
        swap = kindAt[i]
        kindAt[i] = kindAt[j]
        kindAt[j] = swap
    }

    printf "" > expected
    printf "" > suppressed
    print "email,first_name,last_name,city,points"
    for (i = 1; i <= count; i++) {
        k = kindAt[i]
        if (k == "duplicate") address = respelled(original[1 + random(originals)])
        else if (k == "invalid") address = malformed(i)
        else if (k == "international") address = "ok.zoë." i "@bücher.example"
        else if (k == "blocked" || k == "throttle") address = k "." i "@" k i ".example"
        else if (k ~ /^(gone|back-1|back-3|leaver)$/) address = "ok." k "." i "@" domain[1 + random(domains)] ".example"
        else address = (k == "suppressed" ? "ok.left" : k) "." i "@" domain[1 + random(domains)] ".example"
        # A server that refuses us is left alone for minutes, and everybody behind it waits: these have one each.
        if (k == "blocked" || k == "throttle") sub(/@.*/, "@" k i ".example", address)
        if (k !~ /^(duplicate|international|invalid|suppressed)$/) original[++originals] = address
        if (k == "suppressed") print address > suppressed
        # Postrider keeps a domain in ASCII (RFC 5890) and a local part as it is.
        kept = address
        sub(/bücher/, "xn--bcher-kva", kept)
        printf "%s\t%s\t%s\t%s\n", k, outcomeOf[k], reasonOf[k], kept > expected
        printf "%s,%s,%s,%s,%d\n", quoted(address), quoted(first[1 + random(firsts)]), quoted(last[1 + random(lasts)]),
            quoted(city[1 + random(cities)]), random(1000)
    }
}
