#!/usr/bin/python3
"""A cluster's DNS for one pod: the Services that the JSON file names, every address of each, and nothing else.

    dns_server.py LISTEN-ADDRESS FILE      {"spin-orca.spinnaker": ["127.7.0.1", "127.7.0.2"]}

A name of the file is known below svc.cluster.local only, as in a cluster: it takes the search list of the pod's
resolv.conf to find it.
"""

import json
import socket
import struct
import sys
from pathlib import Path

SUFFIX = ".svc.cluster.local"
A, NAME_ERROR = 1, 3


def main() -> None:
    listen, services = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((listen, 53))
        print("listening", flush=True)
        while True:
            query, client = server.recvfrom(512)
            server.sendto(answer(query, services), client)


def answer(query: bytes, services: dict[str, list[str]]) -> bytes:
    """RFC 1035, section 4: the question again, and an A record for each address."""
    name, end = name_at(query, 12)
    kind = struct.unpack_from("!H", query, end)[0]
    is_known = name.endswith(SUFFIX) and name.removesuffix(SUFFIX) in services
    addresses = services[name.removesuffix(SUFFIX)] if is_known and kind == A else []
    flags = 0x8400 | (struct.unpack_from("!H", query, 2)[0] & 0x0100) | (0 if is_known else NAME_ERROR)
    head = query[:2] + struct.pack("!HHHHH", flags, 1, len(addresses), 0, 0)
    records = [struct.pack("!HHHIH", 0xC00C, A, 1, 5, 4) + socket.inet_aton(address) for address in addresses]
    return head + query[12:end + 4] + b"".join(records)


def name_at(message: bytes, offset: int) -> tuple[str, int]:
    labels = []
    while message[offset]:
        labels.append(message[offset + 1:offset + 1 + message[offset]].decode("ascii"))
        offset += 1 + message[offset]
    return ".".join(labels).lower(), offset + 1


if __name__ == "__main__":
    main()
