"""podman in place of a kubelet: runs one pod as its template says, and nothing that the template does not say.

It is no kubelet: there is no node, no API server and no scheduler, the pod's network is its own loopback, and what ends
is started again at once. What it takes over is what a template is about: securityContext, limits, volumes, probes with
their own periods and thresholds, restarts and the end within terminationGracePeriodSeconds. A field that it does not
know is an error, so that nothing is passed over in silence; those of UNUSED have no meaning without a cluster.
"""

import http.client
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from containers import Containers, network_of
from volumes import FILE_MODE, Projection, items_of, make_nested

UNUSED = {"affinity", "automountServiceAccountToken", "enableServiceLinks", "nodeSelector", "priorityClassName",
          "serviceAccountName", "tolerations", "topologySpreadConstraints"}
GRACE_S = 30  # terminationGracePeriodSeconds where none is given
BYTES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9}
# As the kubelet writes it for a pod of the namespace `spinnaker`; the server is the test's own.
RESOLV_CONF = """\
search spinnaker.svc.cluster.local svc.cluster.local cluster.local
nameserver 127.0.0.53
options ndots:5
"""


def known(what: str, mapping: dict[str, Any] | None, *names: str) -> dict[str, Any]:
    """The mapping itself. Raises RuntimeError where it has a field of another name."""
    unknown = set(mapping or {}) - set(names)
    if unknown:
        raise RuntimeError(f"{what} has what this harness does not do: {', '.join(sorted(unknown))}")
    return mapping or {}


@dataclass
class Probe:
    """One probe, and how its last answers went."""

    scheme: str
    path: str
    port: int
    delay: float
    period: float
    timeout: float
    successes_wanted: int
    failures_allowed: int
    is_passed: bool = False
    is_failed: bool = False
    results: list[bool] = field(default_factory=list)
    due: float = 0

    @staticmethod
    def of(what: str, spec: dict[str, Any], ports: dict[str, int]) -> "Probe":
        known(what, spec, "httpGet", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold",
              "failureThreshold")
        get = known(f"{what}.httpGet", spec["httpGet"], "path", "port", "scheme")
        return Probe(get.get("scheme", "HTTP"), get.get("path", "/"), ports.get(get["port"]) or int(get["port"]),
                     spec.get("initialDelaySeconds", 0), spec.get("periodSeconds", 10), spec.get("timeoutSeconds", 1),
                     spec.get("successThreshold", 1), spec.get("failureThreshold", 3))

    def run(self, now: float) -> None:
        """Asks, in the network of whoever calls this, and counts as the kubelet does."""
        self.due = now + self.period
        self.results.append(self._ask())
        if self.results[-self.successes_wanted:] == [True] * self.successes_wanted:
            self.is_passed, self.is_failed = True, False
        if self.results[-self.failures_allowed:] == [False] * self.failures_allowed:
            self.is_passed, self.is_failed = False, True

    def _ask(self) -> bool:
        """Over HTTPS nothing is verified, and no certificate presented."""
        if self.scheme == "HTTPS":
            anybody = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self.timeout, context=anybody)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request("GET", self.path, headers={"User-Agent": "kube-probe/1.32"})
            return 200 <= connection.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Container:
    """One container of the pod, over all its restarts."""

    def __init__(self, spec: dict[str, Any]):
        self.spec = known(f"container {spec.get('name')}", spec, "name", "image", "imagePullPolicy", "command", "args",
                          "ports", "env", "resources", "securityContext", "volumeMounts", "startupProbe",
                          "readinessProbe", "livenessProbe")
        self.name: str = spec["name"]
        self.ports = {port["name"]: port["containerPort"] for port in spec.get("ports", []) if "name" in port}
        self.restarts = -1
        self.exit_codes: list[int] = []
        self.pid = 0
        self.started_at = 0.0
        self.probes: dict[str, Probe] = {}

    def begin(self, pid: int) -> None:
        self.pid = pid
        self.restarts += 1
        self.started_at = time.monotonic()
        self.probes = {kind: Probe.of(f"{self.name}.{kind}", self.spec[kind], self.ports)
                       for kind in ("startupProbe", "readinessProbe", "livenessProbe") if kind in self.spec}
        for probe in self.probes.values():
            probe.due = self.started_at + probe.delay

    @property
    def is_running(self) -> bool:
        return self.pid != 0 and Path(f"/proc/{self.pid}").exists()

    @property
    def is_started(self) -> bool:
        return self.is_running and ("startupProbe" not in self.probes or self.probes["startupProbe"].is_passed)

    @property
    def is_ready(self) -> bool:
        return self.is_started and ("readinessProbe" not in self.probes or self.probes["readinessProbe"].is_passed)

    def due(self, now: float) -> list[Probe]:
        """The startup probe alone until it has passed, then the others."""
        if self.is_started:
            wanted = [probe for kind, probe in self.probes.items() if kind != "startupProbe"]
        else:
            wanted = [self.probes["startupProbe"]]
        return [probe for probe in wanted if probe.due <= now]

    def has_to_restart(self) -> bool:
        return any(self.probes[kind].is_failed for kind in ("startupProbe", "livenessProbe") if kind in self.probes)


