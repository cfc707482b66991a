"""The manifests' own pod, run by podman in place of a kubelet: its template, its ConfigMap, and the image just built.

The fleet is telltale_test_peer in the pod's network, a small DNS server stands in for the cluster's, and kubelet.py
runs the probes with the template's own periods and thresholds. There is no Kubernetes here: what a real kubelet, API
server or network policy would do beyond that is not tried.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import Any, Callable, Iterator

import dns_server
import yaml
from containers import Containers, Memory, network_of, status_of
from daemon import wait_for
from deploy_stage import DeployStage
from fleet import OTHER, OURS, SERVICES
from image import build, confinement
from kubelet import Container, Pod, Probe, bytes_of
from servers.peer import Command
from telltale import to_yaml
from verdicts import Verdict, difference, stop

DNS = "127.0.0.53"
HTTP, PROBE = 9943, 9944
RELOAD_S = 90  # --config.auto-reload-interval and its neighbours, on a busy machine
# What the ConfigMap is changed to has in addition: looks in quick succession, a gate that needs no patience, and as
# many more targets as make twelve.
MORE_CONFIG = {
    "probe": {"interval": "2s", "timeout": "2s", "stale_after": "30s"},
    "gates": [{"name": "need", "targets": "all", "rounds": 1, "for": "0s"}],
}
MORE_TARGETS = {"kayenta": "igor", "terraformer": "rosco", "dinghy": "echo"}
TARGETS = 12


def check(stage: DeployStage) -> Iterator[Verdict]:
    with Containers(stage.lab) as containers:
        build(stage, containers)
        containers.make_pause()
        yield from deployment(stage, containers)
        yield from sidecar(stage, containers)
    yield "leaves no mount behind", containers.mounts()


def manifests(stage: DeployStage, path: str) -> list[dict[str, Any]]:
    """What `kubectl kustomize` makes of that folder."""
    done = subprocess.run(["kubectl", "kustomize", stage.project / "deploy/kubernetes" / path], text=True,
                          capture_output=True)
    if done.returncode:
        raise RuntimeError(f"kubectl kustomize {path}: {done.stderr}")
    return list(yaml.safe_load_all(done.stdout))


def one(documents: list[dict[str, Any]], kind: str, name: str = "telltale") -> dict[str, Any]:
    [found] = [each for each in documents if each["kind"] == kind and each["metadata"]["name"] == name]
    return found


class Scene:
    """A pod, the fleet and the DNS in its network, and the questions that are asked there."""

    def __init__(self, stage: DeployStage, containers: Containers, name: str, spec: dict[str, Any]):
        self.stage = stage
        self.containers = containers
        images = {each["image"]: f"localhost/{each['image']}" for each in spec["containers"]}
        self.pod = Pod(containers, name, spec, images)
        with network_of(self.pod.network):
            stage.fleet.start()

    def secret(self, name: str) -> dict[str, bytes]:
        """A Secret as cert-manager writes it, with what the mint made for that name."""
        files = {"tls.crt": f"{name}.pem", "tls.key": f"{name}.key", "ca.crt": OURS}
        return {key: (self.stage.lab / file).read_bytes() for key, file in files.items()}

    @property
    def telltale(self) -> Container:
        return self.pod.containers["telltale"]

    def start(self, config: dict[str, bytes]) -> None:
        self.pod.start({"configMap/telltale": config, "secret/telltale-tls": self.secret("telltale")})

    def end(self) -> None:
        """Ends the pod as the kubelet does, then everything in its network."""
        self.pod.stop()
        stop(self.stage.processes)
        self.stage.processes.clear()

    def start_dns(self, orca: str = "") -> None:
        """Every Service, headless ones and Spinnaker's own; `orca` is where that is instead of in the fleet."""
        first, second = (self.stage.fleet.address("orca", replica).split(":")[0] for replica in (1, 2))
        services = {f"{kind}-{name}.spinnaker": [first]
                    for name in [*SERVICES, "redis"] for kind in ("spin", "telltale")}
        services["telltale-orca.spinnaker"].append(second)
        services |= {"spin-orca.spinnaker": [orca]} if orca else {}
        table = self.stage.lab / "services.json"
        table.write_text(json.dumps(services))
        with network_of(self.pod.network):
            words = [sys.executable, dns_server.__file__, DNS, str(table)]
            self._dns = self.stage.start_process(Command("dns", words, []))
        wait_for("DNS", lambda: "listening" in self._dns.log.read_text(), self._dns)

    def stop_dns(self) -> None:
        self._dns.terminate()
        self._dns.wait()
        self.stage.processes.remove(self._dns)

    @contextmanager
    def silent_dns(self) -> Iterator[None]:
        """A server that never answers: as long as it is there, no round of looks ends before its timeout."""
        with network_of(self.pod.network):
            silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with silent:
            silent.bind((DNS, 53))
            yield

    def wait(self, what: str, condition: Callable[[], bool], deadline_s: float = RELOAD_S) -> None:
        """Lets the pod go on as under a kubelet until it is so."""
        def is_so() -> bool:
            self.pod.sync()
            return condition()
        try:
            wait_for(what, is_so, deadline_s=deadline_s)
        except RuntimeError as error:
            told = [line for line in self.pod.logs("telltale").splitlines() if 'msg="call ' not in line]
            raise RuntimeError("\n".join([f"{error}; telltale's log:", *told[-20:]])) from error

    def get(self, path: str, method: str = "GET") -> str:
        """Nothing where nobody listens yet."""
        request = urllib.request.Request(f"http://127.0.0.1:{HTTP}{path}", method=method)
        with network_of(self.pod.network):
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.read().decode()
            except OSError:
                return ""

    def gate(self) -> str:
        text = self.get("/api/v1/gates/need")
        return json.loads(text)["status"] if text else ""

    def is_on_every_target(self, count: int) -> bool:
        seen = re.findall(r'^telltale_probe_success{.*target="([^"]+)".*} 1$', self.get("/metrics"), re.M)
        return len(set(seen)) == count


