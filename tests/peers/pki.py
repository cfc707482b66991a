"""The lab's certificates: two roots, an intermediate, servers, our identity and two strangers.

    Lab Root A ── Lab Intermediate A1 ─┬─ server-ec, server-rsa   (localhost, 127.0.0.1)
                                       └─ telltale                (what telltale presents; an RSA key)
    Lab Root B                            trusted by servers that do not know us
    stranger-ec, stranger-rsa             self-signed, for the reference client only

All files lie in one directory, so that server configurations can name them without a path:
  A.pem, A1.pem, B.pem, A+A1.pem, A+B.pem   trust, one file per combination
  NAME.crt, NAME.key                        a certificate with its chain, and its key
  NAME.pem                                  both in one file, as haproxy wants them
  NAME.p12                                  both as PKCS#12, as Spring Boot wants them
"""

import subprocess
from pathlib import Path

ORGANISATION = "Telltale Lab"
PKCS12_PASSWORD = "changeit"

# openssl's own configuration would add CA extensions to every certificate.
OPENSSL_CNF = "[req]\ndistinguished_name = dn\nstring_mask = utf8only\n[dn]\n"

KEYS = {
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-newkey", "rsa:2048"],
}
CA = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
SERVER = [
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=serverAuth,clientAuth",
]
CLIENT = ["keyUsage=critical,digitalSignature", "extendedKeyUsage=clientAuth"]


def rfc4514(common_name: str) -> str:
    """The subject of a lab certificate, as telltale writes it."""
    return f"CN={common_name},O={ORGANISATION}"


ROOT_A = rfc4514("Lab Root A")
ROOT_B = rfc4514("Lab Root B")
INTERMEDIATE_A1 = rfc4514("Lab Intermediate A1")


def mint(directory: Path) -> None:
    """Writes every file named at the top of this module into `directory`."""
    (directory / "openssl.cnf").write_text(OPENSSL_CNF)
    _issue(directory, "root-a", "Lab Root A", "ec", CA)
    _issue(directory, "root-b", "Lab Root B", "ec", CA)
    _issue(directory, "a1", "Lab Intermediate A1", "ec", CA, issuer="root-a")
    _issue(directory, "server-ec", "localhost", "ec", SERVER, issuer="a1")
    _issue(directory, "server-rsa", "localhost", "rsa", SERVER, issuer="a1")
    _issue(directory, "telltale", "telltale", "rsa", CLIENT, issuer="a1")
    _issue(directory, "stranger-ec", "stranger", "ec", CLIENT)
    _issue(directory, "stranger-rsa", "stranger", "rsa", CLIENT)

    trust = {"A": ["root-a"], "A1": ["a1"], "B": ["root-b"], "A+A1": ["root-a", "a1"], "A+B": ["root-a", "root-b"]}
    for name, members in trust.items():
        _join(directory, f"{name}.pem", [f"{member}.crt" for member in members])
    for name in ["server-ec", "server-rsa", "telltale"]:
        _join(directory, f"{name}.crt", [f"{name}.crt", "a1.crt"])
    _join(directory, "server-ec.pem", ["server-ec.crt", "server-ec.key"])
    _export_pkcs12(directory, "server-rsa")


def _issue(directory: Path, name: str, common_name: str, key: str, extensions: list[str], issuer: str = "") -> None:
    """Makes a key and a certificate signed by `issuer`, or by itself where none is given."""
    command = ["openssl", "req", "-x509", "-config", "openssl.cnf", "-noenc", "-sha256", "-days", "397", *KEYS[key]]
    command += ["-subj", f"/O={ORGANISATION}/CN={common_name}", "-keyout", f"{name}.key", "-out", f"{name}.crt"]
    command += ["-addext", "subjectKeyIdentifier=hash"]
    if issuer:
        command += ["-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-addext", "authorityKeyIdentifier=keyid"]
    for extension in extensions:
        command += ["-addext", extension]
    _run(directory, command)


def _export_pkcs12(directory: Path, name: str) -> None:
    _run(directory, ["openssl", "pkcs12", "-export", "-in", f"{name}.crt", "-inkey", f"{name}.key",
                     "-name", name, "-passout", f"pass:{PKCS12_PASSWORD}", "-out", f"{name}.p12"])


def _join(directory: Path, target: str, parts: list[str]) -> None:
    text = "".join((directory / part).read_text() for part in parts)
    (directory / target).write_text(text)


def _run(directory: Path, command: list[str]) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
