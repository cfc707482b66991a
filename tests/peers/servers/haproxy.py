"""haproxy: one process, a frontend per peer; `client_auth` is verify, `extra` are words of the bind line."""

from pathlib import Path

from servers.peer import Command, Peer

CONFIGURATION = """\
global
  maxconn 500
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
"""

FRONTEND = """\
frontend port-{port}
  bind 127.0.0.1:{port} ssl crt {certificate}.pem verify {words}
  http-request deny deny_status 403 if {{ path /guarded/health }} !{{ ssl_c_used }}
  http-request return status 200 content-type application/json string '{{"status":"UP"}}'
"""


def prepare(directory: Path, ports: dict[Peer, int]) -> list[Command]:
    frontends = [_serve(peer, port) for peer, port in ports.items()]
    (directory / "haproxy.cfg").write_text(CONFIGURATION + "".join(frontends))
    return [Command("haproxy", ["haproxy", "-db", "-f", "haproxy.cfg"], list(ports.values()))]


def _serve(peer: Peer, port: int) -> str:
    words = [peer.client_auth, f"ssl-min-ver {peer.versions[0]}", f"ssl-max-ver {peer.versions[-1]}", *peer.extra]
    if peer.trust:
        words.append(f"ca-file {peer.trust}.pem")
    return FRONTEND.format(port=port, certificate=peer.certificate or "server-ec", words=" ".join(words))
