"""The lab's identity and trust in every format that Spinnaker's services mount, written by the tools users have.

Each store is one row: the commands that write it, and how telltale.yml names it. All hold the lab's identity `telltale`
with its chain, or its trust anchor, so that what telltale reads from them must be the same.
"""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Long and odd enough that nothing else can be taken for one of them.
STORE_PASSWORD = "swordfish-of-the-store"
KEY_PASSWORD = "shibboleth-of-the-key"
WRONG_PASSWORD = "mistaken-for-the-other"
SECRETS = {"store.password": STORE_PASSWORD, "key.password": KEY_PASSWORD, "wrong.password": WRONG_PASSWORD}

KEYTOOL = ["keytool", "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"]
LEGACY = "-J-Dkeystore.pkcs12.legacy"


@dataclass(frozen=True)
class Store:
    name: str
    commands: tuple[tuple[str, ...], ...]
    config: dict[str, str]  # of the identity, or of trust; the words of SECRETS and files lie in the lab
    findings: frozenset[str] = field(default_factory=frozenset)


def openssl(*words: str) -> tuple[str, ...]:
    return ("openssl", *words)


def keytool(*words: str) -> tuple[str, ...]:
    return (*KEYTOOL, *words)


def write_passwords(lab: Path) -> None:
    for name, secret in SECRETS.items():
        (lab / name).write_text(secret + "\n")


def make(lab: Path, stores: list[Store]) -> None:
    """Runs every store's commands; two stores at a time, since a JVM starts slowly."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda store: [_run(lab, command) for command in store.commands], stores))


def export(lab: Path, name: str, target: str) -> None:
    """Writes NAME's key and chain as a PKCS#12."""
    _run(lab, openssl("pkcs12", "-export", "-in", f"{name}.crt", "-inkey", f"{name}.key", "-name", name,
                      "-passout", "env:STORE_PASSWORD", "-out", target))


def _run(lab: Path, command: tuple[str, ...]) -> None:
    environment = os.environ | {"STORE_PASSWORD": STORE_PASSWORD, "KEY_PASSWORD": KEY_PASSWORD}
    done = subprocess.run(command, cwd=lab, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout.strip()} {done.stderr.strip()}")


def _export(name: str, *more: str) -> tuple[str, ...]:
    """A PKCS#12 with the identity's key and whole chain, under the alias `telltale`."""
    return openssl("pkcs12", "-export", "-in", "telltale.crt", "-inkey", "telltale.key", "-name", "telltale",
                   "-passout", "env:STORE_PASSWORD", "-out", name, *more)


def _import(source: str, target: str, kind: str, *more: str) -> tuple[str, ...]:
    return keytool("-importkeystore", "-noprompt", "-srckeystore", source, "-srcstorepass", STORE_PASSWORD,
                   "-destkeystore", target, "-deststoretype", kind, "-deststorepass", STORE_PASSWORD, *more)


def _trust(target: str, kind: str, password: str, *more: str) -> tuple[str, ...]:
    return keytool("-importcert", "-noprompt", "-alias", "root-a", "-file", "A.pem", "-keystore", target,
                   "-storetype", kind, "-storepass", password, *more)


def _pem(key: str, encrypted: bool = True) -> dict[str, str]:
    return {"certificate": "telltale.crt", "key": key} | ({"key_password_file": "key.password"} if encrypted else {})


def _store(file: str, **more: str) -> dict[str, str]:
    return {"keystore": file, "password_file": "store.password"} | more


KEY_IN = ("-in", "telltale.key")
TO_PKCS8 = ("pkcs8", "-topk8", *KEY_IN, "-passout", "env:KEY_PASSWORD")

