#!/usr/bin/env python3
"""A link with a delay, for kernels without netem: two TUN devices, each of whose packets come out of the other later.

    delay.py FIRST SECOND MILLISECONDS

makes devices of these names, prints "ready" and carries packets, each of which stays under way for so long, until it is ended.
The devices may be moved into network namespaces meanwhile; with the process they vanish. For root.
"""

import collections
import fcntl
import os
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
# Enough for the largest packet, and for a few that are read before others are written.
LARGEST, AT_ONCE = 65536, 64


def device(name):
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return file


def main():
    first, second = device(sys.argv[1]), device(sys.argv[2])
    delay = float(sys.argv[3]) / 1000
    other = {first: second, second: first}
    queues = {first: collections.deque(), second: collections.deque()}
    print("ready", flush=True)
    while True:
        due = min((queue[0][0] for queue in queues.values() if queue), default=None)
        wait = None if due is None else max(0, due - time.monotonic())
        for file in select.select([first, second], [], [], wait)[0]:
            queue = queues[other[file]]
            for _ in range(AT_ONCE):
                try:
                    packet = os.read(file, LARGEST)
                except (BlockingIOError, OSError):
                    break
                queue.append((time.monotonic() + delay, packet))
        now = time.monotonic()
        for file, queue in queues.items():
            while queue and queue[0][0] <= now:
                try:
                    os.write(file, queue.popleft()[1])
                except OSError:
                    # As on any network: TCP sends it again.
                    pass


if __name__ == "__main__":
    main()
