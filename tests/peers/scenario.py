"""Scenarios: what a small file in scenarios/ says, read into servers to start, calls to make and a telltale.yml.

The format is told in README.md. Nothing here knows what will come of a call.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Iterator

import yaml

import identities
from clients import Dial
from identities import PASSWORD_FILE, Identity
from servers.peer import BOTH, Peer

# Each stack's own words.
SETTINGS = {
    "tomcat": {"none": "none", "want": "optional", "need": "required"},
    "go": {"none": "NoClientCert", "want": "VerifyClientCertIfGiven", "need": "RequireAndVerifyClientCert"},
    "redis": {"none": "no", "want": "optional", "need": "yes"},
    "nginx": {"none": "off", "want": "optional", "need": "on"},
    "haproxy": {"none": "none", "want": "optional", "need": "required"},
}
OWN_CERTIFICATE = {"tomcat": "server-rsa", "redis": "server-rsa", "go": "server-ec", "nginx": "server-ec",
                   "haproxy": "server-ec"}
TRUST = "A"  # of servers, callers and telltale, where nothing else is said

SERVER_KEYS = {"stack", "mode", "after", "trust", "versions", "extra", "certificate", "name", "port_of", "plaintext",
               "replicas", "config", "runtime", "client", "identity", "calls", "trusts"}
CALLER_KEYS = {"runtime", "client", "identity", "trusts", "versions", "calls"}
CALL_KEYS = {"target", "runtime", "client", "identity", "trusts", "versions", "path", "unseen"}


@dataclass(frozen=True)
class Replica:
    today: Peer
    after: Peer


@dataclass(frozen=True)
class Server:
    name: str
    row: dict[str, Any] = field(hash=False)
    replicas: tuple[Replica, ...]
    host: str
    port_of: str | None  # of a virtual host: the server whose port it shares

    @property
    def is_redis(self) -> bool:
        return self.row["stack"] == "redis"

    @property
    def health(self) -> str:
        return self.row.get("config", {}).get("health", "/health")


@dataclass(frozen=True)
class Call:
    """One edge, with all that the caller and the call say."""

    caller: str
    server: str
    row: dict[str, Any] = field(hash=False)  # of telltale.yml, what the call overrides
    dial: Dial  # port 0
    unseen: dict[int, str] = field(hash=False)  # by replica: why nobody can see from outside what will come of it


@dataclass(frozen=True)
class Scenario:
    name: str
    what: str
    servers: dict[str, Server] = field(hash=False)
    callers: dict[str, dict[str, Any]] = field(hash=False)  # rows, also of servers that call
    identities: dict[str, Identity] = field(hash=False)
    calls: tuple[Call, ...]
    gate: dict[str, Any] = field(hash=False)
    closed: str | None  # why the gate must not open although every call survives
    ours: str | None  # what telltale itself presents
    probe: dict[str, Any] = field(hash=False)  # more of telltale.yml's

    @property
    def trusts(self) -> set[str]:
        servers = {replica.today.trust for server in self.servers.values() for replica in server.replicas}
        return ({TRUST} | servers | {call.dial.trust for call in self.calls}) - {None}

    @property
    def truststores(self) -> set[str]:
        of_callers = {row["trusts"] for row in self.callers.values()
                      if "trusts" in row and row.get("runtime", "java").startswith("java")}
        return of_callers | {call.dial.trust for call in self.calls if call.dial.runtime.startswith("java")}


def read_all(directory: Path, only: str | None) -> list[Scenario]:
    paths = sorted(path for path in directory.glob("*.yml") if only in (None, path.stem))
    return [read(path) for path in paths]


def read(path: Path) -> Scenario:
    """Raises ValueError naming the file for what is unknown in it."""
    try:
        return _parse(path.stem, yaml.safe_load(path.read_text()))
    except (KeyError, ValueError, TypeError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name}: {type(error).__name__}: {error}") from error


def _parse(name: str, text: dict[str, Any]) -> Scenario:
    _check("scenario", text, {"what", "servers", "callers", "identities", "gate", "closed", "ours", "probe"})
    held = identities.parse(text.get("identities", {}))
    servers = {each: _server(name, each, row, held) for each, row in text["servers"].items()}
    callers = {each: row for each, row in text["servers"].items() if "calls" in row} | text.get("callers", {})
    for each, row in text.get("callers", {}).items():
        _check(each, row, CALLER_KEYS)
    calls = tuple(call for each in callers for call in _calls(each, callers[each], servers, held))
    return Scenario(name, text["what"], servers, callers, held, calls, text.get("gate", {}), text.get("closed"),
                    text.get("ours", "telltale"), text.get("probe", {}))


def _check(what: str, row: dict[str, Any], known: set[str]) -> None:
    if unknown := row.keys() - known:
        raise ValueError(f"{what}: unknown {', '.join(sorted(unknown))}")


def _server(scenario: str, name: str, row: dict[str, Any], held: dict[str, Identity]) -> Server:
    _check(name, row, SERVER_KEYS)
    replicas = []
    for n, override in enumerate(row.get("replicas", [{}])):
        words = row | override
        settings = SETTINGS[words["stack"]]
        today, after = words.get("mode", "want"), words.get("after", "need")
        trust = words.get("trust", TRUST)
        peer = Peer(words["stack"], settings.get(today, today), tuple(words.get("versions", BOTH)),
                    None if trust == "default" else trust, tuple(words.get("extra", [])),
                    _certificate(words, held), f"{scenario}/{name}/{n}")
        replicas.append(Replica(peer, replace(peer, client_auth=settings.get(after, after))))
    return Server(name, row, tuple(replicas), row.get("name", "localhost"), row.get("port_of"))


def _certificate(row: dict[str, Any], held: dict[str, Identity]) -> str:
    name = row.get("certificate")
    return held[name].stem if name else OWN_CERTIFICATE[row["stack"]]


def _calls(caller: str, row: dict[str, Any], servers: dict[str, Server], held: dict[str, Identity]) -> Iterator[Call]:
    given = [name for name in servers if name != caller] if row["calls"] == "all" else row["calls"]
    for call in given:
        call = {"target": call} if isinstance(call, str) else call
        _check(f"call of {caller}", call, CALL_KEYS)
        server = servers[call["target"]]
        unseen = call.get("unseen", {})
        if isinstance(unseen, str):
            unseen = {n: unseen for n in range(1, len(server.replicas) + 1)}
        yield Call(caller, server.name, _call_row(call, row), _dial(caller, row, call, servers, held), unseen)


def _dial(caller: str, row: dict[str, Any], call: dict[str, Any], servers: dict[str, Server],
          held: dict[str, Identity]) -> Dial:
    """What the caller really does. To Redis Java has the JVM's settings, Dinghy none: see docs/prediction.md."""
    server, both = servers[call["target"]], row | call
    runtime = both.get("runtime", "java")
    has_own = server.is_redis and (runtime.startswith("java") or runtime == "go-yaml-tools")
    settings = call if has_own else both
    identity = None if runtime == "none" else settings.get("identity")
    stem, keystore = (held[identity].stem, held[identity].keystore) if identity else (None, None)
    if not identity and caller in servers and not server.is_redis and runtime != "none":
        stem = servers[caller].replicas[0].today.certificate  # the server's certificate serves the client, too
        keystore = f"{stem}.p12"
    if server.is_redis:
        kind, runtime = "redis", runtime.replace("java-refreshable", "java")
    else:
        kind = both.get("client", "url" if runtime.startswith("java") else runtime.split("-")[0])
    path = "" if server.is_redis else call.get("path", server.health)
    versions = call.get("versions", [] if caller in servers else row.get("versions", [])) or BOTH
    return Dial(kind, runtime, server.host, 0, path, stem, keystore, settings.get("trusts", TRUST), tuple(versions))


