#!/bin/sh
# A filter of OpenSMTPD (smtpd-filters(7)): refuses mail to full mailboxes, and greylists one mailbox.
while read -r line; do
    if [ "$line" = "config|ready" ]; then
        echo "register|filter|smtp-in|rcpt-to"
        echo "register|ready"
        continue
    fi
    IFS='|' read -r kind _ _ _ _ session token recipient <<X
$line
X
    [ "$kind" = filter ] || continue
    box=${recipient%@*}
    answer=proceed
    full=/home/$box/Maildir/new/1
    if [ -f "$full" ] && [ "$(wc -c <"$full")" -ge 10240 ]; then
        answer="reject|552 5.2.2 Mailbox full"
    elif [ "$box" = grey ] && ! [ -e /tmp/seen ]; then
        : >/tmp/seen
        answer="reject|451 4.7.1 Greylisted, please try again in 60 seconds"
    fi
    echo "filter-result|$session|$token|$answer"
done
