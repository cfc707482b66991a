"""docs/rollout.md, walked: three services and a real Redis from off to want to need and back, with telltale looking on.

The services are telltale's test peers and restart to change; Redis is told to by CONFIG SET, as the page says.
"""

import json
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any, Iterator

from consumers.answers import Answer, ask
from daemon import Daemon, wait_for
from deploy_stage import DeployStage
from fleet import OTHER, OURS
from servers import redis
from servers.peer import Command, Peer, Process, choose_ports, wait_until_speaking
from stage import Verdict, difference
from telltale import to_yaml

SERVICES = ("clouddriver", "gate", "orca")
CALLS: dict[str, list[Any]] = {
    "clouddriver": [{"target": "redis", "identity": "clouddriver"}],
    "gate": ["orca"],
    "orca": ["clouddriver", {"target": "redis", "identity": "orca"}],
}
TARGETS = (*SERVICES, "redis")
REDIS_WORDS = {"none": "no", "want": "optional", "need": "yes"}
START_DEADLINE_S = 30
COMMAND_TIMEOUT_S = 30
LATER = "2099-12-31"


class Walk:
    """The fleet, its telltale, and what telltale is told to expect."""

    def __init__(self, stage: DeployStage):
        self._stage = stage
        self._ports = dict(zip(TARGETS, choose_ports(len(TARGETS))))
        self._running: dict[str, Process] = {}
        self._expected: dict[str, str] = {}
        self._accepted: list[dict[str, str]] = []
        self._probe: dict[str, str] = {}
        for service in SERVICES:
            self.start(service, "none")
        self._start_redis()
        self._config = stage.lab / "walk.yml"
        self._write_config()
        self.daemon = Daemon(stage.build / "telltale", stage.lab, stage.processes, "walk", self._config)

    def start(self, service: str, client_auth: str, authorities: str = OURS, *, verifies: bool = True) -> None:
        """Starts the service with these settings, or restarts it; returns once it answers."""
        if service in self._running:
            self._running[service].terminate()
            self._running[service].wait()
        words = ["--listen", self._address(service), "--application", "http", "--client-auth", client_auth,
                 "--certificate", f"{service}.pem", "--key", f"{service}.key", "--client-ca", OURS,
                 "--authorities", authorities, *([] if verifies else ["--accept-any-certificate"])]
        program = str(self._stage.build / "telltale_test_peer")
        self._run(service, Command(f"walk-{service}", [program, *words], [self._ports[service]]))

    def flip(self, target: str, client_auth: str) -> None:
        if target == "redis":
            self.redis_cli("CONFIG", "SET", "tls-auth-clients", REDIS_WORDS[client_auth])
        else:
            self.start(target, client_auth)

    def redis_cli(self, *words: str) -> None:
        tls = ["--tls", "--cert", "orca.pem", "--key", "orca.key", "--cacert", OURS, "-p", str(self._ports["redis"])]
        done = subprocess.run(["redis-cli", *tls, *words], cwd=self._stage.lab, capture_output=True, text=True,
                              timeout=COMMAND_TIMEOUT_S)
        if done.stdout.strip() != "OK":
            raise RuntimeError(f"redis-cli {' '.join(words)}: {done.stdout}{done.stderr}")

    def expect(self, **modes: str) -> None:
        """expect.client_auth of these targets, in the file and in force."""
        self._expected |= modes
        self._reload()

    def accept(self, caller: str, callee: str, reason: str) -> None:
        self._accepted.append({"caller": caller, "callee": callee, "reason": reason, "until": LATER, "why": "known"})
        self._reload()

    def accept_nothing(self) -> None:
        self._accepted.clear()
        self._reload()

    def present_stranger(self, when: str) -> None:
        self._probe = {"stranger": when}
        self._reload()

    def gate_of(self, target: str) -> Answer:
        answer = ask(f"{self.daemon.url}/gate/need/{target}")
        if answer is None:
            raise RuntimeError("telltale does not answer")
        return answer

    def rollout(self) -> dict[str, Any]:
        return json.loads(self.daemon.get("/api/v1/rollout"))

    def service(self, name: str) -> dict[str, Any]:
        [service] = [one for one in self.rollout()["services"] if one["name"] == name]
        return service

    def stages(self) -> dict[str, str]:
        return {one["name"]: one["stage"] for one in self.rollout()["services"]}

    def order(self) -> list[str]:
        return [one["name"] for one in self.rollout()["services"]]

    def wait_for_stage(self, target: str, stage: str) -> None:
        wait_for(f"{target} to be seen at {stage}", lambda: self.service(target)["stage"] == stage, self.daemon.process)

    def wait_for_answer(self, target: str, word: str) -> None:
        """Until /gate/need/<target> begins with the word, and has the reason in it where one is named."""
        status, _, reason = word.partition(" ")
        wait_for(f"/gate/need/{target} to say {word}", lambda: self.gate_of(target).body.startswith(f"{status}:")
                 and reason in self.gate_of(target).body, self.daemon.process)

    def settle(self) -> None:
        """Until every address was looked at again."""
        before = self.daemon.series("telltale_probe_last_run_timestamp_seconds")
        wait_for("new looks", lambda: all(now > before.get(labels, 0) for labels, now in self.daemon.series(
            "telltale_probe_last_run_timestamp_seconds").items()), self.daemon.process)

    def enter_redis(self, session: ssl.SSLSession | None = None) -> ssl.SSLSession | None:
        """PING without a certificate over TLS 1.2, in an old session if there is one; nothing if it is refused."""
        context = self._context
        try:
            with socket.create_connection(("127.0.0.1", self._ports["redis"]), timeout=10) as connection:
                with context.wrap_socket(connection, session=session) as tls:
                    tls.sendall(b"PING\r\n")
                    return tls.session if tls.recv(64).startswith(b"+PONG") else None
        except OSError:
            return None

    @property
    def _context(self) -> ssl.SSLContext:
        if not hasattr(self, "_kept_context"):  # a session belongs to its context
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            self._kept_context = context
        return self._kept_context

    def _address(self, target: str) -> str:
        return f"127.0.0.1:{self._ports[target]}"

    def _start_redis(self) -> None:
        peer = Peer("redis", "no", trust=Path(OURS).stem, certificate="redis")
        [command] = redis.prepare(self._stage.lab, {peer: self._ports["redis"]})
        self._run("redis", command)

    def _run(self, target: str, command: Command) -> None:
        process = self._stage.start_process(command)
        self._running[target] = process
        wait_until_speaking(process, time.monotonic() + START_DEADLINE_S)

    def _reload(self) -> None:
        self._write_config()
        answer = ask(f"{self.daemon.url}/-/reload", b"{}")
        if answer is None or answer.status != 200:
            raise RuntimeError(f"not reloaded: {answer}")

    def _write_config(self) -> None:
        held = ("telltale", "clouddriver", "orca")
        accept = {"accept": self._accepted} if self._accepted else {}
        self._config.write_text(to_yaml({
            "probe": {"interval": "1s", "timeout": "1s", "stale_after": "60s", "identity": "telltale"} | self._probe,
            "trust": {"file": OURS},
            "identities": {name: {"certificate": f"{name}.pem", "key": f"{name}.key"} for name in held},
            "targets": [self._target(name) for name in TARGETS],
            "gates": [{"name": "need", "rounds": 2, "for": "0s"} | accept],
        }))

    def _target(self, name: str) -> dict[str, Any]:
        scheme = "rediss" if name == "redis" else "https"
        target: dict[str, Any] = {"name": name, "url": f"{scheme}://spin-{name}.spinnaker"}
        target |= {"addresses": [self._address(name)]}
        target |= {"runtime": "java", "calls": CALLS[name]} if name in CALLS else {}
        target |= {"identity": name} if name in ("clouddriver", "orca") else {}
        return target | ({"expect": {"client_auth": self._expected[name]}} if name in self._expected else {})


