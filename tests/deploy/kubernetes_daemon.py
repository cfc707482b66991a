"""The pod of deploy/kubernetes without a container: telltale with the manifest's arguments and files, on loopback.

Its probes are asked as the kubelet asks them, at the paths and ports that the manifest names.
"""

import re
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import yaml

from daemon import wait_for
from deploy_stage import DeployStage
from kubernetes_catalog import mount
from manifests import Object, of_kind, pod_of
from mounts import Mounts
from servers.peer import Command, Process
from telltale import to_yaml
from verdicts import Verdict, difference

ROUNDS = 3  # of looks at the fleet before its memory is taken
LOOKS_OF_ROUND = 10  # the fleet's addresses
MIB = 1 << 20
UNITS = {"Mi": MIB, "Gi": 1 << 30}
ANSWER_TIMEOUT_S = 30
UNVERIFIED = ssl._create_unverified_context()  # noqa: SLF001
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
PATIENT = {"name": "patient", "rounds": 1000}  # unknown for as long as the run is


class Pod:
    """telltale as the manifest starts it, but for the addresses that it listens on."""

    def __init__(self, stage: DeployStage, name: str, mounts: Mounts, objects: list[Object],
                 flags: tuple[str, ...] = ()):
        [deployment] = of_kind(objects, "Deployment")
        self.container = pod_of(deployment)["containers"][0]
        words = [re.sub(r"(--probe\.listen-address=).*", r"\g<1>127.0.0.1:0", word) for word in mounts.args]
        command = [str(stage.release / "telltale"), *words, "--web.listen-address=127.0.0.1:0", *flags]
        self.process = Process(Command(name, command, []), stage.lab)
        stage.processes.append(self.process)
        wait_for("msg=started in its log", lambda: "msg=started" in self.log(), self.process)
        said = dict(re.findall(r'msg=listening serves=("[^"]+"|\S+) address=\S+:(\d+)', self.log()))
        self.port_of = {"http": int(said["everything"]), "probe": int(said['"health and gates"'])}

    def log(self) -> str:
        return self.process.log.read_text(errors="replace")

    def status_of(self, port: str, path: str, scheme: str = "http") -> int:
        """What the kubelet would see: it verifies no certificate."""
        url = f"{scheme}://127.0.0.1:{self.port_of[port]}{path}"
        try:
            with urllib.request.urlopen(url, timeout=ANSWER_TIMEOUT_S, context=UNVERIFIED) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def probe(self, name: str) -> int:
        asked = self.container[name]["httpGet"]
        return self.status_of(asked["port"], asked["path"])

    def metrics(self) -> str:
        url = f"http://127.0.0.1:{self.port_of['http']}/metrics"
        with urllib.request.urlopen(url, timeout=ANSWER_TIMEOUT_S) as answer:
            return answer.read().decode()

    def looks(self) -> int:
        """How many it has made."""
        values = re.findall(r"^telltale_probe_attempts_total{.*} (\S+)$", self.metrics(), re.M)
        return int(sum(map(float, values)))

    def memory(self, line: str) -> int:
        """VmRSS, or VmHWM, which is the most that it ever was: bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{line}:\s+(\d+) kB$", status, re.M)[1]) * 1024


def check_daemon(stage: DeployStage, rendered: dict[str, list[Object]]) -> Iterator[Verdict]:
    yield "a pod whose first round is not done is alive, and not ready", check_first_round(stage, rendered["base"])
    stage.fleet.start()
    mounts = mount(stage, "pod", rendered["base"], is_of_fleet=True)
    put_config(stage, mounts, [*stage.gates, PATIENT])
    pod = Pod(stage, "pod", mounts, rendered["base"], ("--config.auto-reload-interval=1s",))
    wait_for("the first round", lambda: pod.probe("readinessProbe") == 200, pod.process)
    yield "the probes answer; a gate that is not open is no reason not to be ready", check_probes(pod)
    yield "a changed ConfigMap is read without a restart, and keeps the evidence", check_change(stage, mounts, pod)
    yield "a ConfigMap that is wrong leaves the last good one in force, and says so", check_mistake(mounts, pod)
    yield check_memory(pod)
    yield "it ends by itself when it is told to", check_end(pod)
    yield "with the component webconfig, 9943 is TLS and no probe changes", check_web(stage, rendered["base-webconfig"])


def put_config(stage: DeployStage, mounts: Mounts, gates: list[dict[str, Any]]) -> None:
    """The fleet's telltale.yml in the place of the manifest's, with the identity and trust of the manifest's Secret."""
    config = yaml.safe_load(stage.fleet.config(gates))
    config["trust"] = {"file": "tls/ca.crt"}
    held = {name: {key: str(stage.lab / file) for key, file in files.items()}
            for name, files in config["identities"].items()}
    config["identities"] = held | {"telltale": {"certificate": "tls/tls.crt", "key": "tls/tls.key"}}
    mounts.put(mounts.root, {"telltale.yml": to_yaml(config).encode()})


