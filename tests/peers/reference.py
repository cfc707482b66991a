"""An independent witness: what `openssl s_client` sees of the peers, in the shape of telltale's report.

It shows that the table is right about the servers without asking telltale. It knows modes, verification and
authorities, but makes no findings.
"""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.peer import Peer
from table import Row

VERSIONS = {"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}
LAXEST_FIRST = ["none", "want", "need", "unknown"]
REFUSED = {"400", "401", "403"}


@dataclass(frozen=True)
class Presentation:
    """What came of presenting one certificate, or nothing, over one TLS version."""

    spoken: bool  # there was a ServerHello
    asked: bool  # there was a CertificateRequest
    sent: bool  # a certificate left
    answer: str | None  # an HTTP status, a RESP word; None: refused at TLS
    algorithms: str
    authorities: list[str]

    @property
    def good(self) -> bool:
        return self.answer in {"200", "+PONG", "-NOAUTH"}


def check(lab: Path, rows: list[Row], ports: dict[Peer, int]) -> dict[str, Any]:
    with ThreadPoolExecutor(4) as pool:
        return {"targets": list(pool.map(lambda row: _target(lab, row, ports), rows))}


def _target(lab: Path, row: Row, ports: dict[Peer, int]) -> dict[str, Any]:
    request = "PING\r\nQUIT\r\n"
    if row.stack != "redis":
        path = row.target.get("health", "/health")
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    addresses = [_address(lab, ports[peer], request) for peer, _ in row.looks]
    laxest = min((address["mode"] for address in addresses), key=LAXEST_FIRST.index)
    return {"name": row.name, "mode": laxest, "addresses": addresses, "findings": None}


def _address(lab: Path, port: int, request: str) -> dict[str, Any]:
    looks = [look for version in VERSIONS if (look := _look(lab, port, version, request)) is not None]
    laxest = min(looks, key=lambda look: LAXEST_FIRST.index(look["mode"]))
    verdicts = {look["verified"] for look in looks} - {None}
    return {"address": f"127.0.0.1:{port}", "mode": laxest["mode"], "enforced_by": laxest["enforced_by"],
            "client_certificates_verified": min(verdicts, default=None), "tls": looks}


def _look(lab: Path, port: int, version: str, request: str) -> dict[str, Any] | None:
    nothing = _present(lab, port, version, request, [])
    if not nothing.spoken:
        return None
    identity = _present(lab, port, version, request, ["-cert", "telltale.crt", "-key", "telltale.key",
                                                      "-cert_chain", "A1.pem"])
    kind = "ec" if "ECDSA" in nothing.algorithms + identity.algorithms else "rsa"
    stranger = _present(lab, port, version, request, ["-cert", f"stranger-{kind}.crt",
                                                      "-key", f"stranger-{kind}.key"])
    mode, enforced_by = _infer(nothing, identity)
    verified = not _accepted(stranger, nothing, identity) if stranger.sent else None
    authorities = nothing.authorities or identity.authorities
    return {"version": version, "mode": mode, "enforced_by": enforced_by, "verified": verified,
            "certificate_request": {"authorities": authorities} if nothing.asked else None}


def _infer(nothing: Presentation, identity: Presentation) -> tuple[str, str | None]:
    if not nothing.asked:
        return "none", None
    if nothing.answer is None:
        return "need", "tls"
    if nothing.good or (nothing.answer == identity.answer and nothing.answer not in REFUSED):
        return "want", None
    if identity.sent and identity.good:
        return "need", "http"
    return "unknown", None


def _accepted(stranger: Presentation, nothing: Presentation, identity: Presentation) -> bool:
    """The stranger is let in like those who are: our identity, or else nothing where nothing is."""
    return stranger.answer is not None and stranger.answer in {identity.answer, nothing.answer} - REFUSED


def _present(lab: Path, port: int, version: str, request: str, certificate: list[str]) -> Presentation:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", VERSIONS[version],
               "-msg", "-prexit", "-ign_eof", "-nameopt", "RFC2253", *certificate]
    done = subprocess.run(command, cwd=lab, input=request.encode(), capture_output=True, timeout=20)
    output = done.stdout.decode(errors="replace")
    answer = re.search(r"^(?:HTTP/1\.\d (\d{3})|(\+PONG|-NOAUTH))", output, re.MULTILINE)
    own = re.search(r">>> TLS 1\.\d, Handshake \[length ([0-9a-f]{4})\], Certificate$", output, re.MULTILINE)
    algorithms = re.search(r"^Requested Signature Algorithms: (.*)$", output, re.MULTILINE)
    return Presentation(
        spoken=", ServerHello\n" in output,
        asked=", CertificateRequest\n" in output,
        sent=own is not None and int(own[1], 16) > 8,  # an empty one has 7 or 8 bytes
        answer=(answer[1] or answer[2]) if answer else None,
        algorithms=algorithms[1] if algorithms else "",
        authorities=_authorities(output))


def _authorities(output: str) -> list[str]:
    section = re.search(r"^Acceptable client certificate CA names\n((?:\S.*=.*\n)+)", output, re.MULTILINE)
    if section is None:
        return []
    names = [line for line in section[1].splitlines() if not re.match(r"(Client Certificate|Requested|Shared)", line)]
    return names
