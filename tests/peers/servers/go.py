"""Go net/http: one process built from go/main.go; `client_auth` is the tls.ClientAuthType by name.

`extra` may hold SessionTicketsDisabled, and TLSv1.2=TYPE for another ClientAuthType under TLS 1.2.
"""

import os
import subprocess
from pathlib import Path

from servers.peer import Command, Peer

TESTS = Path(__file__).resolve().parent.parent
GO_CACHE = TESTS.parent.parent / "build" / "go-cache"  # kept between runs


def prepare(directory: Path, ports: dict[Peer, int]) -> list[Command]:
    build(directory, TESTS / "go", "go-peer")
    listeners = [_describe(peer, port) for peer, port in ports.items()]
    (directory / "go-listeners").write_text("\n".join(listeners) + "\n")
    return [Command("go", ["./go-peer", "go-listeners"], list(ports.values()))]


def build(directory: Path, source: Path, name: str) -> None:
    """Builds ./NAME of source/main.go and the standard library alone: no modules, no network."""
    environment = {"GOCACHE": str(GO_CACHE), **os.environ, "GO111MODULE": "off", "GOFLAGS": "", "GOPROXY": "off"}
    command = ["go", "build", "-o", str(directory / name), "main.go"]
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"go build: {done.stderr.strip()}")


def _describe(peer: Peer, port: int) -> str:
    return " ".join([str(port), peer.client_auth, "+".join(peer.versions), peer.trust or "-",
                     peer.certificate or "server-ec", *peer.extra])
