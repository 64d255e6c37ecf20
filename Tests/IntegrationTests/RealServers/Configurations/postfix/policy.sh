# Postfix's policy service (SMTPD_POLICY_README): refuses mail to full mailboxes, as dovecot's quota-status does, and
# greylists one mailbox, as postgrey does, in the words of these two. $1 is the directory of the test.
while read -r line; do
    case $line in
    sender=*) sender=${line#*=} ;;
    recipient=*) recipient=${line#*=} ;;
    "")
        action=DUNNO
        box=$1/mail/${recipient%@*}
        if [ -d "$box" ] && [ "$(cat "$box"/* 2>/dev/null | wc -c)" -ge 10240 ]; then
            action="552 5.2.2 Quota exceeded (mailbox for user is full)"
        elif [ "${recipient%@*}" = grey ] && ! [ -e "$1/seen/$sender" ]; then
            : >"$1/seen/$sender"
            action="DEFER_IF_PERMIT Greylisted, see http://postgrey.schweikert.ch/help/example.net.html"
        fi
        printf 'action=%s\n\n' "$action"
        ;;
    esac
done
