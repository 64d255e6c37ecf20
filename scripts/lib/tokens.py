#!/usr/bin/env python3
"""Prints the tokens of a mailing's contacts, as links carry them (docs/message.md), one a line.

tokens.py KEY_FILE unsubscribe|survey|open|click MAILING COUNT
"""

import base64
import hashlib
import hmac
import struct
import sys

PURPOSES = {"unsubscribe": 2, "survey": 3, "open": 4, "click": 5}


def first_key(path: str) -> tuple[int, bytes]:
    """The key that makes new tokens: the first line that is no comment."""
    with open(path, encoding="ascii") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words:
                return int(words[0]), bytes.fromhex(words[1])
    sys.exit(f"tokens.py: {path} has no key")


def main() -> None:
    path, purpose, mailing, count = sys.argv[1:]
    number, secret = first_key(path)
    keyed = hmac.new(secret, b"postrider contact token\n", hashlib.sha256)
    for ordinal in range(int(count)):
        payload = struct.pack(">BBII", 1 << 4 | PURPOSES[purpose], number, int(mailing), ordinal)
        code = keyed.copy()
        code.update(payload)
        print(base64.b32encode(payload + code.digest()[:15]).decode("ascii").lower())


main()