def deployment(stage: DeployStage, containers: Containers) -> Iterator[Verdict]:
    documents = manifests(stage, "base")
    spec = one(documents, "Deployment")["spec"]["template"]["spec"]
    config = {key: text.encode() for key, text in one(documents, "ConfigMap")["data"].items()}
    scene = Scene(stage, containers, "telltale", spec)
    yield from readiness(scene, config)
    yield from files(scene, config)
    yield from closed(scene)
    yield from memory(scene, spec)
    yield from restart(scene)
    scene.end()
    statuses = scene.telltale.exit_codes[1:]
    yield "SIGTERM ends it within its grace period, with 0", difference("the statuses", statuses, [0])


def readiness(scene: Scene, config: dict[str, bytes]) -> Iterator[Verdict]:
    # A first round of the default 5 s may be over before a busy machine has asked any probe.
    slow = yaml.safe_load(config["telltale.yml"]) | {"probe": {"timeout": "15s"}}
    with scene.silent_dns():
        scene.start({"telltale.yml": to_yaml(slow).encode()})
        scene.wait("its startup probe", lambda: scene.telltale.is_started)
        scene.wait("a readiness probe", lambda: bool(answers(scene, "readinessProbe")))
        yield "is not ready before its first round of looks", difference("ready", scene.pod.is_ready, False)
        scene.wait("its first round", lambda: scene.pod.is_ready)
        is_open = scene.gate() == "open"
        yield "is ready after it, though it could look at nothing", difference("the gate is open", is_open, False)
        yield from confinement(scene.telltale.pid, Memory(scene.telltale.pid).limit())
    scene.start_dns()


def answers(scene: Scene, kind: str) -> list[bool]:
    return scene.telltale.probes[kind].results


def files(scene: Scene, config: dict[str, bytes]) -> Iterator[Verdict]:
    """A ConfigMap and a Secret that change are read without a restart, although every file of theirs is a link."""
    key = scene.pod.projection("tls").directory / "tls.key"
    yield "its key is for root and its group alone", [
        *difference("the mode", f"{key.stat().st_mode & 0o777:o}", "440"),
        *difference("the owner", (key.stat().st_uid, key.stat().st_gid), (0, 65532))]
    scene.pod.projection("config").write(config | {"telltale.yml": changed(config["telltale.yml"])})
    scene.wait("the changed configuration, and a look at every target", lambda: scene.is_on_every_target(TARGETS))
    scene.wait("the gate to open", lambda: scene.gate() == "open")
    yield "reads a changed ConfigMap, looks at what its names lead to, and opens the gate", not_restarted(scene)
    orca = re.findall(r'^telltale_target_addresses{target="orca"} (\d+)', scene.get("/metrics"), re.M)
    yield "finds both addresses of a headless Service", difference("the addresses of orca", orca, ["2"])
    yield "a Job's question is answered with 0", job(scene, 0)
    former = subject(scene)
    scene.pod.projection("tls").write(scene.secret("igor"))
    scene.wait("the new certificate", lambda: subject(scene) not in ("", former))
    yield "reads a changed Secret", [
        *difference("it is igor's", "CN=spin-igor" in subject(scene), True), *not_restarted(scene)]


