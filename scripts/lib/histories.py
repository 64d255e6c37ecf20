#!/usr/bin/env python3
"""Prints what a contact book that nobody has open knows of each contact, for scripts/chaos: its address in small letters, how often
it was Sent, and how many lines of its histories tell of what came back, each once.

    histories.py BOOK
"""

import sqlite3
import sys

SENT = 1
# The phases of what comes back: DeliveryPhase.isAfterwards.
AFTERWARDS = "10, 11, 12"

book = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for address, sent, returned in book.execute(
    f"""
    SELECT c.address, sum(h.outcome = {SENT}), sum(h.attempt = 0 AND h.phase IN ({AFTERWARDS}) AND h.rule <> 'N4')
    FROM history h JOIN deliveries d ON d.mailing = h.mailing AND d.ordinal = h.ordinal JOIN contacts c ON c.id = d.contact
    GROUP BY lower(c.address) ORDER BY lower(c.address)
    """
):
    print(address.lower(), sent, returned, sep="\t")