class Pod:
    """A pod of this template's spec: its network at once, its containers once it is started.

    `images` are podman's names for those that the template names.
    """

    def __init__(self, containers: Containers, name: str, spec: dict[str, Any], images: dict[str, str]):
        self.spec = known("the pod", spec, "containers", "volumes", "securityContext", "restartPolicy",
                          "terminationGracePeriodSeconds", *UNUSED)
        self.name = name
        self._podman = containers
        self._images = images
        self._context = known("securityContext", spec.get("securityContext"), "runAsNonRoot", "runAsUser", "runAsGroup",
                              "fsGroup", "fsGroupChangePolicy", "seccompProfile", "supplementalGroups")
        self._directory = containers.directory / f"pod-{name}"
        self._directory.mkdir()
        (self._directory / "resolv.conf").write_text(RESOLV_CONF)
        self.volumes: dict[str, Projection | Path] = {}
        self.containers = {each["name"]: Container(each) for each in spec["containers"]}
        self.network = containers.create_pod(name)

    def start(self, sources: dict[str, dict[str, bytes]]) -> None:
        """`sources` has the content of each `configMap/NAME` and `secret/NAME` that the template names."""
        self.volumes = {each["name"]: self._volume(each, sources) for each in self.spec.get("volumes", [])}
        for container in self.containers.values():
            self._start(container)

    def sync(self) -> None:
        """Runs the probes that are due, and starts again what has ended or failed its probe."""
        for container in self.containers.values():
            if not container.is_running:
                container.exit_codes.append(self._status(container))
                self._start(container)
            with network_of(self.network):
                for probe in container.due(time.monotonic()):
                    probe.run(time.monotonic())
            if container.has_to_restart():
                self._end(container)

    @property
    def is_ready(self) -> bool:
        return all(container.is_ready for container in self.containers.values())

    def stop(self) -> None:
        """SIGTERM to each, SIGKILL after the grace period; exit_codes say which it was."""
        for container in self.containers.values():
            self._end(container)
            container.exit_codes.append(self._status(container))
        self._podman.podman("pod", "rm", "--force", "--time", "0", self.name)

    def projection(self, volume: str) -> Projection:
        """The ConfigMap or Secret behind that volume, once the pod is started."""
        found = self.volumes[volume]
        if not isinstance(found, Projection):
            raise RuntimeError(f"{volume} is neither a ConfigMap nor a Secret")
        return found

    def logs(self, container: str) -> str:
        done = self._podman.try_podman("logs", self._running_name(self.containers[container]))
        return done.stdout + done.stderr

    def _running_name(self, container: Container) -> str:
        return f"{self.name}-{container.name}-{container.restarts}"

    def _end(self, container: Container) -> None:
        grace = str(self.spec.get("terminationGracePeriodSeconds", GRACE_S))
        self._podman.podman("stop", "--time", grace, self._running_name(container))

    def _status(self, container: Container) -> int:
        return int(self._podman.podman("wait", self._running_name(container)))

    def _start(self, container: Container) -> None:
        """A container that starts again is a new one."""
        if container.restarts >= 0:
            self._podman.podman("rm", "--force", "--time", "0", self._running_name(container))
        name = f"{self.name}-{container.name}-{container.restarts + 1}"
        spec = container.spec
        command = ["--entrypoint", spec["command"][0]] if "command" in spec else []
        arguments = [*spec.get("command", [])[1:], *spec.get("args", [])]
        self._podman.podman("run", "--detach", "--pod", self.name, "--name", name, *command, *self._mounts(spec),
                            *self._limits(spec), *self._rights(spec), *self._environment(spec),
                            self._images[spec["image"]], *arguments)
        container.begin(self._podman.pid(name))

    def _volume(self, volume: dict[str, Any], sources: dict[str, dict[str, bytes]]) -> Projection | Path:
        known(f"volume {volume['name']}", volume, "name", "configMap", "secret", "emptyDir", "hostPath")
        if "hostPath" in volume:
            return Path(volume["hostPath"]["path"])
        directory = self._directory / volume["name"]
        if "emptyDir" in volume:
            directory.mkdir(mode=0o777)
            return directory
        kind = "configMap" if "configMap" in volume else "secret"
        source = known(kind, volume[kind], "name", "secretName", "defaultMode", "items")
        content = sources[f"{kind}/{source.get('name') or source['secretName']}"]
        return Projection(directory, items_of(source, content), source.get("defaultMode", FILE_MODE),
                          self._context.get("fsGroup"))

    def _mounts(self, spec: dict[str, Any]) -> list[str]:
        words = ["--volume", f"{self._directory}/resolv.conf:/etc/resolv.conf:ro"]
        mounts = [known("volumeMounts", each, "name", "mountPath", "readOnly") for each in spec.get("volumeMounts", [])]
        paths = [each["mountPath"] for each in mounts]
        for each in mounts:
            volume = self.volumes[each["name"]]
            directory = volume.directory if isinstance(volume, Projection) else volume
            if isinstance(volume, Projection):
                make_nested(directory, each["mountPath"], paths)
            is_read_only = each.get("readOnly") or isinstance(volume, Projection)
            words += ["--volume", f"{directory}:{each['mountPath']}{':ro' if is_read_only else ''}"]
        return words

    def _limits(self, spec: dict[str, Any]) -> list[str]:
        resources = known("resources", spec.get("resources"), "requests", "limits")
        limits = known("limits", resources.get("limits"), "cpu", "memory")
        words = []
        if "memory" in limits:
            memory = str(bytes_of(limits["memory"]))
            words += ["--memory", memory, "--memory-swap", memory]
        if "cpu" in limits:
            words += ["--cpus", str(cores_of(limits["cpu"]))]
        if "cpu" in (resources.get("requests") or {}):
            words += ["--cpu-shares", str(max(2, int(cores_of(resources["requests"]["cpu"]) * 1024)))]
        return words

    def _rights(self, spec: dict[str, Any]) -> list[str]:
        context = self._context | known(
            f"{spec['name']}.securityContext", spec.get("securityContext"), "allowPrivilegeEscalation", "capabilities",
            "readOnlyRootFilesystem", "runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile")
        if context.get("runAsNonRoot") and context.get("runAsUser") == 0:
            raise RuntimeError(f"{spec['name']}: runAsNonRoot, and runAsUser 0")
        words = []
        if "runAsUser" in context:
            words += ["--user", f"{context['runAsUser']}:{context.get('runAsGroup', 0)}"]
        for group in [context.get("fsGroup"), *context.get("supplementalGroups", [])]:
            words += ["--group-add", str(group)] if group is not None else []
        if context.get("readOnlyRootFilesystem"):
            words += ["--read-only", "--read-only-tmpfs=false"]
        if context.get("allowPrivilegeEscalation") is False:
            words += ["--security-opt", "no-new-privileges"]
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            words += ["--security-opt", "seccomp=unconfined"]  # the kubelet's default is none, podman's is its own
        capabilities = known("capabilities", context.get("capabilities"), "drop", "add")
        for kind in ("drop", "add"):
            for capability in capabilities.get(kind, []):
                words += [f"--cap-{kind}", capability]
        return words

    def _environment(self, spec: dict[str, Any]) -> list[str]:
        words = []
        for each in spec.get("env", []):
            known("env", each, "name", "value")
            words += ["--env", f"{each['name']}={each.get('value', '')}"]
        return words


def bytes_of(quantity: str | int) -> int:
    text = str(quantity)
    for unit, factor in BYTES.items():
        if text.endswith(unit):
            return int(float(text.removesuffix(unit)) * factor)
    return int(text)


def cores_of(quantity: str | int) -> float:
    text = str(quantity)
    return int(text.removesuffix("m")) / 1000 if text.endswith("m") else float(text)
