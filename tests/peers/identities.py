"""What callers and servers of a scenario hold: certificates minted to a specification, and the stores they lie in.

Equal specifications share their files. The stem of an identity is NAME below; as in pki.py, NAME.crt has the chain as
it is held, and NAME.key, NAME.pem and NAME.p12 the key, too. NAME.jks, and NAME.p12 where the specification says so,
are keytool's.
"""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pki
from stores import KEYTOOL

PASSWORD_FILE = "changeit.password"  # of every store here
JDK_CAS = "/etc/ssl/certs/java/cacerts"
OVERSIZE_CAS = 60  # names of some 660 bytes: more than the 32,768 bytes that JSSE reads

EKU = {
    "client": ["extendedKeyUsage=clientAuth"],
    "server": ["extendedKeyUsage=serverAuth"],
    "both": ["extendedKeyUsage=serverAuth,clientAuth"],
    "any": ["extendedKeyUsage=anyExtendedKeyUsage"],
    "none": [],
}
DAY = timedelta(days=1)
DATES = {"expired": (-30, -1), "not-yet": (30, 300), "soon": (-30, 3)}  # days from now


@dataclass(frozen=True)
class Authority:
    stem: str  # of its files
    common_name: str = ""  # empty: pki.mint() makes it
    key: str = "ec"
    parent: str = ""  # its issuer; empty: a root
    key_of: str = ""  # whose key serves again
    strings: str = "utf8only"
    dates: str = ""  # of DATES; empty: valid


AUTHORITIES = {
    "A": Authority("root-a"),
    "A1": Authority("a1", parent="A"),
    "B": Authority("root-b"),
    # The same root to Java and to OpenSSL, whose names compare equal; another one to Go, which compares bytes.
    "A-printable": Authority("a-printable", "Lab Root A", key_of="A", strings="pkix"),
    "A-case": Authority("a-case", "LAB  root  A", key_of="A"),
    "A-rekeyed": Authority("a-rekeyed", "Lab Root A"),
    "A-expired": Authority("a-expired", "Lab Root A", key_of="A", dates="expired"),
    "A1-below-expired": Authority("a1", parent="A-expired"),
    "A1-expired": Authority("a1-expired", "Lab Intermediate A1", parent="A", key_of="A1", dates="expired"),
    "A1-rekeyed": Authority("a1-rekeyed", "Lab Intermediate A1", parent="A"),
    "B1": Authority("b1", "Lab Intermediate B1", parent="B"),
    "R": Authority("root-r", "Lab Root R", "rsa"),
    "R1": Authority("r1", "Lab Intermediate R1", "rsa", "R"),
    "X": Authority("root-x", "Lab Root X", dates="expired"),
    "X1": Authority("x1", "Lab Intermediate X1", parent="X"),
}


@dataclass(frozen=True)
class Identity:
    """One row of a scenario's `identities`."""

    issuer: str = "A1"  # of AUTHORITIES; `self`: nobody else
    key: str = "rsa"  # of pki.KEYS
    chain: str = "full"  # leaf: alone; full: without the root; root: with it; shuffled: that before the rest
    dates: str = ""  # of DATES; empty: valid
    usage: str = "client"  # of EKU
    names: tuple[str, ...] = ()  # subjectAltName: a server's
    digest: str = "sha256"
    store: str = "p12"  # p12: made by openssl; keytool-p12, keytool-jks; pem, pem-pkcs1
    keys: tuple[tuple[str, "Identity"], ...] = ()  # of a keytool PKCS#12 with several, by alias
    told: str = field(default="keystore", compare=False)  # or certificate: what telltale is told of it

    @property
    def stem(self) -> str:
        if self.keys:
            return "-and-".join(f"{alias}-{key.stem}" for alias, key in self.keys)
        given = [getattr(self, each.name) for each in fields(self) if each.name not in {"keys", "told"}]
        words = [word if isinstance(word, str) else "+".join(word) for word in given]
        return "-".join(word for word in ["id", *words] if word).lower()

    @property
    def keystore(self) -> str:
        return f"{self.stem}.jks" if self.store == "keytool-jks" else f"{self.stem}.p12"

    def in_telltale(self, lab: Path) -> dict[str, str]:
        """The row of telltale.yml's `identities`."""
        if self.told == "certificate":
            return {"certificate": str(lab / f"{self.stem}.crt")}
        if self.store.startswith("pem"):
            return {"certificate": str(lab / f"{self.stem}.crt"), "key": str(lab / f"{self.stem}.key")}
        return {"keystore": str(lab / self.keystore), "password_file": str(lab / PASSWORD_FILE)}


def make(lab: Path, identities: set[Identity], trusts: set[str], truststores: set[str]) -> None:
    """Mints everything named, into a lab where pki.mint() was; NAME.pem for trusts, trust-NAME.p12 for truststores."""
    (lab / PASSWORD_FILE).write_text(pki.PKCS12_PASSWORD + "\n")
    for authority in AUTHORITIES.values():
        if authority.common_name:
            _certify(lab, authority)
    for name in trusts | truststores:
        _write_trust(lab, name)
    for kind in {identity.key for identity in identities}:
        pki.issue(lab, f"shared-{kind}", "key", kind, [])  # certificates matter here, and new RSA keys take their time
    single = {key for identity in identities for _, key in identity.keys or [("", identity)]}
    with ThreadPoolExecutor(2) as pool:  # JVMs start slowly
        list(pool.map(lambda identity: _mint(lab, identity), single))
        list(pool.map(lambda identity: _import_keys(lab, identity), {each for each in identities if each.keys}))
        list(pool.map(lambda name: _write_truststore(lab, name), truststores))