def _call_row(call: dict[str, Any], caller: dict[str, Any]) -> dict[str, Any]:
    row = {key: call[key] for key in ("target", "runtime", "identity", "path") if key in call}
    if "versions" in call:
        row["tls_versions"] = call["versions"]
    if "trusts" in call:
        row["trust"] = (call["trusts"], call.get("runtime", caller.get("runtime", "java")))
    return row


def telltale_config(lab: Path, scenario: Scenario, ports: dict[str, list[int]],
                    plain: dict[str, int]) -> dict[str, Any]:
    """telltale.yml: the fleet as its users would describe it. `ports` are each server's, one a replica."""
    held = {name: each.in_telltale(lab) for name, each in scenario.identities.items()}
    if scenario.ours == "telltale":
        held["telltale"] = {"certificate": str(lab / "telltale.crt"), "key": str(lab / "telltale.key")}
    used = {row.get("identity") for row in scenario.callers.values()} | {"telltale", scenario.ours}
    used |= {call.row.get("identity") for call in scenario.calls}
    probe = {"interval": "30s", "timeout": "10s"} | ({"identity": scenario.ours} if scenario.ours else {})
    probe |= scenario.probe
    config = {"probe": probe, "trust": {"file": str(lab / f"{TRUST}.pem")},
              "identities": {name: row for name, row in held.items() if name in used}}
    config["targets"] = [_target(lab, scenario, server, ports, plain) for server in scenario.servers.values()]
    config["callers"] = [{"name": name} | _caller(lab, scenario, name, row)
                         for name, row in scenario.callers.items() if name not in scenario.servers]
    config["gates"] = [{"name": "need", "targets": "all"} | scenario.gate]
    return {key: value for key, value in config.items() if value}


def _target(lab: Path, scenario: Scenario, server: Server, ports: dict[str, list[int]],
            plain: dict[str, int]) -> dict[str, Any]:
    scheme = "rediss" if server.is_redis else "https"
    addresses = [f"127.0.0.1:{port}" for port in ports[server.name]]
    row: dict[str, Any] = {"name": server.name, "url": f"{scheme}://{server.host}:{ports[server.name][0]}",
                           "addresses": addresses}
    if server.name in plain:
        row["plaintext_ports"] = [plain[server.name]]
    if "calls" in server.row:
        row |= _caller(lab, scenario, server.name, server.row)
    config = dict(server.row.get("config", {}))
    if "password" in config:
        password = lab / f"{scenario.name}-{server.name}.password"
        password.write_text(config.pop("password") + "\n")
        config["password_file"] = str(password)
    return row | config


def _caller(lab: Path, scenario: Scenario, name: str, row: dict[str, Any]) -> dict[str, Any]:
    config = {key: row[key] for key in ("runtime", "identity") if key in row}
    if "trusts" in row:
        config["trust"] = _trust(lab, row["trusts"], row.get("runtime", "java"))
    if "versions" in row and name not in scenario.servers:
        config["tls_versions"] = row["versions"]
    config["calls"] = [_call(lab, call.row) for call in scenario.calls if call.caller == name]
    return config


def _call(lab: Path, row: dict[str, Any]) -> Any:
    if "trust" in row:
        row = row | {"trust": _trust(lab, *row["trust"])}
    return row["target"] if len(row) == 1 else row


def _trust(lab: Path, name: str, runtime: str) -> dict[str, str]:
    if runtime.startswith("java"):
        return {"file": str(lab / f"trust-{name}.p12"), "password_file": str(lab / PASSWORD_FILE)}
    return {"file": str(lab / f"{name}.pem")}