IDENTITIES = [
    Store("pem-pkcs8", (), _pem("telltale.key", encrypted=False)),
    Store("pem-pkcs1", (openssl("rsa", *KEY_IN, "-traditional", "-out", "pkcs1.key"),), _pem("pkcs1.key", False)),
    Store("pem-encrypted-pkcs8", (openssl(*TO_PKCS8, "-v2", "aes-256-cbc", "-out", "pbes2.key"),), _pem("pbes2.key")),
    Store("pem-encrypted-pkcs8-scrypt", (openssl(*TO_PKCS8, "-scrypt", "-out", "scrypt.key"),), _pem("scrypt.key")),
    Store("pem-encrypted-pkcs8-3des", (openssl(*TO_PKCS8, "-v1", "PBE-SHA1-3DES", "-out", "pbes1.key"),),
          _pem("pbes1.key")),
    Store("pem-encrypted-traditional",
          (openssl("rsa", *KEY_IN, "-traditional", "-aes256", "-passout", "env:KEY_PASSWORD", "-out", "dek.key"),),
          _pem("dek.key")),
    Store("pem-key-in-certificate", (("sh", "-c", "cat telltale.crt telltale.key > both.pem"),),
          {"certificate": "both.pem"}),
    Store("pem-as-keystore", (("sh", "-c", "cat telltale.key telltale.crt > keystore.pem"),),
          {"keystore": "keystore.pem"}),
    Store("der-key", (openssl("pkey", *KEY_IN, "-outform", "DER", "-out", "key.der"),), _pem("key.der", False)),
    Store("pkcs12-openssl", (_export("openssl.p12"),), _store("openssl.p12")),
    Store("pkcs12-openssl-legacy", (_export("legacy.p12", "-legacy"),), _store("legacy.p12")),
    Store("pkcs12-openssl-without-mac", (_export("nomac.p12", "-nomac"),), _store("nomac.p12")),
    Store("pkcs12-openssl-chain-upside-down",
          (("sh", "-c", "cat root-a.crt a1.crt > upside-down.pem"),
           openssl("x509", "-in", "telltale.crt", "-out", "leaf.crt"),
           openssl("pkcs12", "-export", "-in", "leaf.crt", "-inkey", "telltale.key", "-certfile", "upside-down.pem",
                   "-passout", "env:STORE_PASSWORD", "-out", "upside-down.p12")), _store("upside-down.p12")),
    Store("pkcs12-keytool", (_export("k1.p12"), _import("k1.p12", "keytool.p12", "PKCS12")), _store("keytool.p12")),
    Store("pkcs12-keytool-legacy", (_export("k2.p12"), _import("k2.p12", "keytool-legacy.p12", "PKCS12", LEGACY)),
          _store("keytool-legacy.p12")),
    Store("pkcs12-keytool-two-keys",
          (_export("k3.p12"), _import("k3.p12", "two-keys.p12", "PKCS12"),
           keytool("-genkeypair", "-alias", "another", "-keyalg", "EC", "-dname", "CN=another", "-keystore",
                   "two-keys.p12", "-storetype", "PKCS12", "-storepass", STORE_PASSWORD)),
          _store("two-keys.p12", alias="Telltale")),
    Store("jks-keytool", (_export("k4.p12"), _import("k4.p12", "keytool.jks", "JKS")), _store("keytool.jks")),
    Store("jks-keytool-key-password",
          (_export("k5.p12"), _import("k5.p12", "key-password.jks", "JKS", "-srcalias", "telltale", "-destkeypass",
                                      KEY_PASSWORD)),
          _store("key-password.jks", key_password_file="key.password")),
    # The declared type and the file's ending count for nothing, in the JVM as here.
    Store("jks-called-p12", (_export("k6.p12"), _import("k6.p12", "called.p12", "JKS")), _store("called.p12")),
]

STORED = {"password_file": "store.password"}
TRUSTS = [
    Store("trust-pem", (), {"file": "A.pem"}),
    Store("trust-der", (openssl("x509", "-in", "A.pem", "-outform", "DER", "-out", "A.der"),), {"file": "A.der"}),
    Store("trust-pkcs12", (_trust("trust.p12", "PKCS12", STORE_PASSWORD),), {"file": "trust.p12"} | STORED),
    Store("trust-pkcs12-legacy", (_trust("trust-old.p12", "PKCS12", STORE_PASSWORD, LEGACY),),
          {"file": "trust-old.p12"} | STORED),
    Store("trust-pkcs12-changeit", (_trust("changeit.p12", "PKCS12", "changeit"),), {"file": "changeit.p12"}),
    Store("trust-pkcs12-openssl",
          (openssl("pkcs12", "-export", "-nokeys", "-in", "A.pem", "-passout", "env:STORE_PASSWORD", "-out",
                   "nokeys.p12"),), {"file": "nokeys.p12"} | STORED, frozenset({"truststore_empty"})),
    Store("trust-jks", (_trust("trust.jks", "JKS", STORE_PASSWORD),), {"file": "trust.jks"} | STORED),
    Store("trust-jks-without-password", (_trust("open.jks", "JKS", STORE_PASSWORD),), {"file": "open.jks"}),
]


def in_lab(lab: Path, config: dict[str, str]) -> dict[str, Any]:
    """The configuration with its files' paths."""
    return {key: value if key == "alias" else str(lab / value) for key, value in config.items()}
