"""Looks into a process' memory, as a core dump would show it."""

import re
import subprocess
from pathlib import Path

PIECE = 24


def contains(pid: int, needles: dict[str, bytes]) -> set[str]:
    """The names of those needles that lie somewhere in the process' writable memory."""
    found = set()
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            begin, end = (int(number, 16) for number in line.split()[0].split("-"))
            if not line.split()[1].startswith("rw") or "[vvar" in line:
                continue
            content = _read(memory, begin, end)
            found |= {name for name, needle in needles.items() if needle in content}
    return found


def key_needles(name: str, file: Path) -> dict[str, bytes]:
    """An RSA key's primes as OpenSSL keeps them (words from the lowest), and as DER and Java write them."""
    done = subprocess.run(["openssl", "rsa", "-in", str(file), "-noout", "-text"], capture_output=True, text=True)
    needles = {}
    for prime, digits in re.findall(r"(prime[12]):\n((?:\s+[0-9a-f:]+\n)+)", done.stdout):
        number = bytes.fromhex(re.sub(r"[^0-9a-f]", "", digits)).lstrip(b"\0")
        needles[f"{prime} of {name}"] = number[::-1][:PIECE]
        needles[f"{prime} of {name} in DER"] = number[:PIECE]
    return needles


def _read(memory, begin: int, end: int) -> bytes:
    try:
        memory.seek(begin)
        return memory.read(end - begin)
    except OSError:  # a guard page
        return b""
