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
from datetime import datetime
from pathlib import Path

ORGANISATION = "Telltale Lab"
PKCS12_PASSWORD = "changeit"

# openssl's own configuration would add CA extensions to every certificate.
OPENSSL_CNF = "[req]\ndistinguished_name = dn\nstring_mask = {strings}\n[dn]\n"
CONFIGURATIONS = {"utf8only": "openssl.cnf", "pkix": "openssl-printable.cnf"}  # by the strings that names are made of

KEYS = {
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-newkey", "rsa:2048"],
    "rsa-1024": ["-newkey", "rsa:1024"],
    "rsa-pss": ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ec-384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ed25519": ["-newkey", "ed25519"],
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
    configure(directory)
    issue(directory, "root-a", "Lab Root A", "ec", CA)
    issue(directory, "root-b", "Lab Root B", "ec", CA)
    issue(directory, "a1", "Lab Intermediate A1", "ec", CA, issuer="root-a")
    issue(directory, "server-ec", "localhost", "ec", SERVER, issuer="a1")
    issue(directory, "server-rsa", "localhost", "rsa", SERVER, issuer="a1")
    issue(directory, "telltale", "telltale", "rsa", CLIENT, issuer="a1")
    issue(directory, "stranger-ec", "stranger", "ec", CLIENT)
    issue(directory, "stranger-rsa", "stranger", "rsa", CLIENT)

    trust = {"A": ["root-a"], "A1": ["a1"], "B": ["root-b"], "A+A1": ["root-a", "a1"], "A+B": ["root-a", "root-b"]}
    for name, members in trust.items():
        join(directory, f"{name}.pem", [f"{member}.crt" for member in members])
    for name in ["server-ec", "server-rsa", "telltale"]:
        join(directory, f"{name}.crt", [f"{name}.crt", "a1.crt"])
    join(directory, "server-ec.pem", ["server-ec.crt", "server-ec.key"])
    export_pkcs12(directory, "server-rsa")


def configure(directory: Path) -> None:
    """Writes what issue() has openssl read."""
    for strings, name in CONFIGURATIONS.items():
        (directory / name).write_text(OPENSSL_CNF.format(strings=strings))


def issue(directory: Path, name: str, common_name: str, key: str, extensions: list[str], issuer: str = "", *,
          key_of: str = "", strings: str = "utf8only", digest: str = "sha256",
          organisation: str = ORGANISATION) -> None:
    """Makes a key and a certificate signed by `issuer`, or by itself where none is given.

    `key_of` names a certificate whose key serves again; `strings` is openssl's string_mask: what the subject is made
    of.
    """
    command = ["openssl", "req", "-x509", "-config", CONFIGURATIONS[strings], "-noenc", f"-{digest}"]
    command += ["-days", "397", "-subj", f"/O={organisation}/CN={common_name}", "-out", f"{name}.crt"]
    command += ["-key", f"{key_of}.key"] if key_of else [*KEYS[key], "-keyout", f"{name}.key"]
    command += ["-addext", "subjectKeyIdentifier=hash"]
    if issuer:
        command += ["-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-addext", "authorityKeyIdentifier=keyid"]
    for extension in extensions:
        command += ["-addext", extension]
    run(directory, command)
    if key_of:
        (directory / f"{name}.key").write_bytes((directory / f"{key_of}.key").read_bytes())


CA_CNF = """\
[ca]
default_ca = lab
[lab]
database = {name}.index
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
organizationName = optional
"""


def redate(directory: Path, name: str, issuer: str, start: datetime, end: datetime) -> None:
    """Has `issuer` sign a certificate again, valid from `start` to `end`: `openssl req` knows no such dates."""
    (directory / f"{name}.index").write_text("")
    (directory / f"{name}.cnf").write_text(CA_CNF.format(name=name))
    run(directory, ["openssl", "x509", "-x509toreq", "-copy_extensions", "copy", "-in", f"{name}.crt",
                    "-signkey", f"{name}.key", "-out", f"{name}.csr"])
    run(directory, ["openssl", "ca", "-config", f"{name}.cnf", "-batch", "-notext", "-preserveDN",
                    "-cert", f"{issuer}.crt", "-keyfile", f"{issuer}.key", "-in", f"{name}.csr", "-out", f"{name}.crt",
                    "-startdate", f"{start:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}"])


def export_pkcs12(directory: Path, name: str) -> None:
    run(directory, ["openssl", "pkcs12", "-export", "-in", f"{name}.crt", "-inkey", f"{name}.key",
                    "-name", name, "-passout", f"pass:{PKCS12_PASSWORD}", "-out", f"{name}.p12"])


def join(directory: Path, target: str, parts: list[str]) -> None:
    text = "".join((directory / part).read_text() for part in parts)
    (directory / target).write_text(text)


def run(directory: Path, command: list[str]) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
