"""A fleet on loopback that may be changed while telltale looks at it, and the telltale.yml that names it.

The eight services and Redis are what a Spinnaker has, on their own ports of a loopback network of this run's own.
`hostile` and `hostile-redis` say markup wherever a peer can say anything: see hostile.py.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import hostile
import pki
from servers import redis
from servers.peer import Command, Peer, Process, choose_ports, wait_until_speaking
from telltale import to_yaml

INTERVAL_S = 3  # of looks, and the time for one: enough on a machine that does other things
START_DEADLINE_S = 30
SERVICES = {"clouddriver": 7002, "echo": 8089, "fiat": 7003, "front50": 8080, "gate": 8084, "igor": 8088, "orca": 8083,
            "rosco": 8087}
REDIS_PORT = 6379
CALLS = {
    "clouddriver": ["fiat", "front50"],
    "echo": ["fiat", "front50", "igor", "orca"],
    "fiat": ["clouddriver", "front50", "igor"],
    "gate": ["clouddriver", "echo", "fiat", "front50", "igor", "orca", "rosco"],
    "igor": ["clouddriver", "echo"],
    "orca": ["clouddriver", "echo", "fiat", "front50", "igor", "rosco"],
}
REDIS_CALLERS = ["clouddriver", "fiat", "orca"]
OURS = "ca.pem"  # the authority that all callers' certificates chain to
OTHER = "other-ca.pem"


class Fleet:
    """Owns the processes of all its peers; each can be stopped and started with other settings."""

    def __init__(self, build: Path, lab: Path, processes: list[Process], network: int, *, is_hostile: bool = True):
        self._build = build
        self._lab = lab
        self._processes = processes  # the run's: whatever ends it ends them
        self._network = network
        self._is_hostile = is_hostile  # whether the hostile peers are in it
        self._by_name: dict[str, Process] = {}
        [self._hostile_https, self._hostile_redis] = choose_ports(2)

    def start(self) -> None:
        """Mints certificates and starts all peers: everything is at `want`, and in order."""
        subprocess.run([self._build / "telltale_mint", self._lab, *SERVICES, "redis"], check=True,
                       stdout=subprocess.DEVNULL)
        pki.configure(self._lab)
        for service in SERVICES:
            self._start_service(service, "want", OURS)
        self._start_service("orca", "want", OURS, replica=2)
        self._start_redis()
        if self._is_hostile:
            self._start_hostile()
        deadline = time.monotonic() + START_DEADLINE_S
        for process in self._by_name.values():
            wait_until_speaking(process, deadline, self._host_of(process.name))

    def change(self, service: str, client_auth: str, authorities: str = OURS) -> None:
        """Restarts a service's first replica with these settings; returns once it answers."""
        process = self._by_name.pop(f"{service}-1")
        process.terminate()
        process.wait()
        self._processes.remove(process)
        self._start_service(service, client_auth, authorities)
        wait_until_speaking(self._by_name[f"{service}-1"], time.monotonic() + START_DEADLINE_S, self._host(1))

    def address(self, service: str, replica: int = 1) -> str:
        return f"{self._host(replica)}:{SERVICES[service]}"

    def config(self, gates: list[dict[str, Any]]) -> str:
        """telltale.yml, for a file in the lab."""
        held = {name: {"certificate": f"{name}.pem", "key": f"{name}.key"} for name in ("telltale", *REDIS_CALLERS)}
        targets = [self._target(service) for service in SERVICES]
        targets.append({"name": "redis", "url": "rediss://spin-redis.spinnaker:6379",
                        "addresses": [f"{self._host(1)}:{REDIS_PORT}"]})
        if self._is_hostile:
            targets += hostile.targets(self._hostile_https, self._hostile_redis)
        return to_yaml({
            # Nothing goes stale on a machine that is busy with other things.
            "probe": {"interval": f"{INTERVAL_S}s", "timeout": f"{INTERVAL_S}s", "stale_after": "60s",
                      "identity": "telltale"},
            "trust": {"file": OURS},
            "identities": held,
            "targets": targets,
            "gates": gates,
        })

    def _target(self, service: str) -> dict[str, Any]:
        row: dict[str, Any] = {"name": service, "url": f"https://spin-{service}.spinnaker:{SERVICES[service]}",
                               "runtime": "java", "addresses": [self.address(service)]}
        if service == "orca":
            row["addresses"].append(self.address(service, 2))
            row["expect"] = {"addresses": 2}
        calls: list[Any] = list(CALLS.get(service, []))
        if service in REDIS_CALLERS:
            row["identity"] = service
            calls.append({"target": "redis", "identity": service})
        return row | ({"calls": calls} if calls else {})

    def _start_service(self, service: str, client_auth: str, authorities: str, replica: int = 1) -> None:
        words = ["--listen", self.address(service, replica), "--application", "http", "--client-auth", client_auth,
                 "--certificate", f"{service}.pem", "--key", f"{service}.key",
                 "--client-ca", OURS, "--authorities", authorities]
        program = str(self._build / "telltale_test_peer")
        self._start(Command(f"{service}-{replica}", [program, *words], [SERVICES[service]]))

    def _start_redis(self) -> None:
        shutil.copy(self._lab / "redis.pem", self._lab / "redis.crt")
        peer = Peer("redis", "optional", trust=Path(OURS).stem, certificate="redis", extra=(f"bind {self._host(1)}",))
        [command] = redis.prepare(self._lab, {peer: REDIS_PORT})
        self._start(command)

    def _start_hostile(self) -> None:
        hostile.mint(self._lab)
        for kind, port in (("https", self._hostile_https), ("redis", self._hostile_redis)):
            self._start(Command(f"hostile-{kind}", [sys.executable, hostile.__file__, kind, str(port)], [port]))

    def _start(self, command: Command) -> None:
        process = Process(command, self._lab)
        self._processes.append(process)
        self._by_name[command.name] = process

    def _host(self, replica: int) -> str:
        return f"127.{self._network}.0.{replica}"

    def _host_of(self, process: str) -> str:
        return "127.0.0.1" if process.startswith("hostile") else self._host(2 if process.endswith("-2") else 1)


def own_network() -> int:
    """N of a network 127.N.0.0/16 that a run beside this one hardly has."""
    return os.getpid() % 200 + 30
