#!/usr/bin/env python3
"""Returns mail to postrider inbound as the world does, for scripts/chaos: the mailboxes that contacts.awk calls gone, back-N and leaver.

    returner.py --log FILE --port PORT --keys FILE --seed N --state FILE --reports FILE

Follows the simulator's log. To each message that was accepted for such a mailbox it answers a moment later: a bounce message for
good (gone) or for now (back-3 each time, back-1 the first time), or a request to leave the list (leaver, the first time). Like a
mail server it tries again until a message is answered with 250, or refused for good, and sends some twice. One line of the reports
file for each answer: the contact, the Message-ID, and "taken" or "refused". The state file says: bytes of the log that were read,
messages that wait for an answer, messages that were taken, and the time of the last change in ms.
"""

import argparse
import base64
import email.utils
import hashlib
import hmac
import heapq
import json
import os
import random
import re
import smtplib
import threading
import time

MAILBOX = re.compile(r"^ok\.(gone|back-1|back-3|leaver)\.", re.IGNORECASE)
CONNECTIONS = 4
# Seconds within which mail comes back, and after which an answer is not waited for any longer.
DELAY, PATIENCE = 3.0, 5.0
# One message in so many is sent by two ways.
TWICE = 10

REPORTS = {
    "gone": ("5.1.1", "550 5.1.1 User unknown"),
    "back": ("4.2.2", "452 4.2.2 Mailbox full"),
}


def unsubscribe_address(return_path, keys):
    """The address for leaving of the contact whose return path is given; see MailMessage's ContactToken."""
    local, domain = return_path.split("@")
    payload = bytearray(base64.b32decode(local[2:].upper())[:10])
    payload[0] = payload[0] & 0xF0 | 2
    code = hmac.new(keys[payload[1]], b"postrider contact token\n" + payload, hashlib.sha256).digest()[:15]
    return "u-" + base64.b32encode(bytes(payload) + code).decode().lower() + "@" + domain


def read_keys(path):
    with open(path, encoding="ascii") as file:
        words = [line.split("#")[0].split() for line in file]
    return {int(pair[0]): bytes.fromhex(pair[1]) for pair in words if len(pair) == 2}


class Report:
    """A message on its way to postrider inbound."""

    def __init__(self, kind, contact, return_path, number, keys):
        self.contact = contact
        self.message_id = f"<{number}.{hashlib.sha256(contact.encode()).hexdigest()[:16]}@mx.example>"
        head = f"Date: {email.utils.formatdate()}\nMessage-ID: {self.message_id}\nMIME-Version: 1.0\n"
        if kind == "leaver":
            self.sender, self.recipient = contact, unsubscribe_address(return_path, keys)
            text = f"From: {contact}\nTo: {self.recipient}\nSubject: unsubscribe\n{head}\nPlease take me off.\n"
        else:
            status, reply = REPORTS[kind.split("-")[0]]
            self.sender, self.recipient = "", return_path
            text = (
                f"From: MAILER-DAEMON@mx.example\nTo: {return_path}\nSubject: Undelivered Mail Returned to Sender\n{head}"
                'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
                "--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n"
                "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
                f"Final-Recipient: rfc822; {contact}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {reply}\n\n--b--\n"
            )
        self.text = text.replace("\n", "\r\n").encode()


class Returner:
    def __init__(self, arguments):
        self.arguments = arguments
        self.keys = read_keys(arguments.keys)
        self.random = random.Random(arguments.seed)
        self.accepted_by = {}
        self.lock = threading.Condition()
        # What is to be sent: when, a number, the message.
        self.waiting = []
        self.pending = 0
        self.taken = 0
        self.numbers = 0
        self.bytes_read = 0
        self.changed_at = int(time.time() * 1000)
        self.reports = open(arguments.reports, "a", encoding="utf-8", buffering=1)

    def run(self):
        for _ in range(CONNECTIONS):
            threading.Thread(target=self.deliver_all, daemon=True).start()
        with open(self.arguments.log, "rb") as log:
            rest = b""
            while True:
                rest += log.read()
                *lines, rest = rest.split(b"\n")
                with self.lock:
                    for line in lines:
                        self.heed(json.loads(line))
                    self.bytes_read = log.tell() - len(rest)
                self.tell()
                time.sleep(0.1)

    def heed(self, decision):
        """Has the answers to one message wait for their time, if there are any."""
        contact = decision["recipient"]
        mailbox = MAILBOX.match(contact)
        if not mailbox or not decision["reply"].startswith("250 "):
            return
        kind = mailbox[1].lower()
        number = self.accepted_by[contact.lower()] = self.accepted_by.get(contact.lower(), 0) + 1
        if kind in ("back-1", "leaver") and number > 1:
            return
        report = Report(kind, contact, decision["sender"], number, self.keys)
        for _ in range(2 if self.random.randrange(TWICE) == 0 else 1):
            self.pending += 1
            self.enter(report, self.random.uniform(0, DELAY))

    def enter(self, report, delay):
        self.numbers += 1
        heapq.heappush(self.waiting, (time.monotonic() + delay, self.numbers, report))
        self.changed_at = int(time.time() * 1000)
        self.lock.notify()

    def take(self):
        """The next message whose time has come."""
        with self.lock:
            while True:
                delay = self.waiting[0][0] - time.monotonic() if self.waiting else None
                if delay is not None and delay <= 0:
                    return heapq.heappop(self.waiting)[2]
                self.lock.wait(delay)

    def deliver_all(self):
        connection = None
        while True:
            report = self.take()
            answer = None
            try:
                if connection is None:
                    connection = smtplib.SMTP("127.0.0.1", self.arguments.port, "mx.example", timeout=PATIENCE)
                    connection.ehlo_or_helo_if_needed()
                answer = self.deliver(connection, report)
            except (OSError, smtplib.SMTPException):
                if connection is not None:
                    connection.close()
                connection = None
            with self.lock:
                if answer is not None and (answer < 400 or answer >= 500):
                    self.reports.write(f"{report.contact}\t{report.message_id}\t{'taken' if answer < 400 else 'refused'}\n")
                    self.pending -= 1
                    self.taken += answer < 400
                    self.changed_at = int(time.time() * 1000)
                else:
                    self.enter(report, 0.5)

    @staticmethod
    def deliver(connection, report):
        """The reply code that decided."""
        for step in (lambda: connection.mail(report.sender), lambda: connection.rcpt(report.recipient)):
            code, _ = step()
            if code >= 400:
                connection.rset()
                return code
        try:
            return connection.data(report.text)[0]
        except smtplib.SMTPDataError as error:
            return error.smtp_code

    def tell(self):
        with self.lock:
            text = f"{self.bytes_read} {self.pending} {self.taken} {self.changed_at}\n"
        new = self.arguments.state + ".new"
        with open(new, "w", encoding="ascii") as file:
            file.write(text)
        os.replace(new, self.arguments.state)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--log", "--keys", "--state", "--reports"):
        parser.add_argument(name, required=True)
    for name in ("--port", "--seed"):
        parser.add_argument(name, required=True, type=int)
    Returner(parser.parse_args()).run()


main()