def check_first_round(stage: DeployStage, objects: list[Object]) -> list[str]:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
        config = {"probe": {"interval": "10m", "timeout": "10m"},
                  "trust": {"file": "tls/ca.crt"},
                  "identities": {"telltale": {"certificate": "tls/tls.crt", "key": "tls/tls.key"}},
                  "targets": [{"name": "silent", "url": "https://spin-silent.spinnaker:7002",
                               "addresses": [f"127.0.0.1:{silent.getsockname()[1]}"]}]}
        mounts = mount(stage, "waiting", objects)
        mounts.put(mounts.root, {"telltale.yml": to_yaml(config).encode()})
        pod = Pod(stage, "waiting", mounts, objects)
        statuses = {probe: pod.probe(probe) for probe in PROBES}
        pod.process.terminate()
        pod.process.wait()
    return difference("what the kubelet sees", statuses, dict(zip(PROBES, (200, 200, 503))))


def check_probes(pod: Pod) -> list[str]:
    statuses = {probe: pod.probe(probe) for probe in PROBES}
    wrong = difference("what the kubelet sees", statuses, dict.fromkeys(PROBES, 200))
    wrong += difference("the gate `patient`", pod.status_of("probe", "/gate/patient"), 403)
    wrong += difference("metrics at `http`", pod.status_of("http", "/metrics"), 200)
    return wrong + difference("metrics at `probe`", pod.status_of("probe", "/metrics"), 404)


def check_change(stage: DeployStage, mounts: Mounts, pod: Pod) -> list[str]:
    wait_for("the gate to open", lambda: pod.status_of("probe", "/gate/need") == 200, pod.process)
    put_config(stage, mounts, [*stage.gates, PATIENT, {"name": "changed", "rounds": 1000}])
    wait_for("the new gate", lambda: pod.status_of("probe", "/gate/changed") != 404, pod.process)
    return difference("the gate `need`", pod.status_of("probe", "/gate/need"), 200)


def check_mistake(mounts: Mounts, pod: Pod) -> list[str]:
    mounts.put(mounts.root, {"telltale.yml": b"targts: []\n"})
    failed = "telltale_config_last_reload_successful 0"
    wait_for(failed, lambda: failed in pod.metrics(), pod.process)
    wrong = difference("the gate `need`", pod.status_of("probe", "/gate/need"), 200)
    wrong += difference("readiness", pod.probe("readinessProbe"), 200)
    return wrong + difference("that the log names the key", 'targts' in pod.log(), True)


def check_memory(pod: Pod) -> Verdict:
    """After some rounds of looks at the fleet, and after everything that it serves was asked for."""
    wanted = pod.looks() + ROUNDS * LOOKS_OF_ROUND
    wait_for(f"{ROUNDS} rounds", lambda: pod.looks() >= wanted, pod.process)
    for path in ("/", "/api/v1/status", "/api/v1/events", "/probe?target=orca"):
        pod.status_of("http", path)
    now, most = pod.memory("VmRSS"), pod.memory("VmHWM")
    request, limit = (bytes_of(pod.container["resources"][kind]["memory"]) for kind in ("requests", "limits"))
    wrong = [] if now <= request else [f"it takes {now / MIB:.1f} MiB and requests {request / MIB:.0f}"]
    # VmHWM counts the pages of the program and its libraries, which the kernel takes back before it kills.
    wrong += [] if most <= limit * 2 / 3 else [f"it took {most / MIB:.1f} MiB, more than two thirds of its limit"]
    return f"its memory, {now / MIB:.1f} MiB and {most / MIB:.1f} at most, fits requests and limits", wrong


def bytes_of(quantity: str) -> int:
    return int(quantity[:-2]) * UNITS[quantity[-2:]]


def check_end(pod: Pod) -> list[str]:
    pod.process.terminate()
    pod.process.wait()  # which kills after 10 s; the kubelet waits for 30
    return difference("that its log ends with msg=stopped", "msg=stopped" in pod.log(), True)


def check_web(stage: DeployStage, objects: list[Object]) -> list[str]:
    mounts = mount(stage, "web", objects, is_of_fleet=True)
    put_config(stage, mounts, stage.gates)
    pod = Pod(stage, "web", mounts, objects)
    wait_for("the first round", lambda: pod.probe("readinessProbe") == 200, pod.process)
    wrong = difference("metrics by https", pod.status_of("http", "/metrics", "https"), 200)
    wrong += difference("metrics by http", pod.status_of("http", "/metrics"), 400)
    wrong += difference("liveness", pod.probe("livenessProbe"), 200)
    pod.process.terminate()
    pod.process.wait()
    return wrong
