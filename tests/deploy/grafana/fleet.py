"""A fleet that has every fault which a dashboard tells, and the two telltales that look at it.

It is that of the e2e tests, changed, with more targets: one that is a stranger to all, one whose certificate ends in
five days, one that takes any certificate, one that is gone, one said to be behind a sidecar, and some that never answer.
"""

import os
import signal
import socket
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pki
import yaml
from daemon import Daemon, wait_for
from deploy_stage import DeployStage
from fleet import OTHER, START_DEADLINE_S
from servers.peer import Command, choose_ports, wait_until_speaking
from telltale import to_yaml

Json = dict[str, Any]

GATES: list[Json] = [
    {"name": "need", "rounds": 1, "for": "0s", "accept": [
        {"caller": "orca", "callee": "rosco", "reason": "issuer_not_advertised", "until": "2099-12-31",
         "why": "to see it accepted"}]},
    {"name": "patient", "targets": ["gate"], "rounds": 1000, "for": "0s"},
    {"name": "calm", "targets": ["echo", "clouddriver"], "rounds": 1, "for": "0s"},
]
PEERS = {  # by target: certificate, and what else the peer is told
    "stray": ("stray", ["--client-auth", "want", "--client-ca", "other-ca.pem"]),
    "expiring": ("expiring", ["--client-auth", "want", "--client-ca", "ca.pem"]),
    "lax": ("expiring", ["--client-auth", "want", "--client-ca", "ca.pem", "--accept-any-certificate"]),
    "sidecar": ("expiring", ["--client-auth", "none"]),
}


class FaultyFleet:
    """Owns nothing: all processes are the stage's."""

    def __init__(self, stage: DeployStage):
        self._stage = stage
        self._lab = stage.lab
        *ports, self._nobody = choose_ports(len(PEERS) + 1)
        self._ports = dict(zip(PEERS, ports))
        self._hanging = socket.create_server(("127.0.0.1", 0), backlog=64)  # takes connections, and says nothing

    def start(self) -> None:
        self._stage.fleet.start()
        self._mint()
        for target, (certificate, words) in PEERS.items():
            self._start_peer(target, certificate, words)
        fleet = self._stage.fleet
        fleet.change("orca", "need")  # its other replica stays at want
        fleet.change("front50", "need")
        fleet.change("fiat", "none")
        fleet.change("rosco", "want", OTHER)

    def start_telltale(self) -> Daemon:
        """Looks at all of it; refuses its newest configuration; its gates are closed, unknown and open."""
        daemon = self._start_daemon("telltale-faults", self._config())
        for gate, status in (("need", "closed"), ("patient", "unknown"), ("calm", "open")):
            daemon.wait_for_gate(gate, status)
        return daemon

    def break_config(self, daemon: Daemon) -> None:
        (self._lab / "telltale-faults.yml").write_text("nonsense: true\n")
        os.kill(daemon.process.pid, signal.SIGHUP)
        wait_for("the configuration to be refused",
                 lambda: daemon.series("telltale_config_last_reload_successful") == {"": 0.0}, daemon.process)

    def start_late_telltale(self) -> Daemon:
        """Its looks take longer than it has time for, so that each is stale before the next one."""
        port = self._hanging.getsockname()[1]
        targets = [{"name": f"hanging-{number}", "url": f"https://localhost:{port}", "addresses": [f"127.0.0.1:{port}"]}
                   for number in range(3)]
        probe = {"interval": "1s", "timeout": "1s", "stale_after": "1100ms", "concurrency": 1}
        return self._start_daemon("telltale-late", {"probe": probe, "targets": targets})

    def _start_daemon(self, name: str, config: Json) -> Daemon:
        file = self._lab / f"{name}.yml"
        file.write_text(to_yaml(config))
        return Daemon(self._stage.build / "telltale", self._lab, self._stage.processes, name, file)

    def _mint(self) -> None:
        now = datetime.now(timezone.utc)
        soon = now + timedelta(days=5)
        pki.issue(self._lab, "faulty-ca", "Faulty CA", "ec", pki.CA)
        pki.issue(self._lab, "stray", "elsewhere", "rsa-1024", ["subjectAltName=DNS:elsewhere.example"])
        pki.issue(self._lab, "expiring", "localhost", "ec", pki.SERVER, issuer="faulty-ca")
        pki.issue(self._lab, "ci", "ci", "ec", pki.CLIENT, issuer="faulty-ca")
        for name in ("expiring", "ci"):
            pki.redate(self._lab, name, "faulty-ca", now - timedelta(days=1), soon)
        pki.join(self._lab, "trust.pem", ["ca.pem", "faulty-ca.crt"])
        (self._lab / "redis.password").write_text("wrong\n")

    def _start_peer(self, target: str, certificate: str, words: list[str]) -> None:
        port = self._ports[target]
        program = [str(self._stage.build / "telltale_test_peer"), "--listen", f"127.0.0.1:{port}", "--certificate",
                   f"{certificate}.crt", "--key", f"{certificate}.key", *words]
        process = self._stage.start_process(Command(target, program, [port]))
        wait_until_speaking(process, time.monotonic() + START_DEADLINE_S)

    def _config(self) -> Json:
        config: Json = yaml.safe_load(self._stage.fleet.config(GATES))
        config["trust"] = {"file": "trust.pem"}
        config["identities"]["ci"] = {"certificate": "ci.crt", "key": "ci.key"}
        targets = {target["name"]: target for target in config["targets"]}
        targets["igor"]["expect"] = {"client_auth": "need"}
        targets["front50"]["expect"] = {"client_auth": "need"}
        targets["redis"]["password_file"] = "redis.password"
        targets["orca"]["calls"] += ["sidecar", "stray"]
        added = {name: self._target(name, port) for name, port in {**self._ports, "gone": self._nobody}.items()}
        added["sidecar"]["mesh"] = {"mode": "permissive"}
        config["targets"] += added.values()
        config["callers"] = [{"name": "ci", "runtime": "openssl", "identity": "ci", "calls": ["front50"]}]
        return config

    @staticmethod
    def _target(name: str, port: int) -> Json:
        return {"name": name, "url": f"https://localhost:{port}", "addresses": [f"127.0.0.1:{port}"]}