def _certify(lab: Path, authority: Authority) -> None:
    parent = AUTHORITIES[authority.parent].stem if authority.parent else ""
    key_of = AUTHORITIES[authority.key_of].stem if authority.key_of else ""
    pki.issue(lab, authority.stem, authority.common_name, authority.key, pki.CA, parent, key_of=key_of,
              strings=authority.strings)
    if authority.dates:
        pki.redate(lab, authority.stem, parent or authority.stem, *_validity(authority.dates))


def _validity(dates: str) -> tuple[datetime, datetime]:
    now = datetime.now(timezone.utc)
    first, last = DATES[dates]
    return now + first * DAY, now + last * DAY


def _write_trust(lab: Path, name: str) -> None:
    """NAME is made of authorities, `jdk` (the JDK's own) and `oversize` (too many for JSSE), joined by `+`."""
    path = lab / f"{name}.pem"
    if not path.exists():
        path.write_text("".join(_certificates_of(lab, word) for word in name.split("+")))


def _certificates_of(lab: Path, word: str) -> str:
    if word == "jdk":
        listing = subprocess.run([*KEYTOOL, "-list", "-rfc", "-keystore", JDK_CAS, "-storepass", "changeit"],
                                 capture_output=True, text=True, check=True).stdout
        return "".join(_pem_blocks(listing))
    if word == "oversize":
        organisation = "/O=".join(f"{n} {'of the many names of one authority ' * 2}"[:60] for n in range(9))
        for n in range(OVERSIZE_CAS):
            pki.issue(lab, f"oversize-{n}", f"Lab Oversize {n}", "ec", pki.CA, key_of="root-b",
                      organisation=organisation)
        return "".join((lab / f"oversize-{n}.crt").read_text() for n in range(OVERSIZE_CAS))
    return (lab / f"{AUTHORITIES[word].stem}.crt").read_text()


def _pem_blocks(text: str) -> list[str]:
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return [begin + part.split(end)[0] + end + "\n" for part in text.split(begin)[1:]]


def _mint(lab: Path, identity: Identity) -> None:
    stem = identity.stem
    extensions = ["keyUsage=critical,digitalSignature", *EKU[identity.usage]]
    if identity.names:
        extensions.append("subjectAltName=" + ",".join(f"DNS:{name}" for name in identity.names))
    issuer = "" if identity.issuer == "self" else AUTHORITIES[identity.issuer].stem
    pki.issue(lab, stem, identity.names[0] if identity.names else "caller", identity.key, extensions, issuer,
              key_of=f"shared-{identity.key}", digest=identity.digest)
    if identity.dates:
        pki.redate(lab, stem, issuer, *_validity(identity.dates))
    pki.join(lab, f"{stem}.crt", [f"{stem}.crt", *_chain_above(identity)])
    if identity.store == "pem-pkcs1":
        pki.run(lab, ["openssl", "rsa", "-in", f"{stem}.key", "-traditional", "-out", f"{stem}.key"])
    pki.join(lab, f"{stem}.pem", [f"{stem}.crt", f"{stem}.key"])
    pki.export_pkcs12(lab, stem)
    if identity.store.startswith("keytool"):
        (lab / f"{stem}.p12").rename(lab / f"{stem}.openssl.p12")
        kind = "JKS" if identity.store == "keytool-jks" else "PKCS12"
        _keytool_import(lab, f"{stem}.openssl.p12", stem, identity.keystore, kind, stem)


def _chain_above(identity: Identity) -> list[str]:
    files, name = [], "" if identity.issuer == "self" or identity.chain == "leaf" else identity.issuer
    while name:
        authority = AUTHORITIES[name]
        if authority.parent or identity.chain in {"root", "shuffled"}:
            files.append(f"{authority.stem}.crt")
        name = authority.parent
    return files[::-1] if identity.chain == "shuffled" else files


def _import_keys(lab: Path, identity: Identity) -> None:
    for alias, key in identity.keys:
        _keytool_import(lab, f"{key.stem}.p12", key.stem, identity.keystore, "PKCS12", alias)


def _keytool_import(lab: Path, source: str, alias: str, target: str, kind: str, target_alias: str) -> None:
    password = pki.PKCS12_PASSWORD
    pki.run(lab, [*KEYTOOL, "-importkeystore", "-noprompt", "-srckeystore", source, "-srcstorepass", password,
                  "-srcalias", alias, "-destkeystore", target, "-deststoretype", kind, "-deststorepass", password,
                  "-destalias", target_alias])


def _write_truststore(lab: Path, name: str) -> None:
    for n, certificate in enumerate(_pem_blocks((lab / f"{name}.pem").read_text())):
        part = lab / f"trust-{name}-{n}.pem"
        part.write_text(certificate)
        pki.run(lab, [*KEYTOOL, "-importcert", "-noprompt", "-alias", f"ca-{n}", "-file", part.name,
                      "-keystore", f"trust-{name}.p12", "-storetype", "PKCS12", "-storepass", pki.PKCS12_PASSWORD])


def parse(rows: dict[str, dict[str, Any]]) -> dict[str, Identity]:
    """The `identities` of a scenario, by name. Raises ValueError for what is unknown."""
    identities: dict[str, Identity] = {}
    for name, row in rows.items():
        keys = tuple((alias, identities[key]) for alias, key in row.pop("keys", {}).items())
        names = tuple(row.pop("names", []))
        if unknown := row.keys() - {each.name for each in fields(Identity)}:
            raise ValueError(f"identity {name}: unknown {', '.join(sorted(unknown))}")
        identities[name] = Identity(**row, names=names, keys=keys)
    return identities
