"""Knows what must never be seen: passwords, and private keys in every way in which one could slip out."""

import base64
import re
import subprocess
from pathlib import Path

# Of a number, so much of it in a row: shorter pieces turn up by chance.
PIECE = 24


class Secrets:
    def __init__(self, passwords: list[str], key_files: list[Path]):
        self._needles: dict[bytes, str] = {}
        for password in passwords:
            self._add(f"the password {password[:4]}…", password.encode())
            self._add(f"the password {password[:4]}… in Base64", base64.b64encode(password.encode()).rstrip(b"="))
            self._add(f"the password {password[:4]}… in hexadecimal", password.encode().hex().encode())
        for file in key_files:
            self._add_key(file)

    def found_in(self, output: bytes) -> list[str]:
        folded = re.sub(rb"[:\s]", b"", output).lower()
        return sorted({what for needle, what in self._needles.items() if needle in output or needle.lower() in folded})

    def _add(self, what: str, needle: bytes) -> None:
        self._needles[needle] = what

    def _add_key(self, file: Path) -> None:
        content = file.read_bytes()
        if b"-----BEGIN" in content:
            for line in content.split(b"\n"):
                if len(line) >= PIECE and b"-----" not in line and b":" not in line:
                    self._add(f"the text of {file.name}", line)
        for number in _private_numbers(file):
            self._add(f"a number of {file.name}", number)
            self._add(f"a number of {file.name} in hexadecimal", number.hex().encode())


def _private_numbers(file: Path) -> list[bytes]:
    """The secret numbers of a plain key: exponents and primes of RSA, the scalar of EC; of others none."""
    done = subprocess.run(["openssl", "pkey", "-in", str(file), "-noout", "-text", "-passin", "pass:"],
                          capture_output=True, text=True)
    names = r"(?:privateExponent|prime1|prime2|exponent1|exponent2|coefficient|priv):\n((?:\s+[0-9a-f:]+\n)+)"
    digits = [re.sub(r"[^0-9a-f]", "", found) for found in re.findall(names, done.stdout)]
    return [bytes.fromhex(text).lstrip(b"\0")[:PIECE] for text in digits]