def check(stage: DeployStage) -> Iterator[Verdict]:
    walk = Walk(stage)
    yield off(walk)
    yield to_want(walk)
    yield caller_in_the_way(walk)
    yield accepted(walk)
    yield redis_to_need(walk)
    yield services_to_need(walk)
    yield somebody_slips_back(walk)
    yield back_to_want(walk)
    yield without_stranger(walk)
    yield hole_without_stranger(walk)
    walk.daemon.stop()


def off(walk: Walk) -> Verdict:
    for target in TARGETS:
        walk.wait_for_answer(target, "closed client_auth_none")
    wrong = difference("stages", walk.stages(), dict.fromkeys(TARGETS, "none"))
    wrong += difference("next steps", {walk.service(name)["next"] for name in TARGETS}, {"want"})
    wrong += difference("may go to want", sorted(walk.rollout()["next"]), sorted(TARGETS))
    return "rollout.md, off: nobody is at want, all may go there", wrong


def to_want(walk: Walk) -> Verdict:
    order = walk.order()
    wrong = difference("order, those first that call nobody", order, ["redis", "clouddriver", "orca", "gate"])
    for target in order:
        walk.flip(target, "want")
        walk.wait_for_stage(target, "want")
        walk.expect(**{target: "want"})
    for target in order:
        walk.wait_for_answer(target, "open")
    wrong += difference("may go to need", sorted(walk.rollout()["next"]), sorted(TARGETS))
    return "rollout.md, want: one after the other, and every gate opens", wrong