def changed(config: bytes) -> bytes:
    """The manifest's own configuration, and more."""
    whole = yaml.safe_load(config) | MORE_CONFIG
    by_name = {target["name"]: target for target in whole["targets"]}
    by_name["orca"]["discover"] = "telltale-orca.spinnaker"  # as the component `headless` has it
    whole["targets"] += [by_name[like] | {"name": name} for name, like in MORE_TARGETS.items()]
    return to_yaml(whole).encode()


def not_restarted(scene: Scene) -> list[str]:
    return difference("the restarts", scene.telltale.restarts, 0)


def subject(scene: Scene) -> str:
    found = re.search(r'^telltale_identity_info{.*subject="([^"]*)"', scene.get("/metrics"), re.M)
    return found[1] if found else ""


def job(scene: Scene, status: int) -> list[str]:
    """`telltale gate`, by the image, as a Job or an initContainer asks for it."""
    image = f"localhost/{scene.telltale.spec['image']}"
    done = scene.containers.run_in_pod(scene.pod.name, image, "gate", "need", "--url", f"http://127.0.0.1:{PROBE}")
    return difference("the status", done.returncode, status)


def closed(scene: Scene) -> Iterator[Verdict]:
    """The gate closes; the pod stays what it was, for two more of each probe."""
    with network_of(scene.pod.network):
        scene.stage.fleet.change("orca", "want", authorities=OTHER)
    scene.wait("the gate to close", lambda: scene.gate() == "closed")
    yield "a closed gate leaves it ready and alive", steady(scene) + not_restarted(scene)
    yield "a Job's question is answered with 1", job(scene, 1)
    with network_of(scene.pod.network):
        scene.stage.fleet.change("orca", "want")


def steady(scene: Scene) -> list[str]:
    """What went wrong while every probe of the pod was run twice more, the gate being closed."""
    before = {(name, kind): len(probe.results) for name, kind, probe in probes(scene)}
    scene.wait("two more probes of each kind", lambda: all(
        len(probe.results) > before[name, kind] + 1 for name, kind, probe in probes(scene)))
    failed = [f"{name}'s {kind} failed" for name, kind, probe in probes(scene)
              if not all(probe.results[before[name, kind]:])]
    return [*failed, *difference("ready", scene.pod.is_ready, True), *difference("the gate", scene.gate(), "closed")]


def probes(scene: Scene) -> list[tuple[str, str, Probe]]:
    """Those that are run as long as the pod lives."""
    return [(container.name, kind, probe) for container in scene.pod.containers.values()
            for kind, probe in container.probes.items() if kind != "startupProbe"]


def memory(scene: Scene, spec: dict[str, Any]) -> Iterator[Verdict]:
    """What the manifest's limit rests on.

    The pages of files are charged to whoever reads them first, which on a node may be telltale and was somebody else
    here: its resident memory at its highest has to fit, too, with a quarter left.
    """
    limit = bytes_of(spec["containers"][0]["resources"]["limits"]["memory"])
    used, highest = Memory(scene.telltale.pid), int(status_of(scene.telltale.pid)["VmHWM"].split()[0]) * 1024
    told = f"{used.own() / 2**20:.1f} MiB of their own, at most {highest / 2**20:.1f} MiB with the pages of files"
    yield f"{TARGETS} targets take {told}, of {limit / 2**20:.0f} MiB", [
        *difference("the limit in force", used.limit(), limit), *difference("kills", used.kills(), 0),
        *difference("three quarters of it are enough", max(highest, used.working_set()) < limit * 3 / 4, True),
        *not_restarted(scene)]


