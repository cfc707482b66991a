"""redis-server: one process per peer; `client_auth` is tls-auth-clients, `extra` are lines of redis.conf."""

from pathlib import Path

from servers.peer import Command, Peer


def prepare(directory: Path, ports: dict[Peer, int]) -> list[Command]:
    return [_prepare_one(directory, peer, port) for peer, port in ports.items()]


def _prepare_one(directory: Path, peer: Peer, port: int) -> Command:
    name = f"redis-{port}"
    (directory / f"{name}.conf").write_text(_configure(peer, port))
    return Command(name, ["redis-server", f"{name}.conf"], [port])


def _configure(peer: Peer, port: int) -> str:
    certificate = peer.certificate or "server-rsa"
    lines = [
        "bind 127.0.0.1",
        "port 0",
        f"tls-port {port}",
        f"tls-cert-file {certificate}.crt",
        f"tls-key-file {certificate}.key",
        f"tls-ca-cert-file {peer.trust}.pem",
        f"tls-auth-clients {peer.client_auth}",
        f'tls-protocols "{" ".join(peer.versions)}"',
        'save ""',
        *peer.extra,
    ]
    return "\n".join(lines) + "\n"