def caller_in_the_way(walk: Walk) -> Verdict:
    walk.start("clouddriver", "want", OTHER)
    walk.wait_for_answer("clouddriver", "closed issuer_not_advertised")
    clouddriver = walk.service("clouddriver")
    wrong = difference("may go", clouddriver["may_go"], False)
    wrong += difference("first blocker's caller", clouddriver["first_blocker"]["caller"], "orca")
    wrong += difference("redis' own gate", walk.gate_of("redis").status, 200)
    return "rollout.md: a caller that need would lock out closes that service's gate, and no other", wrong


def accepted(walk: Walk) -> Verdict:
    walk.accept("orca", "clouddriver", "issuer_not_advertised")
    walk.wait_for_answer("clouddriver", "open")
    wrong = difference("accepted", walk.service("clouddriver")["accepted"], 1)
    walk.accept_nothing()
    walk.wait_for_answer("clouddriver", "closed issuer_not_advertised")
    walk.start("clouddriver", "want")
    walk.wait_for_answer("clouddriver", "open")
    return "rollout.md: what is accepted opens the gate, and shows", wrong


def redis_to_need(walk: Walk) -> Verdict:
    session = walk.enter_redis()
    wrong = [] if session else ["nobody gets in without a certificate under optional"]
    walk.flip("redis", "need")
    walk.wait_for_stage("redis", "need")
    walk.expect(redis="need")
    walk.wait_for_answer("redis", "open")
    wrong += ["a new session gets in without a certificate"] if walk.enter_redis() else []
    wrong += [] if session and walk.enter_redis(session) else ["the old session does not get in any more"]
    return "rollout.md, Redis at need: the gate stays open, and an old session still gets in", wrong


def services_to_need(walk: Walk) -> Verdict:
    wrong = []
    for target in [name for name in walk.order() if name != "redis"]:
        walk.wait_for_answer(target, "open")
        walk.flip(target, "need")
        walk.wait_for_stage(target, "need")
        walk.expect(**{target: "need"})
        walk.wait_for_answer(target, "open")
        wrong += difference(f"{target} agrees", walk.service(target)["agrees"], True)
    walk.daemon.wait_for_gate("need", "open")
    wrong += difference("stages", walk.stages(), dict.fromkeys(TARGETS, "need"))
    wrong += difference("next", walk.rollout()["next"], [])
    return "rollout.md, need: service by service, and the gate is open at the end", wrong


def somebody_slips_back(walk: Walk) -> Verdict:
    walk.flip("clouddriver", "want")
    walk.wait_for_answer("clouddriver", "closed client_auth_mismatch")
    downgraded = walk.daemon.series("telltale_client_auth_mode_expected")
    wrong = [] if downgraded else ["no telltale_client_auth_mode_expected"]
    return "rollout.md, expect: a service that slips back to want closes its gate", wrong


def back_to_want(walk: Walk) -> Verdict:
    walk.expect(clouddriver="want")
    walk.wait_for_answer("clouddriver", "open")
    walk.expect(redis="want")  # said first: stricter than expected is no error, and the rounds begin anew
    walk.wait_for_answer("redis", "open")
    wrong = difference("redis' stage", walk.service("redis")["stage"], "need")
    walk.flip("redis", "want")
    walk.wait_for_stage("redis", "want")
    walk.wait_for_answer("redis", "open")
    return "rollout.md, back: what is expected first, then the service, and its gate opens again", wrong


def without_stranger(walk: Walk) -> Verdict:
    """docs/logs.md: what is not known where probe.stranger is never."""
    walk.present_stranger("never")
    walk.wait_for_answer("redis", "unknown identity_unconfirmed")
    wait_for("nothing to be said of verification",
             lambda: not walk.daemon.series("telltale_client_certificates_verified"), walk.daemon.process)
    verdicts = {(edge["caller"], edge["callee"]): (edge["verdict"], edge["reason"])
                for edge in json.loads(walk.daemon.get("/api/v1/edges"))["edges"]}
    unconfirmed, by_reasoning = ("unknown", "identity_unconfirmed"), ("survives", "caller_accepted")
    wrong = difference("verdicts", verdicts, {
        ("clouddriver", "redis"): unconfirmed, ("orca", "redis"): unconfirmed,
        ("gate", "orca"): by_reasoning, ("orca", "clouddriver"): by_reasoning})
    walk.flip("redis", "need")
    walk.expect(redis="need")
    walk.wait_for_answer("redis", "open")
    return "logs.md: without the stranger, a want that lists no names keeps its gate unknown", wrong


def hole_without_stranger(walk: Walk) -> Verdict:
    """A need that takes any certificate: only the stranger finds it."""
    walk.start("orca", "need", verifies=False)
    walk.settle()
    walk.wait_for_answer("orca", "open")
    walk.present_stranger("every_round")
    walk.wait_for_answer("orca", "closed client_auth_unverified")
    walk.start("orca", "need")
    walk.wait_for_answer("orca", "open")
    return "logs.md: a need that takes any certificate is found by the stranger alone", []