def restart(scene: Scene) -> Iterator[Verdict]:
    scene.wait("the gate to open again", lambda: scene.gate() == "open")
    scene.stop_dns()
    with scene.silent_dns():
        os.kill(scene.telltale.pid, signal.SIGKILL)
        scene.wait("a second start", lambda: scene.telltale.restarts == 1 and scene.telltale.is_started)
        gate = scene.gate()
    yield "killed, it starts again, and its gate at unknown", [
        *difference("the gate", gate, "unknown"), *difference("the status", scene.telltale.exit_codes, [137])]
    scene.start_dns()
    scene.wait("the gate to open after the restart", lambda: scene.gate() == "open" and scene.pod.is_ready)
    yield "and is ready and open once it has looked", difference("the restarts", scene.telltale.restarts, 1)


def sidecar(stage: DeployStage, containers: Containers) -> Iterator[Verdict]:
    """The patch of overlays/sidecar over a pod whose own container is a test peer, which telltale must not touch."""
    folder = stage.project / "deploy/kubernetes/overlays/sidecar"
    patch = yaml.safe_load((folder / "patch.yaml").read_text())["spec"]["kustomize"]["orca"]["deployment"]
    spec = yaml.safe_load(patch["patchesStrategicMerge"][0])["spec"]["template"]["spec"]
    scene = Scene(stage, containers, "orca", with_service(stage, spec))
    config = yaml.safe_load((folder / "telltale.yml").read_text()) | MORE_CONFIG
    scene.start_dns(orca="127.0.0.1")
    scene.start({"telltale.yml": to_yaml(config).encode()})
    scene.wait("orca to be ready", lambda: scene.pod.is_ready)
    scene.wait("the gate to open", lambda: scene.gate() == "open")
    yield "sidecar: looks at the service that it is beside, and opens the gate", untouched(scene)
    with network_of(scene.pod.network):
        stage.fleet.change("clouddriver", "want", authorities=OTHER)
    scene.wait("the gate to close", lambda: scene.gate() == "closed")
    yield "sidecar: a closed gate leaves the service's pod ready", steady(scene) + untouched(scene)
    scene.pod.projection("telltale-config").write({"telltale.yml": b"targets: 1"})
    answer = scene.get("/-/reload", method="POST")
    yield "sidecar: so does a configuration that cannot be read", [
        *difference("it was refused", answer.startswith("not reloaded"), True), *steady(scene), *untouched(scene)]
    scene.pod.projection("telltale-config").write({"telltale.yml": to_yaml(config).encode()})
    os.kill(scene.telltale.pid, signal.SIGKILL)
    scene.wait("telltale to start again", lambda: scene.telltale.restarts == 1)
    yield "sidecar: killed, it starts again, and the pod is ready at once", untouched(scene)
    scene.end()


def with_service(stage: DeployStage, spec: dict[str, Any]) -> dict[str, Any]:
    """The pod that the patch is for: orca, played by a test peer of this machine's, with this machine's libraries."""
    folders = ["/usr", "/lib", "/lib64", str(stage.build), str(stage.lab)]
    listen = ["--listen", "127.0.0.1:8083", "--client-auth", "want", "--certificate", f"{stage.lab}/orca.pem",
              "--key", f"{stage.lab}/orca.key", "--client-ca", f"{stage.lab}/{OURS}"]
    orca = {
        "name": "orca",
        "image": spec["containers"][0]["image"],
        "command": [str(stage.build / "telltale_test_peer")],
        "args": listen,
        "securityContext": {"runAsUser": 0},
        "readinessProbe": {"httpGet": {"path": "/health", "port": 8083, "scheme": "HTTPS"}, "periodSeconds": 1},
        "volumeMounts": [{"name": f"host{n}", "mountPath": path, "readOnly": True} for n, path in enumerate(folders)],
    }
    host = [{"name": f"host{n}", "hostPath": {"path": path}} for n, path in enumerate(folders)]
    return {"containers": [orca, *spec["containers"]], "volumes": [*host, *spec["volumes"]]}


def untouched(scene: Scene) -> list[str]:
    orca = scene.pod.containers["orca"]
    return [*difference("the pod is ready", scene.pod.is_ready, True), *difference("orca's restarts", orca.restarts, 0)]
